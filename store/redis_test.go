package store_test

import (
	"context"
	"errors"
	"net"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	minserver "github.com/alicebob/miniredis/v2/server"

	"accountql/store"
	"accountql/store/redistest"
)

// operations are all that a store does.
func operations(s *store.Store) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"Take":   func(ctx context.Context) error { _, err := s.Take(ctx, tries.For("alice")); return err },
		"Peek":   func(ctx context.Context) error { _, err := s.Peek(ctx, tries.For("alice")); return err },
		"Mark":   func(ctx context.Context) error { _, err := s.Mark(ctx, proof, time.Minute); return err },
		"Marked": func(ctx context.Context) error { _, err := s.Marked(ctx, proof); return err },
		"Set":    func(ctx context.Context) error { return s.Set(ctx, proof, "", time.Minute) },
		"Get":    func(ctx context.Context) error { _, _, err := s.Get(ctx, proof); return err },
		"Forget": func(ctx context.Context) error { return s.Forget(ctx, proof) },
		"Epoch":  func(ctx context.Context) error { _, err := s.Epoch(ctx); return err },
		"Ping":   s.Ping,
		"Lock": func(ctx context.Context) error {
			l, err := s.Lock(ctx, subject)
			if err == nil {
				l.Release()
			}
			return err
		},
	}
}

// closed fails the test unless every operation is refused, and with a cause.
func closed(t *testing.T, s *store.Store, cause string) {
	t.Helper()
	for name, operation := range operations(s) {
		err := operation(t.Context())
		if !errors.Is(err, store.ErrUnavailable) || !strings.Contains(err.Error(), cause) {
			t.Errorf("%s: got %v, want ErrUnavailable for %q", name, err, cause)
		}
	}
	if first, err := s.Mark(t.Context(), proof, time.Minute); first || err == nil {
		t.Errorf("first: %v, %v", first, err)
	}
	if left, err := s.Peek(t.Context(), tries.For("alice")); left != 0 || err == nil {
		t.Errorf("%d left, %v", left, err)
	}
}

func open(t *testing.T, s *store.Store) {
	t.Helper()
	for name, operation := range operations(s) {
		if err := operation(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRedisMayComeUpLaterAndGoAway(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	address := "redis://" + server.Addr()
	server.Close()
	s := newRedis(t, address)
	for range 2 {
		closed(t, s, "")
		if err := server.Restart(); err != nil {
			t.Fatal(err)
		}
		eventually(t, "reconnect", func() bool { return s.Ping(t.Context()) == nil })
		open(t, s)
		server.Close()
	}
}

func TestRedisThatFailsOpensNothing(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	s := newRedis(t, "redis://"+server.Addr())
	for _, failure := range []string{
		"LOADING Redis is loading the dataset in memory", "READONLY You can't write against a read only replica.",
		"OOM command not allowed when used memory > 'maxmemory'.", "NOAUTH Authentication required.",
	} {
		server.SetError(failure)
		closed(t, s, failure)
	}
	server.SetError("")
	open(t, s)
}

func TestRedisThatDoesNotAnswerIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	// Connections wait in the listener's queue.
	t.Cleanup(func() { _ = listener.Close() })
	s := newRedis(t, "redis://"+listener.Addr().String())
	s.SetOperation(10 * time.Millisecond)
	begun := time.Now()
	closed(t, s, "")
	// go-redis's own bounds would make it 24 seconds.
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("a dozen operations took %v", took)
	}
}

// TestNothingIsTriedAgain counts what arrives at a Redis whose answers are lost.
func TestNothingIsTriedAgain(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	var arrived atomic.Int64
	server.Server().SetPreHook(func(peer *minserver.Peer, command string, _ ...string) bool {
		if command != "SET" {
			return false
		}
		arrived.Add(1)
		peer.Close()
		return true
	})
	s := newRedis(t, "redis://"+server.Addr())
	if first, err := s.Mark(t.Context(), proof, time.Minute); first || !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("the first: %v, %v", first, err)
	}
	if arrived.Load() != 1 {
		t.Errorf("it arrived %d times", arrived.Load())
	}
}

func TestTheBoundOfAnOperation(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	s := newRedis(t, "redis://"+listener.Addr().String())
	begun := time.Now()
	if err := s.Ping(t.Context()); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	// Without a bound of its own, go-redis takes half a minute.
	if took := time.Since(begun); took < time.Second || took > 10*time.Second {
		t.Errorf("it took %v, want 2 seconds", took)
	}
}

func TestRenewalKeepsALock(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	s := newRedis(t, "redis://"+server.Addr())
	s.SetRenewal(5 * time.Millisecond)
	held := lock(t.Context(), t, s)
	keys := server.Keys()
	if len(keys) != 1 {
		t.Fatalf("keys %q", keys)
	}
	for range 3 {
		server.FastForward(s.Lease() * 2 / 3)
		eventually(t, "renewal", func() bool { return server.TTL(keys[0]) == s.Lease() })
	}
	if err := held.Held(t.Context()); err != nil {
		t.Error(err)
	}
	held.Release()
	if keys := server.Keys(); len(keys) != 0 {
		t.Errorf("left after the release: %q", keys)
	}
}

func TestALockInARedisThatIsLost(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	s := newRedis(t, "redis://"+server.Addr())
	s.SetRenewal(5 * time.Millisecond)
	s.SetSure(300 * time.Millisecond)
	held := lock(t.Context(), t, s)
	server.Close()
	if err := held.Held(t.Context()); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("got %v, want ErrUnavailable", err)
	}
	lost(t, held)
	if err := held.Held(t.Context()); err == nil {
		t.Error("held")
	}
	held.Release()
}

