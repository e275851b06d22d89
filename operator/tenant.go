package operator

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// Reach asks whether a Logto is there. Web servers that have a page for everything
// don't pass for one.
//
// Management API: GET /api/status, which needs no token.
func (c *Client) Reach(ctx context.Context) error {
	_, err := c.exchange(ctx, request{method: http.MethodGet, path: "/api/status", open: true, empty: true})
	return err
}

// TenantID names the tenant: "default" for a Logto that one hosts, "admin" for the
// one of its console, anything else for one of Logto Cloud.
//
// Management API: GET /api/.well-known/sign-in-exp, which needs no token.
func (c *Client) TenantID(ctx context.Context) (string, error) {
	var experience struct {
		TenantID string `json:"tenantId"`
	}
	_, err := c.exchange(ctx, request{
		method: http.MethodGet, path: "/api/.well-known/sign-in-exp", into: &experience, open: true,
	})
	if !isWord(experience.TenantID) {
		experience.TenantID = ""
	}
	return experience.TenantID, err
}

// Issuer is the iss of the tokens that this Logto gives.
//
// OpenID Connect Discovery: GET /oidc/.well-known/openid-configuration.
func (c *Client) Issuer(ctx context.Context) (string, error) {
	var discovery struct {
		Issuer string `json:"issuer"`
	}
	_, err := c.exchange(ctx, request{
		method: http.MethodGet, path: "/oidc/.well-known/openid-configuration", into: &discovery, open: true,
	})
	return discovery.Issuer, err
}

// HasGrants tells whether this release of Logto has sessions and grants, which came
// with 1.38. Of a user that doesn't exist it says that there are none.
//
// Management API: GET /api/users/{userId}/grants.
func (c *Client) HasGrants(ctx context.Context) (bool, error) {
	_, err := c.exchange(ctx, request{method: http.MethodGet, path: "/api/users/nobody/grants"})
	if isUnknownPath(err) {
		return false, nil
	}
	return err == nil, err
}

// CountUsers tells how many users there are, and the id of one of them if any.
//
// Management API: GET /api/users.
func (c *Client) CountUsers(ctx context.Context) (count int, id string, err error) {
	var users []struct {
		ID string `json:"id"`
	}
	header, err := c.exchange(ctx, request{
		method: http.MethodGet, path: "/api/users", query: url.Values{"page": {"1"}, "page_size": {"1"}}, into: &users,
	})
	if err != nil || len(users) == 0 {
		return 0, "", err
	}
	count, err = strconv.Atoi(header.Get("Total-Number"))
	if err != nil {
		count = len(users)
	}
	return count, users[0].ID, nil
}

// IsSuspended tells whether a user is suspended. See [IsNotFound] for users that
// don't exist.
//
// Management API: GET /api/users/{userId}.
func (c *Client) IsSuspended(ctx context.Context, userID string) (bool, error) {
	user, err := get[struct {
		IsSuspended bool `json:"isSuspended"`
	}](ctx, c, "/api/users/"+url.PathEscape(userID))
	return user.IsSuspended, err
}

// Application is an app of the tenant. Its secret is not decoded.
type Application struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Type is Native, SPA, Traditional, MachineToMachine, Protected or SAML.
	Type         string `json:"type"`
	IsThirdParty bool   `json:"isThirdParty"`
	Oidc         struct {
		RedirectURIs           []string `json:"redirectUris"`
		PostLogoutRedirectURIs []string `json:"postLogoutRedirectUris"`
	} `json:"oidcClientMetadata"`
	Custom struct {
		AllowTokenExchange bool `json:"allowTokenExchange"`
		IsDeviceFlow       bool `json:"isDeviceFlow"`
	} `json:"customClientMetadata"`
}

// SignsPeopleIn tells whether people sign in to the application by a redirect.
func (a Application) SignsPeopleIn() bool {
	return (a.Type == "SPA" || a.Type == "Native" || a.Type == "Traditional") && !a.Custom.IsDeviceFlow
}

// GetApplication reads an application. See [IsNotFound] for those that don't exist.
//
// Management API: GET /api/applications/{id}.
func (c *Client) GetApplication(ctx context.Context, id string) (Application, error) {
	return get[Application](ctx, c, "/api/applications/"+url.PathEscape(id))
}

// ListApplications lists all applications.
//
// Management API: GET /api/applications.
func (c *Client) ListApplications(ctx context.Context) ([]Application, error) {
	return list[Application](ctx, c, "/api/applications", nil)
}
