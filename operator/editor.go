package operator

import (
	"context"
	"errors"
	"net/http"
	"net/url"
)

// Editor also creates what users need to come by their scopes. It neither deletes
// nor takes anything away.
type Editor struct{ *Client }

// CreateResource makes an API resource.
//
// Management API: POST /api/resources.
func (e Editor) CreateResource(ctx context.Context, name, indicator string) (Resource, error) {
	var made Resource
	_, err := e.exchange(ctx, request{
		method: http.MethodPost, path: "/api/resources", body: map[string]string{"name": name, "indicator": indicator}, into: &made,
	})
	return made, err
}

// CreateScope adds a permission to an API resource.
//
// Management API: POST /api/resources/{resourceId}/scopes.
func (e Editor) CreateScope(ctx context.Context, resourceID string, scope ScopeInfo) (Scope, error) {
	var made Scope
	_, err := e.exchange(ctx, request{
		method: http.MethodPost, path: "/api/resources/" + url.PathEscape(resourceID) + "/scopes",
		body: map[string]string{"name": scope.Name, "description": scope.Description}, into: &made,
	})
	return made, err
}

// CreateDefaultRole makes a default role for users, with scopes by their ids.
//
// Management API: POST /api/roles.
func (e Editor) CreateDefaultRole(ctx context.Context, name, description string, scopeIDs []string) error {
	_, err := e.exchange(ctx, request{method: http.MethodPost, path: "/api/roles", body: map[string]any{
		"name": name, "description": description, "type": "User", "isDefault": true, "scopeIds": scopeIDs,
	}})
	return err
}

// AddRoleScopes gives a role more scopes, by their ids. Logto refuses those that it
// has already.
//
// Management API: POST /api/roles/{id}/scopes.
func (e Editor) AddRoleScopes(ctx context.Context, roleID string, scopeIDs []string) error {
	_, err := e.exchange(ctx, request{
		method: http.MethodPost, path: "/api/roles/" + url.PathEscape(roleID) + "/scopes", body: map[string]any{"scopeIds": scopeIDs},
	})
	return err
}

// MakeRoleDefault has every user get the role who is created from then on.
//
// Management API: PATCH /api/roles/{id}.
func (e Editor) MakeRoleDefault(ctx context.Context, roleID string) error {
	_, err := e.exchange(ctx, request{
		method: http.MethodPatch, path: "/api/roles/" + url.PathEscape(roleID), body: map[string]bool{"isDefault": true},
	})
	return err
}

// MayBeMade tells whether a change may have been made though the call failed: no
// answer came, or none of Logto's own. Statuses from 520 on are Cloudflare's.
func MayBeMade(err error) bool {
	answer, answered := errors.AsType[*Error](err)
	return !answered || answer.Status == http.StatusBadGateway || answer.Status == http.StatusGatewayTimeout || answer.Status >= 520
}
