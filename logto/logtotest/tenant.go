package logtotest

import (
	"crypto/rand"
	"encoding/base64"
	"maps"
	"slices"
)

// tenant is everything that Logto keeps in its database.
type tenant struct {
	// people are the demo's accounts by name.
	people            map[string]*user
	users             []*user
	applications      []object
	resources         []object
	scopes            []object
	roleScopes        map[string][]string
	applicationRoles  map[string][]string
	roles             []object
	organizations     []object
	organizationRoles []object
	connectors        []object
	logs              []object
	accountCenter     object
	signInExperience  object
	messages          []Message
	codes             map[string]*verificationCode
	keys              []*signingKey
	opaqueTokens      map[string]*tokenGrant
	refreshTokens     map[string]*tokenGrant
	subjectTokens     map[string]*tokenGrant
}

// user is a row of Logto's users with what hangs on it. All but the password is
// JSON as the Management API shows it.
type user struct {
	// data is what GET /api/users/{userId} answers, but for hasPassword.
	data object
	// digest is the password's argon2 digest, "" for none.
	digest        string
	configs       object
	tokens        []object
	mfa           []object
	sessions      []object
	grants        []object
	ssoIdentities []object
	roles         []string
	// organizations maps the ids of the user's organizations to the roles there.
	organizations map[string][]string
}

func (u *user) id() string { return u.data["id"].(string) }

// touch notes a change, as the database's trigger does.
func (s *Server) touch(u *user) { u.data["updatedAt"] = s.millis() }

func (s *Server) user(id string) *user {
	for _, u := range s.users {
		if u.data["id"] == id {
			return u
		}
	}
	return nil
}

// forUser turns a handler about one user into one of the path's userId, with
// Logto's 404 for an unknown one.
func forUser(handle func(*call, *user) response) handler {
	return func(c *call) response {
		u := c.user(c.params["userId"])
		if u == nil {
			return notFound()
		}
		return handle(c, u)
	}
}

// byKey finds the object whose key has the value.
func byKey(list []object, key string, value any) object {
	i := slices.IndexFunc(list, func(o object) bool { return o[key] == value })
	if i < 0 {
		return nil
	}
	return list[i]
}

// without is the list minus the objects whose key has the value.
func without(list []object, key string, value any) []object {
	return slices.DeleteFunc(slices.Clone(list), func(o object) bool { return o[key] == value })
}

// pick copies the named keys.
func pick(source object, keys ...string) object {
	picked := object{}
	for _, key := range keys {
		if value, present := source[key]; present {
			picked[key] = value
		}
	}
	return picked
}

// merged is base with the keys of change laid over it.
func merged(base, change object) object {
	result := object{}
	maps.Copy(result, base)
	maps.Copy(result, change)
	return result
}

// newID is an identifier of lower-case letters and digits, of which Logto gives
// users 12 and most else 21.
func newID(length int) string {
	const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
	return fromAlphabet(alphabet, length)
}

// newSecret is a text of letters and digits.
func newSecret(length int) string {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	return fromAlphabet(alphabet, length)
}

func fromAlphabet(alphabet string, length int) string {
	text := make([]byte, length)
	// rand.Read never fails.
	_, _ = rand.Read(text)
	for i, b := range text {
		text[i] = alphabet[int(b)%len(alphabet)]
	}
	return string(text)
}

// newToken is 43 characters of base64url: opaque and refresh tokens, and the ids
// of sessions and grants.
func newToken() string {
	raw := make([]byte, 32)
	// rand.Read never fails.
	_, _ = rand.Read(raw)
	return base64.RawURLEncoding.EncodeToString(raw)
}
