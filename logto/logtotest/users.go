package logtotest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"
)

// columnWidths are the lengths, in characters, that the columns of users take.
var columnWidths = map[string]int{
	"username": 128, "primaryEmail": 128, "primaryPhone": 128, "name": 128, "avatar": 2048,
}

func userRoutes() []route {
	return []route{
		{method: http.MethodGet, pattern: "/api/users", handle: listUsers},
		{method: http.MethodPost, pattern: "/api/users", handle: createUser, body: newUserSchema()},
		{method: http.MethodGet, pattern: "/api/users/{userId}", handle: forUser(getUser)},
		{method: http.MethodPatch, pattern: "/api/users/{userId}", handle: forUser(patchUser), body: userPatchSchema()},
		{method: http.MethodDelete, pattern: "/api/users/{userId}", handle: deleteUser},
		{
			method: http.MethodPatch, pattern: "/api/users/{userId}/is-suspended", handle: forUser(suspendUser),
			body: shape(field{"isSuspended", ofType("boolean")}),
		},
		{method: http.MethodGet, pattern: "/api/users/{userId}/has-password", handle: forUser(hasPassword)},
		{
			method: http.MethodPatch, pattern: "/api/users/{userId}/profile", handle: forUser(patchProfile),
			body: shape(field{"profile", profileSchema()}),
		},
		{method: http.MethodGet, pattern: "/api/users/{userId}/custom-data", handle: forUser(getCustomData)},
		{
			method: http.MethodPatch, pattern: "/api/users/{userId}/custom-data", handle: forUser(patchCustomData),
			body: shape(field{"customData", ofType("object")}),
		},
		{method: http.MethodGet, pattern: "/api/users/{userId}/logto-configs", handle: forUser(getConfigs)},
		{
			method: http.MethodPatch, pattern: "/api/users/{userId}/logto-configs", handle: forUser(patchConfigs),
			body: configsSchema(),
		},
	}
}

// show is a user as the Management API answers it.
func (s *Server) show(u *user) object {
	if s.noHasPassword {
		return u.data
	}
	return merged(u.data, object{"hasPassword": u.digest != ""})
}

func getUser(c *call, u *user) response {
	shown := merged(c.show(u), nil)
	if c.query["includeSsoIdentities"] == "true" {
		shown["ssoIdentities"] = list(u.ssoIdentities)
	}
	if c.query["includePasswordHash"] == "true" && u.digest != "" {
		shown["passwordDigest"], shown["passwordAlgorithm"] = u.digest, "Argon2i"
	}
	return ok(shown)
}

func createUser(c *call) response {
	if refusal := c.checkUser(nil); refusal != nil {
		return *refusal
	}
	u := c.addUser(pick(c.body, "username", "primaryEmail", "primaryPhone", "name", "avatar", "customData", "profile"))
	if password := c.text("password"); password != "" {
		u.digest = digest(password)
	}
	return ok(c.show(u))
}

// addUser stores a new user of the given columns, with the tenant's default roles.
func (s *Server) addUser(columns object) *user {
	now := s.millis()
	u := &user{
		data: merged(object{
			"id": newID(12), "username": nil, "primaryEmail": nil, "primaryPhone": nil, "name": nil, "avatar": nil,
			"customData": object{}, "identities": object{}, "lastSignInAt": nil, "createdAt": now, "updatedAt": now,
			"profile": object{}, "applicationId": nil, "cimdClientId": nil, "isSuspended": false,
		}, columns),
		configs:       object{},
		organizations: map[string][]string{},
	}
	for _, role := range s.roles {
		if role["isDefault"] == true && role["type"] == "User" {
			u.roles = append(u.roles, role["id"].(string))
		}
	}
	s.users = append(s.users, u)
	return u
}

func patchUser(c *call, u *user) response {
	if refusal := c.checkUser(u); refusal != nil {
		return *refusal
	}
	if len(c.body) == 0 {
		return fail(http.StatusUnprocessableEntity, "entity.invalid_input")
	}
	for key, value := range c.body {
		if value == "" {
			value = nil
		}
		u.data[key] = value
	}
	c.touch(u)
	return ok(c.show(u))
}

