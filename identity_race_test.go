package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

func TestParallelLinksLeaveOne(t *testing.T) {
	t.Parallel()
	w := newRacingWorld(t, linkEnv(new(logtotest.Server)))
	bob, inputs := w.page("bob"), make([]object, 20)
	for i := range inputs {
		inputs[i] = linkInput(w.startedLink("bob"), "m"+string(rune('a'+i)))
	}
	w.logto.ResetCalls()
	answers := atOnce(len(inputs), func(i int) answer { return bob.do("linkIdentity", inputs[i]) })
	won := slices.IndexFunc(answers, func(a answer) bool { return a.code == "OK" })
	if won < 0 || w.linked("bob") != inputs[won]["connectorData"].(object)["userId"] {
		t.Errorf("bob has %q", w.linked("bob"))
	}
	w.wantOutcomes(map[string]int{"OK": 1, "IDENTITY_ALREADY_LINKED": len(inputs) - 1}, answers)
	if calls := strings.Join(w.calls(), "\n"); strings.Count(calls, "POST /api/users/{bob}/identities") != 1 {
		t.Errorf("calls:\n%s", calls)
	}
}

// TestSocialAccountLinkedByTwo has two accounts link the same social account at the
// same time, which Logto lets both do.
func TestSocialAccountLinkedByTwo(t *testing.T) {
	t.Parallel()
	w := newRacingWorld(t, linkEnv(new(logtotest.Server)))
	both := []string{"alice", "bob"}
	for _, m := range []string{"m1", "m2", "m3", "m4", "m5"} {
		inputs := []object{linkInput(w.startedLink("alice"), m), linkInput(w.startedLink("bob"), m)}
		answers := atOnce(2, func(i int) answer { return w.page(both[i]).do("linkIdentity", inputs[i]) })
		w.wantOutcomes(map[string]int{"OK": 1, "IDENTITY_TAKEN": 1}, answers)
		for i, name := range both {
			if has := w.linked(name) == m; has != (answers[i].code == "OK") || !has && w.linked(name) != "" {
				t.Fatalf("%s has %q after %s", name, w.linked(name), answers[i].body)
			}
			if answers[i].code == "OK" {
				w.manage(http.MethodDelete, "/api/users/{"+name+"}/identities/mock-social", nil)
			}
		}
	}
}

