package logto

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
)

// User is an account. Password digests and the provider tokens of identities are
// not among its fields, whatever Logto sends.
type User struct {
	ID           string  `json:"id"`
	Username     *string `json:"username"`
	PrimaryEmail *string `json:"primaryEmail"`
	// PrimaryPhone is the number's digits, without "+".
	PrimaryPhone *string `json:"primaryPhone"`
	Name         *string `json:"name"`
	// Avatar is whatever was stored: Logto accepts "javascript:" addresses too.
	Avatar  *string `json:"avatar"`
	Profile Profile `json:"profile"`
	// CustomData is an object, byte for byte as Logto sent it.
	CustomData json.RawMessage `json:"customData"`
	// Identities are the social identities by their target.
	Identities map[string]Identity `json:"identities"`
	// SsoIdentities come with GetUser only.
	SsoIdentities []SsoIdentity `json:"ssoIdentities"`
	// HasPassword is nil with older releases of Logto: see [Client.HasPassword].
	HasPassword  *bool `json:"hasPassword"`
	IsSuspended  bool  `json:"isSuspended"`
	CreatedAt    Time  `json:"createdAt"`
	UpdatedAt    Time  `json:"updatedAt"`
	LastSignInAt Time  `json:"lastSignInAt"`
}

// UserPatch is a change of a user. Logto takes null and the empty string alike to
// clear a field. It lets a user lose the last identifier.
type UserPatch struct {
	Username     Optional[string] `json:"username,omitzero"`
	PrimaryEmail Optional[string] `json:"primaryEmail,omitzero"`
	// PrimaryPhone is the number's digits, without "+".
	PrimaryPhone Optional[string] `json:"primaryPhone,omitzero"`
	Name         Optional[string] `json:"name,omitzero"`
	Avatar       Optional[string] `json:"avatar,omitzero"`
	// Profile replaces the whole profile: see [Client.UpdateProfile] for a merge.
	Profile *Profile `json:"profile,omitempty"`
	// CustomData replaces the whole object: see [Client.UpdateCustomData] for a merge.
	CustomData json.RawMessage `json:"customData,omitempty"`
}

// GetUser reads an account, enterprise identities included.
//
// Management API: GET /api/users/{userId}?includeSsoIdentities=true.
func (c *Client) GetUser(ctx context.Context, userID string) (*User, error) {
	return c.user(ctx, userID, call{
		endpoint: "GET /api/users/{userId}", values: []string{userID},
		query: url.Values{"includeSsoIdentities": {"true"}},
	})
}

// UpdateUser changes the fields given and answers with the account as it is then.
//
// Management API: PATCH /api/users/{userId}.
func (c *Client) UpdateUser(ctx context.Context, userID string, patch UserPatch) (*User, error) {
	return c.user(ctx, userID, call{endpoint: "PATCH /api/users/{userId}", values: []string{userID}, body: patch})
}

// DeleteUser deletes an account for good.
//
// Management API: DELETE /api/users/{userId}.
func (c *Client) DeleteUser(ctx context.Context, userID string) error {
	return c.exec(ctx, call{endpoint: "DELETE /api/users/{userId}", values: []string{userID}})
}

// UpdateIsSuspended suspends an account, or lifts the suspension. Suspending ends
// sessions and refresh tokens; access tokens already issued stay valid.
//
// Management API: PATCH /api/users/{userId}/is-suspended.
func (c *Client) UpdateIsSuspended(ctx context.Context, userID string, suspended bool) (*User, error) {
	return c.user(ctx, userID, call{
		endpoint: "PATCH /api/users/{userId}/is-suspended", values: []string{userID},
		body: map[string]bool{"isSuspended": suspended},
	})
}

// user makes a call that is answered with the account, and takes no other's: a
// cache on the way to Logto may mix up its answers.
func (c *Client) user(ctx context.Context, userID string, ca call) (*User, error) {
	user, err := send[User](ctx, c, ca)
	if err != nil {
		return nil, err
	}
	if user.ID != userID {
		return nil, &AnswerError{Endpoint: ca.endpoint, Err: errors.New("it is about another user")}
	}
	return &user, nil
}
