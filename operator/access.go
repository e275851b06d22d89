package operator

import (
	"context"
	"net/url"
	"slices"
	"strings"
)

// RoleName is what the role is called that setup makes.
const RoleName = "account-user"

// ScopeInfo is a scope that users' tokens need, as the schema names it.
type ScopeInfo struct{ Name, Description string }

// AccountScopes are the scopes of the API resource that stands for this server.
func AccountScopes() []ScopeInfo {
	return []ScopeInfo{
		{"account:read", "Read one's own account"},
		{"account:write", "Change the profile and the custom data of one's own account"},
		{"account:security", "Change how one signs in to one's own account"},
	}
}

// Resource is an API resource.
type Resource struct {
	ID        string `json:"id"`
	Indicator string `json:"indicator"`
}

// Scope is a permission of an API resource.
type Scope struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	ResourceID string `json:"resourceId"`
}

// Role is a set of scopes that users or applications can be given.
type Role struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Type is User or MachineToMachine.
	Type string `json:"type"`
	// IsDefault has every user get it who is created from then on.
	IsDefault bool `json:"isDefault"`
	// UsersCount is how many users have it.
	UsersCount int `json:"usersCount"`
}

// Access is how users come by the scopes of this server's API resource.
type Access struct {
	// Resource is nil if there is none with the indicator.
	Resource *Resource
	// Similar is the indicator of another resource that differs from the one asked for
	// by letters' case or a slash at the end only, if there is one.
	Similar string
	// Scopes are ids by name, of those of AccountScopes that the resource has.
	Scopes map[string]string
	// Roles are the default ones, and the one that is called RoleName.
	Roles []RoleScopes
}

// RoleScopes is a role with the names of those of AccountScopes that it has.
type RoleScopes struct {
	Role
	Scopes []string
}

// MissingScopes are those of AccountScopes that the resource lacks.
func (a Access) MissingScopes() []string {
	return without(func(name string) bool { return a.Scopes[name] != "" })
}

// NotGranted are those of AccountScopes that no default role has.
func (a Access) NotGranted() []string {
	return without(func(name string) bool {
		return slices.ContainsFunc(a.Roles, func(r RoleScopes) bool {
			return r.Type == "User" && r.IsDefault && slices.Contains(r.Scopes, name)
		})
	})
}

// Lacks are those of AccountScopes that the role lacks.
func (r RoleScopes) Lacks() []string {
	return without(func(name string) bool { return slices.Contains(r.Scopes, name) })
}

// without returns the names of AccountScopes that are not there.
func without(there func(string) bool) []string {
	var missing []string
	for _, scope := range AccountScopes() {
		if !there(scope.Name) {
			missing = append(missing, scope.Name)
		}
	}
	return missing
}

// ReadAccess reads how users come by the scopes of the API resource with the
// indicator.
//
// Management API: GET /api/resources, /api/resources/{resourceId}/scopes, /api/roles
// and /api/roles/{id}/scopes.
func (c *Client) ReadAccess(ctx context.Context, indicator string) (Access, error) {
	access := Access{Scopes: map[string]string{}}
	resources, err := list[Resource](ctx, c, "/api/resources", nil)
	if err != nil {
		return access, err
	}
	for _, resource := range resources {
		switch {
		case resource.Indicator == indicator:
			access.Resource = &resource
		case strings.EqualFold(strings.TrimRight(resource.Indicator, "/"), strings.TrimRight(indicator, "/")):
			access.Similar = resource.Indicator
		}
	}
	if access.Resource != nil {
		scopes, err := list[Scope](ctx, c, "/api/resources/"+url.PathEscape(access.Resource.ID)+"/scopes", nil)
		if err != nil {
			return access, err
		}
		for _, scope := range scopes {
			if isAccountScope(scope.Name) {
				access.Scopes[scope.Name] = scope.ID
			}
		}
	}
	roles, err := list[Role](ctx, c, "/api/roles", nil)
	if err != nil {
		return access, err
	}
	for _, role := range roles {
		if role.Name != RoleName && (role.Type != "User" || !role.IsDefault) {
			continue
		}
		scopes, err := c.scopesOf(ctx, role, access.Resource)
		if err != nil {
			return access, err
		}
		access.Roles = append(access.Roles, RoleScopes{Role: role, Scopes: scopes})
	}
	return access, nil
}

// scopesOf are the names of those of AccountScopes that a role has of a resource.
func (c *Client) scopesOf(ctx context.Context, role Role, resource *Resource) ([]string, error) {
	if resource == nil {
		return nil, nil
	}
	scopes, err := list[Scope](ctx, c, "/api/roles/"+url.PathEscape(role.ID)+"/scopes", nil)
	var names []string
	for _, scope := range scopes {
		if scope.ResourceID == resource.ID && isAccountScope(scope.Name) {
			names = append(names, scope.Name)
		}
	}
	return names, err
}

func isAccountScope(name string) bool {
	return slices.ContainsFunc(AccountScopes(), func(s ScopeInfo) bool { return s.Name == name })
}

// UserScopes are the names of those of AccountScopes that a user's own roles give.
//
// Management API: GET /api/users/{userId}/roles and /api/roles/{id}/scopes.
func (c *Client) UserScopes(ctx context.Context, userID string, resource *Resource) ([]string, error) {
	roles, err := list[Role](ctx, c, "/api/users/"+url.PathEscape(userID)+"/roles", nil)
	if err != nil {
		return nil, err
	}
	var given []string
	for _, role := range roles {
		names, err := c.scopesOf(ctx, role, resource)
		if err != nil {
			return nil, err
		}
		given = append(given, names...)
	}
	return given, nil
}
