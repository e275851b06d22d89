package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"accountql/store"
)

var subject = store.NewKey("subject", "alice")

// lock takes the lock of the subject, or fails the test.
func lock(ctx context.Context, t *testing.T, s *store.Store) *store.Lock {
	t.Helper()
	l, err := s.Lock(ctx, subject)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Release)
	return l
}

// busy fails the test unless somebody else holds the lock of the subject.
func busy(t *testing.T, s *store.Store) {
	t.Helper()
	s.SetWait(0)
	if l, err := s.Lock(t.Context(), subject); !errors.Is(err, store.ErrBusy) || errors.Is(err, store.ErrUnavailable) || l != nil {
		t.Errorf("got (%v, %v), want ErrBusy", l, err)
	}
}

func TestOneHoldsTheLock(t *testing.T) {
	conform(t, func(t *testing.T, w *world) {
		// Without a lock, the race detector finds the writes and the sum is too low.
		sum := 0
		w.store.SetWait(time.Hour)
		w.replica.SetWait(time.Hour)
		var group sync.WaitGroup
		for i := range 20 {
			s := w.store
			if i%2 == 0 {
				s = w.replica
			}
			group.Go(func() {
				l, err := s.Lock(t.Context(), subject)
				if err != nil {
					t.Error(err)
					return
				}
				defer l.Release()
				if err := l.Held(t.Context()); err != nil {
					t.Error(err)
				}
				sum++
			})
		}
		group.Wait()
		if sum != 20 {
			t.Errorf("%d instead of 20 were alone", sum)
		}
	})
}

func TestBusy(t *testing.T) {
	conform(t, func(t *testing.T, w *world) {
		held := lock(t.Context(), t, w.store)
		busy(t, w.replica)
		other, err := w.replica.Lock(t.Context(), store.NewKey("subject", "bob"))
		if err != nil {
			t.Fatal(err)
		}
		other.Release()
		held.Release()
		held.Release()
		if err := held.Held(t.Context()); !errors.Is(err, store.ErrLost) {
			t.Errorf("held after its release: %v", err)
		}
		if held.Context().Err() == nil {
			t.Error("the context goes on after the release")
		}
		lock(t.Context(), t, w.replica)
		held.Release() // Of the next holder's, nothing.
		busy(t, w.store)
	})
}

func TestLockWaitsForTheHolder(t *testing.T) {
	conform(t, func(t *testing.T, w *world) {
		held := lock(t.Context(), t, w.store)
		w.replica.SetWait(time.Hour)
		obtained := make(chan *store.Lock)
		go func() {
			l, err := w.replica.Lock(t.Context(), subject)
			if err != nil {
				t.Error(err)
			}
			obtained <- l
		}()
		select {
		case <-obtained:
			t.Fatal("two hold the lock")
		case <-time.After(100 * time.Millisecond):
		}
		held.Release()
		(<-obtained).Release()
	})
}

func TestLockGivesUpWithItsContext(t *testing.T) {
	conform(t, func(t *testing.T, w *world) {
		lock(t.Context(), t, w.store)
		w.replica.SetWait(time.Hour)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(20*time.Millisecond, cancel)
		if l, err := w.replica.Lock(ctx, subject); !errors.Is(err, context.Canceled) || l != nil {
			t.Errorf("got (%v, %v), want Canceled", l, err)
		}
	})
}

func TestLockOutlivesItsCaller(t *testing.T) {
	conform(t, func(t *testing.T, w *world) {
		ctx, cancel := context.WithCancel(t.Context())
		held := lock(ctx, t, w.store)
		cancel()
		<-held.Context().Done()
		if cause := context.Cause(held.Context()); !errors.Is(cause, context.Canceled) {
			t.Errorf("the context ended by %v", cause)
		}
		if err := held.Held(t.Context()); err != nil {
			t.Errorf("lost with its caller: %v", err)
		}
		busy(t, w.replica)
		held.Release()
		lock(t.Context(), t, w.replica)
	})
}

func TestHeldRenews(t *testing.T) {
	conform(t, func(t *testing.T, w *world) {
		held := lock(t.Context(), t, w.store)
		for range 3 {
			w.advance(w.store.Lease() * 2 / 3)
			if err := held.Held(t.Context()); err != nil {
				t.Fatal(err)
			}
			busy(t, w.replica)
		}
	})
}

func TestALostLockStopsItsHolder(t *testing.T) {
	conform(t, func(t *testing.T, w *world) {
		held := lock(t.Context(), t, w.store)
		w.advance(w.store.Lease())
		next := lock(t.Context(), t, w.replica)

		if err := held.Held(t.Context()); !errors.Is(err, store.ErrLost) || errors.Is(err, store.ErrUnavailable) {
			t.Errorf("got %v, want ErrLost", err)
		}
		lost(t, held)
		held.Release()
		if err := next.Held(t.Context()); err != nil {
			t.Errorf("the next holder lost the lock to the release of the one before: %v", err)
		}
		busy(t, w.store)
	})
}

func TestALockThatLapsedIsLostThoughNobodyTookIt(t *testing.T) {
	conform(t, func(t *testing.T, w *world) {
		held := lock(t.Context(), t, w.store)
		w.advance(w.store.Lease())
		if err := held.Held(t.Context()); !errors.Is(err, store.ErrLost) {
			t.Errorf("got %v, want ErrLost", err)
		}
		lost(t, held)
		lock(t.Context(), t, w.replica)
	})
}

func TestRenewalFindsThatALockIsLost(t *testing.T) {
	conform(t, func(t *testing.T, w *world) {
		w.store.SetRenewal(5 * time.Millisecond)
		held := lock(t.Context(), t, w.store)
		w.advance(w.store.Lease())
		lost(t, held)
	})
}

// TestADoubtfulLockIsLost is a holder whose renewals come too late, those of a process that was stopped for instance.
func TestADoubtfulLockIsLost(t *testing.T) {
	conform(t, func(t *testing.T, w *world) {
		w.store.SetSure(10 * time.Millisecond)
		held := lock(t.Context(), t, w.store)
		lost(t, held)
		if err := held.Held(t.Context()); !errors.Is(err, store.ErrLost) {
			t.Errorf("got %v, want ErrLost", err)
		}
		// Its last write may still be under way.
		busy(t, w.replica)
	})
}

func TestAbandonKeepsOthersOut(t *testing.T) {
	conform(t, func(t *testing.T, w *world) {
		held := lock(t.Context(), t, w.store)
		held.Abandon()
		held.Release()
		if err := held.Held(t.Context()); !errors.Is(err, store.ErrLost) {
			t.Errorf("held though abandoned: %v", err)
		}
		busy(t, w.replica)
		w.advance(w.store.Lease())
		lock(t.Context(), t, w.replica)
	})
}
