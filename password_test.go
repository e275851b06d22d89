package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	callVerify    = "POST /api/users/{bob}/password/verify"
	callCheck     = "POST /api/sign-in-exp/default/check-password"
	callPatch     = "PATCH /api/users/{bob}/password"
	callBob       = "GET /api/users/{bob}?includeSsoIdentities=true"
	newPassword   = "Quiet-7-river-stone"
	changedFields = "errors { code path }"
)

// hasPassword asks Logto whether a password is the account's.
func (w *world) hasPassword(name, password string) bool {
	w.t.Helper()
	status, _ := w.logto.Manage(http.MethodPost, "/api/users/"+w.id(name)+"/password/verify", object{"password": password})
	return status == http.StatusNoContent
}

func (w *world) changePassword(name string, input object) []string {
	w.t.Helper()
	return told(w.asked(w.token(name), "changePassword", changedFields, merged(object{"newPassword": newPassword}, input)))
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	w := newWorld(t, r.env())
	current := w.logto.Account("bob").Password
	got := w.ask(w.token("bob"), mutation("changePassword", "user { username hasPassword sessions { id } } errors { code }"),
		object{"input": object{"newPassword": newPassword, "currentPassword": current}})
	want := strings.TrimSpace(`
{
  "data": {
    "changePassword": {
      "user": {
        "username": "bob",
        "hasPassword": true,
        "sessions": []
      },
      "errors": []
    }
  }
}`) + "\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	w.wantInOrder(callBob, callVerify, callCheck, callPatch, "GET /api/users/{bob}/sessions")
	if w.hasPassword("bob", current) || !w.hasPassword("bob", newPassword) {
		t.Error("the password is not the new one")
	}
	if diff := cmp.Diff([]event{{"account.password.changed", w.id("bob"), w.logto.ClientID, eventData{}}}, r.await(t, 1)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if log := w.log.String(); strings.Contains(log, newPassword) || strings.Contains(log, current) {
		t.Errorf("a password is in the log:\n%s", log)
	}
}

// wantInOrder compares the Management API calls with their order.
func (w *world) wantInOrder(want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.calls()); diff != "" {
		w.t.Errorf("Management API calls (-want +got):\n%s", diff)
	}
}

// TestChangePasswordProofs gives the current password, a proof, both, and neither.
func TestChangePasswordProofs(t *testing.T) {
	t.Parallel()
	const right = "battery-Lemon-4-cloud"
	stepUp := []string{"STEP_UP_REQUIRED input stepUpProof"}
	invalid := []string{"INVALID_PROOF input stepUpProof"}
	wrong := []string{"WRONG_PASSWORD input currentPassword"}
	for _, test := range []struct {
		as      string
		current any
		proof   string
		want    []string
	}{
		{"bob", right, "", none},
		{"bob", nil, "bob", none},
		{"bob", right, "bob", none},
		{"carol", nil, "carol", none},
		{"bob", nil, "", stepUp},
		{"carol", nil, "", stepUp},
		{"bob", nil, "alice", invalid},
		{"bob", right, "alice", invalid},
		{"bob", "not it", "", wrong},
		{"bob", "not it", "bob", wrong},
		{"carol", "not it", "", wrong},
		{"bob", "", "bob", []string{"INVALID_INPUT input currentPassword"}},
	} {
		t.Run(fmt.Sprintf("%s %v %s", test.as, test.current, test.proof), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			input := object{"currentPassword": test.current}
			if test.proof != "" {
				input["stepUpProof"] = w.presence(test.proof)
			}
			if diff := cmp.Diff(test.want, w.changePassword(test.as, input)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if changed := w.hasPassword(test.as, newPassword); changed != (len(test.want) == 0) {
				t.Errorf("the password has been changed: %t", changed)
			}
		})
	}
}

// TestChangePasswordBeforeLogto refuses what needs no call to refuse, all of it at
// once.
func TestChangePasswordBeforeLogto(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1025)
	both := []string{"INVALID_INPUT input newPassword", "INVALID_INPUT input currentPassword"}
	for _, test := range []struct {
		env   env
		input object
		want  []string
	}{
		{nil, object{"newPassword": "", "currentPassword": ""}, both},
		{nil, object{"newPassword": long, "currentPassword": long}, both},
		{env{"FIELD_ACCESS": "password=readOnly"}, object{}, []string{"FIELD_NOT_EDITABLE input newPassword"}},
		{env{"FIELD_ACCESS": "session=readOnly"}, object{"revokeSessions": true}, []string{"FIELD_NOT_EDITABLE input revokeSessions"}},
		{
			env{"FIELD_ACCESS": "personalAccessToken=off"},
			object{"deletePersonalAccessTokens": true},
			[]string{"FIELD_NOT_EDITABLE input deletePersonalAccessTokens"},
		},
	} {
		w := newWorld(t, test.env)
		if diff := cmp.Diff(test.want, w.changePassword("bob", test.input)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", test.env, diff)
		}
		w.wantCalls()
	}
}

