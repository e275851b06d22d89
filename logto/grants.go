package logto

import (
	"context"
	"net/url"
	"slices"
	"strings"
)

// Grant is what an application may do in a user's name.
type Grant struct {
	ID              string
	ApplicationID   string
	ApplicationName string
	// Scopes are those of OpenID Connect and of the APIs, each once, sorted.
	Scopes    []string
	CreatedAt Time
	ExpiresAt Time
}

// UnmarshalJSON picks the fields out of Logto's, where the creation is in seconds.
func (g *Grant) UnmarshalJSON(data []byte) error {
	var stored struct {
		ID          string `json:"id"`
		ExpiresAt   Time   `json:"expiresAt"`
		Application struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"application"`
		Payload struct {
			Iat    float64 `json:"iat"`
			Openid struct {
				Scope string `json:"scope"`
			} `json:"openid"`
			Resources map[string]string `json:"resources"`
		} `json:"payload"`
	}
	if err := decode(data, &stored); err != nil {
		return err
	}
	scopes := strings.Fields(stored.Payload.Openid.Scope)
	for _, granted := range stored.Payload.Resources {
		scopes = append(scopes, strings.Fields(granted)...)
	}
	slices.Sort(scopes)
	*g = Grant{
		ID: stored.ID, ApplicationID: stored.Application.ID, ApplicationName: stored.Application.Name,
		Scopes: slices.Compact(scopes), CreatedAt: fromUnix(stored.Payload.Iat), ExpiresAt: stored.ExpiresAt,
	}
	return nil
}

// ListGrants lists the grants of all applications. An unknown user has none.
//
// Management API: GET /api/users/{userId}/grants.
func (c *Client) ListGrants(ctx context.Context, userID string) ([]Grant, error) {
	return c.grants(ctx, userID, nil)
}

// ListThirdPartyGrants lists the grants of other people's applications.
//
// Management API: GET /api/users/{userId}/grants?appType=thirdParty.
func (c *Client) ListThirdPartyGrants(ctx context.Context, userID string) ([]Grant, error) {
	return c.grants(ctx, userID, url.Values{"appType": {"thirdParty"}})
}

func (c *Client) grants(ctx context.Context, userID string, query url.Values) ([]Grant, error) {
	answer, err := send[struct {
		Grants []Grant `json:"grants"`
	}](ctx, c, call{
		endpoint: "GET /api/users/{userId}/grants", values: []string{userID}, query: query,
	})
	return answer.Grants, err
}

// DeleteGrant takes a grant back, and with it the application's tokens.
//
// Management API: DELETE /api/users/{userId}/grants/{grantId}.
func (c *Client) DeleteGrant(ctx context.Context, userID, grantID string) error {
	return c.exec(ctx, call{endpoint: "DELETE /api/users/{userId}/grants/{grantId}", values: []string{userID, grantID}})
}
