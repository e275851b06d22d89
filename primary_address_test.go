package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

// TestUpdateAddress sets, replaces and removes both addresses, and tells the
// operator's receiver of the addresses before.
func TestUpdateAddress(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		as, mutation, remove, event, key string
		given                            object
		changed, removed                 string
		before                           eventData
		after                            string
	}{
		{
			"bob", "updatePrimaryEmail", "removePrimaryEmail", "primaryEmail", "previousEmail",
			object{"email": "New.Bob@Example.com"},
			`primaryEmail: "bob@example.com" is now "New.Bob@Example.com"`, `primaryEmail: "New.Bob@Example.com" is now null`,
			eventData{"previousEmail": "bob@example.com"},
			"New.Bob@Example.com",
		},
		{
			"bob", "updatePrimaryPhone", "removePrimaryPhone", "primaryPhone", "previousPhone",
			object{"phone": "+1 (202) 555-0100"},
			`primaryPhone: null is now "12025550100"`, `primaryPhone: "12025550100" is now null`,
			eventData{},
			"+12025550100",
		},
		{
			"alice", "updatePrimaryPhone", "removePrimaryPhone", "primaryPhone", "previousPhone",
			object{"phone": "+491701234567"},
			`primaryPhone: "12025550143" is now "491701234567"`, `primaryPhone: "491701234567" is now null`,
			eventData{"previousPhone": "+12025550143"},
			"+491701234567",
		},
		{
			"carol", "updatePrimaryEmail", "removePrimaryEmail", "primaryEmail", "previousEmail",
			object{"email": "carol@example.com"},
			`primaryEmail: null is now "carol@example.com"`, `primaryEmail: "carol@example.com" is now null`,
			eventData{},
			"carol@example.com",
		},
	} {
		t.Run(test.as+" "+test.mutation, func(t *testing.T) {
			t.Parallel()
			r := newReceiver(t)
			w := newWorld(t, r.env())
			proofs := object{"identifierProof": w.page(test.as).ofNew(test.given), "stepUpProof": w.page(test.as).byFreshSignIn()}
			w.wantChange(test.as, test.mutation, merged(test.given, proofs), none, []string{test.changed})
			w.wantChange(test.as, test.remove, object{"stepUpProof": proofs["stepUpProof"]}, none, []string{test.removed})
			w.wantChange(test.as, test.remove, object{"stepUpProof": proofs["stepUpProof"]}, []string{"NOT_FOUND"}, none)
			want := []event{
				{"account." + test.event + ".removed", w.id(test.as), w.logto.ClientID, eventData{test.key: test.after}},
				{"account." + test.event + ".updated", w.id(test.as), w.logto.ClientID, test.before},
			}
			slices.SortFunc(want, func(a, b event) int { return strings.Compare(encode(t, a), encode(t, b)) })
			if diff := cmp.Diff(want, r.await(t, 2)); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
		})
	}
}

// TestUpdateAddressAnswer shows the account as it is then, and takes no call more
// than the change.
func TestUpdateAddressAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	phone := object{"phone": "+12025550100"}
	input := merged(phone, object{"identifierProof": w.page("alice").ofNew(phone), "stepUpProof": w.page("alice").byFreshSignIn()})
	w.logto.ResetCalls()
	got := w.ask(w.token("alice"), mutation("updatePrimaryPhone", `user { primaryPhone ssoIdentities { identityId } updatedAt }
	  errors { code }`), object{"input": input})
	want := strings.TrimSpace(`
{
  "data": {
    "updatePrimaryPhone": {
      "user": {
        "primaryPhone": "+12025550100",
        "ssoIdentities": [
          {
            "identityId": "aa-4711"
          }
        ],
        "updatedAt": "<time>"
      },
      "errors": []
    }
  }
}`) + "\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	w.wantCalls(callUser, "PATCH /api/users/{alice}")
}

// TestProvedSpellingIsStored takes an email in any letter case, and stores the one
// that the code went to.
func TestProvedSpellingIsStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	proof := w.page("bob").ofNew(object{"email": "New.Bob@Example.com"})
	w.wantChange("bob", "updatePrimaryEmail", object{"email": "new.bob@EXAMPLE.com", "identifierProof": proof, "stepUpProof": w.presence("bob")},
		none, []string{`primaryEmail: "bob@example.com" is now "New.Bob@Example.com"`})
}

