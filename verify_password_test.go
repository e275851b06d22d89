package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// tries is a document that gives many passwords, each under an alias.
func tries(passwords []string) string {
	var document strings.Builder
	document.WriteString("mutation {")
	for i, password := range passwords {
		fmt.Fprintf(&document, " try%d: verifyPassword(input: {password: %q}) { errors { code } }", i, password)
	}
	return document.String() + " }"
}

// tryAll sends the passwords in one document.
func (p page) tryAll(passwords ...string) []answer {
	p.t.Helper()
	answers := make([]answer, len(passwords))
	body := p.query(p.token, tries(passwords), nil).body
	for i := range answers {
		answers[i] = p.read(fmt.Sprintf("try%d", i), body)
	}
	return answers
}

func repeated(text string, times int) []string {
	list := make([]string, times)
	for i := range list {
		list[i] = text
	}
	return list
}

// passwordChecks counts what Logto was asked.
func (w *world) passwordChecks() int {
	count := 0
	for _, call := range w.calls() {
		if strings.HasSuffix(call, "/password/verify") {
			count++
		}
	}
	return count
}

func TestVerifyPassword(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	bob := w.page("bob")
	bobs := w.logto.Account("bob").Password
	want := decode(t, `{"verification": {"proof": "…", "kind": "STEP_UP", "method": "PASSWORD", "expiresAt": "…"}, "errors": []}`)
	got := bob.must("OK", bob.do("verifyPassword", object{"password": bobs}))
	given := got.payload["verification"].(map[string]any)
	expires, err := time.Parse(time.RFC3339, given["expiresAt"].(string))
	if left := expires.Sub(w.clock.running()); err != nil || left > 10*time.Minute || left < 5*time.Minute {
		t.Errorf("expires in %v, %v", left, err)
	}
	given["proof"], given["expiresAt"] = "…", "…"
	if diff := cmp.Diff(want, decode(t, encode(t, got.payload))); diff != "" {
		t.Errorf("payload (-want +got):\n%s", diff)
	}

	got = bob.do("verifyPassword", object{"password": wrong})
	want = decode(t, `{"verification": null, "errors": [
  {"code": "WRONG_PASSWORD", "message": "The password is wrong.", "path": ["input", "password"]}]}`)
	if diff := cmp.Diff(want, decode(t, encode(t, got.payload))); diff != "" {
		t.Errorf("payload (-want +got):\n%s", diff)
	}
}

// TestPasswordForm: what is nobody's password costs neither a try nor a call.
func TestPasswordForm(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	bob := w.page("bob")
	for range 10 {
		for _, password := range []string{"", strings.Repeat("x", 1025)} {
			w.quietly(func() { bob.must("INVALID_INPUT", bob.do("verifyPassword", object{"password": password})) })
		}
	}
	bob.must("WRONG_PASSWORD", bob.do("verifyPassword", object{"password": strings.Repeat("x", 1024)}))
	bob.must("WRONG_PASSWORD", bob.do("verifyPassword", object{"password": "\x00"}))
	bob.must("OK", bob.do("verifyPassword", object{"password": w.logto.Account("bob").Password}))
}

// TestAccountWithoutPassword: Logto is not asked, and nothing is counted.
func TestAccountWithoutPassword(t *testing.T) {
	t.Parallel()
	for name, older := range map[string]bool{"release": false, "older release": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newProofWorld(t, nil)
			w.logto.OmitHasPassword(older)
			carol, bob := w.page("carol"), w.page("bob")
			for range 7 {
				carol.must("WRONG_PASSWORD", carol.do("verifyPassword", object{"password": wrong}))
			}
			if checks := w.passwordChecks(); checks > 0 {
				t.Errorf("Logto was asked %d times", checks)
			}
			bob.byPassword()
		})
	}
}