// TestChangePasswordTellsEveryRule puts them in words. Logto itself takes any
// password when it is set.
func TestChangePasswordTellsEveryRule(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.manage(http.MethodPatch, "/api/sign-in-exp", object{"passwordPolicy": object{
		"length": object{"min": 9, "max": 20}, "characterTypes": object{"min": 3}, "rejects": object{"words": []any{"acme"}},
	}})
	proof := w.presence("bob")
	violations := map[string]string{
		"too_short":              "Use at least 9 characters.",
		"too_long":               "Use at most 20 characters.",
		"character_types":        "Use at least 3 of these: small letters, capital letters, digits, symbols.",
		"unsupported_characters": "Use only letters from A to Z, digits and the symbols of an English keyboard.",
		"pwned":                  "This password is known from data breaches. Choose another.",
		"restricted.repetition":  "Avoid repeated characters, such as aaa.",
		"restricted.sequence":    "Avoid sequences, such as abc or 123.",
		"restricted.user_info":   "Avoid your name, username, email address and phone number.",
		"restricted.words":       "Avoid words that are easy to guess here, such as the name of this site.",
	}
	for password, codes := range map[string][]string{
		"x":                      {"too_short", "character_types"},
		"123456":                 {"too_short", "character_types", "pwned", "restricted.sequence"},
		"Пароль-длинный-12":      {"unsupported_characters"},
		"Quiet-7-river-stone-42": {"too_long"},
		"aaaaAAAA1111":           {"restricted.repetition"},
		"Brownbobacme1":          {"restricted.user_info", "restricted.words"},
	} {
		wantViolations, messages := []any{}, []string{}
		for _, code := range codes {
			wantViolations = append(wantViolations, object{"code": "password_rejected." + code, "message": violations[code]})
			messages = append(messages, violations[code])
		}
		want := []any{object{
			"__typename": "PasswordRejectedError", "code": "PASSWORD_REJECTED", "message": strings.Join(messages, " "),
			"path": []any{"input", "newPassword"}, "violations": wantViolations,
		}}
		got := w.asked(w.token("bob"), "changePassword",
			"errors { __typename code message path ... on PasswordRejectedError { violations { code message } } }",
			object{"newPassword": password, "stepUpProof": proof})
		if diff := cmp.Diff(any(want), got["errors"]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", password, diff)
		}
		if w.hasPassword("bob", password) {
			t.Errorf("%s was set", password)
		}
	}
}

