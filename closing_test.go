package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

const (
	suspendSelection = "suspended errors { __typename code message path }"
	removalSelection = "deletedId errors { __typename code message path }"
)

var suspensible = env{"SELF_SUSPENSION": "true"}

// exists tells whether an account with the id is there, and whether it is suspended.
func (w *world) exists(id string) (there, suspended bool) {
	w.t.Helper()
	status, found := w.logto.Manage(http.MethodGet, "/api/users/"+id, nil)
	user, _ := found.(object)
	suspended, _ = user["isSuspended"].(bool)
	return status == http.StatusOK, suspended
}

// TestSuspendAccount goes on in the same request, and with the same access token.
func TestSuspendAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, suspensible)
	alice := w.page("alice")
	proof := alice.byPassword()
	const document = `mutation ($input: SuspendAccountInput!) { suspendAccount(input: $input) { suspended errors { code } }
  again: suspendAccount(input: $input) { suspended }
  deletePersonalAccessToken(input: {name: "laptop"}) { deletedName } }`
	suspended := func(where string, path ...any) object {
		return failure(document, where, "ACCOUNT_SUSPENDED", "This account is suspended.", path...)
	}
	got := decode(t, w.query(alice.token, document, object{"input": object{"confirm": "alice", "stepUpProof": proof}}).body)
	want := decode(t, encode(t, object{
		"data": object{
			"suspendAccount": object{"suspended": true, "errors": []any{}}, "again": nil, "deletePersonalAccessToken": nil,
		},
		"errors": []any{suspended("  again", "again"), suspended("  deletePersonalAccessToken", "deletePersonalAccessToken")},
	}))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, suspended := w.exists(w.id("alice")); !suspended {
		t.Error("alice is not suspended")
	}
	if sessions := w.manage(http.MethodGet, "/api/users/{alice}/sessions", nil).(object)["sessions"]; len(sessions.([]any)) > 0 {
		t.Errorf("sessions: %v", sessions)
	}
	if answer := w.ask(alice.token, `{ me { name } }`, nil); !strings.Contains(answer, "ACCOUNT_SUSPENDED") {
		t.Error(answer)
	}
}

// TestConfirmation types what the account is called, and what it isn't. alice is
// alice, alice@example.com and +12025550143.
func TestConfirmation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, suspensible)
	alice := w.page("alice")
	proof := alice.byPassword()
	mismatch := object{
		"suspended": false,
		"errors":    []any{basicError("CONFIRMATION_MISMATCH", "This is not the account's username, email address, phone number or id.", "input", "confirm")},
	}
	for _, typed := range []string{
		"", " ", "+", "Alice", "ALICE", "alic", "alice\x00", "Alice Anderson", "alice@gmail.example.com", "bob", "bob@example.com",
		"12025550144", "++12025550143", "2025550143", "alıce@example.com", w.id("bob"), strings.ToUpper(w.id("alice")), "null", "%", "*",
	} {
		w.wantPayload(alice.token, "suspendAccount", suspendSelection, object{"confirm": typed, "stepUpProof": proof}, mismatch)
	}
	for _, typed := range []string{
		"alice", " alice\n", "alice@example.com", "ALICE@Example.COM", "12025550143", "+12025550143", w.id("alice"),
	} {
		w.wantPayload(alice.token, "suspendAccount", suspendSelection, object{"confirm": typed, "stepUpProof": proof},
			object{"suspended": true, "errors": []any{}})
		w.manage(http.MethodPatch, "/api/users/{alice}/is-suspended", object{"isSuspended": false})
	}
	carol := w.page("carol") // Has no name to sign in with.
	proof = carol.byFreshSignIn()
	for _, typed := range []string{"", "+", "Carol Clark"} {
		w.wantCodes(carol.token, "suspendAccount", object{"confirm": typed, "stepUpProof": proof}, "CONFIRMATION_MISMATCH")
	}
}

func TestDeleteAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	alice := w.page("alice")
	id := w.id("alice")
	weak := object{"confirm": "alice", "stepUpProof": alice.byPassword()}
	required := alice.must("STEP_UP_REQUIRED", alice.do("deleteAccount", weak))
	if methods := required.first["methods"]; !cmp.Equal(methods, []any{"FRESH_SIGN_IN"}) {
		t.Errorf("methods %v", methods)
	}
	input := object{"confirm": "alice", "stepUpProof": alice.byFreshSignIn()}
	w.logto.ResetCalls()
	w.wantPayload(alice.token, "deleteAccount", removalSelection, input, object{"deletedId": "<alice>", "errors": []any{}})
	if there, _ := w.exists(id); there {
		t.Error("alice is still there")
	}
	var writes []string
	for _, call := range w.logto.Calls() {
		if call.Method != http.MethodGet {
			part, _, _ := strings.Cut(strings.TrimPrefix(call.Path, "/api/users/"+id+"/"), "/")
			writes = append(writes, call.Method+" "+part)
		}
	}
	want := slices.Concat(
		slices.Repeat([]string{"DELETE sessions"}, 3), []string{"DELETE grants"}, // Those of the sessions end with these.
		slices.Repeat([]string{"POST personal-access-tokens"}, 4), []string{"DELETE "},
	)
	if diff := cmp.Diff(want, writes); diff != "" {
		t.Errorf("calls that write (-want +got):\n%s", diff)
	}
	w.wantCodes(alice.token, "deleteAccount", input, "ACCOUNT_NOT_FOUND")
	if answer := w.ask(alice.token, `{ me { name } }`, nil); !strings.Contains(answer, "ACCOUNT_NOT_FOUND") {
		t.Error(answer)
	}
}

