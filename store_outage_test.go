package main

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"
)

// newRedisWorld is a world whose server keeps its counts in a Redis, and reaches
// Logto through a proxy.
func newRedisWorld(t *testing.T) (*world, *proxy) {
	t.Helper()
	redis := miniredis.RunT(t)
	logto := newLogto(t)
	p := newProxy(t, logto.Endpoint)
	w := newProofWorldOn(t, logto, env{
		"LOGTO_ENDPOINT": p.URL, "REDIS_URL": "redis://" + redis.Addr(), "SELF_SUSPENSION": "true",
	})
	w.redis = redis
	return w, p
}

// TestRedisOutage: what needs a count, a lock or a mark is refused while Redis is
// away; reads and revocations go on.
func TestRedisOutage(t *testing.T) {
	t.Parallel()
	w, _ := newRedisWorld(t)
	bob, alice := w.page("bob"), w.page("alice")
	inputs := w.stepUpInputs()
	for name := range inputs {
		inputs[name] = merged(bob.identified(name), object{"stepUpProof": bob.byPassword()})
	}
	started := bob.startReauthentication()
	inputs["completeReauthentication"] = object{
		"id": started.text("reauthentication", "id"), "idToken": bob.signIn(started.text("reauthentication", "nonce")),
	}
	inputs["linkIdentity"] = linkInput(bob.startedLinkOf(), "somebody")
	inputs["confirmTotpEnrollment"] = object{"enrollmentId": sealedThings()[9].make(bob), "code": "123456"}
	inputs["verifyCode"] = object{"challengeId": bob.challenge(object{"email": "bob@example.com"}), "code": w.code("bob@example.com")}
	inputs["verifyPassword"] = object{"password": w.logto.Account("bob").Password}
	inputs["sendVerificationCode"] = object{"phone": bobsPhone}
	inputs["startReauthentication"] = nil
	sent, before := len(w.sent()), w.record("bob")

	w.redis.Close()
	w.logto.ResetCalls()
	for name, input := range inputs {
		bob.must("top-level UPSTREAM_UNAVAILABLE", bob.do(name, input))
	}
	for _, call := range w.calls() {
		if !strings.HasPrefix(call, "GET ") {
			t.Errorf("call of Logto: %s", call)
		}
	}
	if diff := changes(before, w.record("bob")); len(diff) > 0 || len(w.logto.Messages()) != sent {
		t.Errorf("changed: %q; codes sent: %d", diff, len(w.logto.Messages())-sent)
	}
	alice.wantReadsAndRevocations()

	if err := w.redis.Restart(); err != nil {
		t.Fatal(err)
	}
	bob.awaitStore()
	for _, name := range []string{"updateUsername", "completeReauthentication", "verifyCode", "linkIdentity", "updatePrimaryEmail"} {
		bob.must("OK", bob.do(name, inputs[name]))
	}
}

// awaitStore waits until the server has found its Redis again.
func (p page) awaitStore() {
	p.t.Helper()
	// Many at once, since the client may have many connections that are broken.
	const connections = 20
	for calm := 0; calm < 3; calm++ {
		answers := atOnce(connections, func(int) answer { return p.do("startReauthentication", nil) })
		if codesOf(answers)["OK"] < connections {
			calm = -1
			time.Sleep(10 * time.Millisecond) // The client looks for Redis once a second.
		}
	}
}

// wantReadsAndRevocations shows and revokes what an account with everything has.
func (p page) wantReadsAndRevocations() {
	p.t.Helper()
	answer := decode(p.t, p.query(p.token, settingsQuery(p.t), nil).body).(object)
	if answer["errors"] != nil {
		p.t.Errorf("errors of the settings page: %v", answer["errors"])
	}
	me := answer["data"].(object)["me"].(object)
	first := func(list, name string) any { return me[list].([]any)[0].(object)[name] }
	// That of somebody else's application is no session's.
	grants := slices.DeleteFunc(me["authorizedApplications"].([]any), func(grant any) bool { return grant.(object)["isThirdParty"] != true })
	for name, input := range map[string]object{
		"revokeSession":               {"id": first("sessions", "id")},
		"revokeAuthorizedApplication": {"id": grants[0].(object)["id"]},
		"deletePersonalAccessToken":   {"name": first("personalAccessTokens", "name")},
	} {
		p.must("OK", p.do(name, input))
	}
}

