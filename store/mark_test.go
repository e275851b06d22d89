package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"accountql/store"
)

var proof = store.NewKey("proof", "jti-1")

func TestOneIsTheFirstToMark(t *testing.T) {
	conform(t, func(t *testing.T, w *world) {
		var firsts atomic.Int64
		var group sync.WaitGroup
		for i := range 50 {
			s := w.store
			if i%2 == 0 {
				s = w.replica
			}
			group.Go(func() {
				first, err := s.Mark(t.Context(), proof, 10*time.Minute)
				if err != nil {
					t.Error(err)
				}
				if first {
					firsts.Add(1)
				}
			})
		}
		group.Wait()
		if firsts.Load() != 1 {
			t.Errorf("%d were the first", firsts.Load())
		}
	})
}

func TestMarksLastAndCanBeForgotten(t *testing.T) {
	conform(t, func(t *testing.T, w *world) {
		marked := func(want bool) {
			t.Helper()
			if got, err := w.replica.Marked(t.Context(), proof); err != nil || got != want {
				t.Errorf("marked: %v, %v, want %v", got, err, want)
			}
		}
		mark := func(want bool) {
			t.Helper()
			if first, err := w.store.Mark(t.Context(), proof, 10*time.Minute); err != nil || first != want {
				t.Errorf("the first: %v, %v, want %v", first, err, want)
			}
		}
		marked(false)
		mark(true)
		w.advance(8 * time.Minute)
		marked(true)
		mark(false) // It makes nothing longer.
		w.advance(2 * time.Minute)
		marked(false)
		mark(true)
		if err := w.replica.Forget(t.Context(), proof); err != nil {
			t.Error(err)
		}
		marked(false)
		if err := w.replica.Forget(t.Context(), proof); err != nil {
			t.Errorf("what is not there can't be forgotten: %v", err)
		}
		if marked, err := w.store.Marked(t.Context(), store.NewKey("proof", "jti-2")); err != nil || marked {
			t.Errorf("another one is marked: %v, %v", marked, err)
		}
		mark(true)
	})
}

func TestValuesLastAndAreReplaced(t *testing.T) {
	conform(t, func(t *testing.T, w *world) {
		key := store.NewKey("password-changed", "alice")
		get := func(want string, wantFound bool) {
			t.Helper()
			got, found, err := w.replica.Get(t.Context(), key)
			if err != nil || got != want || found != wantFound {
				t.Errorf("got %q, %v, %v, want %q, %v", got, found, err, want, wantFound)
			}
		}
		set := func(value string) {
			t.Helper()
			if err := w.store.Set(t.Context(), key, value, time.Hour); err != nil {
				t.Error(err)
			}
		}
		get("", false)
		set("1")
		w.advance(50 * time.Minute)
		get("1", true)
		set("2")
		w.advance(50 * time.Minute)
		get("2", true)
		if first, err := w.store.Mark(t.Context(), key, time.Hour); err != nil || first {
			t.Errorf("what is set can be marked: %v, %v", first, err)
		}
		w.advance(10 * time.Minute)
		get("", false)
	})
}

func TestNoMarkIsForEver(t *testing.T) {
	conform(t, func(t *testing.T, w *world) {
		set := store.NewKey("set")
		for _, ttl := range []time.Duration{0, -1, -time.Hour, time.Nanosecond} {
			if _, err := w.store.Mark(t.Context(), proof, ttl); err != nil {
				t.Errorf("%v: %v", ttl, err)
			}
			if err := w.store.Set(t.Context(), set, "", ttl); err != nil {
				t.Errorf("%v: %v", ttl, err)
			}
			w.advance(time.Second)
			for _, key := range []store.Key{proof, set} {
				if marked, err := w.store.Marked(t.Context(), key); err != nil || marked {
					t.Errorf("%v: marked after a second: %v", ttl, err)
				}
			}
		}
	})
}

func TestEpochIsTheSameForAll(t *testing.T) {
	conform(t, func(t *testing.T, w *world) {
		var epochs sync.Map
		var group sync.WaitGroup
		for i := range 20 {
			s := w.store
			if i%2 == 0 {
				s = w.replica
			}
			group.Go(func() {
				epoch, err := s.Epoch(t.Context())
				if err != nil || len(epoch) < 20 {
					t.Errorf("epoch %q, %v", epoch, err)
				}
				epochs.Store(epoch, true)
			})
		}
		group.Wait()
		w.advance(10 * 365 * 24 * time.Hour)
		epoch, err := w.store.Epoch(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		epochs.Store(epoch, true)
		epochs.Range(func(key, _ any) bool {
			if key != epoch {
				t.Errorf("another epoch: %v", key)
			}
			return true
		})
	})
}

func TestPing(t *testing.T) {
	conform(t, func(t *testing.T, w *world) {
		if err := w.store.Ping(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
