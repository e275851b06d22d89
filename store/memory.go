package store

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"time"
)

// maxEntries bounds memory, at about 200 bytes an entry, and firstSweep keeps it from being swept when there is little.
const (
	maxEntries = 1 << 18
	firstSweep = 1 << 10
)

var errFull = errors.New("memory is full")

// memory is the backend of a single process. Its calls take no time, so that it looks at no context.
type memory struct {
	now   func() time.Time
	bound int

	mu      sync.Mutex
	entries map[string]entry
	// sweepAt is the size at which the map is freed of what has run out: twice what the last sweep left, so that sweeping
	// costs a few looks an entry. Near the bound that is no more so, and swept keeps sweeps a second apart.
	sweepAt int
	swept   time.Time
}

// entry is a value, or the times of what was counted, oldest first.
type entry struct {
	value string
	times []time.Time
	// until is zero for an entry that stays.
	until time.Time
}

func newMemory(now func() time.Time) *memory {
	return &memory{now: now, bound: maxEntries, entries: map[string]entry{}, sweepAt: firstSweep}
}

// find returns the entry that is in force now. The lock must be held, as by put.
func (m *memory) find(name string, now time.Time) (entry, bool) {
	e, found := m.entries[name]
	if found && e.gone(now) {
		return entry{}, false
	}
	return e, found
}

func (e entry) gone(now time.Time) bool {
	return !e.until.IsZero() && !now.Before(e.until)
}

// put stores e until ttl from now.
func (m *memory) put(name string, e entry, now time.Time, ttl time.Duration) error {
	if err := m.reserve(now, name); err != nil {
		return err
	}
	if ttl > 0 {
		e.until = now.Add(ttl)
	}
	m.entries[name] = e
	return nil
}

// reserve makes sure that there is space for all of names.
func (m *memory) reserve(now time.Time, names ...string) error {
	more := 0
	for _, name := range names {
		if _, found := m.entries[name]; !found {
			more++
		}
	}
	if more == 0 || len(m.entries)+more <= m.sweepAt {
		return nil
	}
	if m.sweepAt == m.bound && now.Sub(m.swept) < time.Second {
		return errFull
	}
	m.swept = now
	for name, e := range m.entries {
		if e.gone(now) {
			delete(m.entries, name)
		}
	}
	m.sweepAt = min(max(firstSweep, 2*len(m.entries)), m.bound)
	if len(m.entries)+more > m.sweepAt {
		return errFull
	}
	return nil
}

func (m *memory) take(_ context.Context, counters []counter, count bool) (room, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	r := room{left: counters[0].count}
	times := make([][]time.Time, len(counters))
	names := make([]string, len(counters))
	for i, c := range counters {
		e, _ := m.find(c.name, now)
		for len(e.times) > 0 && now.Sub(e.times[0]) >= c.per {
			e.times = e.times[1:]
		}
		times[i], names[i] = e.times, c.name
		left := c.count - len(e.times)
		r.left = min(r.left, left)
		if left < 1 {
			if wait := c.per - now.Sub(e.times[len(e.times)-c.count]); wait > r.wait {
				r.wait, r.spent = wait, i
			}
		}
	}
	if r.wait > 0 || !count {
		return r, nil
	}
	if err := m.reserve(now, names...); err != nil {
		return room{}, err
	}
	for i, c := range counters {
		m.entries[c.name] = entry{times: append(times[i], now), until: now.Add(c.per)}
	}
	r.left--
	return r, nil
}

func (m *memory) obtain(ctx context.Context, name string, ttl time.Duration) (lease, error) {
	held := &memoryLease{memory: m, name: name, token: rand.Text()}
	obtained, err := m.add(ctx, name, held.token, ttl)
	if err == nil && !obtained {
		err = errHeld
	}
	return held, err
}

func (m *memory) add(_ context.Context, name, value string, ttl time.Duration) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	if _, found := m.find(name, now); found {
		return false, nil
	}
	err := m.put(name, entry{value: value}, now, ttl)
	return err == nil, err
}

func (m *memory) set(_ context.Context, name, value string, ttl time.Duration) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.put(name, entry{value: value}, m.now(), ttl)
}

func (m *memory) get(_ context.Context, name string) (string, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, found := m.find(name, m.now())
	return e.value, found, nil
}

func (m *memory) remove(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.entries, name)
	return nil
}

func (m *memory) ping(context.Context) error { return nil }

func (m *memory) close() error { return nil }

// memoryLease is a lock in memory.
type memoryLease struct {
	memory      *memory
	name, token string
}

func (l *memoryLease) renew(_ context.Context, ttl time.Duration) error {
	l.memory.mu.Lock()
	defer l.memory.mu.Unlock()
	now := l.memory.now()
	e, found := l.memory.find(l.name, now)
	if !found || e.value != l.token {
		return ErrLost
	}
	return l.memory.put(l.name, e, now, ttl)
}

func (l *memoryLease) release(context.Context) error {
	l.memory.mu.Lock()
	defer l.memory.mu.Unlock()
	if l.memory.entries[l.name].value == l.token {
		delete(l.memory.entries, l.name)
	}
	return nil
}
