package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// sent lists to whom codes were sent, and fails the test if Logto was asked for
// others.
func (w *world) sent() []string {
	w.t.Helper()
	list := []string{}
	for _, message := range w.logto.Messages() {
		list = append(list, message.To)
	}
	asked := 0
	for _, call := range w.logto.Calls() {
		if call.Path == "/api/verification-codes" && call.Status == http.StatusNoContent {
			asked++
		}
	}
	if asked != len(list) {
		w.t.Errorf("%d sends of %q", asked, list)
	}
	return list
}

func (w *world) wantSent(want ...string) {
	w.t.Helper()
	if diff := cmp.Diff(append([]string{}, want...), w.sent()); diff != "" {
		w.t.Errorf("codes were sent to (-want +got):\n%s", diff)
	}
}

// TestCodesOfOwnAddress: a code proves that the person is there.
func TestCodesOfOwnAddress(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	bob := w.page("bob")
	for _, test := range []struct {
		input                     object
		stored, masked, by, again string
	}{
		{object{"email": "bob@example.com"}, "bob@example.com", "b***@e***.com", "EMAIL_CODE", ""},
		{object{"phone": bobsPhone}, "12025550177", "***77", "PHONE_CODE", ""},
	} {
		a := bob.must("OK", bob.do("sendVerificationCode", test.input))
		got, now := a.payload["challenge"].(map[string]any), w.clock.running()
		for name, after := range map[string]time.Duration{"expiresAt": 10 * time.Minute, "resendAvailableAt": time.Minute} {
			at, err := time.Parse(time.RFC3339, got[name].(string))
			if left := at.Sub(now); err != nil || left > after || left < after/4 {
				t.Errorf("%s is in %v, %v", name, left, err)
			}
		}
		if got["maskedTarget"] != test.masked || strings.Contains(a.body, w.code(test.stored)) {
			t.Errorf("answer: %s", a.body)
		}
		a = bob.must("OK", bob.do("verifyCode", object{"challengeId": got["id"], "code": w.code(test.stored)}))
		proof := a.payload["verification"].(map[string]any)
		if proof["kind"] != "STEP_UP" || proof["method"] != test.by {
			t.Errorf("answer: %s", a.body)
		}
		bob.must("OK", bob.do("updateUsername", object{"username": "bobby", "stepUpProof": proof["proof"]}))
	}
	w.wantSent("bob@example.com", "12025550177")
}

// TestOwnAddressInAnotherSpelling is sent to, and verified, as Logto has it.
func TestOwnAddressInAnotherSpelling(t *testing.T) {
	t.Parallel()
	for stored, typed := range map[string]object{
		"bob@example.com":       {"email": "BOB@Example.COM"},
		"Bob.Brown@Example.com": {"email": "bob.brown@example.com"},
		"12025550177":           {"phone": "+1 (202) 555-0177"},
	} {
		t.Run(stored, func(t *testing.T) {
			t.Parallel()
			w := newProofWorld(t, nil)
			if strings.Contains(stored, "@") {
				w.manage(http.MethodPatch, "/api/users/{bob}", object{"primaryEmail": stored})
			}
			bob := w.page("bob")
			challenge := bob.challenge(typed)
			w.wantSent(stored)
			a := bob.must("OK", bob.do("verifyCode", object{"challengeId": challenge, "code": w.code(stored)}))
			if a.text("verification", "kind") != "STEP_UP" {
				t.Errorf("answer: %s", a.body)
			}
		})
	}
}