// TestRedisForgets: what was sealed dies with the marks and counts about it.
func TestRedisForgets(t *testing.T) {
	t.Parallel()
	w, _ := newRedisWorld(t)
	bob := w.page("bob")
	things := sealedThings()
	sealed := make([]string, len(things))
	for i, thing := range things {
		sealed[i] = thing.make(bob)
	}
	w.redis.FlushAll()
	stepUp := bob.byPassword()
	for i, thing := range things {
		if a := sealedUses[thing.kind](bob, sealed[i], stepUp); a.code != "INVALID_PROOF" {
			t.Errorf("%d %s: %s", i, thing.kind, a.body)
		}
	}
	bob.must("OK", sealedUses["stepUp"](bob, stepUp, ""))
}

// TestRedisGoesDuringACall of Logto: no answer about a password or a code is told
// that can't be counted, and nothing is written that may not be the turn's any
// more.
func TestRedisGoesDuringACall(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		during string // The call's method and the end of its path.
		lose   func(*miniredis.Miniredis)
		code   string
		do     func(page) func() answer
	}{
		"a wrong password": {
			"POST /password/verify", (*miniredis.Miniredis).Close, "top-level UPSTREAM_UNAVAILABLE",
			func(p page) func() answer {
				return func() answer { return p.do("verifyPassword", object{"password": wrong}) }
			},
		},
		"the right password": {
			"POST /password/verify", (*miniredis.Miniredis).Close, "top-level UPSTREAM_UNAVAILABLE",
			func(p page) func() answer {
				return func() answer { return p.do("verifyPassword", object{"password": p.logto.Account(p.name).Password}) }
			},
		},
		"a wrong code": {
			"POST /verification-codes/verify", (*miniredis.Miniredis).Close, "top-level UPSTREAM_UNAVAILABLE",
			func(p page) func() answer {
				challenge := p.challenge(object{"email": "bob@example.com"})
				return func() answer {
					return p.do("verifyCode", object{"challengeId": challenge, "code": notCode(p.code("bob@example.com"))})
				}
			},
		},
		"the right code": {
			"POST /verification-codes/verify", (*miniredis.Miniredis).Close, "top-level UPSTREAM_UNAVAILABLE",
			func(p page) func() answer {
				challenge := p.challenge(object{"email": "bob@example.com"})
				return func() answer {
					return p.do("verifyCode", object{"challengeId": challenge, "code": p.code("bob@example.com")})
				}
			},
		},
		"the read before a write":                       {"GET user", (*miniredis.Miniredis).Close, "top-level UPSTREAM_UNAVAILABLE", renaming},
		"the read before a write, which loses the turn": {"GET user", (*miniredis.Miniredis).FlushAll, "CONFLICT", renaming},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, p := newRedisWorld(t)
			bob := w.page("bob")
			do := test.do(bob)
			method, path, _ := strings.Cut(strings.ReplaceAll(test.during, "user", "/"+bob.id), " ")
			p.intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
				if r.Method == method && strings.HasSuffix(r.URL.Path, path) {
					test.lose(w.redis)
				}
				next.ServeHTTP(rw, r)
			})
			before := w.record("bob")
			bob.must(test.code, do())
			if diff := cmp.Diff(before, w.record("bob")); diff != "" {
				t.Errorf("the account (-before +after):\n%s", diff)
			}
		})
	}
}

// TestTurnIsLostDuringAWrite that Logto makes: it is told as one whose outcome is
// unknown, and not as one that another change kept from being made.
func TestTurnIsLostDuringAWrite(t *testing.T) {
	t.Parallel()
	w, p := newRedisWorld(t)
	bob := w.page("bob")
	rename, before := renaming(bob), w.record("bob")
	p.intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(rw, r)
		if r.Method == http.MethodPatch {
			w.redis.FlushAll()
			<-r.Context().Done() // The server gives up when it can't renew the lock, within ten seconds.
		}
	})
	a := bob.must("top-level UPSTREAM_TIMEOUT", rename())
	if want := "The change may have been made or not: read before you try again."; !strings.Contains(a.body, want) {
		t.Errorf("answer: %s", a.body)
	}
	if diff := changes(before, w.record("bob")); !slices.Equal(diff, []string{`username: "bob" is now "bobby"`}) {
		t.Errorf("changed: %q", diff)
	}
}

// renaming changes the username.
func renaming(p page) func() answer {
	proof := p.byPassword()
	return func() answer { return p.do("updateUsername", object{"username": "bobby", "stepUpProof": proof}) }
}

// TestRedisTakesSecretKey: replicas would not open what others sealed.
func TestRedisTakesSecretKey(t *testing.T) {
	t.Parallel()
	variables := env(merged(serverEnv(newLogto(t)), env{"REDIS_URL": "redis://127.0.0.1:6379"}))
	err := run(t.Context(), nil, variables.get, strings.NewReader(""), io.Discard, io.Discard)
	if err == nil || !strings.Contains(err.Error(), "SECRET_KEY is not set, though REDIS_URL is") {
		t.Errorf("started: %v", err)
	}
}
