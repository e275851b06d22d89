// Package store keeps what must be counted, locked and marked: the limits on tries and sends, the lock of a subject, and
// the marks that something is used up or refused. One Store is all of that, in this process by default and in Redis when
// several replicas must agree.
//
// # What is guaranteed
//
// Whatever cannot be counted, locked or marked is refused: with Redis lost, every operation fails with ErrUnavailable
// within two seconds, and none of them answers as if nothing had been counted or marked. An operation that fails may have
// happened all the same; a count that nobody was told of makes a limit stricter, never looser. Nothing is tried again.
//
// What Redis is told, it must keep: its maxmemory-policy has to be noeviction, and appendonly should be on. A Redis that
// comes back empty has forgotten counts, marks and locks; Epoch then changes, so that values bound to it die with the marks
// about them, and Held fails. One that lost its last moments only, by its appendfsync or by a replica promoted too early,
// keeps the epoch: what was counted or marked in those moments can happen once more.
//
// In this process, all of that is lost with the process, and Epoch is always the same: what one process sealed another
// opens that has the same secret key. Within the ten minutes that a sealed value is good, one that was used up may so be
// used again after a restart. Who can't have that, runs Redis.
//
// Keys hold a readable purpose and an HMAC of the rest, so that nobody can tell addresses, subjects or tokens from a dump,
// not by trying addresses either.
package store

import (
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"sync"
	"sync/atomic"
	"time"
)

// ErrUnavailable says that Redis can't be reached, fails, or takes longer than two seconds or the caller's context. The
// cause is wrapped with it; it holds Redis's address, but neither keys nor credentials.
var ErrUnavailable = errors.New("store is unavailable")

// Key says what a mark or a lock is about.
type Key struct {
	purpose string
	parts   []string
}

// NewKey makes a key. The purpose is a word for all keys of the same meaning, readable in Redis; the parts tell them
// apart and are not.
func NewKey(purpose string, parts ...string) Key {
	return Key{purpose: purpose, parts: parts}
}

// Store is safe for concurrent use.
type Store struct {
	backend backend
	// hashes has keyed hashes for the names of keys: making one takes longer than the hashing.
	hashes sync.Pool
	timing timing
	// remote is whether the backend's calls take time.
	remote bool

	failures atomic.Uint64
}

// backend holds the state of a Store: memory, or redisServer. Names are those of stored keys; times to live are positive,
// or zero for a value that stays.
type backend interface {
	// take looks at counters and, when each has room and count is set, counts one on each, all in one step.
	take(ctx context.Context, counters []counter, count bool) (room, error)
	// obtain makes one try for a lock. It fails with errHeld when somebody else has it.
	obtain(ctx context.Context, name string, ttl time.Duration) (lease, error)
	// add stores a value unless one is there, and tells whether it did.
	add(ctx context.Context, name, value string, ttl time.Duration) (bool, error)
	set(ctx context.Context, name, value string, ttl time.Duration) error
	get(ctx context.Context, name string) (value string, found bool, err error)
	remove(ctx context.Context, name string) error
	ping(ctx context.Context) error
	close() error
}

// NewMemory makes a store in this process's memory. It holds what is in force, at most 262144 counters, marks and locks;
// beyond that it fails with ErrUnavailable rather than forget one. now is the clock.
func NewMemory(now func() time.Time) *Store {
	secret := make([]byte, sha256.Size)
	rand.Read(secret)
	s := newStore(newMemory(now), secret)
	// An empty memory has room, so this can't fail.
	_, _ = s.backend.add(context.Background(), s.name("epoch", epochKey), "memory of a single process", 0)
	return s
}

// NewRedis makes a store in the Redis at a redis:// or, with TLS, rediss:// address: a single server, or an address that
// leads to the current primary. Redis 6 or later is needed. NewRedis does not connect: Redis may come up later.
//
// Keys are hashed with a key derived from secret, of 32 bytes or more. Replicas with different secrets see neither each
// other's counts, marks and locks nor each other's epoch: another secret is another, empty store.
func NewRedis(address string, secret []byte) (*Store, error) {
	if len(secret) < sha256.Size {
		return nil, fmt.Errorf("secret has %d bytes, fewer than %d", len(secret), sha256.Size)
	}
	server, err := newRedisServer(address)
	if err != nil {
		return nil, err
	}
	hashKey, err := hkdf.Key(sha256.New, secret, nil, "accountql store: key hash", sha256.Size)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	s := newStore(server, hashKey)
	s.remote = true
	return s, nil
}

func newStore(b backend, hashKey []byte) *Store {
	return &Store{
		backend: b, timing: defaultTiming,
		hashes: sync.Pool{New: func() any { return hmac.New(sha256.New, hashKey) }},
	}
}

// Ping tells whether the store works now.
func (s *Store) Ping(ctx context.Context) error {
	return s.do(ctx, "ping", s.backend.ping)
}

// Failures tells how many operations have failed with ErrUnavailable since the start, but for those that were canceled.
func (s *Store) Failures() uint64 { return s.failures.Load() }

// Close ends the connections to Redis. Locks that are held lapse.
func (s *Store) Close() error {
	if err := s.backend.close(); err != nil {
		return fmt.Errorf("close store: %w", err)
	}
	return nil
}

// do bounds an operation of a backend that can be slow, and wraps its error, unless that is an answer about a lock.
func (s *Store) do(ctx context.Context, verb string, operation func(context.Context) error) error {
	if s.remote {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.timing.operation)
		defer cancel()
	}
	err := operation(ctx)
	if err == nil || errors.Is(err, errHeld) || errors.Is(err, ErrLost) {
		return err
	}
	if !errors.Is(err, context.Canceled) { // Which is the caller's doing.
		s.failures.Add(1)
	}
	return fmt.Errorf("%s: %w: %w", verb, ErrUnavailable, withoutArguments(err))
}

// name returns the stored key. Lengths go into the hash so that ("a", "bc") and ("ab", "c") are two keys.
func (s *Store) name(family string, key Key) string {
	parts := lengthThen(lengthThen(make([]byte, 0, 128), family), key.purpose)
	for _, part := range key.parts {
		parts = lengthThen(parts, part)
	}
	keyed := s.hashes.Get().(hash.Hash)
	defer s.hashes.Put(keyed)
	keyed.Reset()
	keyed.Write(parts)
	return "accountql:" + family + ":" + key.purpose + ":" + base64.RawURLEncoding.EncodeToString(keyed.Sum(nil))
}

// lengthThen appends a part so that it can't be taken for a piece of another.
func lengthThen(b []byte, part string) []byte {
	return append(binary.BigEndian.AppendUint64(b, uint64(len(part))), part...)
}