// TestLookalikesAreStrangers: what only looks like the account's own address isn't.
func TestLookalikesAreStrangers(t *testing.T) {
	t.Parallel()
	for stored, typed := range map[string]string{
		"\u212aim@example.com":            "kim@example.com", // The Kelvin sign.
		"\u017fam@example.com":            "sam@example.com", // The long s.
		"b.ob@gmail.com":                  "bob@gmail.com",
		"bob+x@example.com":               "bob@example.com",
		"a@evil.example,b@corp.example":   "b@corp.example",
		"b@corp.example<a@evil.example>":  "b@corp.example",
		"bob@b\u00fccher.example":         "bob@xn--bcher-kva.example",
		"bob@example.com.evil.example.uk": "bob@example.com",
	} {
		t.Run(typed, func(t *testing.T) {
			t.Parallel()
			w := newProofWorld(t, nil)
			w.manage(http.MethodPatch, "/api/users/{bob}", object{"primaryEmail": stored})
			bob := w.page("bob")
			bob.must("STEP_UP_REQUIRED", bob.do("sendVerificationCode", object{"email": typed}))
			w.wantSent()
		})
	}
}

// TestAddressesOfNoUse: no code is sent to an address that could be several, even if
// Logto has stored it, and so no way to prove anything is told of.
func TestAddressesOfNoUse(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	for _, stored := range []string{"a@evil.example,b@corp.example", "b@corp.example<a@evil.example>", "b\u00f6b@example.com", "bob@192.0.2.1"} {
		w.manage(http.MethodPatch, "/api/users/{bob}", object{"primaryEmail": stored})
		bob := w.page("bob")
		bob.must("INVALID_INPUT", bob.do("sendVerificationCode", object{"email": stored}))
		const want = `{"data":{"me":{"stepUpMethods":["PASSWORD","PHONE_CODE","FRESH_SIGN_IN"]}}}`
		if got := strings.TrimSpace(w.query(bob.token, `{ me { stepUpMethods } }`, nil).body); got != want {
			t.Errorf("%s: %s", stored, got)
		}
		a := bob.must("STEP_UP_REQUIRED", bob.do("sendVerificationCode", object{"email": strangers}))
		if diff := cmp.Diff([]any{"PASSWORD", "PHONE_CODE", "FRESH_SIGN_IN"}, a.first["methods"]); diff != "" {
			t.Errorf("%s: methods (-want +got):\n%s", stored, diff)
		}
	}
	w.wantSent()
}

// TestCodesOfAnotherAddress: a code proves that the address is the person's.
func TestCodesOfAnotherAddress(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	bob := w.page("bob")
	for _, test := range []struct {
		input             object
		stored, by, field string
	}{
		{object{"email": "New.Bob@corp.example"}, "New.Bob@corp.example", "EMAIL_CODE", "updatePrimaryEmail"},
		{object{"phone": strangeTel}, "12025550188", "PHONE_CODE", "updatePrimaryPhone"},
	} {
		proof := bob.byPassword()
		challenge := bob.challenge(merged(test.input, object{"stepUpProof": proof}))
		a := bob.must("OK", bob.do("verifyCode", object{"challengeId": challenge, "code": w.code(test.stored)}))
		if a.text("verification", "kind") != "IDENTIFIER" || a.text("verification", "method") != test.by {
			t.Errorf("answer: %s", a.body)
		}
		bob.must("OK", bob.do(test.field, merged(test.input, object{"identifierProof": a.proof(), "stepUpProof": proof})))
	}
	w.wantSent("New.Bob@corp.example", "12025550188")
}

