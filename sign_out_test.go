package main

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

const signedOutMessage = "this token was issued before the account was signed out everywhere: sign in again"

// has lists the ids of what an account has at Logto.
func (w *world) has(name, kind, within, key string) []string {
	w.t.Helper()
	listed := w.manage(http.MethodGet, "/api/users/{"+name+"}/"+kind, nil)
	if within != "" {
		listed = listed.(object)[within]
	}
	ids := []string{}
	for _, item := range listed.([]any) {
		value := any(item)
		for step := range strings.SplitSeq(key, ".") {
			value = value.(object)[step]
		}
		ids = append(ids, value.(string))
	}
	return ids
}

func (w *world) sessions(name string) []string {
	return w.has(name, "sessions", "sessions", "payload.uid")
}

func (w *world) grants(name string) []string { return w.has(name, "grants", "grants", "id") }

func (w *world) alicesTokens() []string {
	return w.has("alice", "personal-access-tokens", "", "name")
}

// seconds lets what follows be at another time than what was before, and near the
// end of a second, which a sign-out waits for.
func (w *world) seconds() {
	now := w.logto.Now()
	w.advance(now.Truncate(time.Second).Add(2900 * time.Millisecond).Sub(now))
}

// TestSignOutEverywhere ends everything but the session of a fresh sign-in, with
// its grant, and the access token of the request.
func TestSignOutEverywhere(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	w := newWorld(t, r.env())
	sessionsBefore, grantsBefore, tokensBefore := w.sessions("alice"), w.grants("alice"), w.alicesTokens()
	ofThirdParties := w.has("alice", "grants?appType=thirdParty", "grants", "id") // The others end with their sessions.
	other := w.token("alice")
	w.seconds()
	alice := w.page("alice")
	proof := alice.byFreshSignIn()
	session := slices.DeleteFunc(w.sessions("alice"), func(id string) bool { return slices.Contains(sessionsBefore, id) })
	grant := slices.DeleteFunc(w.grants("alice"), func(id string) bool { return slices.Contains(grantsBefore, id) })
	if len(sessionsBefore) == 0 || len(grantsBefore) == 0 || len(tokensBefore) == 0 || len(session) != 1 || len(grant) != 1 {
		t.Fatalf("nothing to end: %v %v %v", sessionsBefore, grantsBefore, tokensBefore)
	}

	got := alice.submit("changePassword", mutation("changePassword",
		"user { sessions { id } authorizedApplications { id } personalAccessTokens { name } } errors { code }"), object{"input": object{
		"newPassword": newPassword, "stepUpProof": proof, "revokeSessions": true, "deletePersonalAccessTokens": true,
	}})
	want := object{"errors": []any{}, "user": object{
		"sessions": []any{object{"id": session[0]}}, "authorizedApplications": []any{object{"id": grant[0]}}, "personalAccessTokens": []any{},
	}}
	if diff := cmp.Diff(want, got.payload); diff != "" {
		t.Errorf("(-want +got): %s\n%s", got.body, diff)
	}
	if diff := cmp.Diff([][]string{session, grant, {}}, [][]string{w.sessions("alice"), w.grants("alice"), w.alicesTokens()}); diff != "" {
		t.Errorf("what is left at Logto (-want +got):\n%s", diff)
	}

	if diff := cmp.Diff(refused(signedOutMessage, true), describe(w.query(other, `{ me { id } }`, nil))); diff != "" {
		t.Errorf("a token from before (-want +got):\n%s", diff)
	}
	for name, token := range map[string]string{"the caller's": alice.token, "a later": w.token("alice"), "bob's": w.token("bob")} {
		if got := w.query(token, `{ me { username } }`, nil); got.status != http.StatusOK || strings.Contains(got.body, "errors") {
			t.Errorf("%s token: %d %s", name, got.status, got.body)
		}
	}
	events := []event{{"account.password.changed", w.id("alice"), w.logto.ClientID, eventData{}}}
	for _, id := range sessionsBefore {
		events = append(events, event{"account.session.revoked", w.id("alice"), w.logto.ClientID, eventData{"id": id}})
	}
	for _, id := range ofThirdParties {
		events = append(events, event{"account.authorizedApplication.revoked", w.id("alice"), w.logto.ClientID, eventData{"id": id}})
	}
	for _, name := range tokensBefore {
		events = append(events, event{"account.personalAccessToken.deleted", w.id("alice"), w.logto.ClientID, eventData{"name": name}})
	}
	slices.SortFunc(events, func(a, b event) int { return strings.Compare(encode(t, a), encode(t, b)) })
	if diff := cmp.Diff(events, r.await(t, len(events))); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// TestChangedPasswordEndsNothingByItself, at Logto and here.
func TestChangedPasswordEndsNothingByItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	state := func() [][]string { return [][]string{w.sessions("alice"), w.grants("alice"), w.alicesTokens()} }
	before, other := state(), w.token("alice")
	if got := w.changePassword("alice", object{"currentPassword": w.logto.Account("alice").Password}); len(got) > 0 {
		t.Fatal(got)
	}
	if diff := cmp.Diff(before, state()); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
	if got := w.query(other, `{ me { id } }`, nil); got.status != http.StatusOK {
		t.Errorf("a token from before: %s", got.body)
	}
}

