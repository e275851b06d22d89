package logto

import "context"

// FieldAccess is what Logto's own account center lets people do with a field.
type FieldAccess string

// The accesses to a field.
const (
	FieldOff      FieldAccess = "Off"
	FieldReadOnly FieldAccess = "ReadOnly"
	FieldEdit     FieldAccess = "Edit"
)

// AccountCenter holds the tenant's settings for people's own accounts. The
// Management API itself does not enforce them.
type AccountCenter struct {
	Enabled bool `json:"enabled"`
	// Fields by name ("email", "customData"); what is missing is off.
	Fields map[string]FieldAccess `json:"fields"`
}

// GetAccountCenter reads the tenant's settings for people's own accounts.
//
// Management API: GET /api/account-center.
func (c *Client) GetAccountCenter(ctx context.Context) (*AccountCenter, error) {
	return send[*AccountCenter](ctx, c, call{endpoint: "GET /api/account-center"})
}
