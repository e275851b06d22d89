package logtotest

import (
	"net/http"
	"slices"
)

func sessionRoutes() []route {
	const sessions, grants = "/api/users/{userId}/sessions", "/api/users/{userId}/grants"
	return []route{
		{method: http.MethodGet, pattern: sessions, handle: listSessions},
		{method: http.MethodGet, pattern: sessions + "/{sessionId}", handle: func(c *call) response {
			u := c.user(c.params["userId"])
			if session := c.session(u); session != nil {
				return ok(session)
			}
			return fail(http.StatusNotFound, "oidc.session_not_found")
		}},
		{
			method: http.MethodDelete, pattern: sessions + "/{sessionId}", handle: deleteSession,
			query: shape(field{"revokeGrantsTarget", optional(oneOf("all", "firstParty"))}),
		},
		{
			method: http.MethodGet, pattern: grants, handle: listGrants,
			query: shape(field{"appType", optional(oneOf("firstParty", "thirdParty"))}),
		},
		{method: http.MethodDelete, pattern: grants + "/{grantId}", handle: deleteGrant},
	}
}

// living leaves out what has expired.
func (s *Server) living(list []object) []object {
	living := []object{}
	for _, item := range list {
		if item["expiresAt"].(float64) > s.millis() {
			living = append(living, item)
		}
	}
	return living
}

// listSessions knows no unknown users, only users without sessions.
func listSessions(c *call) response {
	sessions := []object{}
	if u := c.user(c.params["userId"]); u != nil {
		sessions = c.living(u.sessions)
	}
	return ok(object{"sessions": sessions})
}

// session finds a user's session by the uid of its payload.
func (c *call) session(u *user) object {
	if u == nil {
		return nil
	}
	for _, session := range c.living(u.sessions) {
		if session["payload"].(object)["uid"] == c.params["sessionId"] {
			return session
		}
	}
	return nil
}

// deleteSession leaves the grants of the session, and with them its refresh
// tokens, alone unless it is told otherwise. It looks for the session before it
// looks whose it is.
func deleteSession(c *call) response {
	u := c.user(c.params["userId"])
	session := c.session(u)
	switch {
	case session != nil:
	case slices.ContainsFunc(c.users, func(other *user) bool { return c.session(other) != nil }):
		return fail(http.StatusNotFound, "oidc.invalid_session_account_id")
	default:
		return fail(http.StatusNotFound, "oidc.session_not_found")
	}
	payload := session["payload"].(object)
	kept := []object{}
	for _, other := range u.sessions {
		if other["payload"].(object)["uid"] != payload["uid"] {
			kept = append(kept, other)
		}
	}
	u.sessions = kept
	target := c.query["revokeGrantsTarget"]
	authorizations, _ := payload["authorizations"].(object)
	for clientID, authorization := range authorizations {
		if target == "all" || target == "firstParty" && !c.isThirdParty(clientID) {
			c.revokeGrant(u, authorization.(object)["grantId"])
		}
	}
	return noContent()
}

func listGrants(c *call) response {
	shown := []object{}
	u := c.user(c.params["userId"])
	if u == nil {
		return ok(object{"grants": shown})
	}
	for _, grant := range c.living(u.grants) {
		clientID := grant["payload"].(object)["clientId"]
		application := byKey(c.applications, "id", clientID)
		wanted := c.query["appType"]
		if application == nil || wanted != nil && (wanted == "thirdParty") != (application["isThirdParty"] == true) {
			continue
		}
		shown = append(shown, merged(grant, object{"application": pick(application, "id", "name")}))
	}
	return ok(object{"grants": shown})
}

func deleteGrant(c *call) response {
	u := c.user(c.params["userId"])
	if u == nil || byKey(c.living(u.grants), "id", c.params["grantId"]) == nil {
		return fail(http.StatusNotFound, "oidc.invalid_grant")
	}
	c.revokeGrant(u, c.params["grantId"])
	return noContent()
}

func (s *Server) isThirdParty(clientID string) bool {
	application := byKey(s.applications, "id", clientID)
	return application != nil && application["isThirdParty"] == true
}

// revokeGrant ends everything issued under a grant: tokens live only as long as
// the grant that they name.
func (s *Server) revokeGrant(u *user, id any) { u.grants = without(u.grants, "id", id) }