// TestUselessProofsOfAddresses tries everything else that is sealed, or was.
func TestUselessProofsOfAddresses(t *testing.T) {
	t.Parallel()
	logto := newLogto(t)
	w := newWorldOn(t, logto, env{"ALLOWED_CLIENT_IDS": logto.ClientID + "," + logto.OtherClientID})
	email, phone := object{"email": "new@example.com"}, object{"phone": "+12025550100"}
	otherClient := logtotest.Claim("client_id", logto.OtherClientID)
	presence := w.presence("bob")
	useless := map[string]string{
		"none":                     "",
		"no proof":                 "abc.def",
		"a step-up proof":          presence,
		"alice's":                  w.page("alice").ofNew(email),
		"of another application":   w.page("bob", otherClient).ofNew(object{"email": "NEW@example.com"}),
		"for another address":      w.page("bob").ofNew(object{"email": "new@example.co"}),
		"for a phone":              w.page("bob").ofNew(phone),
		"a challenge":              w.page("bob").strange("New@example.com"),
		"alice's step-up proof":    w.presence("alice"),
		"bob's with other letters": strings.ToUpper(w.page("bob").ofNew(object{"email": "newer@example.com"})),
	}
	w.logto.ResetCalls()
	for name, proof := range useless {
		w.wantChange("bob", "updatePrimaryEmail", merged(email, object{"identifierProof": proof, "stepUpProof": presence}),
			[]string{"INVALID_PROOF input identifierProof"}, none)
		if t.Failed() {
			t.Fatalf("with %s", name)
		}
	}
	good := w.page("bob").ofNew(object{"phone": "+12025550101"})
	for name, proof := range map[string]string{"an identifier proof": good, "alice's": w.presence("alice"), "none of ours": "x"} {
		w.wantChange("bob", "updatePrimaryPhone", object{"phone": "+12025550101", "identifierProof": good, "stepUpProof": proof},
			[]string{"INVALID_PROOF input stepUpProof"}, none)
		if t.Failed() {
			t.Fatalf("with %s", name)
		}
	}
	w.wantNoWrite()
}

// TestProofOfAddressWorksOnce, but is not used up by a failure.
func TestProofOfAddressWorksOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	to := object{"email": "new@example.com"}
	input := merged(to, object{"identifierProof": w.page("bob").ofNew(to), "stepUpProof": w.presence("bob")})
	w.manage(http.MethodPatch, "/api/users/{carol}", object{"primaryEmail": "NEW@example.com"})
	w.wantChange("bob", "updatePrimaryEmail", input, []string{"IDENTIFIER_TAKEN input email"}, none)
	w.manage(http.MethodPatch, "/api/users/{carol}", object{"primaryEmail": nil})
	w.logto.Fail(fault{Method: http.MethodPatch, Path: "/api/users/{userId}", Status: http.StatusInternalServerError})
	if got := w.query(w.token("bob"), mutation("updatePrimaryEmail", "errors { code }"), object{"input": input}); !strings.Contains(got.body, "UPSTREAM_UNAVAILABLE") {
		t.Errorf("while Logto fails: %s", got.body)
	}
	w.wantChange("bob", "updatePrimaryEmail", input, none, []string{`primaryEmail: "bob@example.com" is now "new@example.com"`})
	w.manage(http.MethodPatch, "/api/users/{bob}", object{"primaryEmail": "bob@example.com"})
	w.wantChange("bob", "updatePrimaryEmail", input, []string{"INVALID_PROOF input identifierProof"}, none)
}

// TestPhoneIsTaken is the recorded refusal for phone numbers.
func TestPhoneIsTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	to := object{"phone": "+12025550143"}
	w.wantChange("bob", "updatePrimaryPhone", merged(to, object{"identifierProof": w.page("bob").ofNew(to), "stepUpProof": w.presence("bob")}),
		[]string{"IDENTIFIER_TAKEN input phone"}, none)
}

// TestPolicyIsAskedAgain when an address is set: the tenant's may have changed
// since the code was sent.
func TestPolicyIsAskedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	to := object{"email": "new@evil.example"}
	input := merged(to, object{"identifierProof": w.page("bob").ofNew(to), "stepUpProof": w.presence("bob")})
	w.manage(http.MethodPatch, "/api/sign-in-exp", object{"emailBlocklistPolicy": object{"customBlocklist": []any{"@evil.example"}}})
	w.minute()
	w.wantChange("bob", "updatePrimaryEmail", input, []string{"IDENTIFIER_NOT_ALLOWED input email"}, none)
	w.wantNoWrite()
}
