package store_test

import (
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"accountql/store"
)

var (
	tries  = store.Limit{Name: "tries", Count: 5, Per: 15 * time.Minute}
	minute = store.Limit{Name: "minute", Count: 1, Per: time.Minute}
	hour   = store.Limit{Name: "hour", Count: 10, Per: time.Hour}
)

// take takes, or fails the test.
func take(t *testing.T, s *store.Store, limits ...store.Counted) int {
	t.Helper()
	left, err := s.Take(t.Context(), limits...)
	if err != nil {
		t.Fatal(err)
	}
	return left
}

func TestTakeCountsToTheLimit(t *testing.T) {
	conform(t, func(t *testing.T, w *world) {
		for want := 4; want >= 0; want-- {
			if left := take(t, w.store, tries.For("alice")); left != want {
				t.Errorf("%d left, want %d", left, want)
			}
			w.advance(time.Minute)
		}
		// The first was five minutes ago.
		for range 3 {
			_, err := w.replica.Take(t.Context(), tries.For("alice"))
			got := exceeded(t, err)
			if got.Limit != "tries" || got.RetryAfter > 10*time.Minute || got.RetryAfter < 9*time.Minute {
				t.Errorf("got %+v", got)
			}
		}
		take(t, w.store, tries.For("bob"))
		take(t, w.store, hour.For("alice"))

		w.advance(10 * time.Minute)
		if left := take(t, w.store, tries.For("alice")); left != 0 {
			t.Errorf("%d left once the first is over, want none", left)
		}
		w.advance(24 * time.Hour)
		if left := take(t, w.store, tries.For("alice")); left != 4 {
			t.Errorf("%d left after a day, want 4", left)
		}
	})
}

func TestRetryAfterIsWholeSeconds(t *testing.T) {
	conform(t, func(t *testing.T, w *world) {
		take(t, w.store, minute.For())
		left := time.Minute
		for _, step := range []time.Duration{0, 500 * time.Millisecond, 29300 * time.Millisecond, 200 * time.Millisecond} {
			w.advance(step)
			left -= step
			_, err := w.store.Take(t.Context(), minute.For())
			got := exceeded(t, err).RetryAfter
			if got%time.Second != 0 || got > left+time.Second-1 || got < left-w.drift {
				t.Errorf("retry after %v with %v left", got, left)
			}
		}
		if w.drift > 0 {
			return
		}
		w.advance(left - time.Millisecond)
		_, err := w.store.Take(t.Context(), minute.For())
		if got := exceeded(t, err).RetryAfter; got != time.Second {
			t.Errorf("retry after %v in the last millisecond", got)
		}
		w.advance(time.Millisecond)
		take(t, w.store, minute.For())
	})
}

// TestNoWindowHoldsMore compares with the definition of a limit, at random times.
func TestNoWindowHoldsMore(t *testing.T) {
	conform(t, func(t *testing.T, w *world) {
		random := rand.New(rand.NewPCG(1, 2))
		// A clock that goes on by itself must not make the difference.
		grain := max(time.Millisecond, w.drift)
		var now time.Duration
		var counted []time.Duration
		for range 300 {
			step := time.Duration(random.Int64N(int64(8*time.Minute))-int64(2*time.Minute)) / grain * grain
			step = max(step, 0)
			now += step
			w.advance(step)
			within := 0
			for _, at := range counted {
				if now-at < tries.Per {
					within++
				}
			}
			switch _, err := w.store.Take(t.Context(), tries.For("alice")); {
			case within >= tries.Count:
				exceeded(t, err)
			case err != nil:
				t.Fatalf("at %v only %d were counted, and it is refused: %v", now, within, err)
			default:
				counted = append(counted, now)
			}
		}
		if len(counted) < 100 {
			t.Errorf("only %d were counted", len(counted))
		}
	})
}

func TestPeekDoesNotCount(t *testing.T) {
	conform(t, func(t *testing.T, w *world) {
		for range 20 {
			left, err := w.store.Peek(t.Context(), tries.For("alice"))
			if err != nil || left != 5 {
				t.Fatalf("%d left, %v", left, err)
			}
		}
		for range 5 {
			take(t, w.store, tries.For("alice"))
		}
		for range 3 {
			_, err := w.replica.Peek(t.Context(), tries.For("alice"))
			if got := exceeded(t, err); got.RetryAfter > tries.Per || got.RetryAfter < tries.Per-time.Minute {
				t.Errorf("got %+v", got)
			}
		}
		w.advance(tries.Per)
		if left, err := w.store.Peek(t.Context(), tries.For("alice")); err != nil || left != 5 {
			t.Errorf("%d left once all are over, %v", left, err)
		}
	})
}

