package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestLastWayIn takes away what can be taken, in the order given, as seen by Logto
// at that moment: settings that the server knows from a minute before don't count.
func TestLastWayIn(t *testing.T) {
	t.Parallel()
	methods := func(password, code bool) object {
		method := func(identifier string, code bool) object {
			return object{"identifier": identifier, "password": password, "verificationCode": code, "isPasswordPrimary": true}
		}
		return object{"signIn": object{"methods": []any{method("username", false), method("email", code), method("phone", code)}}}
	}
	last := []string{"LAST_SIGN_IN_METHOD"}
	lastUsername := []string{"LAST_SIGN_IN_METHOD input username"}
	for _, test := range []struct {
		name, as        string
		setup           func(w *world)
		email, username []string
	}{
		{"both by password", "bob", func(*world) {}, none, lastUsername},
		{"codes alone", "bob", func(w *world) { w.manage(http.MethodPatch, "/api/sign-in-exp", methods(false, true)) }, last, none},
		{"no mail connector and no password for emails", "bob", func(w *world) {
			w.manage(http.MethodDelete, "/api/connectors/"+w.connector("mock-email-service"), nil)
			w.manage(http.MethodPatch, "/api/sign-in-exp", methods(true, true))
		}, none, lastUsername},
		{"a social identity", "alice", func(w *world) {
			w.manage(http.MethodPatch, "/api/users/{alice}", object{"primaryPhone": nil})
		}, none, none},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			proof := w.page(test.as).byFreshSignIn()
			test.setup(w)
			email, _ := w.change(test.as, "removePrimaryEmail", object{"stepUpProof": proof})
			username, _ := w.change(test.as, "updateUsername", object{"username": nil, "stepUpProof": proof})
			if diff := cmp.Diff([][]string{test.email, test.username}, [][]string{email, username}); diff != "" {
				t.Errorf("email, then username (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLastWayInNeedsAPassword: without one, a username is none.
func TestLastWayInNeedsAPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.manage(http.MethodPatch, "/api/users/{carol}", object{"username": "carol", "primaryEmail": "carol@example.com", "primaryPhone": "12025550177"})
	w.manage(http.MethodDelete, "/api/users/{carol}/identities/github", nil)
	proof := object{"stepUpProof": w.page("carol").byFreshSignIn()}
	w.wantChange("carol", "removePrimaryEmail", proof, none, []string{`primaryEmail: "carol@example.com" is now null`})
	w.wantChange("carol", "removePrimaryPhone", proof, []string{"LAST_SIGN_IN_METHOD"}, none)
	w.wantChange("carol", "updateUsername", merged(proof, object{"username": nil}), none, []string{`username: "carol" is now null`})
}

// TestUnknownSettingsRemoveNothing: what lets people in must be known at that
// moment.
func TestUnknownSettingsRemoveNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	proof := w.presence("bob")
	w.logto.Fail(fault{Path: "/api/connectors", Status: http.StatusInternalServerError, Times: 10})
	before := w.record("bob")
	got := w.query(w.token("bob"), mutation("removePrimaryEmail", "errors { code }"), object{"input": object{"stepUpProof": proof}})
	if !strings.Contains(got.body, "UPSTREAM_UNAVAILABLE") {
		t.Errorf("got %s", got.body)
	}
	if diff := changes(before, w.record("bob")); len(diff) > 0 {
		t.Errorf("changed: %v", diff)
	}
}

// TestParallelRemovalsLeaveOneWayIn has twenty requests take away the three
// identifiers of an account at the same time, while Logto is slow.
func TestParallelRemovalsLeaveOneWayIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.manage(http.MethodPatch, "/api/users/{bob}", object{"primaryPhone": "12025550177"})
	proof, token := w.presence("bob"), w.token("bob")
	w.logto.SetDelay(5 * time.Millisecond)
	documents := []struct{ mutation, input string }{
		{"removePrimaryEmail", ""}, {"removePrimaryPhone", ""}, {"updateUsername", "username: null, "},
	}
	var wg sync.WaitGroup
	for i := range 20 {
		d := documents[i%len(documents)]
		wg.Go(func() {
			document := fmt.Sprintf(`mutation { %s(input: {%sstepUpProof: %q}) { errors { code } } }`, d.mutation, d.input, proof)
			if answer, err := w.try(token, document, nil); err != nil || strings.Contains(answer.body, `"message"`) {
				t.Errorf("%v %s", err, answer.body)
			}
		})
	}
	wg.Wait()
	left := []string{}
	for _, identifier := range []string{"username", "primaryEmail", "primaryPhone"} {
		if w.record("bob")[identifier] != "null" {
			left = append(left, identifier)
		}
	}
	if len(left) != 1 {
		t.Errorf("left are %v, want one", left)
	}
}

// TestRemovableSaysSoBeforehand compares what the account says beforehand with
// what a removal then answers.
func TestRemovableSaysSoBeforehand(t *testing.T) {
	t.Parallel()
	for _, name := range people {
		for field, change := range map[string]string{
			"usernameRemovable": "updateUsername", "primaryEmailRemovable": "removePrimaryEmail", "primaryPhoneRemovable": "removePrimaryPhone",
		} {
			w := newWorld(t, nil)
			if name == "bob" {
				w.manage(http.MethodPatch, "/api/users/{bob}", object{"username": nil})
			}
			input := object{"stepUpProof": w.page(name).byFreshSignIn()}
			if change == "updateUsername" {
				input["username"] = nil
			}
			answer := decode(t, w.query(w.token(name), "{ me { removable: "+field+" { allowed reason } } }", nil).body).(object)
			said, has := answer["data"].(object)["me"].(object)["removable"].(object)
			errors, changed := w.change(name, change, input)
			switch {
			case !has && len(changed) > 0, has && said["allowed"] == true && (len(errors) > 0 || len(changed) != 1),
				has && said["allowed"] == false && (len(errors) != 1 || !strings.HasPrefix(errors[0], said["reason"].(string))):
				t.Errorf("%s's %s said %v, and %s then gives %v and changes %v", name, field, said, change, errors, changed)
			}
		}
	}
}

// credentialMutations are the mutations of identifiers and password, with inputs
// that only lack proofs.
// TestLastWayInOfAnOldRelease, whose users don't tell whether they have a password.
func TestLastWayInOfAnOldRelease(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.logto.OmitHasPassword(true)
	proof := w.presence("bob")
	w.wantChange("bob", "removePrimaryEmail", object{"stepUpProof": proof}, none, []string{`primaryEmail: "bob@example.com" is now null`})
	w.wantChange("bob", "updateUsername", object{"username": nil, "stepUpProof": proof}, []string{"LAST_SIGN_IN_METHOD input username"}, none)
}
