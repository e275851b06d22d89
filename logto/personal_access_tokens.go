package logto

import (
	"context"
	"time"
)

// PersonalAccessToken is a token without its value. Its name is its key, and can
// hold any character: it stands in no path.
type PersonalAccessToken struct {
	Name      string `json:"name"`
	CreatedAt Time   `json:"createdAt"`
	// ExpiresAt is the zero time for a token that never expires. Logto goes on
	// listing tokens that have expired.
	ExpiresAt Time `json:"expiresAt"`
}

// CreatedPersonalAccessToken is a new token. Its value is shown this once.
type CreatedPersonalAccessToken struct {
	PersonalAccessToken
	Value string `json:"value"`
}

// ListPersonalAccessTokens lists an account's tokens, in no particular order.
//
// Management API: GET /api/users/{userId}/personal-access-tokens.
func (c *Client) ListPersonalAccessTokens(ctx context.Context, userID string) ([]PersonalAccessToken, error) {
	return send[[]PersonalAccessToken](ctx, c, call{
		endpoint: "GET /api/users/{userId}/personal-access-tokens", values: []string{userID},
	})
}

// CreatePersonalAccessToken makes a token that lives until expiresAt, to the
// millisecond, or for ever where that is the zero time.
//
// Management API: POST /api/users/{userId}/personal-access-tokens.
func (c *Client) CreatePersonalAccessToken(ctx context.Context, userID, name string, expiresAt time.Time) (CreatedPersonalAccessToken, error) {
	body := map[string]any{"name": name}
	if !expiresAt.IsZero() {
		body["expiresAt"] = expiresAt.UnixMilli()
	}
	return send[CreatedPersonalAccessToken](ctx, c, call{
		endpoint: "POST /api/users/{userId}/personal-access-tokens", values: []string{userID}, body: body,
	})
}

// RenamePersonalAccessToken gives a token another name.
//
// Management API: PATCH /api/users/{userId}/personal-access-tokens.
func (c *Client) RenamePersonalAccessToken(ctx context.Context, userID, currentName, name string) (PersonalAccessToken, error) {
	return send[PersonalAccessToken](ctx, c, call{
		endpoint: "PATCH /api/users/{userId}/personal-access-tokens", values: []string{userID},
		body: map[string]string{"currentName": currentName, "name": name},
	})
}

// DeletePersonalAccessToken revokes a token.
//
// Management API: POST /api/users/{userId}/personal-access-tokens/delete.
func (c *Client) DeletePersonalAccessToken(ctx context.Context, userID, name string) error {
	return c.exec(ctx, call{
		endpoint: "POST /api/users/{userId}/personal-access-tokens/delete", values: []string{userID},
		body: map[string]string{"name": name},
	})
}