func TestSeveralLimitsCountAllOrNone(t *testing.T) {
	conform(t, func(t *testing.T, w *world) {
		limits := []store.Counted{hour.For("alice"), minute.For("alice", "a@example.com"), tries.For("alice")}
		if left := take(t, w.store, limits...); left != 0 {
			t.Errorf("%d left of one a minute", left)
		}
		for range 20 {
			_, err := w.store.Take(t.Context(), limits...)
			if got := exceeded(t, err); got.Limit != "minute" || got.RetryAfter > time.Minute {
				t.Errorf("got %+v", got)
			}
			_, err = w.store.Peek(t.Context(), limits...)
			exceeded(t, err)
		}
		if left, err := w.store.Peek(t.Context(), hour.For("alice")); err != nil || left != 9 {
			t.Errorf("%d left of ten an hour after one was counted, %v", left, err)
		}
		for range 4 {
			w.advance(time.Minute)
			take(t, w.store, limits...)
		}
		// Two are spent now, and one has to wait for both.
		_, err := w.store.Take(t.Context(), limits...)
		if got := exceeded(t, err); got.Limit != "tries" || got.RetryAfter > 11*time.Minute || got.RetryAfter < 10*time.Minute {
			t.Errorf("got %+v", got)
		}
	})
}

func TestParallelTakesNeverCountMore(t *testing.T) {
	conform(t, func(t *testing.T, w *world) {
		var counted, refused atomic.Int64
		var group sync.WaitGroup
		for i := range 50 {
			s := w.store
			if i%2 == 0 {
				s = w.replica
			}
			group.Go(func() {
				switch _, err := s.Take(t.Context(), hour.For("alice"), tries.For("alice")); {
				case err == nil:
					counted.Add(1)
				case strings.Contains(err.Error(), "limit tries is exceeded"):
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		group.Wait()
		if counted.Load() != 5 || refused.Load() != 45 {
			t.Errorf("%d counted and %d refused, want 5 and 45", counted.Load(), refused.Load())
		}
		if left, err := w.store.Peek(t.Context(), hour.For("alice")); err != nil || left != 5 {
			t.Errorf("%d left of ten, %v", left, err)
		}
	})
}

func TestALoweredLimitHolds(t *testing.T) {
	conform(t, func(t *testing.T, w *world) {
		for range 5 {
			take(t, w.store, tries.For("alice"))
		}
		lowered := tries
		lowered.Count = 2
		_, err := w.store.Take(t.Context(), lowered.For("alice"))
		exceeded(t, err)
		w.advance(tries.Per)
		if left := take(t, w.store, lowered.For("alice")); left != 1 {
			t.Errorf("%d left", left)
		}
	})
}

func TestLimitsThatMakeNoSense(t *testing.T) {
	conform(t, func(t *testing.T, w *world) {
		for name, limits := range map[string][]store.Counted{
			"no limit is given":  {},
			"limit none is 0":    {store.Limit{Name: "none", Per: time.Hour}.For()},
			"limit instant is 1": {store.Limit{Name: "instant", Count: 1}.For()},
			"twice":              {hour.For("alice"), tries.For("alice"), hour.For("alice")},
		} {
			if _, err := w.store.Take(t.Context(), limits...); err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("got %v, want %q", err, name)
			}
		}
	})
}

func TestKeysAreToldApart(t *testing.T) {
	conform(t, func(t *testing.T, w *world) {
		for _, parts := range [][]string{{"a", "bc"}, {"ab", "c"}, {"abc"}, {"abc", ""}, {"", "abc"}, {}} {
			if left := take(t, w.store, minute.For(parts...)); left != 0 {
				t.Errorf("%q: %d left", parts, left)
			}
			key := store.NewKey("minute", parts...)
			if first, err := w.store.Mark(t.Context(), key, time.Minute); err != nil || !first {
				t.Errorf("%q: marked before: %v", parts, err)
			}
		}
	})
}
