package logto

import (
	"context"
	"encoding/json"
)

// Identity is an account at a social provider, linked to a user.
type Identity struct {
	// UserID is the provider's id, not Logto's.
	UserID string `json:"userId"`
	// Details is what the provider told, with its whole answer under "rawData"; nil
	// where nothing is stored.
	Details json.RawMessage `json:"details,omitempty"`
}

// SsoIdentity is an account at an enterprise's identity provider. Logto's API can
// only read them.
type SsoIdentity struct {
	ID             string `json:"id"`
	SsoConnectorID string `json:"ssoConnectorId"`
	Issuer         string `json:"issuer"`
	// IdentityID is the provider's id of the user.
	IdentityID string          `json:"identityId"`
	Detail     json.RawMessage `json:"detail"`
	CreatedAt  Time            `json:"createdAt"`
}

// LinkIdentity links the account that the provider's answer, connectorData, proves.
// It replaces an identity of the same target and does not compare any state. The
// answer holds the identity by its target.
//
// Management API: POST /api/users/{userId}/identities.
func (c *Client) LinkIdentity(ctx context.Context, userID, connectorID string, connectorData json.RawMessage) (map[string]Identity, error) {
	return send[map[string]Identity](ctx, c, call{
		endpoint: "POST /api/users/{userId}/identities", values: []string{userID},
		body: struct {
			ConnectorID   string          `json:"connectorId"`
			ConnectorData json.RawMessage `json:"connectorData"`
		}{connectorID, connectorData},
	})
}

// PutIdentity stores an identity that nobody has verified.
//
// Management API: PUT /api/users/{userId}/identities/{target}.
func (c *Client) PutIdentity(ctx context.Context, userID, target string, identity Identity) (map[string]Identity, error) {
	return send[map[string]Identity](ctx, c, call{
		endpoint: "PUT /api/users/{userId}/identities/{target}", values: []string{userID, target}, body: identity,
	})
}

// UnlinkIdentity removes an identity, though it be the last way to sign in.
//
// Management API: DELETE /api/users/{userId}/identities/{target}.
func (c *Client) UnlinkIdentity(ctx context.Context, userID, target string) (*User, error) {
	return c.user(ctx, userID, call{
		endpoint: "DELETE /api/users/{userId}/identities/{target}", values: []string{userID, target},
	})
}
