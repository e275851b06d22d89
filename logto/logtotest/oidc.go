package logtotest

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

func oidcRoutes() []route {
	return []route{
		{method: http.MethodGet, pattern: "/oidc/.well-known/openid-configuration", handle: discovery, open: true},
		{method: http.MethodGet, pattern: "/oidc/.well-known/oauth-authorization-server", handle: discovery, open: true},
		{method: http.MethodGet, pattern: "/oidc/jwks", handle: jwks, open: true},
		{method: http.MethodPost, pattern: "/oidc/token", handle: tokenEndpoint, open: true},
		{method: http.MethodPost, pattern: "/oidc/token/introspection", handle: introspect, open: true},
		{method: http.MethodGet, pattern: "/oidc/me", handle: userinfo, open: true},
		{method: http.MethodGet, pattern: "/api/configs/oidc/private-keys", handle: listKeys},
		{
			method: http.MethodPost, pattern: "/api/configs/oidc/private-keys/rotate", handle: rotateKeys,
			body: shape(field{"signingKeyAlgorithm", optional(oneOf("RSA", "EC"))}),
		},
	}
}

// discovery names the issuer as configured, but all else after the Host header.
func discovery(c *call) response {
	base := "http://" + c.request.Host + "/oidc"
	algorithms := []any{}
	for _, key := range c.keys {
		if key.entry["signingKeyAlgorithm"] == "RSA" {
			algorithms = append(algorithms, "PS256", "RS256")
		}
	}
	for _, key := range c.keys {
		if key.entry["signingKeyAlgorithm"] != "RSA" {
			algorithms = append(algorithms, key.Algorithm)
		}
	}
	return ok(merged(metadata(), object{
		"issuer":                                c.Issuer,
		"authorization_endpoint":                base + "/auth",
		"device_authorization_endpoint":         base + "/device/auth",
		"end_session_endpoint":                  base + "/session/end",
		"jwks_uri":                              base + "/jwks",
		"token_endpoint":                        base + "/token",
		"pushed_authorization_request_endpoint": base + "/request",
		"userinfo_endpoint":                     base + "/me",
		"introspection_endpoint":                base + "/token/introspection",
		"revocation_endpoint":                   base + "/token/revocation",
		"id_token_signing_alg_values_supported": algorithms,
	}))
}

// metadata is what discovery always says.
func metadata() object {
	return object{
		"claims_parameter_supported": false,
		"claims_supported": []any{
			"sub", "name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile",
			"picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at", "username", "created_at",
			"email", "email_verified", "phone_number", "phone_number_verified", "address", "custom_data", "identities",
			"sso_identities", "roles", "organizations", "organization_data", "organization_roles", "sid", "auth_time", "iss",
		},
		"code_challenge_methods_supported": []any{"S256"},
		"grant_types_supported": []any{
			"implicit", "authorization_code", "refresh_token", "client_credentials",
			"urn:ietf:params:oauth:grant-type:device_code", exchangeGrant,
		},
		"authorization_response_iss_parameter_supported": true,
		"response_modes_supported":                       []any{"form_post", "fragment", "query"},
		"response_types_supported":                       []any{"code id_token", "code", "id_token", "none"},
		"scopes_supported": []any{
			"openid", "offline_access", "profile", "email", "phone", "address", "custom_data", "identities", "roles",
			"urn:logto:scope:organizations", "urn:logto:scope:organization_roles", "urn:logto:scope:sessions",
			"urn:logto:scope:trusted_devices",
		},
		"subject_types_supported": []any{"public"},
		"token_endpoint_auth_methods_supported": []any{
			"client_secret_basic", "client_secret_jwt", "client_secret_post", "private_key_jwt", "none",
		},
		"token_endpoint_auth_signing_alg_values_supported": []any{"HS256", "RS256", "PS256", "ES256", "Ed25519", "EdDSA"},
		"request_uri_parameter_supported":                  false,
		"backchannel_logout_supported":                     true,
		"backchannel_logout_session_supported":             true,
		"claim_types_supported":                            []any{"normal"},
	}
}

func jwks(c *call) response {
	keys := []any{}
	for _, key := range c.keys {
		keys = append(keys, key.JWK())
	}
	return ok(object{"keys": keys}).
		withHeader("Content-Type", "application/jwk-set+json; charset=utf-8").
		withHeader("Cache-Control", "no-cache, max-age=0, must-revalidate")
}

func listKeys(c *call) response {
	entries := []any{}
	for _, key := range c.keys {
		entries = append(entries, key.entry)
	}
	return ok(entries)
}

func rotateKeys(c *call) response {
	algorithm := "ES384"
	if c.text("signingKeyAlgorithm") == "RSA" {
		algorithm = "RS256"
	}
	key, err := NewKey(algorithm)
	if err != nil {
		return internalError()
	}
	c.rotateTo(key)
	return listKeys(c)
}

// userinfo takes opaque tokens alone: one for an API resource is refused.
func userinfo(c *call) response {
	bearer, _ := strings.CutPrefix(c.request.Header.Get("Authorization"), "Bearer ")
	grant := c.opaqueTokens[bearer]
	if !c.lives(grant) {
		// The entity tag is of the error as it was before Logto added to it.
		return oidcFail(http.StatusUnauthorized, "invalid_token", "invalid token provided").
			withHeader("ETag", entityTag([]byte(`{"error":"invalid_token","error_description":"invalid token provided"}`))).
			withHeader("WWW-Authenticate", `Bearer realm="`+c.Issuer+`", error="invalid_token", error_description="invalid token provided"`)
	}
	return ok(c.userClaims(c.user(grant.userID), grant.scope)).withHeader("Cache-Control", "no-store")
}

// introspect tells nothing of JWTs, and of opaque tokens whether they live.
func introspect(c *call) response {
	if _, refusal := c.client(); refusal != nil {
		return *refusal
	}
	sent := c.form.Get("token")
	if strings.Count(sent, ".") == 2 {
		return oidcFail(http.StatusBadRequest, "unsupported_token_type",
			"Structured JWT Tokens cannot be introspected via the introspection_endpoint")
	}
	grant := c.opaqueTokens[sent]
	shown := object{"active": c.lives(grant)}
	if c.lives(grant) {
		maps.Copy(shown, object{
			"sub": grant.userID, "client_id": grant.clientID, "scope": grant.scope,
			"exp": grant.expires, "iss": c.Issuer, "token_type": "Bearer",
		})
	}
	return ok(shown).withHeader("Cache-Control", "no-store")
}

// userClaims are what an ID token or /oidc/me tells about a user for a list of
// scopes.
func (s *Server) userClaims(u *user, scope string) object {
	has := func(name string) bool { return slices.Contains(strings.Fields(scope), name) }
	claims := object{"sub": u.id()}
	if has("profile") {
		maps.Copy(claims, object{
			"name": u.data["name"], "picture": u.data["avatar"], "username": u.data["username"],
			"created_at": u.data["createdAt"], "updated_at": u.data["updatedAt"],
		})
		if u.data["username"] != nil {
			claims["preferred_username"] = u.data["username"]
		}
	}
	if has("email") {
		claims["email"], claims["email_verified"] = u.data["primaryEmail"], u.data["primaryEmail"] != nil
	}
	if has("phone") {
		claims["phone_number"], claims["phone_number_verified"] = u.data["primaryPhone"], u.data["primaryPhone"] != nil
	}
	if has("roles") {
		names := []any{}
		for _, role := range s.rolesOf(u.roles) {
			names = append(names, role["name"])
		}
		claims["roles"] = names
	}
	return claims
}
