package store

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// ErrBusy says that somebody else held the lock for as long as one waits for it.
var ErrBusy = errors.New("lock is held by somebody else")

// ErrLost says that a lock is not held, or not surely, any more.
var ErrLost = errors.New("lock is lost")

// errHeld is a backend's answer to one try for a lock that somebody else has.
var errHeld = errors.New("held")

// timing is how long things take. Tests shorten it.
type timing struct {
	// operation bounds a call of the backend.
	operation time.Duration
	// wait is how long Lock waits for another holder, looking every poll or so.
	wait, poll time.Duration
	// lease is how long a lock lasts that is not renewed, and renewal how often it is.
	lease, renewal time.Duration
	// settle is the rest of a lease in which nothing new is begun, longer than any call to Logto may take.
	settle time.Duration
}

var defaultTiming = timing{
	operation: 2 * time.Second,
	wait:      5 * time.Second,
	poll:      50 * time.Millisecond,
	lease:     75 * time.Second,
	renewal:   10 * time.Second,
	settle:    35 * time.Second,
}

// lease is a backend's hold on a lock.
type lease interface {
	// renew lets the lock last for ttl from now. It fails with ErrLost if it is somebody else's or nobody's by now.
	renew(ctx context.Context, ttl time.Duration) error
	// release gives the lock up, if it is still this holder's.
	release(ctx context.Context) error
}

// Lock is a lock that is held. It is renewed until Release or Abandon, whatever becomes of the context it was asked for
// with: a caller that has gone away must not let others in while its write is under way.
//
// No lock over a network can stop what has left already. What can be done is: who calls Held right before a write, and
// makes it with Context, begins none after the lock was lost, and has 35 seconds for one begun before, which is longer
// than a call to Logto may take, until anybody else can get the lock. What remains is a Redis that forgets, or a process
// that stops, between Held and the write.
type Lock struct {
	store *Store
	lease lease

	ctx  context.Context
	lose context.CancelCauseFunc
	// doubt loses the lock when it was not renewed in time.
	doubt *time.Timer

	// kept ends with Release and Abandon.
	kept context.Context
	end  context.CancelFunc
}

// Lock takes the lock of key, which one caller over all replicas holds at a time. It waits up to five seconds for another
// holder and then fails with ErrBusy. It fails with ErrUnavailable, and with the context's error when that is over first.
// It is not reentrant: one who holds the lock and asks for it again gets ErrBusy.
//
// A holder that dies keeps others out until its lease ends, 75 seconds at most.
func (s *Store) Lock(ctx context.Context, key Key) (*Lock, error) {
	name := s.name("lock", key)
	giveUp := time.Now().Add(s.timing.wait)
	for {
		begun := time.Now()
		held, err := s.obtain(ctx, name)
		switch {
		case err == nil:
			return s.hold(ctx, held, begun), nil
		case !errors.Is(err, errHeld):
			return nil, fmt.Errorf("lock %s: %w", key.purpose, err)
		case begun.After(giveUp):
			return nil, fmt.Errorf("lock %s: %w", key.purpose, ErrBusy)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("lock %s: %w", key.purpose, ctx.Err())
		case <-time.After(s.timing.poll/2 + rand.N(s.timing.poll)):
		}
	}
}

// obtain makes one try. It is not ended by the caller, who would not know then whether the lock was given.
func (s *Store) obtain(ctx context.Context, name string) (held lease, err error) {
	err = s.do(context.WithoutCancel(ctx), "obtain", func(ctx context.Context) error {
		held, err = s.backend.obtain(ctx, name, s.timing.lease)
		return err
	})
	return held, err
}

// hold begins to renew a lock that was asked for at begun.
func (s *Store) hold(ctx context.Context, held lease, begun time.Time) *Lock {
	l := &Lock{store: s, lease: held}
	l.ctx, l.lose = context.WithCancelCause(ctx)
	l.kept, l.end = context.WithCancel(context.WithoutCancel(ctx))
	l.doubt = time.AfterFunc(l.sure(begun), func() { l.lose(ErrLost) })
	go l.keep()
	return l
}

// Context returns the context that Lock was given, ended as well when the lock is lost, with ErrLost as its cause, or
// given up.
func (l *Lock) Context() context.Context {
	return l.ctx
}

// Held renews the lock and so makes sure that it is held. It fails with ErrLost when it is not, and with ErrUnavailable
// when Redis can't tell; either stops the next write.
func (l *Lock) Held(ctx context.Context) error {
	if l.kept.Err() != nil {
		return ErrLost
	}
	if err := l.renew(ctx); err != nil {
		return err
	}
	if errors.Is(context.Cause(l.ctx), ErrLost) {
		return ErrLost
	}
	return nil
}

// Release gives the lock up for the next one. A lock that is somebody else's by now stays theirs. When Redis can't be
// reached, the lock lapses with its lease. After Abandon, and a second time, Release does nothing.
func (l *Lock) Release() {
	if l.kept.Err() != nil {
		return
	}
	l.Abandon()
	// Nobody could do more about a failure than wait for the lease to end.
	_ = l.store.do(context.WithoutCancel(l.ctx), "release lock", l.lease.release)
}

// Abandon stops renewing the lock but keeps others out until its lease ends, 75 seconds at most. It is for a write whose
// outcome is unknown: Logto may still be at it.
func (l *Lock) Abandon() {
	l.end()
	l.doubt.Stop()
	l.lose(context.Canceled)
}

// keep renews the lock until it is given up or lost. A renewal that fails otherwise is followed by the next, until doubt
// ends the matter.
func (l *Lock) keep() {
	ticker := time.NewTicker(l.store.timing.renewal)
	defer ticker.Stop()
	for {
		select {
		case <-l.kept.Done():
			return
		case <-ticker.C:
			if errors.Is(l.renew(l.kept), ErrLost) {
				return
			}
		}
	}
}

func (l *Lock) renew(ctx context.Context) error {
	begun := time.Now()
	err := l.store.do(ctx, "renew lock", func(ctx context.Context) error {
		return l.lease.renew(ctx, l.store.timing.lease)
	})
	switch {
	case err == nil:
		l.doubt.Reset(l.sure(begun))
	case errors.Is(err, ErrLost):
		l.lose(ErrLost)
	}
	return err
}

// sure returns how long from now a lock is surely held that was obtained or renewed by a call begun then.
func (l *Lock) sure(begun time.Time) time.Duration {
	return time.Until(begun.Add(l.store.timing.lease - l.store.timing.settle))
}