// TestDeletionGoesOn when what is to end before it can't be ended.
func TestDeletionGoesOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	alice := w.page("alice")
	id, input := w.id("alice"), object{"confirm": "alice", "stepUpProof": alice.byFreshSignIn()}
	for _, f := range []fault{
		{Method: http.MethodDelete, Path: "/api/users/{userId}/sessions/{sessionId}"},
		{Method: http.MethodGet, Path: "/api/users/{userId}/grants"},
		{Method: http.MethodPost, Path: "/api/users/{userId}/personal-access-tokens/delete"},
	} {
		f.Status, f.Times = http.StatusInternalServerError, 100
		w.logto.Fail(f)
	}
	w.wantPayload(alice.token, "deleteAccount", removalSelection, input, object{"deletedId": "<alice>", "errors": []any{}})
	if there, _ := w.exists(id); there {
		t.Error("alice is still there")
	}
	if log := w.log.String(); !strings.Contains(log, "not everything was ended before the account was deleted") {
		t.Errorf("log: %s", log)
	}
}

func TestDeletionFails(t *testing.T) {
	t.Parallel()
	const message = "The account is still there, though you may have been signed out and your tokens deleted. Try again."
	for _, test := range []struct {
		name  string
		fault fault
		want  string
	}{
		{"refused", fault{Status: 500}, "PARTLY_DONE"},
		{"not answered", fault{Failure: logtotest.ResetConnection}, "UPSTREAM_TIMEOUT"},
		{"somebody else was first", fault{Status: 404, Body: object{"code": "entity.not_found"}}, "ACCOUNT_NOT_FOUND"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			bob := w.page("bob")
			input := object{"confirm": "bob", "stepUpProof": bob.byPassword()}
			test.fault.Method, test.fault.Path = http.MethodDelete, "/api/users/{userId}"
			w.logto.Fail(test.fault)
			if test.want != "PARTLY_DONE" {
				w.wantCodes(bob.token, "deleteAccount", input, test.want)
				return
			}
			w.wantPayload(bob.token, "deleteAccount", removalSelection, input, refusal([]string{"deletedId"}, basicError(test.want, message)))
			w.wantPayload(bob.token, "deleteAccount", removalSelection, input, object{"deletedId": "<bob>", "errors": []any{}})
		})
	}
}

func TestSuspensionFails(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		fault fault
		want  string
	}{
		{"refused", fault{Status: 500}, "UPSTREAM_UNAVAILABLE"},
		{"not answered", fault{Failure: logtotest.ResetConnection}, "UPSTREAM_TIMEOUT"},
		{"deleted in the meantime", fault{Status: 404, Body: object{"code": "entity.not_found"}}, "ACCOUNT_NOT_FOUND"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, suspensible)
			bob := w.page("bob")
			test.fault.Method, test.fault.Path = http.MethodPatch, "/api/users/{userId}/is-suspended"
			w.logto.Fail(test.fault)
			w.wantCodes(bob.token, "suspendAccount", object{"confirm": "bob", "stepUpProof": bob.byPassword()}, test.want)
		})
	}
}

func TestParallelDeletions(t *testing.T) {
	t.Parallel()
	w := newRacingWorld(t, nil)
	bob := w.page("bob")
	proof := bob.byPassword()
	w.wantOutcomes(map[string]int{"OK": 1, "top-level ACCOUNT_NOT_FOUND": 19}, atOnce(20, func(int) answer {
		return bob.do("deleteAccount", object{"confirm": "bob", "stepUpProof": proof})
	}))
}

// TestClosingPolicy wants nothing asked of Logto for what the operator doesn't allow
// or the token has no scope for.
func TestClosingPolicy(t *testing.T) {
	t.Parallel()
	input := object{"confirm": "alice"}
	for _, test := range []struct {
		name               string
		env                env
		scopes             []string
		suspension, delete string
	}{
		{"by default", nil, nil, "FIELD_NOT_EDITABLE", "STEP_UP_REQUIRED"},
		{"with suspension", suspensible, nil, "STEP_UP_REQUIRED", "STEP_UP_REQUIRED"},
		{"read only", merged(suspensible, env{"FIELD_ACCESS": "account=readOnly"}), nil, "FIELD_NOT_EDITABLE", "FIELD_NOT_EDITABLE"},
		{"off", merged(suspensible, env{"FIELD_ACCESS": "account=off"}), nil, "FIELD_NOT_EDITABLE", "FIELD_NOT_EDITABLE"},
		{"without the scope", suspensible, []string{"account:read", "account:write"}, "FORBIDDEN", "FORBIDDEN"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, test.env)
			for name, want := range map[string]string{"suspendAccount": test.suspension, "deleteAccount": test.delete} {
				w.logto.ResetCalls()
				w.wantCodes(w.token("alice", test.scopes...), name, input, want)
				if want != "STEP_UP_REQUIRED" {
					w.wantCalls()
				}
			}
			if there, suspended := w.exists(w.id("alice")); !there || suspended {
				t.Error("something was done")
			}
		})
	}
}

func TestClosingEvents(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	w := newWorld(t, merged(suspensible, r.env()))
	bob, carol := w.page("bob"), w.page("carol")
	want := []event{
		{"account.deleted", w.id("bob"), w.logto.ClientID, map[string]string{"previousEmail": "bob@example.com"}},
		{"account.suspended", w.id("carol"), w.logto.ClientID, map[string]string{}},
	}
	input := object{"confirm": "bob@example.com", "stepUpProof": bob.byPassword()}
	bob.must("CONFIRMATION_MISMATCH", bob.do("deleteAccount", merged(input, object{"confirm": "carol"})))
	bob.must("OK", bob.do("deleteAccount", input))
	carol.must("OK", carol.do("suspendAccount", object{"confirm": w.id("carol"), "stepUpProof": carol.byFreshSignIn()}))
	if diff := cmp.Diff(want, r.await(t, len(want))); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}
