package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"accountql/logto/logtotest"
)

// tokenRow is a token that a user's app may send.
type tokenRow struct {
	name string
	// token makes it, and whatever else is odd.
	token func(*shell) string
}

// TestDoctorExplainsTokens and compares the whole of what it says.
func TestDoctorExplainsTokens(t *testing.T) {
	t.Parallel()
	for _, row := range tokenRows() {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newShell(t)
			token := row.token(s)
			s.stdin = token
			for word := range strings.FieldsSeq(token) {
				if word = strings.Trim(word, `"`); len(word) > 40 {
					s.hide(word)
				}
			}
			got := s.run("doctor", "-token", "-")
			golden(t, "token "+row.name, got)
			if again := s.run("doctor", "-token", token); again != got {
				t.Errorf("as an argument it is explained otherwise: %s", again)
			}
		})
	}
}

// alices is an access token of alice.
func alices(options ...logtotest.TokenOption) func(*shell) string {
	return func(s *shell) string { return s.logto.AccessToken(s.logto.Account("alice").ID, options...) }
}

func tokenRows() []tokenRow {
	claim := logtotest.Claim
	return []tokenRow{
		{"good", alices()},
		{"in its header", func(s *shell) string { return `"authorization: bearer  ` + alices()(s) + `"` + "\n" }},
		{"with its scheme", func(s *shell) string { return "Bearer " + alices()(s) + "\n" }},
		{"without a scope that the user has", alices(claim("scope", "account:read account:write"))},
		{"without a scope that the user lacks", func(s *shell) string {
			s.manage("DELETE", "/api/users/"+s.logto.Account("alice").ID+"/roles/"+s.role(), nil)
			return alices(claim("scope", "account:read"))(s)
		}},
		{"without any scope", alices(logtotest.WithoutClaim("scope"))},
		{"without a scope and without the Management API", func(s *shell) string {
			s.env["LOGTO_APP_SECRET"] = "planted-secret"
			return alices(claim("scope", "account:read"))(s)
		}},
		{"of a suspended user", func(s *shell) string {
			s.manage("PATCH", "/api/users/"+s.logto.Account("alice").ID+"/is-suspended", object{"isSuspended": true})
			return alices()(s)
		}},
		{"of a deleted user", func(s *shell) string {
			token := alices()(s)
			s.manage("DELETE", "/api/users/"+s.logto.Account("alice").ID, nil)
			return token
		}},
		{"of a user who signed out everywhere", func(s *shell) string { return s.signedOut(alices()(s)) }},
		{"while Redis is gone", func(s *shell) string {
			s.redis("").Close()
			return alices()(s)
		}},
		{"in an environment that isn't ready", func(s *shell) string {
			s.env = env{"LOGTO_ENDPOINT": s.env["LOGTO_ENDPOINT"]}
			return alices()(s)
		}},
		{"opaque", func(s *shell) string { return s.logto.OpaqueToken(s.logto.Account("alice").ID) }},
		{"personal", func(*shell) string { return "pat_0123456789abcdefghijklmnopqrstuvwxyzABCDEF" }},
		{"of identity", func(s *shell) string { return s.logto.IDToken(s.logto.Account("alice").ID) }},
		{"of a machine", func(s *shell) string { return s.logto.MachineToken() }},
		{"of the Management API", func(s *shell) string {
			return s.logto.MachineToken(claim("aud", logtotest.ManagementResource), claim("scope", "all"))
		}},
		{"of a person for the Management API", alices(claim("aud", logtotest.ManagementResource))},
		{"that expired", alices(claim("iat", 1e9), claim("exp", 1e9+3600))},
		{"not yet valid", alices(claim("iat", float64(time.Now().Add(time.Hour).Unix())), claim("exp", float64(time.Now().Add(2*time.Hour).Unix())))},
		{"for another API", alices(claim("aud", "https://orders.example.com"))},
		{"for several APIs", alices(claim("aud", []any{logtotest.AccountResource, "https://orders.example.com", 1}))},
		{"of another client", func(s *shell) string { return alices(claim("client_id", s.logto.OtherClientID))(s) }},
		{"of another issuer", alices(claim("iss", "https://elsewhere.example.com/oidc"))},
		{"of somebody who acts for the user", alices(claim("act", object{"sub": "x"}))},
		{"bound to a key", alices(claim("cnf", object{"jkt": "x"}))},
		{"that is unsigned", alices(logtotest.Unsigned())},
		{"of another type", alices(logtotest.Header("typ", "logout+jwt"))},
		{"with a header of its own", alices(logtotest.Header("crit", []any{"x"}))},
		{"that is forged", func(s *shell) string {
			token := alices()(s)
			return token[:len(token)-20] + strings.Repeat("A", 20)
		}},
		{"of an unknown key", alices(logtotest.Header("kid", "unknown"))},
		{"that is damaged", func(*shell) string { return "e30.broken.e30" }},
		{"that is garbage", func(*shell) string { return "hello, world" }},
		{"that isn't there yet", func(*shell) string { return "undefined" }},
		{"that is none", func(*shell) string { return "a.b" }},
		{"that is encrypted", func(*shell) string { return "e30.e30.e30.e30.e30" }},
		{"that is too large", alices(claim("more", strings.Repeat("x", 9000)))},
		{"that attacks the terminal", alices(claim("sub", "\x1b[2J\x07planted\nok    token  fine"), claim("scope", strings.Repeat("y", 300)))},
		{"without Logto", func(s *shell) string {
			token := alices()(s)
			s.breaks("/oidc/.well-known/openid-configuration", http.StatusBadGateway)
			return token
		}},
	}
}

// signedOut has a server with the same Redis sign alice out everywhere.
func (s *shell) signedOut(token string) string {
	s.t.Helper()
	s.redis("")
	w := newWorldOn(s.t, s.logto, env{"REDIS_URL": s.env["REDIS_URL"], "SECRET_KEY": s.env["SECRET_KEY"]})
	alice := w.page("alice")
	alice.must("OK", alice.do("changePassword", object{
		"newPassword": newPassword, "currentPassword": s.logto.Account("alice").Password, "revokeSessions": true,
	}))
	return token
}

// TestDoctorAsJSONExplainsTokens without telling them.
func TestDoctorAsJSONExplainsTokens(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.stdin = s.hide(s.logto.IDToken(s.logto.Account("alice").ID))
	golden(t, "token as JSON", s.run("doctor", "-json", "-token", "-"))
}
