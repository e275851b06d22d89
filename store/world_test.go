package store_test

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"accountql/store"
	"accountql/store/redistest"
)

func TestMain(m *testing.M) {
	// It looks for a Redis that is gone, and ends within a second of its client.
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/redis/go-redis/v9/internal/pool.(*ConnPool).tryDial"))
}

var secret = bytes.Repeat([]byte{1}, 32)

// world is a state that stores share, and its clock.
type world struct {
	// store and replica are two servers' stores; in memory, there is but one.
	store, replica *store.Store
	// advance moves the clock.
	advance func(time.Duration)
	// drift is more than the clock goes on by itself while a test runs; zero when it stands still.
	drift time.Duration
	// client looks into Redis; it is nil in memory.
	client *redis.Client
}

// conform runs a test against every kind of store.
func conform(t *testing.T, test func(*testing.T, *world)) {
	t.Helper()
	t.Parallel()
	for name, create := range map[string]func(*testing.T) *world{
		"memory": memoryWorld, "miniredis": miniredisWorld, "redis-server": redisWorld,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, create(t))
		})
	}
}

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock {
	return &clock{now: time.Date(2030, 1, 2, 3, 4, 5, 678901234, time.UTC)}
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func memoryWorld(t *testing.T) *world {
	c := newClock()
	s := store.NewMemory(c.Now)
	t.Cleanup(func() { closeStore(t, s) })
	return &world{store: s, replica: s, advance: c.Advance}
}

func miniredisWorld(t *testing.T) *world {
	server := miniredis.RunT(t)
	c := newClock()
	server.SetTime(c.Now())
	w := sharedWorld(t, "redis://"+server.Addr())
	w.advance = func(d time.Duration) {
		c.Advance(d)
		server.SetTime(c.Now())
		server.FastForward(d)
	}
	return w
}

// redisWorld is a real Redis. Nobody can move its clock, so that everything it holds is moved into the past instead.
func redisWorld(t *testing.T) *world {
	w := sharedWorld(t, redistest.Start(t).Address)
	w.drift = time.Minute
	w.advance = func(d time.Duration) {
		t.Helper()
		if err := age(t.Context(), w.client, d); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func sharedWorld(t *testing.T, address string) *world {
	t.Helper()
	options, err := redis.ParseURL(address)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options)
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	})
	return &world{store: newRedis(t, address), replica: newRedis(t, address), client: client}
}

func newRedis(t *testing.T, address string) *store.Store {
	t.Helper()
	s, err := store.NewRedis(address, secret)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeStore(t, s) })
	return s
}

func closeStore(t *testing.T, s *store.Store) {
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// age makes everything in a Redis older by d.
func age(ctx context.Context, client *redis.Client, d time.Duration) error {
	names, err := client.Keys(ctx, "*").Result()
	if err != nil {
		return err
	}
	for _, name := range names {
		kind, err := client.Type(ctx, name).Result()
		if err != nil {
			return err
		}
		rest, err := client.PTTL(ctx, name).Result()
		if err != nil {
			return err
		}
		if kind == "list" {
			times, err := client.LRange(ctx, name, 0, -1).Result()
			if err != nil {
				return err
			}
			for i := range times {
				ms, err := strconv.ParseInt(times[i], 10, 64)
				if err != nil {
					return err
				}
				if err := client.LSet(ctx, name, int64(i), ms-d.Milliseconds()).Err(); err != nil {
					return err
				}
			}
		}
		// PTTL is -1 for a key that stays.
		if rest > 0 {
			if err := client.PExpire(ctx, name, rest-d).Err(); err != nil {
				return err
			}
		}
	}
	return nil
}

// eventually waits for what happens in its own time, as long as the test may run.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for !happened() {
		select {
		case <-t.Context().Done():
			t.Fatalf("%s: not yet", what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// lost waits until a lock's context ends, and fails unless it is for the loss of the lock.
func lost(t *testing.T, lock *store.Lock) {
	t.Helper()
	<-lock.Context().Done()
	if cause := context.Cause(lock.Context()); !errors.Is(cause, store.ErrLost) {
		t.Errorf("the context ended by %v, want ErrLost", cause)
	}
}

// exceeded returns the refusal of a limit, and fails the test if it is another error or none.
func exceeded(t *testing.T, err error) store.Exceeded {
	t.Helper()
	e, ok := errors.AsType[*store.Exceeded](err)
	if !ok {
		t.Fatalf("got %v, want Exceeded", err)
	}
	return *e
}

// contains reports which of words is in s.
func contains(s string, words ...string) string {
	for _, word := range words {
		if strings.Contains(s, word) {
			return word
		}
	}
	return ""
}
