package store

import (
	"context"
	"crypto/rand"
	"errors"
	"time"
)

// Mark marks key for ttl and tells whether it is the first to do so: of any number of callers on any number of replicas,
// one is. A mark that is there keeps the time it has left. A ttl under a second counts as one.
//
// Whatever may succeed once only is marked before it is done, and forgotten again if it fails: should the process or Redis
// end in between, it stays used.
func (s *Store) Mark(ctx context.Context, key Key, ttl time.Duration) (first bool, err error) {
	err = s.do(ctx, "mark "+key.purpose, func(ctx context.Context) error {
		first, err = s.backend.add(ctx, s.name("mark", key), "", positive(ttl))
		return err
	})
	return first && err == nil, err
}

// Marked tells whether key is marked. What is not yet marked may be in the next moment; Mark decides.
func (s *Store) Marked(ctx context.Context, key Key) (bool, error) {
	_, marked, err := s.Get(ctx, key)
	return marked, err
}

// Set marks key with a value for ttl and replaces one that is there. A ttl under a second counts as one. The value is
// stored in clear: a time, never an address or a secret.
func (s *Store) Set(ctx context.Context, key Key, value string, ttl time.Duration) error {
	return s.do(ctx, "set "+key.purpose, func(ctx context.Context) error {
		return s.backend.set(ctx, s.name("mark", key), value, positive(ttl))
	})
}

// Get returns the value that key was set to, and whether it is marked at all.
func (s *Store) Get(ctx context.Context, key Key) (value string, found bool, err error) {
	err = s.do(ctx, "get "+key.purpose, func(ctx context.Context) error {
		value, found, err = s.backend.get(ctx, s.name("mark", key))
		return err
	})
	return value, found, err
}

// Forget takes the mark from key, if there is one.
func (s *Store) Forget(ctx context.Context, key Key) error {
	return s.do(ctx, "forget "+key.purpose, func(ctx context.Context) error {
		return s.backend.remove(ctx, s.name("mark", key))
	})
}

// epochKey is where the epoch is kept.
var epochKey = Key{purpose: "current"}

// Epoch names the time since which Redis has forgotten nothing: a random word that is the same on all replicas, and
// another one once Redis has lost its data. What is good only as long as the marks about it are known is bound to the
// epoch. In memory it is always the same.
func (s *Store) Epoch(ctx context.Context) (epoch string, err error) {
	name := s.name("epoch", epochKey)
	err = s.do(ctx, "read epoch", func(ctx context.Context) error {
		var found bool
		if epoch, found, err = s.backend.get(ctx, name); found || err != nil {
			return err
		}
		candidate := rand.Text()
		if _, err := s.backend.add(ctx, name, candidate, 0); err != nil {
			return err
		}
		// Another replica may have been first.
		if epoch, found, err = s.backend.get(ctx, name); !found && err == nil {
			return errors.New("the epoch doesn't last")
		}
		return err
	})
	return epoch, err
}

// positive keeps a time that has just run out from meaning for ever.
func positive(ttl time.Duration) time.Duration {
	return max(ttl, time.Second)
}
