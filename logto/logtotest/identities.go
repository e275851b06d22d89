package logtotest

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
)

func identityRoutes() []route {
	const collection = "/api/users/{userId}/identities"
	return []route{
		{
			method: http.MethodPost, pattern: collection, handle: forUser(linkIdentity),
			body: shape(field{"connectorId", ofType("string")}, field{"connectorData", ofType("object")}),
		},
		{
			method: http.MethodPut, pattern: collection + "/{target}", handle: forUser(putIdentity),
			body: shape(field{"userId", ofType("string")}, field{"details", optional(ofType("object"))}),
		},
		{method: http.MethodGet, pattern: collection + "/{target}", handle: forUser(getIdentity)},
		{method: http.MethodDelete, pattern: collection + "/{target}", handle: forUser(deleteIdentity)},
		{method: http.MethodGet, pattern: "/api/users/{userId}/sso-identities/{ssoConnectorId}", handle: forUser(getSSOIdentity)},
		{method: http.MethodGet, pattern: "/api/users/{userId}/all-identities", handle: forUser(allIdentities)},
	}
}

func (u *user) identities() object { return u.data["identities"].(object) }

// linkIdentity hands the data to the connector as it is, and replaces an identity
// of the same target without a word.
func linkIdentity(c *call, u *user) response {
	connector := byKey(c.connectors, "id", c.text("connectorId"))
	if connector == nil {
		return notFound()
	}
	if connector["type"] != "Social" {
		return fail(http.StatusUnprocessableEntity, "session.invalid_connector_id").
			with("message", "Unable to find available connector with id "+c.text("connectorId")+".")
	}
	details, refusal := socialAccount(connector, c.body["connectorData"].(object))
	if refusal != nil {
		return *refusal
	}
	_, refusal = c.storeIdentity(u, connector["target"].(string), object{"userId": details["id"], "details": details})
	if refusal != nil {
		return *refusal
	}
	return ok(u.identities())
}

// putIdentity believes whatever target and account it is told.
func putIdentity(c *call, u *user) response {
	existed, refusal := c.storeIdentity(u, c.params["target"], c.body)
	switch {
	case refusal != nil:
		return *refusal
	case existed:
		return ok(u.identities())
	default:
		return created(u.identities())
	}
}

// storeIdentity looks for another user with the same account before those that
// link at the same time have been stored, so that two users may get it.
func (c *call) storeIdentity(u *user, target string, identity object) (existed bool, refusal *response) {
	if hasNUL(identity) {
		return false, refuse(internalError())
	}
	for _, other := range c.users {
		held, _ := other.identities()[target].(object)
		if other != u && held != nil && held["userId"] == identity["userId"] {
			return false, refuse(fail(http.StatusUnprocessableEntity, "user.identity_already_in_use"))
		}
	}
	_, existed = u.identities()[target]
	c.race()
	u.data["identities"] = merged(u.identities(), object{target: identity})
	c.touch(u)
	return existed, nil
}

func getIdentity(c *call, u *user) response {
	identity, present := u.identities()[c.params["target"]]
	if !present {
		return fail(http.StatusNotFound, "user.identity_not_exist")
	}
	return ok(object{"identity": identity})
}

// deleteIdentity removes the last way of signing in as readily as any other.
func deleteIdentity(c *call, u *user) response {
	if _, present := u.identities()[c.params["target"]]; !present {
		return fail(http.StatusNotFound, "user.identity_not_exist")
	}
	remaining := maps.Clone(u.identities())
	delete(remaining, c.params["target"])
	u.data["identities"] = remaining
	c.touch(u)
	return ok(c.show(u))
}

func getSSOIdentity(c *call, u *user) response {
	identity := byKey(u.ssoIdentities, "ssoConnectorId", c.params["ssoConnectorId"])
	if identity == nil {
		return fail(http.StatusNotFound, "user.enterprise_sso_identity_not_exists")
	}
	return ok(object{"ssoIdentity": identity})
}

func allIdentities(_ *call, u *user) response {
	social, sso := []object{}, []object{}
	for _, target := range slices.Sorted(maps.Keys(u.identities())) {
		social = append(social, object{"identity": u.identities()[target], "target": target})
	}
	for _, identity := range u.ssoIdentities {
		sso = append(sso, object{"ssoIdentity": identity, "ssoConnectorId": identity["ssoConnectorId"]})
	}
	return ok(object{"socialIdentities": social, "ssoIdentities": sso})
}

// socialAccount is what a connector makes of the data that the provider sent to
// the redirect URI. No provider can be reached, so the mock connector alone, and
// Google with an ID token, come to an end.
func socialAccount(connector, data object) (object, *response) {
	switch connector["connectorId"] {
	case "mock-social-connector":
		return mockAccount(data)
	case "apple-universal":
		return nil, refuse(fail(http.StatusUnauthorized, "connector.social_invalid_id_token"))
	case "google-universal":
		if credential, given := data["credential"].(string); given {
			return googleAccount(connector, credential)
		}
		return nil, unreachableProvider(data)
	case "github-universal":
		return nil, unreachableProvider(data)
	default:
		return nil, refuse(fail(http.StatusNotImplemented, "connector.not_implemented"))
	}
}

// mockData is what the mock connector can read.
var mockData = shape(
	field{"code", ofType("string")}, field{"userId", optional(ofType("string"))}, field{"email", optional(ofType("string"))},
	field{"phone", optional(ofType("string"))}, field{"name", optional(ofType("string"))}, field{"avatar", optional(ofType("string"))},
)

// mockAccount believes the data. Without a userId every link is another account.
func mockAccount(data object) (object, *response) {
	_, issues := mockData(data, nil)
	if len(issues) > 0 {
		return nil, refuse(fail(http.StatusBadRequest, "connector.invalid_response").
			with("data", object{"message": string(encodeJSON(data))}))
	}
	account := pick(data, "email", "phone", "name", "avatar")
	account["id"], account["rawData"] = data["userId"], data
	if account["id"] == nil {
		account["id"] = "mock-social-sub-" + newID(12)
	}
	return account, nil
}

// unreachableProvider tells the user's refusal, which needs no provider, from a
// code that cannot be redeemed.
func unreachableProvider(data object) *response {
	if data["error"] == "access_denied" {
		return refuse(fail(http.StatusUnauthorized, "connector.authorization_failed").
			with("data", object{"message": data["error_description"]}))
	}
	return refuse(internalError())
}

// googleAccount reads Google's ID token, given instead of a code. The simulator
// has nobody's keys, so it looks at the audience and not at the signature.
func googleAccount(connector object, credential string) (object, *response) {
	var claims object
	parts := strings.Split(credential, ".")
	if len(parts) == 3 {
		// What doesn't decode leaves no claims, and is refused below.
		raw, _ := base64.RawURLEncoding.DecodeString(parts[1])
		_ = json.Unmarshal(raw, &claims)
	}
	subject, _ := claims["sub"].(string)
	if subject == "" || claims["aud"] != connector["config"].(object)["clientId"] {
		return nil, refuse(fail(http.StatusUnauthorized, "connector.social_invalid_id_token"))
	}
	account := pick(claims, "email", "name")
	account["id"], account["rawData"] = subject, claims
	if picture, given := claims["picture"]; given {
		account["avatar"] = picture
	}
	return account, nil
}
