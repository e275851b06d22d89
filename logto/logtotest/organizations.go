package logtotest

import (
	"net/http"
	"slices"
)

func organizationRoutes() []route {
	ids := listOf(length(1, 0))
	columns := []field{
		{"description", optional(nullable(length(0, 256)))},
		{"customData", optional(ofType("object"))},
		{"isMfaRequired", optional(ofType("boolean"))},
		{"branding", optional(ofType("object"))},
	}
	return []route{
		{method: http.MethodGet, pattern: "/api/users/{userId}/organizations", handle: forUser(listUserOrganizations)},
		{method: http.MethodGet, pattern: "/api/organizations", handle: func(c *call) response { return c.paged(c.organizations) }},
		{
			method: http.MethodPost, pattern: "/api/organizations", handle: createOrganization,
			body: shape(append([]field{{"name", length(1, 128)}}, columns...)...),
		},
		{method: http.MethodGet, pattern: "/api/organizations/{id}", handle: forOrganization(func(_ *call, organization object) response {
			return ok(organization)
		})},
		{method: http.MethodDelete, pattern: "/api/organizations/{id}", handle: forOrganization(deleteOrganization)},
		{
			method: http.MethodPost, pattern: "/api/organizations/{id}/users", handle: forOrganization(addMembers),
			body: shape(field{"userIds", ids}),
		},
		{method: http.MethodDelete, pattern: "/api/organizations/{id}/users/{userId}", handle: forMember(removeMember)},
		{
			method: http.MethodPost, pattern: "/api/organizations/{id}/users/{userId}/roles", handle: forMember(addMemberRoles),
			body: shape(field{"organizationRoleIds", optional(ids)}, field{"organizationRoleNames", optional(ids)}),
		},
		{method: http.MethodGet, pattern: "/api/organization-roles", handle: func(c *call) response { return c.paged(c.organizationRoles) }},
		{method: http.MethodPost, pattern: "/api/organization-roles", handle: createOrganizationRole, body: shape(
			field{"name", length(1, 128)},
			field{"description", optional(nullable(length(0, 256)))},
			field{"type", optional(oneOf("User", "MachineToMachine"))},
		)},
	}
}

func forOrganization(handle func(*call, object) response) handler {
	return func(c *call) response {
		organization := byKey(c.organizations, "id", c.params["id"])
		if organization == nil {
			return notFound()
		}
		return handle(c, organization)
	}
}

// forMember finds the user of the path among the organization's.
func forMember(handle func(*call, *user) response) handler {
	return forOrganization(func(c *call, organization object) response {
		if u := c.user(c.params["userId"]); u != nil {
			if _, isMember := u.organizations[organization["id"].(string)]; isMember {
				return handle(c, u)
			}
		}
		return fail(http.StatusUnprocessableEntity, "organization.require_membership").
			with("message", "The user must be a member of the organization to proceed.")
	})
}

func listUserOrganizations(c *call, u *user) response {
	shown := []object{}
	for _, organization := range c.organizations {
		held, isMember := u.organizations[organization["id"].(string)]
		if !isMember {
			continue
		}
		roles := []object{}
		for _, role := range c.organizationRoles {
			if slices.Contains(held, role["id"].(string)) {
				roles = append(roles, pick(role, "id", "name"))
			}
		}
		shown = append(shown, merged(organization, object{"organizationRoles": roles}))
	}
	return ok(shown)
}

func createOrganization(c *call) response { return created(c.addOrganization(c.body)) }

func (s *Server) addOrganization(columns object) object {
	organization := merged(object{
		"tenantId": "default", "id": newID(12), "description": nil, "customData": object{}, "isMfaRequired": false,
		"color": object{}, "branding": object{}, "customCss": nil, "createdAt": s.millis(),
	}, columns)
	s.organizations = append(s.organizations, organization)
	return organization
}

func deleteOrganization(c *call, organization object) response {
	id := organization["id"].(string)
	c.organizations = without(c.organizations, "id", id)
	for _, u := range c.users {
		delete(u.organizations, id)
	}
	return noContent()
}

func addMembers(c *call, organization object) response {
	asked := texts(c.body["userIds"])
	if slices.ContainsFunc(asked, func(id string) bool { return c.user(id) == nil }) {
		return fail(http.StatusUnprocessableEntity, "entity.relation_foreign_key_not_found")
	}
	id := organization["id"].(string)
	for _, userID := range asked {
		u := c.user(userID)
		u.organizations[id] = union(u.organizations[id], nil)
	}
	return created(object{"userIds": asked})
}

func removeMember(c *call, u *user) response {
	delete(u.organizations, c.params["id"])
	return noContent()
}

func addMemberRoles(c *call, u *user) response {
	added := texts(c.body["organizationRoleIds"])
	for _, name := range texts(c.body["organizationRoleNames"]) {
		if role := byKey(c.organizationRoles, "name", name); role != nil {
			added = append(added, role["id"].(string))
		}
	}
	if !c.haveAll(c.organizationRoles, added) {
		return fail(http.StatusUnprocessableEntity, "entity.relation_foreign_key_not_found")
	}
	id := c.params["id"]
	u.organizations[id] = union(u.organizations[id], added)
	return created(object{"organizationRoleIds": added})
}

func createOrganizationRole(c *call) response { return created(c.addOrganizationRole(c.body)) }

func (s *Server) addOrganizationRole(columns object) object {
	role := merged(object{"tenantId": "default", "id": newID(21), "description": nil, "type": "User"}, columns)
	s.organizationRoles = append(s.organizationRoles, role)
	return role
}
