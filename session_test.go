package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

// refreshes tells whether a refresh token still gets tokens.
func (w *world) refreshes(token string) bool {
	w.t.Helper()
	form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {w.logto.ClientID}}
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	return send(w.t, http.MethodPost, w.logto.Endpoint+"/oidc/token", header, strings.NewReader(form.Encode())).status == http.StatusOK
}

// TestRevokeSession ends one of three sessions and, which Logto doesn't by itself,
// its refresh token.
func TestRevokeSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	sessions, grants := w.sessions("alice"), w.grants("alice")
	tokens, err := w.logto.SignIn("alice", "")
	if err != nil {
		t.Fatal(err)
	}
	others, err := w.logto.SignIn("bob", "")
	if err != nil {
		t.Fatal(err)
	}
	id := w.sessions("alice")[len(sessions)]
	before := w.record("alice")
	if !w.refreshes(tokens.RefreshToken) {
		t.Fatal("the session's refresh token is no good")
	}
	w.logto.ResetCalls()

	payload := w.asked(w.token("alice"), "revokeSession", "user { username sessions { id } authorizedApplications { id } } errors { code }", object{"id": id})
	listed := func(ids []string) []any {
		items := []any{}
		for _, id := range ids {
			items = append(items, object{"id": id})
		}
		return items
	}
	want := object{"errors": []any{}, "user": object{"username": "alice", "sessions": listed(sessions), "authorizedApplications": listed(grants)}}
	if diff := cmp.Diff(want, payload); diff != "" {
		t.Errorf("payload (-want +got):\n%s", diff)
	}
	w.wantCalls(callUser, callSessions, strings.ReplaceAll("DELETE /api/users/{alice}/sessions/ID?revokeGrantsTarget=all", "ID", id), callSessions, callGrants)
	if diff := changes(before, w.record("alice")); len(diff) > 0 {
		t.Errorf("changed: %v", diff)
	}
	if len(w.sessions("bob")) != 1 || len(w.grants("bob")) != 1 {
		t.Error("bob's session or grant has ended")
	}
	if w.refreshes(tokens.RefreshToken) || !w.refreshes(others.RefreshToken) {
		t.Error("the refresh token lives on, or somebody else's has ended")
	}
	w.wantCodes(w.token("alice"), "revokeSession", object{"id": id}, "NOT_FOUND")
}

func TestRevokeAuthorizedApplication(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	sessions, grants := w.sessions("alice"), w.grants("alice")
	id := grants[len(grants)-1]
	w.logto.ResetCalls()
	payload := w.asked(w.token("alice"), "revokeAuthorizedApplication", "user { username authorizedApplications { isThirdParty } } errors { code }", object{"id": id})
	want := object{"errors": []any{}, "user": object{"username": "alice", "authorizedApplications": []any{
		object{"isThirdParty": false}, object{"isThirdParty": false},
	}}}
	if diff := cmp.Diff(want, payload); diff != "" {
		t.Errorf("payload (-want +got):\n%s", diff)
	}
	w.wantCalls(callUser, "DELETE /api/users/{alice}/grants/"+id, callGrants, callThirdParty)
	if diff := cmp.Diff(grants[:len(grants)-1], w.grants("alice")); diff != "" {
		t.Errorf("grants (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(sessions, w.sessions("alice")); diff != "" {
		t.Errorf("sessions (-want +got):\n%s", diff)
	}
	w.wantCodes(w.token("alice"), "revokeAuthorizedApplication", object{"id": id}, "NOT_FOUND")
}

// TestRevocationsOfNothing names what isn't the account's.
func TestRevocationsOfNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	sessions, grants := w.sessions("alice"), w.grants("alice")
	for _, id := range []string{
		sessions[0], grants[0], w.id("alice"), "unknown", "", ".", "..", "../" + sessions[0], "a/b", `a\b`, "a\x00b", "?", "é", strings.Repeat("x", 20000),
	} {
		w.wantCodes(w.token("bob"), "revokeSession", object{"id": id}, "NOT_FOUND")
		w.wantCodes(w.token("bob"), "revokeAuthorizedApplication", object{"id": id}, "NOT_FOUND")
	}
	if diff := cmp.Diff([][]string{sessions, grants}, [][]string{w.sessions("alice"), w.grants("alice")}); diff != "" {
		t.Errorf("alice's (-want +got):\n%s", diff)
	}
	want := object{"user": nil, "errors": []any{object{"code": "NOT_FOUND", "path": []any{"input", "id"}, "message": "There is no such session, or it has ended."}}}
	w.wantPayload(w.token("bob"), "revokeSession", "user { id } errors { code path message }", object{"id": "x"}, want)
	want["errors"].([]any)[0].(object)["message"] = "There is no such grant, or it has ended."
	w.wantPayload(w.token("bob"), "revokeAuthorizedApplication", "user { id } errors { code path message }", object{"id": "x"}, want)
}

