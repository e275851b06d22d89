package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	// clients is how many there are at a time in a load of each kind.
	clients = 3
	// enough is how many of their answers show that all goes on.
	enough = 100
)

// TestReplicaIsKilled kills one of three under load, with a turn that it has.
func TestReplicaIsKilled(t *testing.T) {
	t.Parallel()
	r := startReplicas(t)
	victim := r.servers[0]
	alice, stolen := victim.spent()
	bob := r.page("bob")
	used, unused := bob.reauthenticating(), bob.reauthenticating()
	bob.must("OK", used(bob.on(victim.world)))

	writers := r.crowd(clients + 1)
	turn := writers[clients]
	writers = writers[:clients]
	writes, outcomes := writing(writers)
	reads, lost := r.reading(clients)
	held, release := r.hold(turn.on(victim.world))
	reads.more(enough)
	writes.more(enough)
	victim.kill()
	if err := <-held; err == nil {
		t.Error("the killed server has answered")
	}
	release()
	r.servers = r.servers[1:]
	reads.more(enough)
	writes.more(clients) // Some may wait for a turn of the killed server's.
	lostAtOnce := lost.Load()

	r.everywhere("INVALID_PROOF", bob, used)
	r.everywhere("RATE_LIMITED", alice, page.guess)
	r.refuses(stolen)
	bob.must("OK", patient(unused)(bob))
	// Its turn is nobody's until the lease has ended.
	turn.must("CONFLICT", turn.guess())
	reads.more(enough)
	reads.end()
	writes.end()
	if r.endLeases() == 0 {
		t.Error("the killed server's turn has no lease")
	}
	turn.must("WRONG_PASSWORD", turn.guess())
	counts := outcomes.compare(t, writers)
	refused := counts["CONFLICT"] + counts["top-level UPSTREAM_UNAVAILABLE"] // By turns that are stuck, and by a slow machine.
	if counts["OK"] < enough || counts["OK"]+refused+counts[isLost] != int(writes.answered.Load()) {
		t.Errorf("changes: %v", counts)
	}
	if lost.Load() != lostAtOnce {
		t.Errorf("%d answers were lost at the kill, and %d in all", lostAtOnce, lost.Load())
	}
	for _, p := range writers {
		if code := p.note("afterwards"); code != "OK" {
			t.Errorf("%s afterwards: %s", p.name, code)
		}
	}

	r.servers = append(r.servers, startReplica(t, r.logto, r.env))
	r.everywhere("INVALID_PROOF", bob, used)
	r.everywhere("INVALID_PROOF", bob, unused)
	r.everywhere("RATE_LIMITED", alice, page.guess)
	r.refuses(stolen)
}

// TestRedisIsKilled under load. It comes back with all that it had, and then with
// nothing.
func TestRedisIsKilled(t *testing.T) {
	t.Parallel()
	r := startReplicas(t)
	alice, stolen := r.spent()
	bob := r.page("bob")
	used, unused, never := bob.reauthenticating(), bob.reauthenticating(), bob.reauthenticating()
	bob.must("OK", used(bob))

	writers := r.crowd(clients)
	writes, outcomes := writing(writers)
	reads, lost := r.reading(clients)
	reads.more(enough)
	writes.more(enough)
	r.redis.Kill()
	sent, before := len(r.logto.Messages()), r.record("bob")
	want := `{"errors":[{"message":"The server can't do this right now. Try again later.","path":["verifyPassword"],` +
		`"locations":[{"line":1,"column":43}],"extensions":{"code":"UPSTREAM_UNAVAILABLE"}}],"data":{"verifyPassword":null}}`
	for _, p := range r.each(bob) {
		if diff := cmp.Diff(want, p.guess().body); diff != "" {
			t.Errorf("without Redis (-want +got):\n%s", diff)
		}
	}
	for _, use := range []func(page) answer{
		used, unused,
		func(p page) answer { return p.do("startReauthentication", nil) },
		func(p page) answer { return p.do("sendVerificationCode", object{"email": "bob@example.com"}) },
		func(p page) answer { return p.do("updateProfile", object{"name": "Robert"}) },
		func(p page) answer { p.token = stolen; return p.guess() },
	} {
		r.everywhere("top-level UPSTREAM_UNAVAILABLE", bob, use)
	}
	reads.more(enough)
	writes.more(enough)
	if diff := changes(before, r.record("bob")); len(diff) > 0 || len(r.logto.Messages()) != sent {
		t.Errorf("changed: %q; codes sent: %d", diff, len(r.logto.Messages())-sent)
	}

	r.redis.Restart()
	r.awaitStores(bob)
	r.endLeases() // Of turns that could not be given back.
	r.everywhere("INVALID_PROOF", bob, used)
	r.everywhere("RATE_LIMITED", alice, page.guess)
	r.refuses(stolen)
	bob.must("OK", patient(unused)(bob))
	r.everywhere("INVALID_PROOF", bob, unused)
	reads.more(enough)
	writes.more(enough)

	r.redis.Kill()
	r.redis.RestartEmpty()
	r.awaitStores(bob)
	for _, use := range []func(page) answer{used, unused, never} {
		r.everywhere("INVALID_PROOF", bob, use)
	}
	bob.must("OK", patient(bob.reauthenticating())(bob))
	reads.more(enough)
	writes.more(enough)
	reads.end()
	writes.end()
	counts := outcomes.compare(t, writers)
	refused := counts["top-level UPSTREAM_UNAVAILABLE"]
	if counts["OK"] < enough || refused == 0 || counts["OK"]+refused+counts["CONFLICT"] != int(writes.answered.Load()) || lost.Load() > 0 {
		t.Errorf("changes: %v; reads lost: %d", counts, lost.Load())
	}
}

