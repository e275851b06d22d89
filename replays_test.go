package main

import (
	"net/http"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/pquerna/otp/totp"
)

// oneUse makes something that is good once, and returns its only good use.
type oneUse struct {
	name string
	make func(page) func(page) answer
}

func oneUses() []oneUse {
	return []oneUse{
		{"identifier", func(p page) func(page) answer {
			input := object{"email": strangers, "identifierProof": p.ofAddress(strangers), "stepUpProof": p.byPassword()}
			return func(p page) answer { return p.do("updatePrimaryEmail", input) }
		}},
		{"challenge", func(p page) func(page) answer {
			email := p.logto.Account(p.name).Email
			input := object{"challengeId": p.challenge(object{"email": email}), "code": p.code(email)}
			return func(p page) answer { return p.do("verifyCode", input) }
		}},
		{"reauthentication", page.reauthenticating},
		{"link", func(p page) func(page) answer {
			input := linkInput(p.startedLinkOf(), "one-of-many")
			input["replace"] = true
			return func(p page) answer { return p.do("linkIdentity", input) }
		}},
		{"enrollment", func(p page) func(page) answer {
			started := p.must("OK", p.do("startTotpEnrollment", object{"stepUpProof": p.byPassword()}))
			return func(p page) answer {
				code, err := totp.GenerateCode(started.text("enrollment", "secret"), p.clock.running())
				if err != nil {
					p.t.Error(err)
				}
				return p.do("confirmTotpEnrollment", object{"enrollmentId": started.text("enrollment", "id"), "code": code})
			}
		}},
	}
}

// newReplicas are two servers that share a Redis.
func newReplicas(t *testing.T) (a, b *world) {
	t.Helper()
	redis := miniredis.RunT(t)
	given := env{"REDIS_URL": "redis://" + redis.Addr()}
	a = newProofWorld(t, given)
	a.redis = redis
	return a, newProofWorldOn(t, a.logto, given)
}

// TestReplays uses what is good once twenty times at once, over replicas.
func TestReplays(t *testing.T) {
	t.Parallel()
	for _, test := range oneUses() {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a, b := newReplicas(t)
			bob := a.page("bob")
			use := test.make(bob)
			b.clock.advance(a.clock.offset())
			counts := codesOf(atOnce(20, func(i int) answer { return use([]page{bob, bob.on(b)}[i%2]) }))
			// Who waits too long for the turn is told of the conflict.
			if counts["OK"] != 1 || counts["OK"]+counts["INVALID_PROOF"]+counts["CONFLICT"] != 20 {
				t.Errorf("answers: %v", counts)
			}
			for _, p := range []page{bob, bob.on(b)} {
				a.quietly(func() { p.must("INVALID_PROOF", use(p)) })
			}
		})
	}
}

// TestOnlySuccessUsesUp fails a few times before it succeeds.
func TestOnlySuccessUsesUp(t *testing.T) {
	t.Parallel()
	for _, test := range oneUses() {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newProofWorld(t, nil)
			bob := w.page("bob")
			use := test.make(bob)
			for range 3 {
				w.logto.Fail(fault{Path: "/api/users/{userId}", Status: http.StatusInternalServerError})
				bob.must("top-level UPSTREAM_UNAVAILABLE", use(bob))
			}
			w.logto.ClearFaults()
			bob.must("OK", use(bob))
			bob.must("INVALID_PROOF", use(bob))
		})
	}
}

// TestRefusedWriteUsesNothingUp: an address that is taken, and a factor that Logto
// fails to make.
func TestRefusedWriteUsesNothingUp(t *testing.T) {
	t.Parallel()
	for _, test := range oneUses() {
		write, writes := map[string]string{
			"identifier": "/api/users/{userId}", "link": "/api/users/{userId}/identities", "enrollment": "/api/users/{userId}/mfa-verifications",
		}[test.name]
		if !writes {
			continue
		}
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newProofWorld(t, nil)
			bob := w.page("bob")
			use := test.make(bob)
			for _, method := range []string{http.MethodPatch, http.MethodPost} {
				w.logto.Fail(fault{Method: method, Path: write, Status: http.StatusServiceUnavailable})
			}
			bob.must("top-level UPSTREAM_UNAVAILABLE", use(bob))
			w.logto.ClearFaults()
			w.advance(time.Minute) // An app shows another code then.
			bob.must("OK", use(bob))
			bob.must("INVALID_PROOF", use(bob))
		})
	}
}

// TestStepUpProofMayBeUsedAgain within its time.
func TestStepUpProofMayBeUsedAgain(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	bob := w.page("bob")
	proof := bob.byPassword()
	for _, username := range []string{"bobby", "bobbie", "bobster"} {
		bob.must("OK", bob.do("updateUsername", object{"username": username, "stepUpProof": proof}))
		w.advance(3 * time.Minute)
	}
}
