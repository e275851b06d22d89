package model

import "accountql/logto"

// NewOrganization presents an organization and the user's roles in it.
func NewOrganization(o logto.Organization) *Organization {
	roles := make([]string, len(o.OrganizationRoles))
	for i, role := range o.OrganizationRoles {
		roles[i] = role.Name
	}
	return &Organization{ID: o.ID, Name: o.Name, Description: o.Description, Roles: roles}
}