// TestChangePasswordUnknownRule has words for a rule that a later Logto may have,
// and for one whose number is missing.
func TestChangePasswordUnknownRule(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.logto.Fail(fault{Path: "/api/sign-in-exp/default/check-password", Status: http.StatusBadRequest, Body: object{
		"result": false, "issues": []any{object{"code": "password_rejected.unheard_of"}, object{"code": "password_rejected.too_short"}},
	}})
	const general = "The password breaks a rule of this site. Choose another."
	want := []any{object{"violations": []any{
		object{"code": "password_rejected.unheard_of", "message": general}, object{"code": "password_rejected.too_short", "message": general},
	}}}
	got := w.asked(w.token("bob"), "changePassword", "errors { ... on PasswordRejectedError { violations { code message } } }",
		object{"newPassword": newPassword, "stepUpProof": w.presence("bob")})
	if diff := cmp.Diff(any(want), got["errors"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestBreachesCannotBeLookedUp is an outage and no rejection.
func TestBreachesCannotBeLookedUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.logto.BreachedPasswords(false)
	got := w.ask(w.token("bob"), mutation("changePassword", "errors { code }"),
		object{"input": object{"newPassword": newPassword, "currentPassword": w.logto.Account("bob").Password}})
	want := strings.TrimSpace(`
{
  "errors": [
    {
      "message": "The new password can't be checked right now. Try again later.",
      "path": [
        "changePassword"
      ],
      "locations": [
        {
          "line": 1,
          "column": 43
        }
      ],
      "extensions": {
        "code": "UPSTREAM_UNAVAILABLE"
      }
    }
  ],
  "data": {
    "changePassword": null
  }
}`) + "\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if w.hasPassword("bob", newPassword) {
		t.Error("the password was changed")
	}
}

// TestChangedPasswordVoidsProofs of both kinds and what leads to one, and takes the
// new ones at once.
func TestChangedPasswordVoidsProofs(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	bob := w.page("bob")
	presence, to := bob.byPassword(), object{"email": "new@example.com"}
	identifier := bob.ofNew(to)
	challenge := bob.challenge(object{"phone": bobsPhone})
	started := bob.startReauthentication()
	if got := w.changePassword("bob", object{"currentPassword": w.logto.Account("bob").Password}); len(got) > 0 {
		t.Fatal(got)
	}
	after := bob.byFreshSignIn()
	for name, got := range map[string]answer{
		"step-up proof":    bob.do("updateUsername", object{"username": "bobby", "stepUpProof": presence}),
		"identifier proof": bob.do("updatePrimaryEmail", merged(to, object{"identifierProof": identifier, "stepUpProof": after})),
		"challenge":        bob.do("verifyCode", object{"challengeId": challenge, "code": w.code(strings.TrimPrefix(bobsPhone, "+"))}),
		"re-authentication": bob.do("completeReauthentication", object{
			"id": started.text("reauthentication", "id"), "idToken": bob.signIn(started.text("reauthentication", "nonce")),
		}),
	} {
		if got.code != "INVALID_PROOF" {
			t.Errorf("%s: %s", name, got.body)
		}
	}
	bob.must("OK", bob.do("verifyPassword", object{"password": newPassword}))
	bob.must("OK", bob.do("updateUsername", object{"username": "bobby", "stepUpProof": after}))
}

// TestProofsAreVoidBeforeTheChange, so that none is good after it, whatever comes
// in between. The price is that they are void too when the change fails.
func TestProofsAreVoidBeforeTheChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	proof := w.presence("bob")
	w.logto.Fail(fault{Method: http.MethodPatch, Path: "/api/users/{userId}/password", Status: http.StatusInternalServerError})
	got := w.page("bob").do("changePassword", object{"newPassword": newPassword, "stepUpProof": proof, "revokeSessions": true})
	w.page("bob").must("top-level UPSTREAM_UNAVAILABLE", got)
	if diff := cmp.Diff([]string{"INVALID_PROOF input stepUpProof"}, w.changePassword("bob", object{"stepUpProof": proof})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if w.hasPassword("bob", newPassword) {
		t.Error("the password was changed")
	}
}

// TestWrongCurrentPasswordsCount together with those of verifyPassword, also when
// they come at the same time.
func TestWrongCurrentPasswordsCount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	proof := w.presence("bob")
	w.logto.ResetCalls()
	bob := w.page("bob")
	answers := atOnce(20, func(i int) answer {
		if i%2 == 0 {
			return bob.do("verifyPassword", object{"password": wrong})
		}
		return bob.do("changePassword", object{"newPassword": newPassword, "currentPassword": wrong})
	})
	w.wantOutcomes(map[string]int{"WRONG_PASSWORD": 5, "RATE_LIMITED": 15}, answers)
	tries := 0
	for _, call := range w.calls() {
		if call == callVerify {
			tries++
		}
	}
	if tries != 5 {
		t.Errorf("Logto was asked %d times", tries)
	}
	got := bob.do("changePassword", object{"newPassword": newPassword, "currentPassword": w.logto.Account("bob").Password})
	if got.code != "RATE_LIMITED" || got.first["retryAfterSeconds"].(float64) <= 0 {
		t.Errorf("the right one: %s", got.body)
	}
	bob.must("OK", bob.do("changePassword", object{"newPassword": newPassword, "stepUpProof": proof}))
}

// TestPasswordOfAnother: bob's password and proofs change no account but his.
func TestPasswordOfAnother(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, input := range []object{{"stepUpProof": w.presence("alice")}, {"currentPassword": w.logto.Account("alice").Password}} {
		if got := w.changePassword("bob", input); len(got) != 1 {
			t.Errorf("%v: %v", input, got)
		}
	}
	if w.hasPassword("bob", newPassword) || w.hasPassword("alice", newPassword) {
		t.Error("a password was changed")
	}
}

// TestParallelChangesOfPassword by one proof have one winner: it voids the proof.
func TestParallelChangesOfPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	bob, proof := w.page("bob"), w.presence("bob")
	var mu sync.Mutex
	var set string
	answers := atOnce(20, func(i int) answer {
		password := fmt.Sprintf("%s-%d", newPassword, i)
		got := bob.do("changePassword", object{"newPassword": password, "stepUpProof": proof})
		if got.code == "OK" {
			mu.Lock()
			defer mu.Unlock()
			set = password
		}
		return got
	})
	w.wantOutcomes(map[string]int{"OK": 1, "INVALID_PROOF": 19}, answers)
	if !w.hasPassword("bob", set) {
		t.Errorf("the password is not %q", set)
	}
}