// checkUser normalizes the phone number in the body, then refuses identifiers that
// another user has and values that the database would.
func (c *call) checkUser(self *user) *response {
	if phone := c.text("primaryPhone"); phone != "" {
		c.body["primaryPhone"] = normalizePhone(phone)
	}
	for _, identifier := range []struct{ key, code string }{
		{"username", "user.username_already_in_use"},
		{"primaryEmail", "user.email_already_in_use"},
		{"primaryPhone", "user.phone_already_in_use"},
	} {
		if c.taken(identifier.key, self) {
			return refuse(fail(http.StatusUnprocessableEntity, identifier.code))
		}
	}
	if hasNUL(c.body) {
		return refuse(internalError())
	}
	for key, width := range columnWidths {
		if utf8.RuneCountInString(c.text(key)) > width {
			return refuse(valueTooLong(width))
		}
	}
	return nil
}

// taken tells whether somebody else has the identifier. Usernames are case
// sensitive and email addresses are not.
func (c *call) taken(key string, self *user) bool {
	wanted := c.text(key)
	if wanted == "" {
		return false
	}
	return slices.ContainsFunc(c.users, func(other *user) bool {
		held, _ := other.data[key].(string)
		return other != self && (held == wanted || key == "primaryEmail" && strings.EqualFold(held, wanted))
	})
}

// valueTooLong is what PostgreSQL says of a text wider than its column.
func valueTooLong(width int) response {
	return fail(http.StatusUnprocessableEntity, "entity.value_too_long").
		with("data", object{"message": fmt.Sprintf("value too long for type character varying(%d)", width)})
}

// normalizePhone drops a national trunk zero after the country code. What a phone
// library makes nothing of stays as it is.
func normalizePhone(phone string) string {
	parsed, err := phonenumbers.Parse("+"+phone, "")
	if err != nil {
		return phone
	}
	return strings.TrimPrefix(phonenumbers.Format(parsed, phonenumbers.E164), "+")
}

// hasNUL finds the character that PostgreSQL can't store.
func hasNUL(value any) bool {
	switch value := value.(type) {
	case string:
		return strings.ContainsRune(value, 0)
	case []any:
		return slices.ContainsFunc(value, hasNUL)
	case object:
		for key, element := range value {
			if hasNUL(key) || hasNUL(element) {
				return true
			}
		}
	}
	return false
}

// deleteUser knows one user that may not go: the caller.
func deleteUser(c *call) response {
	id := c.params["userId"]
	if id == c.machine {
		return fail(http.StatusBadRequest, "user.cannot_delete_self")
	}
	return forUser(func(c *call, u *user) response {
		c.users = slices.DeleteFunc(c.users, func(other *user) bool { return other == u })
		return noContent()
	})(c)
}

// suspendUser ends sessions and opaque and refresh tokens. JWTs live on.
func suspendUser(c *call, u *user) response {
	u.data["isSuspended"] = c.body["isSuspended"]
	if c.body["isSuspended"] == true {
		u.sessions = nil
		c.dropTokens(u)
	}
	c.touch(u)
	return ok(c.show(u))
}

func hasPassword(_ *call, u *user) response {
	return ok(object{"hasPassword": u.digest != ""})
}

// patchProfile merges the profile's top level: an address is replaced whole.
func patchProfile(c *call, u *user) response {
	return c.mergeInto(u, "profile")
}

func getCustomData(_ *call, u *user) response { return ok(u.data["customData"]) }

func patchCustomData(c *call, u *user) response {
	return c.mergeInto(u, "customData")
}

func (c *call) mergeInto(u *user, column string) response {
	if hasNUL(c.body) {
		return internalError()
	}
	u.data[column] = merged(u.data[column].(object), c.body[column].(object))
	c.touch(u)
	return ok(u.data[column])
}

func getConfigs(_ *call, u *user) response { return ok(showConfigs(u)) }

func patchConfigs(c *call, u *user) response {
	for key, change := range c.body {
		stored, _ := u.configs[key].(object)
		u.configs[key] = merged(stored, change.(object))
	}
	return ok(showConfigs(u))
}

func showConfigs(u *user) object {
	mfa, _ := u.configs["mfa"].(object)
	passkey, _ := u.configs["passkeySignIn"].(object)
	return object{
		"mfa":           merged(object{"skipped": false, "skipMfaOnSignIn": false}, pick(mfa, "enabled", "skipped", "skipMfaOnSignIn")),
		"passkeySignIn": merged(object{"skipped": false}, passkey),
	}
}
