package logtotest

import "net/http"

func resourceRoutes() []route {
	return []route{
		{method: http.MethodGet, pattern: "/api/resources", handle: listResources},
		{method: http.MethodPost, pattern: "/api/resources", handle: createResource, body: shape(
			field{"name", length(1, 0)},
			field{"indicator", length(1, 0)},
			field{"accessTokenTtl", optional(ofType("number"))},
		)},
		{method: http.MethodGet, pattern: "/api/resources/{id}", handle: forResource(func(_ *call, resource object) response {
			return ok(resource)
		})},
		{method: http.MethodDelete, pattern: "/api/resources/{id}", handle: forResource(deleteResource)},
		{
			method: http.MethodPatch, pattern: "/api/resources/{id}/is-default", handle: forResource(setDefaultResource),
			body: shape(field{"isDefault", ofType("boolean")}),
		},
		{method: http.MethodGet, pattern: "/api/resources/{id}/scopes", handle: forResource(func(c *call, resource object) response {
			return c.pagedIfAsked(c.scopesOfResource(resource))
		})},
		{method: http.MethodPost, pattern: "/api/resources/{id}/scopes", handle: forResource(createScope), body: shape(
			field{"name", length(1, 256)},
			field{"description", optional(nullable(ofType("string")))},
		)},
	}
}

func forResource(handle func(*call, object) response) handler {
	return func(c *call) response {
		resource := byKey(c.resources, "id", c.params["id"])
		if resource == nil {
			return notFound()
		}
		return handle(c, resource)
	}
}

func listResources(c *call) response {
	shown := []object{}
	for _, resource := range c.resources {
		if c.query["includeScopes"] == "true" {
			resource = merged(resource, object{"scopes": c.scopesOfResource(resource)})
		}
		shown = append(shown, resource)
	}
	return c.pagedIfAsked(shown)
}

func createResource(c *call) response {
	indicator := c.text("indicator")
	if byKey(c.resources, "indicator", indicator) != nil {
		return fail(http.StatusUnprocessableEntity, "resource.resource_identifier_in_use").
			with("message", "The API identifier "+indicator+" is already in use.")
	}
	return created(merged(c.addResource(c.body), object{"scopes": []any{}}))
}

func (s *Server) addResource(columns object) object {
	resource := merged(object{"tenantId": "default", "id": newID(21), "isDefault": false, "accessTokenTtl": float64(tokenLifetime)}, columns)
	s.resources = append(s.resources, resource)
	return resource
}

func deleteResource(c *call, resource object) response {
	c.resources = without(c.resources, "id", resource["id"])
	c.scopes = without(c.scopes, "resourceId", resource["id"])
	return noContent()
}

// setDefaultResource moves the mark, of which there is one at most.
func setDefaultResource(c *call, resource object) response {
	if c.body["isDefault"] == true {
		for _, other := range c.resources {
			other["isDefault"] = false
		}
	}
	resource["isDefault"] = c.body["isDefault"]
	return ok(resource)
}

func createScope(c *call, resource object) response {
	if byKey(c.scopesOfResource(resource), "name", c.text("name")) != nil {
		return fail(http.StatusUnprocessableEntity, "scope.name_exists").
			with("message", "The scope name "+c.text("name")+" is already in use.")
	}
	return created(c.addScope(resource, c.body))
}

func (s *Server) addScope(resource, columns object) object {
	scope := merged(object{
		"tenantId": "default", "id": newID(21), "resourceId": resource["id"], "description": nil, "createdAt": s.millis(),
	}, columns)
	s.scopes = append(s.scopes, scope)
	return scope
}

func (s *Server) scopesOfResource(resource object) []object {
	scopes := []object{}
	for _, scope := range s.scopes {
		if scope["resourceId"] == resource["id"] {
			scopes = append(scopes, scope)
		}
	}
	return scopes
}
