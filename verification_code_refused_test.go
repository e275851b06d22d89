package main

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestPolicyRefusesAddresses, but never those that the account has already: they
// serve to prove that the person is there.
func TestPolicyRefusesAddresses(t *testing.T) {
	t.Parallel()
	type refusal struct {
		input object
		code  string
	}
	blocked := object{"emailBlocklistPolicy": object{"blockSubaddressing": true, "customBlocklist": []any{"@example.com", "evil@corp.example"}}}
	for name, test := range map[string]struct {
		env     env
		tenant  object
		refused []refusal
		taken   []object
	}{
		"email may not be changed": {
			env{"FIELD_ACCESS": "email=readOnly"},
			nil,
			[]refusal{{object{"email": strangers}, "FIELD_NOT_EDITABLE"}},
			[]object{{"phone": strangeTel}},
		},
		"phone is off": {
			env{"FIELD_ACCESS": "phone=off"},
			nil,
			[]refusal{{object{"phone": strangeTel}, "FIELD_NOT_EDITABLE"}},
			[]object{{"email": strangers}},
		},
		"the tenant's account center is off": {
			env{"FIELD_ACCESS": "logto"},
			nil,
			[]refusal{{object{"email": strangers}, "FIELD_NOT_EDITABLE"}, {object{"phone": strangeTel}, "FIELD_NOT_EDITABLE"}},
			nil,
		},
		"the tenant's block list": {
			nil, blocked,
			[]refusal{
				{object{"email": "a@EXAMPLE.com"}, "IDENTIFIER_NOT_ALLOWED"},
				{object{"email": "Evil@corp.example"}, "IDENTIFIER_NOT_ALLOWED"},
				{object{"email": "a+b@corp.example"}, "IDENTIFIER_NOT_ALLOWED"},
			},
			[]object{{"email": strangers}},
		},
		"countries of phones": {
			env{"PHONE_COUNTRIES": "DE,FR"},
			nil,
			[]refusal{{object{"phone": strangeTel}, "IDENTIFIER_NOT_ALLOWED"}, {object{"phone": "+442079460958"}, "IDENTIFIER_NOT_ALLOWED"}},
			[]object{{"phone": "+491701234567"}, {"email": strangers}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newProofWorld(t, test.env)
			if test.tenant != nil {
				w.manage(http.MethodPatch, "/api/sign-in-exp", test.tenant)
				w.minute()
			}
			bob := w.page("bob")
			proof := bob.byPassword()
			for _, refused := range test.refused {
				bob.must(refused.code, bob.do("sendVerificationCode", merged(refused.input, object{"stepUpProof": proof})))
			}
			w.wantSent()
			for _, input := range test.taken {
				bob.must("OK", bob.do("sendVerificationCode", merged(input, object{"stepUpProof": proof})))
			}
			w.minute()
			bob.byEmail()
			bob.byPhone()
		})
	}
}

// TestConnectors: what the client sees when codes can't be sent.
func TestConnectors(t *testing.T) {
	t.Parallel()
	const send = "/api/verification-codes"
	for name, test := range map[string]struct {
		obstruct func(*world)
		code     string
		wait     float64
	}{
		"none": {func(w *world) { w.removeConnector("Sms") }, "IDENTIFIER_NOT_ALLOWED", 0},
		"gone a moment ago": {func(w *world) {
			w.logto.Fail(fault{Path: send, Status: 501, Body: object{"code": "connector.not_found"}})
		}, "top-level UPSTREAM_UNAVAILABLE", 0},
		"failing": {func(w *world) { w.logto.Fail(fault{Path: send, Status: 500, Body: object{"message": "planted"}}) }, "top-level UPSTREAM_UNAVAILABLE", 0},
		"refusing": {func(w *world) {
			w.logto.Fail(fault{Path: send, Status: 400, Body: object{"code": "connector.general"}})
		}, "top-level INTERNAL", 0},
		"Logto's own limit": {func(w *world) {
			w.logto.Fail(fault{Path: send, Status: 429, Body: object{"code": "request.message_rate_limited"}})
		}, "RATE_LIMITED", 600},
		"two sends at once":  {func(w *world) { w.logto.Fail(fault{Path: send, Status: 404, Body: object{"code": "entity.not_found"}}) }, "RATE_LIMITED", 60},
		"a limit of a proxy": {func(w *world) { w.logto.Fail(fault{Path: send, Status: 429}) }, "top-level RATE_LIMITED", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newProofWorld(t, nil)
			bob := w.page("bob")
			proof := bob.byPassword()
			for _, input := range []object{{"phone": bobsPhone}, {"phone": strangeTel, "stepUpProof": proof}} {
				test.obstruct(w)
				a := bob.must(test.code, bob.do("sendVerificationCode", input))
				if wait, _ := a.first["retryAfterSeconds"].(float64); wait != test.wait {
					t.Errorf("wait %v seconds", wait)
				}
			}
			w.wantSent()
		})
	}
}

