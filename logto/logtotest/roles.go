package logtotest

import (
	"net/http"
	"slices"
)

func roleRoutes() []route {
	ids := func(key string) schema { return shape(field{key, listOf(length(1, 0))}) }
	return []route{
		{method: http.MethodGet, pattern: "/api/roles", handle: listRoles},
		{method: http.MethodPost, pattern: "/api/roles", handle: createRole, body: shape(
			field{"name", length(1, 128)},
			field{"description", length(1, 128)},
			field{"type", optional(oneOf("User", "MachineToMachine"))},
			field{"isDefault", optional(ofType("boolean"))},
			field{"scopeIds", optional(listOf(length(1, 0)))},
		)},
		{method: http.MethodGet, pattern: "/api/roles/{id}", handle: forRole(func(_ *call, role object) response { return ok(role) })},
		{method: http.MethodPatch, pattern: "/api/roles/{id}", handle: forRole(patchRole), body: shape(
			field{"name", optional(length(1, 128))},
			field{"description", optional(length(1, 128))},
			field{"isDefault", optional(ofType("boolean"))},
		)},
		{method: http.MethodDelete, pattern: "/api/roles/{id}", handle: forRole(deleteRole)},
		{method: http.MethodGet, pattern: "/api/roles/{id}/scopes", handle: forRole(listRoleScopes)},
		{method: http.MethodPost, pattern: "/api/roles/{id}/scopes", handle: forRole(addRoleScopes), body: ids("scopeIds")},
		{method: http.MethodPost, pattern: "/api/roles/{id}/users", handle: forRole(addRoleUsers), body: ids("userIds")},
		{method: http.MethodPost, pattern: "/api/roles/{id}/applications", handle: forRole(addRoleApplications), body: ids("applicationIds")},
		{method: http.MethodGet, pattern: "/api/users/{userId}/roles", handle: forUser(func(c *call, u *user) response {
			return c.paged(c.rolesOf(u.roles))
		})},
		{method: http.MethodPost, pattern: "/api/users/{userId}/roles", handle: forUser(addUserRoles), body: ids("roleIds")},
		{method: http.MethodPut, pattern: "/api/users/{userId}/roles", handle: forUser(replaceUserRoles), body: ids("roleIds")},
		{method: http.MethodDelete, pattern: "/api/users/{userId}/roles/{roleId}", handle: forUser(deleteUserRole)},
		{method: http.MethodGet, pattern: "/api/applications/{id}/roles", handle: forApplication(func(c *call, application object) response {
			return c.paged(c.rolesOf(c.applicationRoles[application["id"].(string)]))
		})},
		{method: http.MethodPost, pattern: "/api/applications/{id}/roles", handle: forApplication(addApplicationRoles), body: ids("roleIds")},
	}
}

func forRole(handle func(*call, object) response) handler {
	return func(c *call) response {
		role := byKey(c.roles, "id", c.params["id"])
		if role == nil {
			return notFound()
		}
		return handle(c, role)
	}
}

// listRoles counts who has each role, and is always paged. The featured few that
// Logto adds for its console are always empty here.
func listRoles(c *call) response {
	shown := []object{}
	for _, role := range c.roles {
		if wanted := c.query["type"]; wanted != nil && role["type"] != wanted || !c.searched(role) {
			continue
		}
		id, users, applications := role["id"].(string), 0, 0
		for _, u := range c.users {
			if slices.Contains(u.roles, id) {
				users++
			}
		}
		for _, held := range c.applicationRoles {
			if slices.Contains(held, id) {
				applications++
			}
		}
		shown = append(shown, merged(role, object{
			"usersCount": users, "featuredUsers": []any{}, "applicationsCount": applications, "featuredApplications": []any{},
		}))
	}
	return c.paged(shown)
}

// searched tells whether an entity's name, id or description matches the query's
// search.
func (c *call) searched(entity object) bool {
	search, given := c.query["search"].(string)
	if !given {
		return true
	}
	pattern := likePattern(search)
	return slices.ContainsFunc([]string{"id", "name", "description"}, func(key string) bool {
		text, _ := entity[key].(string)
		return pattern.MatchString(text)
	})
}

func createRole(c *call) response {
	if byKey(c.roles, "name", c.text("name")) != nil {
		return fail(http.StatusUnprocessableEntity, "role.name_in_use").
			with("message", "This role name "+c.text("name")+" is already in use.")
	}
	scopes := texts(c.body["scopeIds"])
	if !c.haveAll(c.scopes, scopes) {
		return fail(http.StatusNotFound, "entity.relation_foreign_key_not_found")
	}
	return ok(c.addRole(pick(c.body, "name", "description", "type", "isDefault"), scopes...))
}

