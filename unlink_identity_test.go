package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

func TestUnlinkIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	before, proof := w.record("alice"), w.presence("alice")
	w.logto.ResetCalls()
	w.wantPayload(w.token("alice"), "unlinkIdentity", `user { username identities { target removable { allowed } } ssoIdentities { identityId } updatedAt }
		errors { code path }`, object{"target": "google", "stepUpProof": proof}, object{
		"user": object{
			"username": "alice", "identities": []any{object{"target": "github", "removable": object{"allowed": true}}},
			"ssoIdentities": []any{object{"identityId": "aa-4711"}}, "updatedAt": "<time>",
		},
		"errors": []any{},
	})
	// What the tenant allows is read afresh before a way in is taken away.
	w.wantCalls(callUser, callExperience, callConnectors, "DELETE /api/users/{alice}/identities/google")
	for _, change := range changes(before, w.record("alice")) {
		if !strings.HasPrefix(change, "identities.google.") || !strings.HasSuffix(change, " removed") {
			t.Errorf("Logto's record: %s", change)
		}
	}
}

func TestUnlinkIdentityRefuses(t *testing.T) {
	t.Parallel()
	const identity = "/api/users/{userId}/identities/{target}"
	gone := []fault{{Method: http.MethodDelete, Path: identity, Status: http.StatusNotFound, Body: object{"code": "user.identity_not_exist"}}}
	for _, test := range []struct {
		name, account, target string
		proof                 string // whose, if any.
		env                   env
		faults                []fault
		want                  string
	}{
		{name: "without a proof", account: "alice", target: "google", want: "STEP_UP_REQUIRED"},
		{name: "with somebody else's proof", account: "alice", target: "google", proof: "bob", want: "INVALID_PROOF"},
		{name: "what isn't linked", account: "bob", target: "google", proof: "bob", want: "NOT_FOUND"},
		{name: "nothing", account: "alice", target: "", proof: "alice", want: "NOT_FOUND"},
		{name: "a path", account: "alice", target: "../../" + "google", proof: "alice", want: "NOT_FOUND"},
		{name: "another case", account: "alice", target: "Google", proof: "alice", want: "NOT_FOUND"},
		{name: "the last way in", account: "carol", target: "github", proof: "carol", want: "LAST_SIGN_IN_METHOD"},
		{name: "by policy", account: "alice", target: "google", proof: "alice", env: env{"FIELD_ACCESS": "social=readOnly"}, want: "FIELD_NOT_EDITABLE"},
		{name: "what is hidden", account: "alice", target: "google", proof: "alice", env: env{"FIELD_ACCESS": "social=off"}, want: "FIELD_NOT_EDITABLE"},
		{name: "what is unlinked meanwhile", account: "alice", target: "google", proof: "alice", faults: gone, want: "NOT_FOUND"},
		{
			name: "when Logto fails", account: "alice", target: "google", proof: "alice",
			faults: []fault{{Method: http.MethodDelete, Path: identity, Status: http.StatusInternalServerError}}, want: "UPSTREAM_UNAVAILABLE",
		},
		{
			name: "when the answer is lost", account: "alice", target: "google", proof: "alice",
			faults: []fault{{Method: http.MethodDelete, Path: identity, Failure: logtotest.ResetConnection}}, want: "UPSTREAM_TIMEOUT",
		},
		{
			name: "an account that is gone", account: "alice", target: "google", proof: "alice",
			faults: []fault{{Method: http.MethodDelete, Path: identity, Status: http.StatusNotFound, Body: object{"code": "entity.not_found"}}}, want: "ACCOUNT_NOT_FOUND",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, test.env)
			input := object{"target": test.target}
			if test.proof != "" {
				input["stepUpProof"] = w.presence(test.proof)
			}
			for _, f := range test.faults {
				w.logto.Fail(f)
			}
			before := w.record(test.account)
			w.logto.ResetCalls()
			w.wantCodes(w.token(test.account), "unlinkIdentity", input, test.want)
			if diff := changes(before, w.record(test.account)); len(diff) > 0 {
				t.Errorf("changed: %v", diff)
			}
			if calls := w.calls(); test.env != nil && len(calls) > 0 {
				t.Errorf("calls of a refused change: %v", calls)
			}
		})
	}
}

// TestLastIdentityGoesBySettings counts an identity only while its connector is
// there and offered at sign-in.
func TestLastIdentityGoesBySettings(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		method, path string
		body         any
		want         []string
	}{
		"both can be used":            {http.MethodPatch, "/api/sign-in-exp", object{}, nil},
		"one isn't offered":           {http.MethodPatch, "/api/sign-in-exp", object{"socialSignInConnectorTargets": []any{"github"}}, []string{"LAST_SIGN_IN_METHOD"}},
		"one lacks its connector":     {http.MethodDelete, "/api/connectors/{google}", nil, []string{"LAST_SIGN_IN_METHOD"}},
		"the one to go isn't offered": {http.MethodPatch, "/api/sign-in-exp", object{"socialSignInConnectorTargets": []any{"google"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.manage(http.MethodPatch, "/api/sign-in-exp", object{"socialSignInConnectorTargets": []any{"github", "google"}})
			w.manage(http.MethodPut, "/api/users/{carol}/identities/google", object{"userId": "g"})
			w.manage(test.method, strings.ReplaceAll(test.path, "{google}", w.connector("google")), test.body)
			w.advance(time.Minute)
			w.wantCodes(w.token("carol"), "unlinkIdentity", object{"target": "github", "stepUpProof": w.presence("carol")}, test.want...)
		})
	}
}