// TestTakenAddressesDontShow: the answers about an address that somebody else has
// are those about a free one.
func TestTakenAddressesDontShow(t *testing.T) {
	t.Parallel()
	answers := map[string][]any{}
	for name, inputs := range map[string][]object{
		"free":  {{"email": "x" + "lice@example.com"}, {"phone": "+12025550144"}},
		"taken": {{"email": "alice@example.com"}, {"phone": "+12025550143"}},
	} {
		w := newProofWorld(t, nil)
		bob := w.page("bob")
		proof := bob.byPassword()
		for _, input := range inputs {
			input["stepUpProof"] = proof
			a := bob.must("OK", bob.do("sendVerificationCode", input))
			challenge := a.payload["challenge"].(map[string]any)
			sent := w.logto.Messages()[len(w.logto.Messages())-1]
			wrongly := bob.do("verifyCode", object{"challengeId": challenge["id"], "code": notCode(sent.Code)})
			rightly := bob.must("OK", bob.do("verifyCode", object{"challengeId": challenge["id"], "code": sent.Code}))
			again := bob.must("RATE_LIMITED", bob.do("sendVerificationCode", input))
			delete(again.first, "retryAfterSeconds")
			for _, given := range []map[string]any{challenge, rightly.payload["verification"].(map[string]any)} {
				for _, made := range []string{"id", "proof", "expiresAt", "resendAvailableAt", "maskedTarget"} {
					delete(given, made)
				}
			}
			answers[name] = append(answers[name], a.payload, wrongly.body, rightly.payload, again.payload)
		}
		if calls := w.calls(); len(calls) == 0 {
			t.Fatal("no calls")
		} else {
			answers[name] = append(answers[name], calls)
		}
	}
	if diff := cmp.Diff(answers["free"], answers["taken"]); diff != "" {
		t.Errorf("answers (-free +taken):\n%s", diff)
	}
}

// TestCodesOfAnotherChallenge: only the challenge that was given is good for its
// code, by the one whom it was given to.
func TestCodesOfAnotherChallenge(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	bob, alice := w.page("bob"), w.page("alice")
	alices := w.logto.Account("alice").Email

	// Alice proves that she is there; bob has his own code, or asks for one to her address.
	challenge := alice.challenge(object{"email": alices})
	w.quietly(func() {
		bob.must("INVALID_PROOF", bob.do("verifyCode", object{"challengeId": challenge, "code": w.code(alices)}))
	})
	other := bob.challenge(object{"email": "bob@example.com"})
	bob.must("INVALID_CODE", bob.do("verifyCode", object{"challengeId": other, "code": w.code(alices)}))
	alice.must("OK", alice.do("verifyCode", object{"challengeId": challenge, "code": w.code(alices)}))

	// A newer code voids the challenge before, whoever asked for it.
	challenge = alice.challenge(object{"email": alices})
	old := w.code(alices)
	newer := bob.strange(alices)
	w.logto.ResetCalls()
	for _, code := range []string{old, w.code(alices)} {
		alice.must("CODE_EXPIRED", alice.do("verifyCode", object{"challengeId": challenge, "code": code}))
	}
	for _, call := range w.calls() {
		if call == "POST /api/verification-codes/verify" {
			t.Error("Logto was asked about a code of a superseded challenge")
		}
	}
	bob.must("OK", bob.do("verifyCode", object{"challengeId": newer, "code": w.code(alices)}))
}

// TestCodeForms: what is no code costs neither a try nor a call.
func TestCodeForms(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	bob := w.page("bob")
	challenge := bob.challenge(object{"email": "bob@example.com"})
	for _, code := range []string{"", "1", "12345", "1234567", "12 345", "12345a", "\u0661\u0662\u0663\u0664\u0665\u0666", "\uff11\uff12\uff13\uff14\uff15\uff16", "-12345", "123456\n"} {
		w.quietly(func() {
			bob.must("INVALID_INPUT", bob.do("verifyCode", object{"challengeId": challenge, "code": code}))
		})
	}
	bob.must("OK", bob.do("verifyCode", object{"challengeId": challenge, "code": w.code("bob@example.com")}))
}

// TestCodesEnd: a code that Logto no longer takes.
func TestCodesEnd(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	bob := w.page("bob")
	const verify = "/api/verification-codes/verify"
	for answered, code := range map[string]string{
		"verification_code.not_found": "CODE_EXPIRED", "verification_code.expired": "CODE_EXPIRED",
		"verification_code.exceed_max_try": "TOO_MANY_ATTEMPTS",
	} {
		challenge := bob.challenge(object{"email": "bob@example.com"})
		w.logto.Fail(fault{Path: verify, Status: http.StatusBadRequest, Body: object{"code": answered}})
		bob.must(code, bob.do("verifyCode", object{"challengeId": challenge, "code": w.code("bob@example.com")}))
	}
	challenge := bob.challenge(object{"email": "bob@example.com"})
	w.logto.Fail(fault{Path: verify, Status: http.StatusInternalServerError})
	bob.must("top-level UPSTREAM_UNAVAILABLE", bob.do("verifyCode", object{"challengeId": challenge, "code": w.code("bob@example.com")}))
	// By Logto's clock, which need not be ours.
	w.logto.Advance(10*time.Minute + time.Second)
	bob.must("CODE_EXPIRED", bob.do("verifyCode", object{"challengeId": challenge, "code": w.code("bob@example.com")}))
}