func TestRevocationsRefuse(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name        string
		env         env
		suspended   bool
		session     fault // of the call that ends a session.
		grant       fault // of the call that ends a grant.
		wantSession string
		wantGrant   string
	}{
		{name: "by policy", env: env{"FIELD_ACCESS": "session=readOnly"}, wantSession: "FIELD_NOT_EDITABLE", wantGrant: "FIELD_NOT_EDITABLE"},
		{name: "what is hidden", env: env{"FIELD_ACCESS": "session=off"}, wantSession: "FIELD_NOT_EDITABLE", wantGrant: "FIELD_NOT_EDITABLE"},
		{name: "a suspended account", suspended: true, wantSession: "ACCOUNT_SUSPENDED", wantGrant: "ACCOUNT_SUSPENDED"},
		{
			name:    "what has just ended",
			session: fault{Status: http.StatusNotFound, Body: object{"code": "oidc.session_not_found"}}, wantSession: "NOT_FOUND",
			grant: fault{Status: http.StatusNotFound, Body: object{"code": "oidc.invalid_grant"}}, wantGrant: "NOT_FOUND",
		},
		{
			name:    "when Logto fails",
			session: fault{Status: http.StatusInternalServerError}, wantSession: "UPSTREAM_UNAVAILABLE",
			grant: fault{Status: http.StatusServiceUnavailable}, wantGrant: "UPSTREAM_UNAVAILABLE",
		},
		{
			name:    "when the answer is lost",
			session: fault{Failure: logtotest.ResetConnection}, wantSession: "UPSTREAM_TIMEOUT",
			grant: fault{Failure: logtotest.ResetConnection}, wantGrant: "UPSTREAM_TIMEOUT",
		},
		{
			name:    "what Logto doesn't understand",
			session: fault{Status: http.StatusBadRequest, Body: object{"code": "guard.invalid_input"}}, wantSession: "INTERNAL",
			grant: fault{Status: http.StatusBadRequest, Body: object{"code": "guard.invalid_input"}}, wantGrant: "INTERNAL",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, test.env)
			sessions, grants := w.sessions("alice"), w.grants("alice")
			if test.suspended {
				w.manage(http.MethodPatch, "/api/users/{alice}/is-suspended", object{"isSuspended": true})
				sessions = w.sessions("alice")
			}
			for path, f := range map[string]fault{"sessions/{sessionId}": test.session, "grants/{grantId}": test.grant} {
				if f.Status != 0 || f.Failure != logtotest.AnswerStatus {
					f.Method, f.Path = http.MethodDelete, "/api/users/{userId}/"+path
					w.logto.Fail(f)
				}
			}
			w.wantCodes(w.token("alice"), "revokeSession", object{"id": w.anySession()}, test.wantSession)
			w.wantCodes(w.token("alice"), "revokeAuthorizedApplication", object{"id": grants[0]}, test.wantGrant)
			if calls := w.calls(); test.env != nil && len(calls) > 0 {
				t.Errorf("calls of a refused change: %v", calls)
			}
			if diff := cmp.Diff(sessions, w.sessions("alice")); diff != "" {
				t.Errorf("sessions (-want +got):\n%s", diff)
			}
		})
	}
}

// anySession is one of alice's, or no session's id when she has none.
func (w *world) anySession() string {
	w.t.Helper()
	return append(w.sessions("alice"), "none")[0]
}

func TestRevocationsTakeTheSecurityScope(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, name := range []string{"revokeSession", "revokeAuthorizedApplication"} {
		id := w.anySession()
		if name != "revokeSession" {
			id = w.grants("alice")[0]
		}
		answer := w.ask(w.token("alice", "account:read", "account:write"), mutation(name, "errors { code }"), object{"input": object{"id": id}})
		if !strings.Contains(answer, `"requiredScope": "account:security"`) || !strings.Contains(answer, `"`+name+`": null`) {
			t.Errorf("%s: %s", name, answer)
		}
		w.wantCalls()
		// Without account:read it is done, and the user stays out of sight.
		answer = w.ask(w.token("alice", "account:security"), mutation(name, "user { id } errors { code }"), object{"input": object{"id": id}})
		if !strings.Contains(answer, `"requiredScope": "account:read"`) || !strings.Contains(answer, `"errors": []`) || !strings.Contains(answer, `"user": null`) {
			t.Errorf("%s: %s", name, answer)
		}
		w.logto.ResetCalls()
	}
}

// TestRevocationsWithoutTheStore go on, since they make safer.
func TestRevocationsWithoutTheStore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, env{"REDIS_URL": "redis://127.0.0.1:1", "SECRET_KEY": strings.Repeat("A", 43) + "="})
	w.wantCodes(w.token("alice"), "revokeSession", object{"id": w.anySession()})
	w.wantCodes(w.token("alice"), "revokeAuthorizedApplication", object{"id": w.grants("alice")[0]})
	if sessions, grants := w.sessions("alice"), w.grants("alice"); len(sessions) != 1 || len(grants) != 1 {
		t.Errorf("sessions %v, grants %v", sessions, grants)
	}
}

func TestRevocationEvents(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	w := newWorld(t, r.env())
	session, grants := w.anySession(), w.grants("alice")
	grant := grants[len(grants)-1]
	w.wantCodes(w.token("alice"), "revokeSession", object{"id": "unknown"}, "NOT_FOUND")
	w.wantCodes(w.token("alice"), "revokeAuthorizedApplication", object{"id": "unknown"}, "NOT_FOUND")
	w.wantCodes(w.token("alice"), "revokeSession", object{"id": session})
	w.wantCodes(w.token("alice"), "revokeAuthorizedApplication", object{"id": grant})
	told := func(what, id string) event {
		return event{Type: "account." + what + ".revoked", Subject: w.id("alice"), ClientID: w.logto.ClientID, Data: map[string]string{"id": id}}
	}
	want := []event{told("authorizedApplication", grant), told("session", session)}
	if diff := cmp.Diff(want, r.await(t, len(want))); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}
