package logto

import (
	"context"
	"encoding/json"
)

// GetCustomData reads an account's custom data, an object.
//
// Management API: GET /api/users/{userId}/custom-data.
func (c *Client) GetCustomData(ctx context.Context, userID string) (json.RawMessage, error) {
	return send[json.RawMessage](ctx, c, call{endpoint: "GET /api/users/{userId}/custom-data", values: []string{userID}})
}

// UpdateCustomData sets the top-level keys given and keeps the others; null is
// stored as null. Removing a key takes [UserPatch]. The answer is the whole object
// as it is then.
//
// Management API: PATCH /api/users/{userId}/custom-data.
func (c *Client) UpdateCustomData(ctx context.Context, userID string, changes json.RawMessage) (json.RawMessage, error) {
	return send[json.RawMessage](ctx, c, call{
		endpoint: "PATCH /api/users/{userId}/custom-data", values: []string{userID},
		body: map[string]json.RawMessage{"customData": changes},
	})
}
