package logtotest

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
)

// tenantRoutes are what concerns the tenant as a whole.
func tenantRoutes() []route {
	access := optional(oneOf("Off", "ReadOnly", "Edit"))
	fields := []field{}
	for _, name := range []string{
		"name", "avatar", "profile", "email", "phone", "password", "username", "social", "customData", "mfa", "passkey", "session",
	} {
		fields = append(fields, field{name, access})
	}
	return []route{
		{method: http.MethodGet, pattern: "/api/status", handle: func(*call) response { return noContent() }, open: true},
		{method: http.MethodGet, pattern: "/api/account-center", handle: func(c *call) response { return ok(c.accountCenter) }},
		{method: http.MethodPatch, pattern: "/api/account-center", handle: patchAccountCenter, body: shape(
			field{"enabled", optional(ofType("boolean"))},
			field{"fields", optional(shape(fields...))},
			field{"webauthnRelatedOrigins", optional(listOf(ofType("string")))},
			field{"deleteAccountUrl", optional(nullable(ofType("string")))},
			field{"customCss", optional(nullable(ofType("string")))},
			field{"profileFields", optional(nullable(listOf(anything)))},
		)},
		{method: http.MethodGet, pattern: "/api/user-assets/service-status", handle: func(*call) response {
			return ok(object{"status": "not_configured", "isExperienceAvatarUploadEnabled": true})
		}},
		{method: http.MethodPost, pattern: "/api/user-assets", handle: func(*call) response {
			return fail(http.StatusBadRequest, "storage.not_configured")
		}},
		{method: http.MethodGet, pattern: "/api/logs", handle: listLogs},
		{method: http.MethodPost, pattern: "/api/subject-tokens", handle: createSubjectToken, body: shape(
			field{"userId", ofType("string")}, field{"context", optional(ofType("object"))},
		)},
	}
}

func patchAccountCenter(c *call) response {
	maps.Copy(c.accountCenter, c.body)
	return ok(c.accountCenter)
}

// listLogs shows the newest first, of one user, application, kind or time.
func listLogs(c *call) response {
	shown := []object{}
	for _, entry := range slices.Backward(c.logs) {
		payload, at := entry["payload"].(object), entry["createdAt"].(float64)
		if c.asks("userId", payload["userId"]) && c.asks("applicationId", payload["applicationId"]) &&
			c.asks("logKey", entry["key"]) && c.bound("start_time", at) <= at && at <= c.bound("end_time", at) {
			shown = append(shown, entry)
		}
	}
	return c.paged(shown)
}

// asks tells whether the query leaves a key open or asks for this value.
func (c *call) asks(key string, value any) bool {
	wanted, given := c.query[key]
	return !given || wanted == value
}

// bound is a limit given in the query, or the default.
func (c *call) bound(key string, otherwise float64) float64 {
	text, _ := c.query[key].(string)
	if number, err := strconv.ParseFloat(text, 64); err == nil {
		return number
	}
	return otherwise
}

// addLog notes what a user did, as sign-in does.
func (s *Server) addLog(key, userID, applicationID, userAgent string) {
	s.logs = append(s.logs, object{
		"tenantId": "default", "id": newID(21), "key": key, "createdAt": s.millis(),
		"payload": object{
			"key": key, "result": "Success", "ip": "127.0.0.1", "userAgent": userAgent,
			"userId": userID, "applicationId": applicationID,
		},
	})
}

// createSubjectToken lets an application act for a user, once and soon.
func createSubjectToken(c *call) response {
	const lifetime = 600
	if c.user(c.text("userId")) == nil {
		return fail(http.StatusNotFound, "entity.relation_foreign_key_not_found")
	}
	token := "sub_" + newID(21)
	c.subjectTokens[token] = &tokenGrant{userID: c.text("userId"), expires: c.seconds() + lifetime}
	return created(object{"subjectToken": token, "expiresIn": lifetime})
}
