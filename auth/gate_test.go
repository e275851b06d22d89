package auth

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"
)

var (
	errForged = errors.New("forged")
	fails     = func() error { return errForged }
	succeeds  = func() error { return nil }
)

type networkKey struct{}

// from is the context of a request from a network.
func from(network string) context.Context {
	return context.WithValue(context.Background(), networkKey{}, network)
}

// pace is how many forgeries the gates of these tests let pass in a second.
const pace = 10

func newTestGate(slots, places int64) *gate {
	g := newGate(1, func(ctx context.Context) string { return ctx.Value(networkKey{}).(string) })
	g.slots, g.places = semaphore.NewWeighted(slots), places
	g.unpaced, g.paced = rate.NewLimiter(pace, pace), rate.NewLimiter(pace, pace)
	return g
}

// flood has senders send a forged token each, again and again as soon as they have their answer, until they are told to
// stop. They are of networks in turn.
func flood(g *gate, senders int, networks ...string) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for i := range senders {
		ctx := context.WithValue(ctx, networkKey{}, networks[i%len(networks)])
		all.Go(func() {
			for ctx.Err() == nil {
				_ = g.pass(ctx, false, fails)
			}
		})
	}
	return func() {
		cancel()
		all.Wait()
	}
}

// took is how long a good token takes, which must pass.
func took(t *testing.T, g *gate, network string, known bool) time.Duration {
	t.Helper()
	began := time.Now()
	if err := g.pass(from(network), known, succeeds); err != nil {
		t.Errorf("a good token from network %s, known %t: %v", network, known, err)
	}
	return time.Since(began)
}

// TestFloodFromOneNetwork is checked at its pace, and in nobody else's way.
func TestFloodFromOneNetwork(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newTestGate(2, 1000)
		const senders, seconds = 30, 120
		stop := flood(g, senders, "a")
		for range seconds / 6 {
			time.Sleep(6 * time.Second)
			synctest.Wait()
			for range 2 * pace {
				if waited := took(t, g, "b", false) + took(t, g, "a", true); waited != 0 {
					t.Fatalf("good tokens from elsewhere and known ones waited %v", waited)
				}
			}
			// A neighbor's passes in its turn.
			if waited := took(t, g, "a", false); waited > (senders+1)*time.Second/pace {
				t.Errorf("a good token from the same network waited %v", waited)
			}
		}
		forgeries, elapsed := g.failed.Load(), time.Since(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))
		if most := uint64(allowance + pace + elapsed.Seconds()*(pace+1/allowanceInterval.Seconds())); forgeries > most {
			t.Errorf("%d forgeries were checked in %v, want %d at most", forgeries, elapsed, most)
		}
		if g.refused.Load() != 0 {
			t.Errorf("%d were refused, who are few enough to wait", g.refused.Load())
		}
		stop()
		time.Sleep(allowanceInterval)
		if !g.letsThrough("a") {
			t.Error("the network is not forgiven")
		}
	})
}

// TestFloodOfManySenders makes some wait longer than there is time: these are refused, and not at once.
func TestFloodOfManySenders(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newTestGate(2, 1000)
		const patient = pace * int(maxWait/time.Second)
		stop := flood(g, patient+20, "a")
		time.Sleep(time.Minute)
		synctest.Wait()
		// 20 have no turn in time, and each is told so once a second.
		if got, most := g.refused.Load(), uint64(20*60); got == 0 || got > most {
			t.Errorf("%d were refused in a minute, want %d at most", got, most)
		}
		if got, least := g.failed.Load(), uint64(60*pace); got < least {
			t.Errorf("%d were checked in a minute, want %d: the refused ones took turns away", got, least)
		}
		began := time.Now()
		if err := g.pass(from("a"), false, succeeds); !errors.Is(err, errBusy) || time.Since(began) != refusalDelay {
			t.Errorf("got %v after %v, want %v after %v", err, time.Since(began), errBusy, refusalDelay)
		}
		if waited := took(t, g, "b", false); waited != 0 {
			t.Errorf("a good token from elsewhere waited %v", waited)
		}
		impatient, leave := context.WithCancel(from("a"))
		leave()
		if err := g.pass(impatient, false, succeeds); !errors.Is(err, context.Canceled) {
			t.Errorf("who gave up got %v", err)
		}
		stop()
	})
}

// TestHeldTokens bounds how many tokens are held at once.
func TestHeldTokens(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const places = 100
		g := newTestGate(2, places)
		stop := flood(g, places, "a")
		time.Sleep(time.Minute)
		synctest.Wait()
		began := time.Now()
		if err := g.pass(from("a"), false, succeeds); !errors.Is(err, errBusy) || time.Since(began) != 0 {
			t.Errorf("got %v after %v, want %v at once", err, time.Since(began), errBusy)
		}
		if waited := took(t, g, "b", false); waited != 0 {
			t.Errorf("a good token from elsewhere waited %v", waited)
		}
		stop()
	})
}

