package main

import (
	"maps"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"accountql/graph"
	"accountql/logto/logtotest"
	"accountql/seal"
)

// stepUpInputs are what each mutation takes beside its step-up proof.
func (w *world) stepUpInputs() map[string]object {
	return map[string]object{
		"updateUsername":            {"username": "stepped_up"},
		"updatePrimaryEmail":        {"email": strangers, "identifierProof": ""},
		"removePrimaryEmail":        {},
		"updatePrimaryPhone":        {"phone": strangeTel, "identifierProof": ""},
		"removePrimaryPhone":        {},
		"changePassword":            {"newPassword": "rejected"},
		"startIdentityLink":         {"connectorId": w.connector(mockSocial), "redirectUri": callback, "state": linkState},
		"unlinkIdentity":            {"target": "google"},
		"createPersonalAccessToken": {"name": "stepped up"},
		"startTotpEnrollment":       {},
		"generateBackupCodes":       {"replace": true},
		"removeMfaVerification":     {"id": "no-such-factor"},
		"suspendAccount":            {"confirm": "nobody"},
		"deleteAccount":             {"confirm": "nobody"},
	}
}

// freshOnly are those that take nothing but a fresh sign-in from an account with a
// factor.
var freshOnly = []string{
	"deleteAccount", "generateBackupCodes", "removeMfaVerification", "removePrimaryEmail", "removePrimaryPhone", "updatePrimaryEmail", "updatePrimaryPhone",
}

func newStepUpWorld(t *testing.T) *world {
	t.Helper()
	return newProofWorld(t, env{"SELF_SUSPENSION": "true"})
}

// mutations are the names of the schema's mutations for which keep is true.
func mutations(keep func(*ast.FieldDefinition) bool) []string {
	var names []string
	for _, field := range graph.NewSchema(new(graph.Resolver)).Schema().Mutation.Fields {
		if keep(field) {
			names = append(names, field.Name)
		}
	}
	return slices.Sorted(slices.Values(names))
}

// TestStepUp asks every mutation that the schema marks without a proof, with good
// ones and with bad ones.
func TestStepUp(t *testing.T) {
	t.Parallel()
	w := newStepUpWorld(t)
	inputs := w.stepUpInputs()
	marked := mutations(func(field *ast.FieldDefinition) bool { return field.Directives.ForName("stepUp") != nil })
	if diff := cmp.Diff(marked, slices.Sorted(maps.Keys(inputs))); diff != "" {
		t.Fatalf("mutations (-marked +here):\n%s", diff)
	}
	bob, alice := w.page("bob"), w.page("alice")
	good := bob.byPassword()
	expired := bob.byPassword()
	bad := map[string]string{
		"alice's":           alice.byPassword(),
		"another client's":  w.page("bob", logtotest.Claim("client_id", w.logto.OtherClientID)).byPassword(),
		"of an address":     bob.ofAddress("other@corp.example"),
		"a challenge":       bob.challenge(object{"email": "bob@example.com"}),
		"the access token":  bob.token,
		"made up":           "proof",
		"edited":            good[:len(good)-5] + "AAAAA",
		"a space":           " ",
		"good with a space": good + " ",
	}
	for name, input := range inputs {
		for _, none := range []object{{}, {"stepUpProof": nil}, {"stepUpProof": ""}} {
			a := bob.must("STEP_UP_REQUIRED", bob.do(name, merged(input, none)))
			if diff := cmp.Diff([]any{"PASSWORD", "EMAIL_CODE", "PHONE_CODE", "FRESH_SIGN_IN"}, a.first["methods"]); diff != "" || a.first["maxAgeSeconds"] != 600.0 {
				t.Errorf("%s: %s", name, a.body)
			}
		}
		for what, proof := range bad {
			w.quietly(func() {
				if a := bob.do(name, merged(input, object{"stepUpProof": proof})); a.code != "INVALID_PROOF" {
					t.Errorf("%s with %s: %s", name, what, a.body)
				}
			})
		}
	}
	w.advance(seal.Lifetime / 2)
	good = bob.byPassword()
	w.advance(seal.Lifetime / 2)
	for name, input := range inputs {
		w.quietly(func() {
			if a := bob.do(name, merged(input, object{"stepUpProof": expired})); a.code != "INVALID_PROOF" {
				t.Errorf("%s with an expired proof: %s", name, a.body)
			}
		})
	}
	bob.must("OK", bob.do("updateUsername", object{"username": "bobby", "stepUpProof": good}))
}

// TestStepUpOfAccountsWithMFA: some changes take a fresh sign-in only, since who
// has a password or a mailbox in hand may lack the second factor.
func TestStepUpOfAccountsWithMFA(t *testing.T) {
	t.Parallel()
	all := []any{"PASSWORD", "EMAIL_CODE", "PHONE_CODE", "FRESH_SIGN_IN"}
	for name := range newStepUpWorld(t).stepUpInputs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newStepUpWorld(t)
			alice := w.page("alice")
			input := alice.identified(name)
			methods := all
			if slices.Contains(freshOnly, name) {
				methods = []any{"FRESH_SIGN_IN"}
			}
			a := alice.must("STEP_UP_REQUIRED", alice.do(name, input))
			if diff := cmp.Diff(methods, a.first["methods"]); diff != "" {
				t.Errorf("methods (-want +got):\n%s", diff)
			}
			for by, prove := range map[string]func(page) string{"password": page.byPassword, "email": page.byEmail, "phone": page.byPhone} {
				a := alice.do(name, merged(input, object{"stepUpProof": prove(alice)}))
				if enough := a.code != "STEP_UP_REQUIRED"; enough == (len(methods) == 1) || a.code == "INVALID_PROOF" {
					t.Errorf("proved by %s: %s", by, a.body)
				}
			}
			a = alice.do(name, merged(input, object{"stepUpProof": alice.byFreshSignIn()}))
			if a.code == "STEP_UP_REQUIRED" || a.code == "INVALID_PROOF" {
				t.Errorf("proved by a fresh sign-in: %s", a.body)
			}
		})
	}
}

// identified is an input for the mutation with an identifier proof where it takes
// one.
func (p page) identified(name string) object {
	p.t.Helper()
	input := p.stepUpInputs()[name]
	if _, takesProof := input["identifierProof"]; !takesProof {
		return input
	}
	if name == "updatePrimaryEmail" {
		return merged(input, object{"identifierProof": p.ofAddress(strangers)})
	}
	proof := p.byCode(object{"phone": strangeTel, "stepUpProof": p.byPassword()}, strangeTel[1:])
	return merged(input, object{"identifierProof": proof})
}

// TestStepUpOfSuspendedAccounts: whatever the mutation, the account is looked at
// before anything is changed.
func TestStepUpOfSuspendedAccounts(t *testing.T) {
	t.Parallel()
	w := newStepUpWorld(t)
	bob := w.page("bob")
	inputs := w.stepUpInputs()
	for name := range inputs {
		inputs[name] = bob.identified(name)
	}
	proof := bob.byFreshSignIn()
	w.manage(http.MethodPatch, "/api/users/{bob}/is-suspended", object{"isSuspended": true})
	before := w.record("bob")
	for name, input := range inputs {
		for _, given := range []object{{"stepUpProof": proof}, {}} {
			bob.must("top-level ACCOUNT_SUSPENDED", bob.do(name, merged(input, given)))
		}
	}
	if diff := changes(before, w.record("bob")); len(diff) > 0 {
		t.Errorf("changed: %q", diff)
	}
}
