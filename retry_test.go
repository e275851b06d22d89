package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

// TestReadsAreRepeated when they fail on their way, and nobody notices.
func TestReadsAreRepeated(t *testing.T) {
	t.Parallel()
	const document = `{ me { name sessions { uid: id } } }`
	for name, f := range map[string]fault{
		"502":                {Status: http.StatusBadGateway, Times: 2},
		"503":                {Status: http.StatusServiceUnavailable, Times: 2},
		"504":                {Status: http.StatusGatewayTimeout, Times: 2},
		"a reset connection": {Failure: logtotest.ResetConnection, Times: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			before := w.ask(w.token("alice"), document, nil)
			w.logto.ResetCalls()
			f.Path = "/api/users/{userId}/sessions"
			w.logto.Fail(f)
			if diff := cmp.Diff(before, w.ask(w.token("alice"), document, nil)); diff != "" {
				t.Errorf("(-before +after):\n%s", diff)
			}
			want := []string{callSessions, callSessions, callSessions, callUser}
			got := w.calls()
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
		})
	}
}

// TestManagementTokenIsFetchedAgain although that is a POST.
func TestManagementTokenIsFetchedAgain(t *testing.T) {
	t.Parallel()
	const document = `{ me { name } }`
	w := newWorld(t, nil)
	before := w.ask(w.token("alice"), document, nil)
	w.logto.Fail(fault{Path: "/api/users/{userId}", Status: http.StatusUnauthorized, Body: object{"code": "auth.unauthorized"}})
	w.logto.Fail(fault{Path: "/oidc/token", Status: http.StatusServiceUnavailable, Times: 2})
	if diff := cmp.Diff(before, w.ask(w.token("alice"), document, nil)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

// TestWritesAreNotRepeated whatever becomes of them: not those that send, not those
// that verify, and not those that change.
func TestWritesAreNotRepeated(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, method, path string
		input              func(page) object
	}{
		{"updateProfile", http.MethodPatch, "/api/users/{userId}", func(page) object { return object{"name": "A"} }},
		{"updateCustomData", http.MethodPatch, "/api/users/{userId}/custom-data", func(page) object { return object{"data": object{"a": 1}} }},
		{"verifyPassword", http.MethodPost, "/api/users/{userId}/password/verify", func(page) object { return object{"password": "x"} }},
		{"sendVerificationCode", http.MethodPost, "/api/verification-codes", func(p page) object { return object{"email": p.logto.Account(p.name).Email} }},
		{"createPersonalAccessToken", http.MethodPost, "/api/users/{userId}/personal-access-tokens", func(p page) object {
			return object{"name": "new", "stepUpProof": p.byPassword()}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, f := range []fault{
				{Status: http.StatusBadGateway},
				{Status: http.StatusServiceUnavailable},
				{Failure: logtotest.ResetConnection},
			} {
				w := newWorld(t, nil)
				alice := w.page("alice")
				input := test.input(alice)
				f.Method, f.Path, f.Times = test.method, test.path, 100
				w.logto.Fail(f)
				w.logto.ResetCalls()
				a := alice.do(test.name, input)
				made := slices.DeleteFunc(w.calls(), func(call string) bool { return !strings.HasPrefix(call, test.method) })
				if len(made) != 1 || a.code == "OK" {
					t.Errorf("%+v: code %s, calls %v", f, a.code, made)
				}
			}
		})
	}
}

// TestLongWaitsArePassedOn instead of trying again when Logto doesn't want to be
// asked.
func TestLongWaitsArePassedOn(t *testing.T) {
	t.Parallel()
	const document = `{ me { name } }`
	w, p := newProxiedWorld(t)
	w.ask(w.token("alice"), document, nil) // Fetches the keys.
	tries := 0
	p.intercept(func(rw http.ResponseWriter, _ *http.Request, _ http.Handler) {
		tries++
		rw.Header().Set("Retry-After", "17")
		rw.WriteHeader(http.StatusServiceUnavailable)
	})
	got := w.query(w.token("alice"), document, nil)
	refused := failure(document, "me", "UPSTREAM_UNAVAILABLE", messageFailed, "me")
	refused["extensions"].(object)["retryAfterSeconds"] = 17
	want := decode(t, encode(t, object{"errors": []any{refused}, "data": object{"me": nil}}))
	if diff := cmp.Diff(want, decode(t, got.body)); diff != "" || got.header.Get("Retry-After") != "17" || tries != 1 {
		t.Errorf("%d tries, Retry-After %q, answer (-want +got):\n%s", tries, got.header.Get("Retry-After"), diff)
	}
}