// TestFloodFromManyNetworks leaves no more to each of them than all may take together.
func TestFloodFromManyNetworks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newTestGate(2, 1000)
		networks := make([]string, 1000)
		for i := range networks {
			networks[i] = fmt.Sprint("n", i)
		}
		// Each of them sends one forgery now and then.
		const seconds = 120
		ctx, cancel := context.WithCancel(context.Background())
		var all sync.WaitGroup
		for _, network := range networks {
			all.Go(func() {
				for ctx.Err() == nil {
					_ = g.pass(context.WithValue(ctx, networkKey{}, network), false, fails)
					time.Sleep(10 * time.Second)
				}
			})
		}
		time.Sleep(seconds * time.Second)
		synctest.Wait()
		if got, most := g.failed.Load(), uint64(2*pace*(seconds+1)); got > most {
			t.Errorf("%d forgeries were checked in %d s, want %d at most", got, seconds, most)
		}
		if waited := took(t, g, "b", true); waited != 0 {
			t.Errorf("a known token waited %v", waited)
		}
		cancel()
		all.Wait()
		if waited := took(t, g, "b", false); waited > maxWait {
			t.Errorf("a good token waited %v after the flood", waited)
		}
	})
}

// TestChecksInFlight begins more checks than there are slots and places to wait for one.
func TestChecksInFlight(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const slots, places = 3, 10
		g := newTestGate(slots, places)
		v := &Verifier{gate: g, keys: &keySource{}}
		release := make(chan struct{})
		begin := func(ctx context.Context, known bool) <-chan error {
			done := make(chan error, 1)
			go func() { done <- g.pass(ctx, known, func() error { <-release; return nil }) }()
			synctest.Wait()
			return done
		}
		impatient, leave := context.WithCancel(from("a"))
		var begun []<-chan error
		for range slots + places - 1 {
			begun = append(begun, begin(from("a"), false))
		}
		left := begin(impatient, false)
		if got := v.Stats(); got.InFlight != slots || got.Waiting != places {
			t.Errorf("%d checks in flight and %d waiting, want %d and %d", got.InFlight, got.Waiting, slots, places)
		}
		// There is place for another one only if it is known, or if somebody leaves.
		if err := g.pass(from("b"), false, succeeds); !errors.Is(err, errBusy) {
			t.Errorf("without a place: %v, want %v", err, errBusy)
		}
		begun = append(begun, begin(from("b"), true))
		leave()
		if err := <-left; !errors.Is(err, ErrUnavailable) || !errors.Is(err, context.Canceled) {
			t.Errorf("who gave up got %v", err)
		}
		close(release)
		for _, done := range begun {
			if err := <-done; err != nil {
				t.Errorf("after waiting: %v", err)
			}
		}
		if got, want := v.Stats(), (Stats{Misses: slots + places, Refused: 1}); got != want {
			t.Errorf("afterwards %+v, want %+v", got, want)
		}
	})
}

// TestFloodInTheQueue lets forged tokens in as long as none of them was found out: those that wait are judged anew when
// their turn comes.
func TestFloodInTheQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newTestGate(1, 1000)
		release := make(chan struct{})
		var all sync.WaitGroup
		for range 500 {
			all.Go(func() { _ = g.pass(from("a"), false, func() error { <-release; return errForged }) })
		}
		synctest.Wait()
		close(release)
		synctest.Wait()
		if got := g.checked.Load(); got != allowance+pace {
			t.Errorf("%d forged tokens were checked at once, want %d", got, allowance+pace)
		}
		all.Wait()
		if got := g.checked.Load(); got != allowance+pace+pace*uint64(maxWait/time.Second) {
			t.Errorf("%d forged tokens were checked, want %d", got, allowance+pace+pace*uint64(maxWait/time.Second))
		}
		if got := g.refused.Load() + g.checked.Load(); got != 500 {
			t.Errorf("%d were answered", got)
		}
	})
}

// TestPanickingCheck ends with an error for all, not with the process.
func TestPanickingCheck(t *testing.T) {
	t.Parallel()
	err := newCache().once(t.Context(), fingerprint{}, func(context.Context) error { panic("a bug") })
	if err == nil || errors.Is(err, ErrUnavailable) {
		t.Errorf("got %v", err)
	}
}

// TestCacheSize adds more tokens than there is room for.
func TestCacheSize(t *testing.T) {
	t.Parallel()
	c, now := newCache(), time.Now()
	id := func(i int) fingerprint { return fingerprint{byte(i), byte(i >> 8)} }
	for i := range cacheSize + 1 {
		c.put(id(i), &Token{ExpiresAt: now.Add(time.Hour)}, now)
	}
	if got := c.tokens.Len(); got != cacheSize {
		t.Errorf("%d tokens are kept, want %d", got, cacheSize)
	}
	for i, want := range map[int]bool{0: false, 1: true, cacheSize: true} {
		if token, known := c.get(id(i), now); known != want || (token != nil) != want {
			t.Errorf("token %d: got %v, %t", i, token, known)
		}
	}
}