// TestServerIsKilled under load, one that keeps everything in memory.
func TestServerIsKilled(t *testing.T) {
	t.Parallel()
	logto := newLogto(t)
	server := startReplica(t, logto, processEnv(logto))
	want := server.ask(server.token("alice"), settingsQuery(t), nil)
	bob := server.page("bob")
	unused := bob.reauthenticating()
	writers := server.crowd(clients)
	writes, outcomes := writing(writers)
	reads, _ := server.reading(clients)
	reads.more(enough)
	writes.more(enough)
	server.kill()
	reads.end()
	writes.end()

	server = startReplica(t, logto, processEnv(logto))
	counts := outcomes.compare(t, writers)
	refused := counts["top-level UPSTREAM_UNAVAILABLE"] // By a slow machine.
	if counts["OK"] < enough/2 || counts["OK"]+refused+counts[isLost] != int(writes.answered.Load()) {
		t.Errorf("changes: %v", counts)
	}
	if diff := cmp.Diff(want, server.ask(server.token("alice"), settingsQuery(t), nil)); diff != "" {
		t.Errorf("the settings page (-before +after):\n%s", diff)
	}
	for _, p := range writers {
		if code := p.on(server.world).note("afterwards"); code != "OK" {
			t.Errorf("%s afterwards: %s", p.name, code)
		}
	}
	bob.must("OK", unused(bob.on(server.world)))
}

// spent signs alice out everywhere but on the page that it returns, and uses up her
// tries of the password. The token is one that she had before.
func (w *world) spent() (alice page, stolen string) {
	w.t.Helper()
	alice, stolen = w.page("alice"), w.token("alice")
	alice.must("OK", alice.do("changePassword", object{
		"newPassword": newPassword, "currentPassword": w.logto.Account("alice").Password, "revokeSessions": true,
	}))
	for range 5 {
		alice.must("WRONG_PASSWORD", alice.guess())
	}
	return alice, stolen
}

func (p page) guess() answer { return p.do("verifyPassword", object{"password": wrong}) }

// reauthenticating starts a re-authentication, and returns what completes it once.
func (p page) reauthenticating() func(page) answer {
	p.t.Helper()
	started := p.startReauthentication()
	input := object{"id": started.text("reauthentication", "id"), "idToken": p.signIn(started.text("reauthentication", "nonce"))}
	return func(p page) answer { return p.do("completeReauthentication", input) }
}

// hold begins a change at a page, and returns when the server has the turn and waits
// for Logto. What comes of it is told by the channel.
func (r *replicas) hold(p page) (ended <-chan error, release func()) {
	arrived, release := r.upstream.hold("/api/users/" + p.id + "/password/verify")
	held := make(chan error, 1)
	go func() {
		_, err := p.try(p.token, `mutation { verifyPassword(input: {password: "held"}) { errors { code } } }`, nil)
		held <- err
	}()
	<-arrived
	return held, release
}

// endLeases ends all turns, as time ends those that nobody renews, and returns how
// many there were.
func (r *replicas) endLeases() int {
	r.t.Helper()
	const neverEnds = -1 // As a time to live in Redis.
	client := r.redis.Client()
	locks, err := client.Keys(r.t.Context(), "accountql:lock:*").Result()
	if err != nil {
		r.t.Fatal(err)
	}
	for _, lock := range locks {
		left, err := client.PTTL(r.t.Context(), lock).Result()
		if err != nil || left > 75*time.Second || left == neverEnds {
			r.t.Errorf("%s ends in %v: %v", lock, left, err)
		}
		if err := client.PExpire(r.t.Context(), lock, time.Millisecond).Err(); err != nil {
			r.t.Error(err)
		}
	}
	return len(locks)
}

// awaitStores waits until all replicas have found their Redis again.
func (r *replicas) awaitStores(p page) {
	for _, p := range r.each(p) {
		p.awaitStore()
	}
}
