package logtotest

import (
	"net/http"
	"slices"
)

func applicationRoutes() []route {
	columns := []field{
		{"description", optional(nullable(ofType("string")))},
		{"oidcClientMetadata", optional(ofType("object"))},
		{"customClientMetadata", optional(ofType("object"))},
		{"customData", optional(ofType("object"))},
		{"isThirdParty", optional(ofType("boolean"))},
	}
	kind := oneOf("Native", "SPA", "Traditional", "MachineToMachine", "Protected", "SAML")
	consented := optional(listOf(ofType("string")))
	return []route{
		{method: http.MethodGet, pattern: "/api/applications", handle: listApplications},
		{
			method: http.MethodPost, pattern: "/api/applications", handle: createApplication,
			body: shape(append([]field{{"name", length(1, 256)}, {"type", kind}}, columns...)...),
		},
		{method: http.MethodGet, pattern: "/api/applications/{id}", handle: forApplication(func(c *call, application object) response {
			return ok(merged(application, object{"isAdmin": c.isAdmin(application)}))
		})},
		{
			method: http.MethodPatch, pattern: "/api/applications/{id}", handle: forApplication(patchApplication),
			body: shape(append([]field{{"name", optional(length(1, 256))}}, columns...)...),
		},
		{method: http.MethodDelete, pattern: "/api/applications/{id}", handle: forApplication(deleteApplication)},
		{method: http.MethodGet, pattern: "/api/applications/{id}/secrets", handle: forApplication(listSecrets)},
		{
			method: http.MethodPost, pattern: "/api/applications/{id}/user-consent-scopes",
			handle: forApplication(func(*call, object) response { return text(http.StatusCreated) }),
			body: shape(
				field{"organizationScopes", consented}, field{"resourceScopes", consented},
				field{"organizationResourceScopes", consented}, field{"userScopes", consented},
			),
		},
	}
}

func forApplication(handle func(*call, object) response) handler {
	return func(c *call) response {
		application := byKey(c.applications, "id", c.params["id"])
		if application == nil {
			return notFound()
		}
		return handle(c, application)
	}
}

func listApplications(c *call) response {
	types := c.request.URL.Query()["types"]
	shown := []object{}
	for _, application := range slices.Backward(c.applications) {
		if (len(types) == 0 || slices.Contains(types, application["type"].(string))) && c.searched(application) {
			shown = append(shown, application)
		}
	}
	return c.pagedIfAsked(shown)
}

func createApplication(c *call) response { return ok(c.addApplication(c.body)) }

func (s *Server) addApplication(columns object) object {
	application := merged(object{
		"tenantId": "default", "id": newID(21), "secret": newSecret(32), "description": nil,
		"oidcClientMetadata":   object{"redirectUris": []any{}, "postLogoutRedirectUris": []any{}},
		"customClientMetadata": object{}, "protectedAppMetadata": nil, "customData": object{}, "isThirdParty": false,
		"appLevelAccessControlEnabled": false, "createdAt": s.millis(),
	}, columns)
	s.applications = append(s.applications, application)
	return application
}

func patchApplication(c *call, application object) response {
	for key, value := range c.body {
		application[key] = value
	}
	return ok(application)
}

func deleteApplication(c *call, application object) response {
	c.applications = without(c.applications, "id", application["id"])
	delete(c.applicationRoles, application["id"].(string))
	return noContent()
}

// listSecrets shows the one secret that every application here has.
func listSecrets(_ *call, application object) response {
	return ok([]object{{
		"tenantId": "default", "applicationId": application["id"], "name": "Default secret",
		"value": application["secret"], "createdAt": application["createdAt"], "expiresAt": nil,
	}})
}

// isAdmin tells whether an application may use the whole Management API.
func (s *Server) isAdmin(application object) bool {
	management := byKey(s.resources, "indicator", ManagementResource)
	return slices.ContainsFunc(s.scopesOf(s.applicationRoles[application["id"].(string)]), func(scope object) bool {
		return scope["resourceId"] == management["id"] && scope["name"] == "all"
	})
}
