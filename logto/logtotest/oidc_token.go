package logtotest

import (
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// tokenGrant is what an opaque, refresh or subject token stands for.
type tokenGrant struct {
	userID   string
	clientID string
	// grantID is the user's grant that the token dies with, if any.
	grantID string
	scope   string
	// expires is in epoch seconds.
	expires float64
	// authTime and nonce are of the sign-in, which every refreshed ID token repeats.
	authTime any
	nonce    string
}

// freshness are the claims of an ID token that tell of the sign-in.
func (g *tokenGrant) freshness() []TokenOption {
	options := []TokenOption{}
	if g.authTime != nil {
		options = append(options, Claim("auth_time", g.authTime))
	}
	if g.nonce != "" {
		options = append(options, Claim("nonce", g.nonce))
	}
	return options
}

// lives tells whether a token's time, user and grant all still stand.
func (s *Server) lives(grant *tokenGrant) bool {
	if grant == nil || grant.expires <= s.seconds() {
		return false
	}
	u := s.user(grant.userID)
	if u == nil || u.data["isSuspended"] == true {
		return false
	}
	return grant.grantID == "" || byKey(u.grants, "id", grant.grantID) != nil
}

func (s *Server) issueOpaque(grant *tokenGrant) string {
	text := newToken()
	s.opaqueTokens[text] = grant
	return text
}

func oidcFail(status int, code, description string) response {
	return fail(status, "oidc."+code).
		with("error", code).with("error_description", description).
		withHeader("Cache-Control", "no-store")
}

func invalidGrant() response {
	return oidcFail(http.StatusBadRequest, "invalid_grant", "grant request is invalid").
		with("error_uri", "https://openid.sh/debug/invalid_grant")
}

// client authenticates the application of a token request, by Basic or by form. A
// public one has only its id.
func (c *call) client() (object, *response) {
	id, secret := c.form.Get("client_id"), c.form.Get("client_secret")
	encoded, isBasic := strings.CutPrefix(c.request.Header.Get("Authorization"), "Basic ")
	if isBasic {
		id, secret = basicCredentials(encoded)
	}
	if id == "" {
		return nil, refuse(oidcFail(http.StatusBadRequest, "invalid_request", "no client authentication mechanism provided"))
	}
	application := byKey(c.applications, "id", id)
	if application == nil {
		return nil, refuse(oidcFail(http.StatusBadRequest, "invalid_client", "invalid client "+id))
	}
	if !isPublic(application) && application["secret"] != secret {
		const description = "client authentication failed"
		return nil, refuse(oidcFail(http.StatusUnauthorized, "invalid_client", description).
			withHeader("WWW-Authenticate", `Basic realm="`+c.Issuer+`", error="invalid_client", error_description="`+description+`"`))
	}
	return application, nil
}

func isPublic(application object) bool {
	return application["type"] == "SPA" || application["type"] == "Native"
}

// basicCredentials are form-encoded inside the Basic header (RFC 6749, section
// 2.3.1). What cannot be decoded is an unknown client.
func basicCredentials(encoded string) (id, secret string) {
	raw, _ := base64.StdEncoding.DecodeString(encoded)
	id, secret, _ = strings.Cut(string(raw), ":")
	if text, err := url.QueryUnescape(id); err == nil {
		id = text
	}
	if text, err := url.QueryUnescape(secret); err == nil {
		secret = text
	}
	return id, secret
}

func tokenEndpoint(c *call) response {
	application, refusal := c.client()
	if refusal != nil {
		return *refusal
	}
	switch c.form.Get("grant_type") {
	case "client_credentials":
		return clientCredentials(c, application)
	case "refresh_token":
		return refresh(c, application)
	case exchangeGrant:
		return exchangeToken(c, application)
	default:
		return oidcFail(http.StatusBadRequest, "unsupported_grant_type", "unsupported grant_type requested")
	}
}

func clientCredentials(c *call, application object) response {
	if application["type"] != "MachineToMachine" {
		return oidcFail(http.StatusBadRequest, "unauthorized_client", "requested grant type is not allowed for this client")
	}
	if c.form.Get("resource") == "" {
		return oidcFail(http.StatusBadRequest, "invalid_target", "both `resource` and `organization_id` are not provided")
	}
	resource, refusal := c.resource()
	if refusal != nil {
		return *refusal
	}
	id := application["id"].(string)
	scope := c.granted(c.applicationRoles[id], resource)
	return c.tokenAnswer(object{"access_token": c.accessToken(id, id, resource["indicator"].(string), scope)}, scope)
}

// resource is the API resource that the form names, nil if it names none.
func (c *call) resource() (object, *response) {
	indicator := c.form.Get("resource")
	if indicator == "" {
		return nil, nil
	}
	resource := byKey(c.resources, "indicator", indicator)
	if resource == nil {
		return nil, refuse(oidcFail(http.StatusBadRequest, "invalid_target", "resource indicator is missing, or unknown"))
	}
	return resource, nil
}

// granted is what the roles give of the scopes that the form asks for. Anything
// else is left out without a word.
func (c *call) granted(roles []string, resource object) string {
	scopes := []string{}
	asked := strings.Fields(c.form.Get("scope"))
	for _, scope := range c.scopesOf(roles) {
		name := scope["name"].(string)
		if scope["resourceId"] == resource["id"] && slices.Contains(asked, name) && !slices.Contains(scopes, name) {
			scopes = append(scopes, name)
		}
	}
	return strings.Join(scopes, " ")
}

func (c *call) tokenAnswer(tokens object, scope string) response {
	body := merged(tokens, object{"expires_in": tokenLifetime, "token_type": "Bearer"})
	if scope != "" {
		body["scope"] = scope
	}
	return ok(body).withHeader("Cache-Control", "no-store")
}

// refresh gives new tokens for a living refresh token: with a resource a JWT,
// without one an opaque token.
func refresh(c *call, application object) response {
	sent := c.form.Get("refresh_token")
	grant := c.refreshTokens[sent]
	if !c.lives(grant) || grant.clientID != application["id"] {
		return invalidGrant()
	}
	resource, refusal := c.resource()
	if refusal != nil {
		return *refusal
	}
	scope := grant.scope
	tokens := object{"refresh_token": sent, "id_token": c.idToken(grant.userID, grant.clientID, grant.freshness()...)}
	if resource == nil {
		tokens["access_token"] = c.issueOpaque(&tokenGrant{
			userID: grant.userID, clientID: grant.clientID, grantID: grant.grantID, scope: scope,
			expires: c.seconds() + tokenLifetime,
		})
		return c.tokenAnswer(tokens, scope)
	}
	if c.form.Get("scope") == "" {
		c.form.Set("scope", accountScopes)
	}
	scope = c.granted(c.user(grant.userID).roles, resource)
	tokens["access_token"] = c.accessToken(grant.userID, grant.clientID, resource["indicator"].(string), scope)
	return c.tokenAnswer(tokens, scope)
}

// dropTokens ends a user's opaque and refresh tokens.
func (s *Server) dropTokens(u *user) {
	for _, tokens := range []map[string]*tokenGrant{s.opaqueTokens, s.refreshTokens} {
		maps.DeleteFunc(tokens, func(_ string, grant *tokenGrant) bool { return grant.userID == u.id() })
	}
}
