package logtotest

import (
	"net/http"
	"strings"
)

// accountAPIRoutes are the few of Logto's end-user API that are known to be taken
// for the Management API, or that answer before anything is set up.
func accountAPIRoutes() []route {
	return []route{
		{method: http.MethodPost, pattern: "/api/verifications/password", handle: needsUserToken, open: true},
		{method: http.MethodPost, pattern: "/api/verifications/verification-code", handle: needsUserToken, open: true},
		{method: http.MethodPost, pattern: "/api/verifications/verification-code/verify", handle: needsUserToken, open: true},
		{method: http.MethodGet, pattern: "/api/my-account", handle: needsUserToken, open: true},
	}
}

// needsUserToken takes opaque tokens of users alone, and then finds the account
// center disabled.
func needsUserToken(c *call) response {
	bearer, _ := strings.CutPrefix(c.request.Header.Get("Authorization"), "Bearer ")
	if c.opaqueTokens[bearer] == nil {
		return fail(http.StatusUnauthorized, "auth.unauthorized")
	}
	return fail(http.StatusBadRequest, "account_center.not_enabled")
}
