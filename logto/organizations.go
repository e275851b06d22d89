package logto

import "context"

// Organization is an organization that a user is a member of.
type Organization struct {
	ID          string  `json:"id"`
	Name        string  `json:"name"`
	Description *string `json:"description"`
	// OrganizationRoles are the user's roles in it.
	OrganizationRoles []OrganizationRole `json:"organizationRoles"`
}

// OrganizationRole is a role within an organization.
type OrganizationRole struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// ListOrganizations lists the organizations of a user.
//
// Management API: GET /api/users/{userId}/organizations.
func (c *Client) ListOrganizations(ctx context.Context, userID string) ([]Organization, error) {
	return send[[]Organization](ctx, c, call{endpoint: "GET /api/users/{userId}/organizations", values: []string{userID}})
}