// TestKilledRedis kills a real one, which comes back empty.
func TestKilledRedis(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	s, replica := newRedis(t, server.Address), newRedis(t, server.Address)
	before, err := s.Epoch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	held := lock(t.Context(), t, s)
	server.Kill()
	closed(t, s, "")
	closed(t, replica, "")
	if err := held.Held(t.Context()); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("got %v, want ErrUnavailable", err)
	}

	server.RestartEmpty()
	eventually(t, "reconnect", func() bool { return s.Ping(t.Context()) == nil && replica.Ping(t.Context()) == nil })
	if err := held.Held(t.Context()); !errors.Is(err, store.ErrLost) {
		t.Errorf("got %v, want ErrLost", err)
	}
	lost(t, held)
	after, err := replica.Epoch(t.Context())
	if err != nil || after == before {
		t.Errorf("epoch %q was %q: %v", after, before, err)
	}
	open(t, s)
	open(t, replica)
}

// Otherwise a server without Redis could open nothing that another one with the same secret key sealed.
func TestStoresInMemoryHaveOneEpoch(t *testing.T) {
	t.Parallel()
	one, err := store.NewMemory(time.Now).Epoch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if two, err := store.NewMemory(time.Now).Epoch(t.Context()); err != nil || one != two {
		t.Errorf("%q and %q, %v", one, two, err)
	}
}

func TestNothingIsReadableInRedis(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	s := newRedis(t, "redis://"+server.Addr())
	planted := []string{"alice@example.com", "+4915112345678", "user-id", "planted"}
	limit := store.Limit{Name: "sends", Count: 3, Per: time.Hour}
	take(t, s, limit.For(planted...))
	key := store.NewKey("used", planted...)
	if _, err := s.Mark(t.Context(), key, time.Hour); err != nil {
		t.Fatal(err)
	}
	l, err := s.Lock(t.Context(), store.NewKey("subject", planted...))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	if _, err := s.Epoch(t.Context()); err != nil {
		t.Fatal(err)
	}
	if word := contains(server.Dump(), planted...); word != "" {
		t.Errorf("%q is readable in\n%s", word, server.Dump())
	}
	prefixes := []string{"accountql:epoch:current:", "accountql:limit:sends:", "accountql:lock:subject:", "accountql:mark:used:"}
	for i, name := range server.Keys() {
		if hash, ok := strings.CutPrefix(name, prefixes[i]); !ok || len(hash) != 43 {
			t.Errorf("key %s, want one of %s", name, prefixes[i])
		}
	}
}

func TestEverythingInRedisRunsOutButTheEpoch(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	s := newRedis(t, "redis://"+server.Addr())
	open(t, s)
	lock(t.Context(), t, s).Abandon()
	server.FastForward(24 * time.Hour)
	if keys := server.Keys(); len(keys) != 1 || !strings.HasPrefix(keys[0], "accountql:epoch:") {
		t.Errorf("left: %q", keys)
	}
}

func TestOtherSecretsShareNothing(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	one := newRedis(t, "redis://"+server.Addr())
	two, err := store.NewRedis("redis://"+server.Addr(), []byte(strings.Repeat("2", 32)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeStore(t, two) })
	for _, s := range []*store.Store{one, two} {
		if first, err := s.Mark(t.Context(), proof, time.Hour); err != nil || !first {
			t.Errorf("the first: %v, %v", first, err)
		}
	}
	first, err := one.Epoch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if second, err := two.Epoch(t.Context()); err != nil || first == second {
		t.Errorf("epochs %q and %q, %v", first, second, err)
	}
}

func TestNewRedisRefuses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"", "planted", "redis", "http://:planted@localhost", "redis://:planted@localhost:6379/x", "unix:///planted",
		"redis://:planted@local host", "redis://:planted@localhost:port", "redis://:planted@localhost?planted=1",
		"rediss://:planted@localhost?skip_verify=true",
	} {
		s, err := store.NewRedis(address, secret)
		if err == nil {
			closeStore(t, s)
			t.Errorf("%s is taken", address)
		} else if strings.Contains(err.Error(), "planted") {
			t.Errorf("%s is repeated: %v", address, err)
		}
	}
	if _, err := store.NewRedis("redis://localhost", secret[:31]); err == nil {
		t.Error("a secret of 31 bytes is taken")
	}
}

func TestAWrongPasswordIsNotRepeated(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	server.RequireAuth("right")
	s := newRedis(t, "redis://:planted@"+server.Addr())
	closed(t, s, "")
	if err := s.Ping(t.Context()); err == nil || strings.Contains(err.Error(), "planted") {
		t.Errorf("got %v", err)
	}
	open(t, newRedis(t, "redis://:right@"+server.Addr()))
}

// TestAPasswordIsNotRepeatedByRedis, which quotes the arguments of commands that it
// doesn't know, as one does whose AUTH is renamed.
func TestAPasswordIsNotRepeatedByRedis(t *testing.T) {
	t.Parallel()
	ignorant, err := minserver.NewServer("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ignorant.Close()
	s := newRedis(t, "redis://:planted@"+ignorant.Addr().String())
	err = s.Ping(t.Context())
	if !errors.Is(err, store.ErrUnavailable) || !strings.HasSuffix(err.Error(), "ERR unknown command `auth`") {
		t.Errorf("got %v", err)
	}
}

func TestTLSIsVerified(t *testing.T) {
	t.Parallel()
	web := httptest.NewUnstartedServer(nil)
	web.StartTLS()
	defer web.Close()
	server := miniredis.NewMiniRedis()
	if err := server.StartTLS(web.TLS); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	closed(t, newRedis(t, "rediss://"+server.Addr()), "certificate")
	plain := miniredis.RunT(t)
	closed(t, newRedis(t, "rediss://"+plain.Addr()), "")
}
