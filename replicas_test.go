package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestReplicas has three servers do together what one alone does elsewhere, with a
// real Redis.
func TestReplicas(t *testing.T) {
	t.Parallel()
	r := startReplicas(t)
	for _, test := range oneUses() {
		t.Run("one use of "+test.name, func(t *testing.T) { r.under(t).useOnce(test) })
	}
	t.Run("turns", func(t *testing.T) { r.under(t).takeTurns() })
	t.Run("limits", func(t *testing.T) { r.under(t).keepLimits() })
	t.Run("sign-out", func(t *testing.T) { r.under(t).signOut() })
}

// under has failures told as those of a part of the test.
func (r *replicas) under(t *testing.T) *replicas {
	part := *r
	part.world = r.at(r.url)
	part.t = t
	part.servers = nil
	for _, server := range r.servers {
		w := server.at(server.url)
		w.t = t
		part.servers = append(part.servers, &replica{server.process, w})
	}
	return &part
}

// useOnce uses at all replicas at once what is good once, and then at each.
func (r *replicas) useOnce(test oneUse) {
	defer func() {
		r.advance(-r.clock.offset()) // The servers' clocks don't move along.
		r.manage(http.MethodPatch, "/api/users/{bob}", object{"primaryEmail": "bob@example.com"})
	}()
	bob := r.page("bob")
	use := test.make(bob)
	counts := codesOf(atOnce(21, func(i int) answer { return use(r.each(bob)[i%3]) }))
	// Who waits too long for the turn is told of the conflict.
	if counts["OK"] != 1 || counts["OK"]+counts["INVALID_PROOF"]+counts["CONFLICT"] != 21 {
		r.t.Errorf("answers: %v", counts)
	}
	r.everywhere("INVALID_PROOF", bob, use)
}

// takeTurns makes twenty changes at once of which each, by itself, would take others
// back: Logto replaces an address whole, and a profile if a field is cleared.
func (r *replicas) takeTurns() {
	before := object{"nickname": "al", "website": "https://al.example", "address": object{"formatted": "Paris"}}
	r.manage(http.MethodPatch, "/api/users/{alice}", object{"profile": before, "customData": object{}})
	r.logto.SetDelay(5 * time.Millisecond) // So that there is room between reading and writing.
	defer r.logto.SetDelay(0)
	address := object{}
	changes := []func(page) answer{}
	change := func(name string, input object) {
		changes = append(changes, func(p page) answer { return p.do(name, input) })
	}
	for _, name := range []string{"formatted", "streetAddress", "locality", "region", "postalCode", "country"} {
		address[name] = "new " + name
		change("updateProfile", object{"profile": object{"address": object{name: address[name]}}})
	}
	want := object{"address": address}
	for _, name := range []string{"familyName", "givenName", "middleName", "preferredUsername", "gender", "birthdate", "zoneinfo", "locale"} {
		want[name] = "new " + name
		change("updateProfile", object{"profile": object{name: want[name]}})
	}
	change("updateProfile", object{"profile": object{"nickname": nil}})
	change("updateProfile", object{"profile": object{"website": nil}})
	change("updateProfile", object{"name": "Al"})
	change("updateProfile", object{"avatar": "https://al.example/al.png"})
	change("updateCustomData", object{"data": object{"a": true}})
	change("updateCustomData", object{"data": object{"b": true}})

	alice := r.page("alice")
	answers := atOnce(len(changes), func(i int) answer {
		a := changes[i](alice)
		for a.code == "CONFLICT" { // It was another's turn for too long.
			a = changes[i](alice)
		}
		return a
	})
	r.wantOutcomes(map[string]int{"OK": 20}, answers)
	stored := r.manage(http.MethodGet, "/api/users/{alice}", nil).(object)
	got := []any{stored["profile"], stored["name"], stored["avatar"], stored["customData"]}
	if diff := cmp.Diff([]any{want, "Al", "https://al.example/al.png", object{"a": true, "b": true}}, got); diff != "" {
		r.t.Errorf("the account (-want +got):\n%s", diff)
	}
}

// keepLimits lets exactly as many through as one server does.
func (r *replicas) keepLimits() {
	alice, carol := r.page("alice"), r.page("carol")
	proof := alice.byPassword()
	r.logto.ResetCalls()
	sent := len(r.logto.Messages())
	send := func(p page, to string) answer {
		return p.do("sendVerificationCode", object{"email": to, "stepUpProof": proof})
	}
	answers := atOnce(30, func(i int) answer { return send(alice, fmt.Sprintf("new%d@corp.example", i)) })
	r.wantOutcomes(map[string]int{"OK": 10, "RATE_LIMITED": 20}, answers)
	if got := len(r.logto.Messages()) - sent; got != 10 {
		r.t.Errorf("%d codes were sent", got)
	}
	r.everywhere("RATE_LIMITED", alice, func(p page) answer { return send(p, "alice@example.com") })

	guess := func(p page) answer { return p.do("verifyPassword", object{"password": wrong}) }
	counts := codesOf(atOnce(30, func(int) answer { return guess(alice) }))
	if counts["WRONG_PASSWORD"] != 5 || counts["RATE_LIMITED"]+counts["CONFLICT"] != 25 || r.passwordChecks() != 5 {
		r.t.Errorf("answers: %v; %d checks", counts, r.passwordChecks())
	}
	r.everywhere("RATE_LIMITED", alice, func(p page) answer {
		return p.do("verifyPassword", object{"password": r.logto.Account("alice").Password})
	})
	r.everywhere("WRONG_PASSWORD", carol, guess) // She has none.
}

// signOut signs an account out at one replica.
func (r *replicas) signOut() {
	other, bob := r.token("bob"), r.page("bob")
	at := r.each(bob)
	at[0].must("OK", at[0].do("changePassword", object{
		"newPassword": newPassword, "currentPassword": r.logto.Account("bob").Password, "revokeSessions": true,
	}))
	r.refuses(other)
	for name, token := range map[string]string{"the caller's": bob.token, "a later": r.token("bob"), "alice's": r.token("alice")} {
		for i, server := range r.servers {
			if got := server.query(token, `{ me { id } }`, nil); got.status != http.StatusOK {
				r.t.Errorf("%s token at replica %d: %s", name, i, got.body)
			}
		}
	}
}