// TestTwoLastIdentitiesCannotBothGo unlinks both at the same time.
func TestTwoLastIdentitiesCannotBothGo(t *testing.T) {
	t.Parallel()
	w := newRacingWorld(t, nil)
	w.manage(http.MethodPatch, "/api/sign-in-exp", object{"socialSignInConnectorTargets": []any{"github", "google"}})
	w.advance(time.Minute)
	for range 3 {
		w.manage(http.MethodPut, "/api/users/{carol}/identities/google", object{"userId": "g"})
		w.manage(http.MethodPut, "/api/users/{carol}/identities/github", object{"userId": "h"})
		carol, targets := w.page("carol"), []string{"google", "github"}
		proof := carol.byFreshSignIn()
		w.wantOutcomes(map[string]int{"OK": 1, "LAST_SIGN_IN_METHOD": 1}, atOnce(2, func(i int) answer {
			return carol.do("unlinkIdentity", object{"target": targets[i], "stepUpProof": proof})
		}))
	}
}

// TestUnlinkedAccountIsFreeAtOnce has another account link what was just linked and
// unlinked here.
func TestUnlinkedAccountIsFreeAtOnce(t *testing.T) {
	t.Parallel()
	w := newLinkWorld(t, nil)
	for _, name := range []string{"alice", "bob", "alice"} {
		if diff := cmp.Diff([]string{}, w.linkMock(name, "m1", false)); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", name, diff)
		}
		w.wantCodes(w.token(name), "unlinkIdentity", object{"target": mockSocial, "stepUpProof": w.presence(name)})
	}
}

func TestIdentitiesTakeTheSecurityScope(t *testing.T) {
	t.Parallel()
	w := newLinkWorld(t, nil)
	token := w.token("alice", "account:read", "account:write")
	for name, input := range map[string]object{
		"startIdentityLink": {"connectorId": "x", "redirectUri": callback, "state": linkState},
		"linkIdentity":      {"linkId": "x", "state": linkState, "connectorData": object{}},
		"unlinkIdentity":    {"target": "google"},
	} {
		answer := w.ask(token, mutation(name, "errors { code }"), object{"input": input})
		if !strings.Contains(answer, `"requiredScope": "account:security"`) || !strings.Contains(answer, `"`+name+`": null`) {
			t.Errorf("%s: %s", name, answer)
		}
	}
	w.wantCalls()
}

// TestIdentitiesThatMayNotBeChanged are refused before Logto is asked anything.
func TestIdentitiesThatMayNotBeChanged(t *testing.T) {
	t.Parallel()
	for _, access := range []string{"social=readOnly", "social=off"} {
		w := newLinkWorld(t, env{"FIELD_ACCESS": access})
		w.wantCodes(w.token("alice"), "startIdentityLink", object{"connectorId": "x", "redirectUri": callback, "state": linkState}, "FIELD_NOT_EDITABLE")
		w.wantCodes(w.token("alice"), "linkIdentity", object{"linkId": "x", "state": linkState, "connectorData": object{}}, "FIELD_NOT_EDITABLE")
		w.wantCalls()
	}
}

// TestIdentitiesWithoutTheStore refuses what can't be kept from going wrong.
func TestIdentitiesWithoutTheStore(t *testing.T) {
	t.Parallel()
	w := newLinkWorld(t, env{"REDIS_URL": "redis://127.0.0.1:1", "SECRET_KEY": strings.Repeat("A", 43) + "="})
	w.wantCodes(w.token("alice"), "startIdentityLink",
		object{"connectorId": w.connector(mockSocial), "redirectUri": callback, "state": linkState, "stepUpProof": "x"}, "UPSTREAM_UNAVAILABLE")
	w.wantCodes(w.token("alice"), "linkIdentity", linkInput("x", "m1"), "UPSTREAM_UNAVAILABLE")
	w.wantCodes(w.token("alice"), "unlinkIdentity", object{"target": "google", "stepUpProof": "x"}, "UPSTREAM_UNAVAILABLE")
	w.wantCalls()
}

func TestIdentityEvents(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	w := newLinkWorld(t, r.env())
	told := func(what, name string) event {
		return event{
			Type: "account.identity." + what, Subject: w.id(name), ClientID: w.logto.ClientID, Data: map[string]string{"target": mockSocial},
		}
	}
	unlink := func(name string) {
		w.wantCodes(w.token(name), "unlinkIdentity", object{"target": mockSocial, "stepUpProof": w.presence(name)})
	}
	w.linkMock("alice", "m1", false)
	w.linkMock("alice", "m2", false) // Refused.
	w.linkMock("bob", "m1", false)   // Refused.
	if diff := cmp.Diff([]event{told("linked", "alice")}, r.await(t, 1)); diff != "" {
		t.Errorf("a link (-want +got):\n%s", diff)
	}
	unlink("alice")
	if diff := cmp.Diff([]event{told("unlinked", "alice")}, r.await(t, 1)); diff != "" {
		t.Errorf("an unlinking (-want +got):\n%s", diff)
	}

	// A later one of two parallel links, which is undone, leaves no event, unless it
	// can't be.
	w.linkMock("alice", "m1", false)
	w.manage(http.MethodDelete, "/api/users/{alice}/identities/mock-social", nil)
	w.linkMock("bob", "m1", false)
	w.logto.Fail(fault{Method: http.MethodDelete, Path: "/api/users/{userId}/identities/{target}", Status: http.StatusBadGateway})
	w.linkMock("carol", "m1", false)
	want := []event{told("linked", "alice"), told("linked", "carol")}
	got := r.await(t, 2)
	if w.id("carol") < w.id("alice") {
		want[0], want[1] = want[1], want[0]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("parallel links (-want +got):\n%s", diff)
	}
}