// TestNoSessionStays without a fresh sign-in, and when it can't be told from
// another sign-in of the same second.
func TestNoSessionStays(t *testing.T) {
	t.Parallel()
	for name, input := range map[string]func(w *world) object{
		"by the password": func(w *world) object { return object{"currentPassword": w.logto.Account("alice").Password} },
		"by a proof":      func(w *world) object { return object{"stepUpProof": w.page("alice").byPassword()} },
		"two in a second": func(w *world) object {
			for {
				begun := w.logto.Now().Unix()
				if _, err := w.logto.SignIn("alice", ""); err != nil {
					w.t.Fatal(err)
				}
				proof := w.page("alice").byFreshSignIn()
				if w.logto.Now().Unix() == begun {
					return object{"stepUpProof": proof}
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.seconds()
			if got := w.changePassword("alice", merged(input(w), object{"revokeSessions": true})); len(got) > 0 {
				t.Fatal(got)
			}
			if left := append(w.sessions("alice"), w.grants("alice")...); len(left) > 0 {
				t.Errorf("left are %v", left)
			}
			if len(w.alicesTokens()) == 0 {
				t.Error("the personal access tokens are gone")
			}
		})
	}
}

// TestSecondSignOut spares the token of the later change alone.
func TestSecondSignOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.seconds()
	first, second := w.page("bob"), w.page("bob")
	first.must("OK", first.do("changePassword", object{
		"newPassword": newPassword, "currentPassword": w.logto.Account("bob").Password, "revokeSessions": true,
	}))
	if got := describe(w.query(second.token, `{ me { id } }`, nil)); got != refused(signedOutMessage, true) {
		t.Errorf("the other token: %s", got)
	}
	w.seconds()
	second = w.page("bob")
	second.must("OK", second.do("changePassword", object{"newPassword": newPassword + "2", "currentPassword": newPassword, "revokeSessions": true}))
	if got := describe(w.query(first.token, `{ me { id } }`, nil)); got != refused(signedOutMessage, true) {
		t.Errorf("the first token: %s", got)
	}
	if got := w.query(second.token, `{ me { id } }`, nil); got.status != http.StatusOK {
		t.Errorf("the second token: %s", got.body)
	}
}

// TestTokenWithoutIDIsNotSpared: nothing would tell it from others of its kind.
func TestTokenWithoutIDIsNotSpared(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.seconds()
	nameless := w.page("bob", logtotest.WithoutClaim("jti"))
	nameless.must("OK", nameless.do("changePassword", object{
		"newPassword": newPassword, "currentPassword": w.logto.Account("bob").Password, "revokeSessions": true,
	}))
	if got := describe(w.query(nameless.token, `{ me { id } }`, nil)); got != refused(signedOutMessage, true) {
		t.Errorf("got %s", got)
	}
}