// TestLaterLinkIsUndone makes two accounts link the same social account in turn,
// and Logto forget the first link, which is how a parallel one looks to the later.
func TestLaterLinkIsUndone(t *testing.T) {
	t.Parallel()
	const identity = "/api/users/{userId}/identities/{target}"
	const words = "Another account has linked this social account at the same moment. The link here had to be undone, and that failed: unlink it."
	for _, test := range []struct {
		name    string
		had     string // bob's identity before, if any.
		faults  []fault
		want    []string
		linked  string // bob's identity afterwards.
		calls   []string
		isShown bool
	}{
		{name: "a new one", want: []string{"IDENTITY_TAKEN"}, calls: []string{"POST /api/users/{bob}/identities", "DELETE /api/users/{bob}/identities/mock-social"}},
		{name: "one in place of another", had: "m0", want: []string{"IDENTITY_TAKEN"}, linked: "m0", calls: []string{"POST /api/users/{bob}/identities", "PUT /api/users/{bob}/identities/mock-social"}},
		{
			name: "a new one, in vain", faults: []fault{{Method: http.MethodDelete, Path: identity, Status: http.StatusInternalServerError}},
			want: []string{"PARTLY_DONE"}, linked: "m1", isShown: true,
			calls: []string{"POST /api/users/{bob}/identities", "DELETE /api/users/{bob}/identities/mock-social", "GET /api/users/{bob}?includeSsoIdentities=true"},
		},
		{
			name: "one in place of another, in vain", had: "m0", faults: []fault{{Method: http.MethodPut, Path: identity, Status: http.StatusUnprocessableEntity, Body: object{"code": "user.identity_already_in_use"}}},
			want: []string{"PARTLY_DONE"}, linked: "m1", isShown: true,
			calls: []string{"POST /api/users/{bob}/identities", "PUT /api/users/{bob}/identities/mock-social", "GET /api/users/{bob}?includeSsoIdentities=true"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newLinkWorld(t, nil)
			if test.had != "" {
				w.linkMock("bob", test.had, false)
			}
			before := w.record("bob")
			input := linkInput(w.startedLink("bob"), "m1")
			input["replace"] = true
			if diff := cmp.Diff([]string{}, w.linkMock("alice", "m1", false)); diff != "" {
				t.Fatal(diff)
			}
			w.manage(http.MethodDelete, "/api/users/{alice}/identities/mock-social", nil)
			for _, f := range test.faults {
				w.logto.Fail(f)
			}
			w.logto.ResetCalls()
			payload := w.asked(w.token("bob"), "linkIdentity", "identity { id } user { identities { userId } } errors { code path message }", input)
			if diff := cmp.Diff(test.want, told(payload)); diff != "" || payload["identity"] != nil {
				t.Errorf("payload %v, errors (-want +got):\n%s", payload, diff)
			}
			if message := payload["errors"].([]any)[0].(object)["message"]; test.isShown && message != words {
				t.Errorf("message %q", message)
			}
			var shown any
			if test.isShown {
				shown = object{"identities": []any{object{"userId": "m1"}}}
			}
			if diff := cmp.Diff(shown, payload["user"]); diff != "" {
				t.Errorf("user (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(append([]string{"GET /api/users/{bob}?includeSsoIdentities=true"}, test.calls...), w.calls()); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			if w.linked("bob") != test.linked {
				t.Errorf("bob has %q, want %q", w.linked("bob"), test.linked)
			}
			if diff := changes(before, w.record("bob")); !test.isShown && len(diff) > 0 {
				t.Errorf("changed: %v", diff)
			}
		})
	}
}

func TestLaterLinkIsUndoneByAnotherReplica(t *testing.T) {
	t.Parallel()
	a, b := newReplicas(t)
	if diff := cmp.Diff([]string{}, a.linkMock("alice", "m1", false)); diff != "" {
		t.Fatal(diff)
	}
	a.manage(http.MethodDelete, "/api/users/{alice}/identities/mock-social", nil)
	if diff := cmp.Diff([]string{"IDENTITY_TAKEN"}, b.linkMock("bob", "m1", false)); diff != "" || b.linked("bob") != "" {
		t.Errorf("bob has %q, errors (-want +got):\n%s", b.linked("bob"), diff)
	}
}

// TestOldLinkIsNotParallel frees a social account that went without this server's
// knowing after a minute.
func TestOldLinkIsNotParallel(t *testing.T) {
	t.Parallel()
	w := newLinkWorld(t, nil)
	w.linkMock("alice", "m1", false)
	w.manage(http.MethodDelete, "/api/users/{alice}/identities/mock-social", nil)
	w.advance(time.Minute)
	if diff := cmp.Diff([]string{}, w.linkMock("bob", "m1", false)); diff != "" || w.linked("bob") != "m1" {
		t.Errorf("bob has %q, errors (-want +got):\n%s", w.linked("bob"), diff)
	}
}

// TestLinkStandsWithoutTheStore loses Redis while Logto links.
func TestLinkStandsWithoutTheStore(t *testing.T) {
	t.Parallel()
	logto, redis := newLogto(t), miniredis.RunT(t)
	p := newProxy(t, logto.Endpoint)
	w := newWorldOn(t, logto, merged(linkEnv(logto), env{
		"LOGTO_ENDPOINT": p.URL, "REDIS_URL": "redis://" + redis.Addr(), "SECRET_KEY": strings.Repeat("A", 43) + "=",
	}))
	input := linkInput(w.startedLink("bob"), "m1")
	p.intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodPost {
			redis.Close()
		}
		next.ServeHTTP(rw, r)
	})
	w.wantCodes(w.token("bob"), "linkIdentity", input)
	if w.linked("bob") != "m1" || !strings.Contains(w.log.String(), "whether two accounts have linked the same social account can't be told") {
		t.Errorf("bob has %q, log:\n%s", w.linked("bob"), w.log)
	}
}