func (s *Server) addRole(columns object, scopes ...string) object {
	role := merged(object{"tenantId": "default", "id": newID(21), "type": "User", "isDefault": false}, columns)
	s.roles = append(s.roles, role)
	s.roleScopes[role["id"].(string)] = scopes
	return role
}

func patchRole(c *call, role object) response {
	for key, value := range c.body {
		role[key] = value
	}
	return ok(role)
}

func deleteRole(c *call, role object) response {
	id := role["id"].(string)
	c.roles = without(c.roles, "id", id)
	delete(c.roleScopes, id)
	for _, u := range c.users {
		u.roles = lacking(u.roles, id)
	}
	for application, held := range c.applicationRoles {
		c.applicationRoles[application] = lacking(held, id)
	}
	return noContent()
}

func listRoleScopes(c *call, role object) response {
	shown := []object{}
	for _, scope := range c.scopesOf([]string{role["id"].(string)}) {
		shown = append(shown, merged(scope, object{"resource": byKey(c.resources, "id", scope["resourceId"])}))
	}
	return c.pagedIfAsked(shown)
}

func addRoleScopes(c *call, role object) response {
	added := texts(c.body["scopeIds"])
	if !c.haveAll(c.scopes, added) {
		return fail(http.StatusNotFound, "entity.relation_foreign_key_not_found")
	}
	id := role["id"].(string)
	c.roleScopes[id] = union(c.roleScopes[id], added)
	return created(c.scopesOf([]string{id}))
}

func addRoleUsers(c *call, role object) response {
	for _, id := range texts(c.body["userIds"]) {
		u := c.user(id)
		if u == nil {
			return notFound()
		}
		u.roles = union(u.roles, []string{role["id"].(string)})
	}
	return text(http.StatusCreated)
}

func addRoleApplications(c *call, role object) response {
	added := texts(c.body["applicationIds"])
	if !c.haveAll(c.applications, added) {
		return notFound()
	}
	for _, id := range added {
		c.applicationRoles[id] = union(c.applicationRoles[id], []string{role["id"].(string)})
	}
	return text(http.StatusCreated)
}

func addUserRoles(c *call, u *user) response {
	refusal, answer := c.addRoles(&u.roles)
	if refusal != nil {
		return *refusal
	}
	return created(answer)
}

func addApplicationRoles(c *call, application object) response {
	id := application["id"].(string)
	held := c.applicationRoles[id]
	refusal, answer := c.addRoles(&held)
	if refusal != nil {
		return *refusal
	}
	c.applicationRoles[id] = held
	return created(answer)
}

func (c *call) addRoles(held *[]string) (*response, object) {
	asked := texts(c.body["roleIds"])
	if !c.haveAll(c.roles, asked) {
		return refuse(fail(http.StatusNotFound, "entity.relation_foreign_key_not_found")), nil
	}
	added := slices.DeleteFunc(slices.Clone(asked), func(id string) bool { return slices.Contains(*held, id) })
	*held = union(*held, added)
	return nil, object{"roleIds": asked, "addedRoleIds": added}
}

func replaceUserRoles(c *call, u *user) response {
	asked := texts(c.body["roleIds"])
	if !c.haveAll(c.roles, asked) {
		return fail(http.StatusNotFound, "entity.relation_foreign_key_not_found")
	}
	u.roles = asked
	return ok(object{"roleIds": asked})
}

func deleteUserRole(c *call, u *user) response {
	if !slices.Contains(u.roles, c.params["roleId"]) {
		return notFound()
	}
	u.roles = lacking(u.roles, c.params["roleId"])
	return noContent()
}

func (s *Server) rolesOf(ids []string) []object {
	held := []object{}
	for _, role := range s.roles {
		if slices.Contains(ids, role["id"].(string)) {
			held = append(held, role)
		}
	}
	return held
}

// scopesOf are the API scopes that roles give, each once.
func (s *Server) scopesOf(roles []string) []object {
	given := []object{}
	for _, scope := range s.scopes {
		if slices.ContainsFunc(roles, func(role string) bool {
			return slices.Contains(s.roleScopes[role], scope["id"].(string))
		}) {
			given = append(given, scope)
		}
	}
	return given
}

// haveAll tells whether every id names one of the objects.
func (s *Server) haveAll(objects []object, ids []string) bool {
	return !slices.ContainsFunc(ids, func(id string) bool { return byKey(objects, "id", id) == nil })
}

// texts are the strings of a checked JSON array.
func texts(array any) []string {
	elements, _ := array.([]any)
	result := make([]string, len(elements))
	for i, element := range elements {
		result[i] = element.(string)
	}
	return result
}

func union(held, added []string) []string {
	result := slices.Clone(held)
	for _, id := range added {
		if !slices.Contains(result, id) {
			result = append(result, id)
		}
	}
	return result
}

func lacking(held []string, id string) []string {
	return slices.DeleteFunc(slices.Clone(held), func(other string) bool { return other == id })
}
