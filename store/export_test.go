package store

import "time"

// SetOperation shortens the time that an operation may take.
func (s *Store) SetOperation(d time.Duration) { s.timing.operation = d }

// SetWait shortens the time that Lock waits.
func (s *Store) SetWait(d time.Duration) { s.timing.wait = d }

// SetRenewal shortens the time between two renewals of a lock.
func (s *Store) SetRenewal(d time.Duration) { s.timing.renewal = d }

// SetSure shortens the time for which a lock is surely held that isn't renewed.
func (s *Store) SetSure(d time.Duration) { s.timing.settle = s.timing.lease - d }

// Lease is how long a lock lasts that isn't renewed.
func (s *Store) Lease() time.Duration { return s.timing.lease }

// SetBound lowers the number of entries in memory.
func (s *Store) SetBound(n int) { s.backend.(*memory).bound = n }

// Entries is the number of entries in memory.
func (s *Store) Entries() int {
	m := s.backend.(*memory)
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.entries)
}