// TestAddressForms: exactly one address, and nothing but one, through variables
// and literals.
func TestAddressForms(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	bob := w.page("bob")
	proof := bob.byPassword()
	inputs := []object{{}, {"email": nil}, {"phone": nil}, {"email": nil, "phone": nil}, {"email": "bob@example.com", "phone": bobsPhone}}
	for _, email := range []string{
		"", " ", "@", "bob", "bob@", "@example.com", "bob@localhost", " bob@example.com", "bob@example.com ", "bob@example.com\n", "bob@example.com\x00",
		"a@evil.example,b@corp.example", "a@evil.example;b@corp.example", "a@evil.example b@corp.example", "b@corp.example<a@evil.example>",
		"<b@corp.example>", "Bob <b@corp.example>", "b@corp.example(a@evil.example)", `"b"@corp.example`, `"a@evil.example,"@corp.example`,
		"a@evil.example@corp.example", "@evil.example:b@corp.example", "group:a@evil.example;", "b@corp.example\r\nBcc:a@evil.example",
		"b@corp.example?cc=a@evil.example", "b@[192.0.2.1]", "b@192.0.2.1", "b@corp..example", "b@corp.example.", ".b@corp.example",
		"b@cörp.example", "bö@corp.example", "\u212aim@example.com", "b@corp\u3002example", "b\u200b@corp.example", "b\u202e@corp.example",
		strings.Repeat("a", 117) + "@example.com",
	} {
		inputs = append(inputs, object{"email": email})
	}
	for _, phone := range []string{
		"", "+", "12025550177", "0012025550177", "+1202555", "+12025550177,+12025550188", "+12025550177;ext=9", "tel:+12025550177",
		"+1202555017\u0667", "+999123456789", "+1800FLOWERS", "bob@example.com", "+12025550177\n", "+12025550177\x00",
	} {
		inputs = append(inputs, object{"phone": phone})
	}
	for _, input := range inputs {
		for _, given := range []object{input, merged(input, object{"stepUpProof": proof})} {
			w.quietly(func() {
				if a := bob.do("sendVerificationCode", given); a.code != "INVALID_INPUT" {
					t.Errorf("%q in variables: %s", given, a.body)
				}
				document := "mutation { sendVerificationCode(input: " + literal(t, given) + ") { challenge { id } errors { code } } }"
				if a := bob.submit("sendVerificationCode", document, nil); a.code != "INVALID_INPUT" {
					t.Errorf("%s: %s", document, a.body)
				}
			})
		}
	}
	w.wantSent()
}

// literal writes an input as a document does.
func literal(t *testing.T, input object) string {
	t.Helper()
	var fields []string
	for name, value := range input {
		fields = append(fields, name+": "+encode(t, value))
	}
	return "{" + strings.Join(fields, ", ") + "}"
}

// TestStrangersAddressTakesProof: without one nothing is sent, and the methods are
// those that work.
func TestStrangersAddressTakesProof(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		without string // The connector that the tenant lacks.
		methods map[string][]any
	}{
		"all connectors": {"", map[string][]any{
			"alice": {"PASSWORD", "EMAIL_CODE", "PHONE_CODE", "FRESH_SIGN_IN"},
			"bob":   {"PASSWORD", "EMAIL_CODE", "PHONE_CODE", "FRESH_SIGN_IN"}, "carol": {"FRESH_SIGN_IN"},
		}},
		"no SMS":   {"Sms", map[string][]any{"alice": {"PASSWORD", "EMAIL_CODE", "FRESH_SIGN_IN"}, "carol": {"FRESH_SIGN_IN"}}},
		"no email": {"Email", map[string][]any{"alice": {"PASSWORD", "PHONE_CODE", "FRESH_SIGN_IN"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newProofWorld(t, nil)
			w.removeConnector(test.without)
			for who, methods := range test.methods {
				for _, input := range []object{{"email": strangers}, {"phone": strangeTel}, {"email": strangers, "stepUpProof": ""}, {"email": strangers, "stepUpProof": nil}} {
					p := w.page(who)
					a := p.must("STEP_UP_REQUIRED", p.do("sendVerificationCode", input))
					if diff := cmp.Diff(methods, a.first["methods"]); diff != "" || a.first["maxAgeSeconds"] != 600.0 {
						t.Errorf("%s: %s\n%s", who, a.body, diff)
					}
				}
			}
			w.wantSent()
		})
	}
}

// removeConnector takes the connectors of a type from the tenant.
func (w *world) removeConnector(kind string) {
	w.t.Helper()
	for _, item := range w.manage(http.MethodGet, "/api/connectors", nil).([]any) {
		if connector := item.(object); connector["type"] == kind {
			w.manage(http.MethodDelete, "/api/connectors/"+connector["id"].(string), nil)
		}
	}
	w.advance(time.Minute) // So that the server hears of it.
}