// TestPartOfTheSignOutFails and is said, by part. What was gone already is no
// failure.
func TestPartOfTheSignOutFails(t *testing.T) {
	t.Parallel()
	const sessions, grants, tokens = "/api/users/{userId}/sessions", "/api/users/{userId}/grants", "/api/users/{userId}/personal-access-tokens"
	message := func(what string) string {
		return "The password was changed, but not all " + what + " could be ended. Look at what is left, and end it."
	}
	partly := func(what, field string) any {
		return object{"code": "PARTLY_DONE", "message": message(what), "path": []any{"input", field}}
	}
	failing := http.StatusInternalServerError
	for name, test := range map[string]struct {
		faults []fault
		want   []any
	}{
		"sessions are not listed": {[]fault{{Method: "GET", Path: sessions, Status: failing}}, []any{partly("sessions", "revokeSessions")}},
		"a session is not ended":  {[]fault{{Method: "DELETE", Path: sessions + "/{sessionId}", Status: failing}}, []any{partly("sessions", "revokeSessions")}},
		"grants are not listed":   {[]fault{{Method: "GET", Path: grants, Status: failing}}, []any{partly("grants of applications", "revokeSessions")}},
		"a grant is not ended":    {[]fault{{Method: "DELETE", Path: grants + "/{grantId}", Status: failing}}, []any{partly("grants of applications", "revokeSessions")}},
		"tokens are not listed": {
			[]fault{{Method: "GET", Path: tokens, Status: failing}}, []any{partly("personal access tokens", "deletePersonalAccessTokens")},
		},
		"a token is not deleted": {
			[]fault{{Method: "POST", Path: tokens + "/delete", Status: failing}}, []any{partly("personal access tokens", "deletePersonalAccessTokens")},
		},
		"nothing is ended": {
			[]fault{{Method: "GET", Path: sessions, Status: failing}, {Method: "GET", Path: grants, Status: failing}, {Method: "GET", Path: tokens, Status: failing}},
			[]any{
				partly("sessions", "revokeSessions"), partly("grants of applications", "revokeSessions"),
				partly("personal access tokens", "deletePersonalAccessTokens"),
			},
		},
		"all are gone": {
			[]fault{
				{Method: "DELETE", Path: sessions + "/{sessionId}", Times: 9, Status: 404, Body: object{"code": "oidc.session_not_found"}},
				{Method: "DELETE", Path: grants + "/{grantId}", Times: 9, Status: 404, Body: object{"code": "oidc.invalid_grant"}},
				{Method: "POST", Path: tokens + "/delete", Times: 9, Status: 404, Body: object{"code": "entity.not_found"}},
			},
			[]any{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.seconds()
			other, alice := w.token("alice"), w.page("alice")
			for _, fault := range test.faults {
				w.logto.Fail(fault)
			}
			got := w.asked(alice.token, "changePassword", "user { username } errors { code message path }", object{
				"newPassword": newPassword, "currentPassword": w.logto.Account("alice").Password, "revokeSessions": true, "deletePersonalAccessTokens": true,
			})
			if diff := cmp.Diff(object{"user": object{"username": "alice"}, "errors": test.want}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if got := describe(w.query(other, `{ me { id } }`, nil)); got != refused(signedOutMessage, true) {
				t.Errorf("a token from before: %s", got)
			}
		})
	}
}

// TestRequestUnderWayIsSignedOut: it came in with a token that was good, and takes
// its turn after the sign-out.
func TestRequestUnderWayIsSignedOut(t *testing.T) {
	t.Parallel()
	w, p := newProxiedWorld(t)
	w.seconds()
	thief, bob := w.page("bob"), w.page("bob")
	stolen := make(chan answer, 1)
	p.intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodPatch && strings.HasSuffix(r.URL.Path, "/password") {
			// The thief's request begins while the password is being changed, and is past
			// the look at its token when it changes something that takes no turn.
			renamed := make(chan struct{})
			p.intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
				next.ServeHTTP(rw, r)
				if r.Method == http.MethodPatch {
					close(renamed)
				}
			})
			go func() {
				stolen <- thief.submit("verifyPassword", `mutation { renamePersonalAccessToken(input: {name: "a", newName: "b"}) { errors { code } }
				  verifyPassword(input: {password: "`+newPassword+`"}) { verification { proof } errors { code } } }`, nil)
			}()
			<-renamed
			p.intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) { next.ServeHTTP(rw, r) })
		}
		next.ServeHTTP(rw, r)
	})
	bob.must("OK", bob.do("changePassword", object{
		"newPassword": newPassword, "currentPassword": w.logto.Account("bob").Password, "revokeSessions": true,
	}))
	if got := <-stolen; got.code != "top-level UNAUTHENTICATED" {
		t.Errorf("got %s", got.body)
	}
}

// TestWithoutTheStore: with Redis down, what only reads goes on, and revocations
// do; a password is not changed.
func TestWithoutTheStore(t *testing.T) {
	t.Parallel()
	redis := miniredis.RunT(t)
	w := newWorld(t, env{
		"REDIS_URL": "redis://" + redis.Addr(), "SECRET_KEY": base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32))),
	})
	alice, other := w.page("alice"), w.page("alice")
	alice.must("OK", alice.do("changePassword", object{
		"newPassword": newPassword, "currentPassword": w.logto.Account("alice").Password, "revokeSessions": true,
	}))
	if got := w.query(other.token, `{ me { id } }`, nil); got.status != http.StatusUnauthorized {
		t.Errorf("a token from before: %s", got.body)
	}
	w.seconds()
	proof := alice.byFreshSignIn()
	redis.Close()
	if got := w.query(alice.token, `{ me { username } }`, nil); got.body != `{"data":{"me":{"username":"alice"}}}` {
		t.Errorf("reading: %s", got.body)
	}
	alice.must("OK", alice.do("revokeSession", object{"id": w.sessions("alice")[0]}))
	for _, input := range []object{{"currentPassword": newPassword}, {"stepUpProof": proof}} {
		alice.must("top-level UPSTREAM_UNAVAILABLE", alice.do("changePassword", merged(object{"newPassword": newPassword + "2"}, input)))
	}
	alice.must("top-level UPSTREAM_UNAVAILABLE", alice.do("updateUsername", object{"username": "alicia", "stepUpProof": proof}))
	if !w.hasPassword("alice", newPassword) {
		t.Error("the password was changed")
	}
}