// TestSixthPasswordIsRefused whether it is right or wrong, and however it is sent.
func TestSixthPasswordIsRefused(t *testing.T) {
	t.Parallel()
	for name, guess := range map[string]func(page) []answer{
		"one by one": func(p page) []answer {
			return append(append(p.tryAll(wrong, wrong, wrong), p.tryAll(wrong, wrong)...), p.tryAll(repeated(wrong, 15)...)...)
		},
		"50 aliases": func(p page) []answer { return p.tryAll(repeated(wrong, 50)...) },
		"20 at once": func(p page) []answer {
			return atOnce(20, func(int) answer { return p.do("verifyPassword", object{"password": wrong}) })
		},
		"by a change": func(p page) []answer {
			return atOnce(20, func(i int) answer {
				if i%2 == 0 {
					return p.do("verifyPassword", object{"password": wrong})
				}
				return p.do("changePassword", object{"currentPassword": wrong, "newPassword": "another-Lemon-5-cloud"})
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newProofWorld(t, nil)
			bob, alice := w.page("bob"), w.page("alice")
			right := object{"password": w.logto.Account("bob").Password}
			for range 7 { // Right ones don't count.
				bob.must("OK", bob.do("verifyPassword", right))
			}
			w.logto.ResetCalls()
			counts := codesOf(guess(bob))
			if counts["WRONG_PASSWORD"] != 5 || counts["RATE_LIMITED"] == 0 || len(counts) > 2 && counts["CONFLICT"] == 0 {
				t.Errorf("answers: %v", counts)
			}
			if checks := w.passwordChecks(); checks != 5 {
				t.Errorf("Logto was asked about %d passwords", checks)
			}
			refusal := bob.must("RATE_LIMITED", bob.do("verifyPassword", right))
			if seconds := refusal.first["retryAfterSeconds"].(float64); seconds < 10*60 || seconds > 15*60 {
				t.Errorf("wait %v seconds", seconds)
			}
			bob.must("RATE_LIMITED", bob.do("changePassword", object{"currentPassword": right["password"], "newPassword": "another-Lemon-5-cloud"}))
			if checks := w.passwordChecks(); checks != 5 {
				t.Errorf("Logto was asked about %d passwords", checks)
			}

			alice.byPassword()
			bob.byFreshSignIn()
			bob.byEmail()
			w.advance(14 * time.Minute)
			bob.byPassword()
		})
	}
}

// TestPasswordTriesSlide: each try makes room again a quarter of an hour later.
func TestPasswordTriesSlide(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	bob := w.page("bob")
	for range 5 {
		bob.must("WRONG_PASSWORD", bob.do("verifyPassword", object{"password": wrong}))
		w.advance(2 * time.Minute)
	}
	bob.must("RATE_LIMITED", bob.do("verifyPassword", object{"password": wrong}))
	w.advance(5 * time.Minute)
	bob.must("WRONG_PASSWORD", bob.do("verifyPassword", object{"password": wrong}))
	bob.must("RATE_LIMITED", bob.do("verifyPassword", object{"password": wrong}))
}

// TestPasswordOutages: what isn't an answer about the password counts as no try,
// and gives no proof.
func TestPasswordOutages(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	bob := w.page("bob")
	right := object{"password": w.logto.Account("bob").Password}
	const verify = "/api/users/{userId}/password/verify"
	for range 6 {
		w.logto.Fail(fault{Path: verify, Status: http.StatusInternalServerError})
		bob.must("top-level UPSTREAM_UNAVAILABLE", bob.do("verifyPassword", right))
		w.logto.Fail(fault{Path: verify, Status: http.StatusTooManyRequests})
		bob.must("top-level RATE_LIMITED", bob.do("verifyPassword", right))
	}
	bob.must("OK", bob.do("verifyPassword", right))
}

func TestVerifyPasswordOfNobody(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	bob, alice := w.page("bob"), w.page("alice")
	w.manage(http.MethodPatch, "/api/users/{bob}/is-suspended", object{"isSuspended": true})
	bob.must("top-level ACCOUNT_SUSPENDED", bob.do("verifyPassword", object{"password": w.logto.Account("bob").Password}))
	w.manage(http.MethodDelete, "/api/users/{alice}", nil)
	alice.must("top-level ACCOUNT_NOT_FOUND", alice.do("verifyPassword", object{"password": "correct-Horse-7-staple"}))
	if checks := w.passwordChecks(); checks > 0 {
		t.Errorf("Logto was asked about %d passwords", checks)
	}
}
