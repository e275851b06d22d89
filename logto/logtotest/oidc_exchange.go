package logtotest

import "net/http"

const (
	exchangeGrant = "urn:ietf:params:oauth:grant-type:token-exchange"

	accessTokenType   = "urn:ietf:params:oauth:token-type:access_token"
	jwtTokenType      = "urn:ietf:params:oauth:token-type:jwt"
	personalTokenType = "urn:logto:token-type:personal_access_token"
)

// exchangeToken turns a personal access token, a subject token or a user's JWT into
// new tokens, and leaves a grant each time (RFC 8693).
func exchangeToken(c *call, application object) response {
	if metadata := application["customClientMetadata"].(object); metadata["allowTokenExchange"] != true {
		return oidcFail(http.StatusBadRequest, "unauthorized_client", "token exchange is not allowed for this application")
	}
	u := c.subject()
	if u == nil || u.data["isSuspended"] == true {
		return invalidGrant()
	}
	resource, refusal := c.resource()
	if refusal != nil {
		return *refusal
	}
	client := application["id"].(string)
	if resource == nil {
		scope := c.form.Get("scope")
		grant := c.addGrant(u, client, scope, nil)
		return c.tokenAnswer(object{"access_token": c.issueOpaque(&tokenGrant{
			userID: u.id(), clientID: client, grantID: grant["id"].(string), scope: scope, expires: c.seconds() + tokenLifetime,
		})}, scope)
	}
	scope, indicator := c.granted(u.roles, resource), resource["indicator"].(string)
	c.addGrant(u, client, "", object{indicator: scope})
	options := []TokenOption{}
	if actor := c.actor(); actor != "" {
		options = append(options, Claim("act", object{"sub": actor}))
	}
	return c.tokenAnswer(object{"access_token": c.accessToken(u.id(), client, indicator, scope, options...)}, scope)
}

// subject is the user of the subject token, nil if that is no good. A subject
// token of Logto's own can be used once.
func (c *call) subject() *user {
	sent := c.form.Get("subject_token")
	switch c.form.Get("subject_token_type") {
	case personalTokenType:
		for _, u := range c.users {
			if found := byKey(u.tokens, "value", sent); found != nil && c.unexpired(found) {
				return u
			}
		}
	case accessTokenType, jwtTokenType:
		if grant := c.subjectTokens[sent]; grant != nil {
			delete(c.subjectTokens, sent)
			if c.lives(grant) {
				return c.user(grant.userID)
			}
			return nil
		}
		return c.userOfJWT(sent)
	}
	return nil
}

// unexpired tells whether a personal access token may be used. Logto takes an
// expiry of 0 for none.
func (s *Server) unexpired(personal object) bool {
	expiry, _ := personal["expiresAt"].(float64)
	return expiry == 0 || expiry > s.millis()
}

// userOfJWT takes access tokens, whose sign is the client_id that ID tokens lack.
func (c *call) userOfJWT(sent string) *user {
	claims, err := c.verify(sent)
	if err != nil || claims["client_id"] == nil {
		return nil
	}
	id, _ := claims["sub"].(string)
	return c.user(id)
}

// actor is the user of the actor token, "" without one.
func (c *call) actor() string {
	claims, err := c.verify(c.form.Get("actor_token"))
	if err == nil {
		id, _ := claims["sub"].(string)
		return id
	}
	if grant := c.opaqueTokens[c.form.Get("actor_token")]; c.lives(grant) {
		return grant.userID
	}
	return ""
}
