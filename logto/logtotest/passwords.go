package logtotest

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"golang.org/x/crypto/argon2"
)

func passwordRoutes() []route {
	password := shape(field{"password", length(1, 0)})
	return []route{
		{method: http.MethodPatch, pattern: "/api/users/{userId}/password", handle: forUser(setPassword), body: password},
		{method: http.MethodPost, pattern: "/api/users/{userId}/password/verify", handle: forUser(verifyPassword), body: password},
		{
			method: http.MethodPatch, pattern: "/api/users/{userId}/password/expiration", handle: expirePassword,
			body: shape(field{"isExpired", ofType("boolean")}),
		},
		{
			method: http.MethodPost, pattern: "/api/sign-in-exp/default/check-password", handle: checkPassword,
			body: shape(field{"password", ofType("string")}, field{"userId", optional(ofType("string"))}),
		},
	}
}

// BreachedPasswords says whether the service that knows breached passwords can be
// reached, as it can at first. It knows a handful of notorious passwords.
func (s *Server) BreachedPasswords(reachable bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noBreachedPasswords = !reachable
}

// setPassword enforces no policy, and ends no session.
func setPassword(c *call, u *user) response {
	var hashed string
	c.unlocked(func() { hashed = digest(c.text("password")) })
	u.digest = hashed
	c.touch(u)
	return ok(c.show(u))
}

// verifyPassword never locks anybody out.
func verifyPassword(c *call, u *user) response {
	stored, right := u.digest, false
	c.unlocked(func() { right = matches(stored, c.text("password")) })
	if !right {
		return fail(http.StatusUnprocessableEntity, "session.invalid_credentials")
	}
	return noContent()
}

// unlocked lets other calls run during work that is slow and needs no state.
func (c *call) unlocked(work func()) {
	c.mu.Unlock()
	defer c.mu.Lock()
	work()
}

// expirePassword shows no effect: the user's JSON doesn't tell an expired
// password.
func expirePassword(c *call) response {
	expiration, _ := c.signInExperience["passwordExpiration"].(object)
	if expiration["enabled"] != true {
		return fail(http.StatusBadRequest, "sign_in_experiences.password_expiration_not_enabled")
	}
	return forUser(func(c *call, u *user) response { return ok(c.show(u)) })(c)
}

// checkPassword answers with every rule that the password breaks. The policy's
// breached-password service comes before the rules on phrases, so that an outage
// hides them.
func checkPassword(c *call) response {
	var user object
	if id := c.text("userId"); id != "" {
		u := c.user(id)
		if u == nil {
			return notFound()
		}
		user = u.data
	}
	policy, password := policyFrom(c.signInExperience["passwordPolicy"]), c.text("password")
	issues := policy.fastIssues(password)
	if policy.Rejects.Pwned {
		if c.noBreachedPasswords {
			return invalidInput("fetch failed")
		}
		if slices.Contains(breachedPasswords, password) {
			issues = append(issues, rejection("pwned", nil))
		}
	}
	if policy.Rejects.UserInfo && user == nil && password != "" {
		return invalidInput("User information data is required to check user information.")
	}
	issues = append(issues, policy.restrictedIssues(password, user)...)
	if len(issues) > 0 {
		return response{status: http.StatusBadRequest, body: object{"result": false, "issues": issues}}
	}
	return ok(object{"result": true})
}

// invalidInput carries the message of whatever Logto's code threw.
func invalidInput(thrown string) response {
	return fail(http.StatusBadRequest, "request.invalid_input").with("data", object{"message": thrown})
}

// The parameters of argon2i: a fraction of Logto's m=8192 and t=8, so that tests
// are fast.
const argonTime, argonMemory, argonThreads, argonKey, argonSalt = 1, 64, 1, 32, 16

// digest is the password as the users table holds it.
func digest(password string) string {
	salt := make([]byte, argonSalt)
	// rand.Read never fails.
	_, _ = rand.Read(salt)
	return formatDigest(password, salt)
}

func formatDigest(password string, salt []byte) string {
	hash := argon2.Key([]byte(password), salt, argonTime, argonMemory, argonThreads, argonKey)
	return fmt.Sprintf("$argon2i$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(hash))
}

// matches tells whether the digest, "" for none, is of the password.
func matches(digest, password string) bool {
	parts := strings.Split(digest, "$")
	if len(parts) != 6 {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	return err == nil && formatDigest(password, salt) == digest
}
