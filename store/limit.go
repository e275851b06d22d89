package store

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Limit says how often something may count.
//
// In no stretch of time as long as Per, wherever it begins, do more than Count count, to the millisecond: the times of the
// last ones are kept, and one more has room when the Count-th last is at least Per ago. So all of them may come at once,
// and each makes room again Per later. With Redis its clock decides, the same for all replicas.
//
// The generic cell rate algorithm, which limiter libraries offer, guarantees less: with 5 in 15 minutes, all of them at
// once, it lets 9 through in some 15 minutes, since it refills while they are used up. A fixed window lets 10 through.
type Limit struct {
	// Name is readable in Redis and told in Exceeded. It must be unique to this limit.
	Name string
	// Count is at least 1.
	Count int
	// Per is at least a millisecond.
	Per time.Duration
}

// For applies a limit to what the parts name, a subject or an address for instance. They are stored hashed.
func (l Limit) For(parts ...string) Counted {
	return Counted{limit: l, key: NewKey(l.Name, parts...)}
}

// Counted is a limit on one thing.
type Counted struct {
	limit Limit
	key   Key
}

// Exceeded is the error of what a limit refuses.
type Exceeded struct {
	// Limit is the name of the limit, of several the one that takes longest.
	Limit string
	// RetryAfter is the time until all limits have room, in whole seconds, 1 at least.
	RetryAfter time.Duration
}

// Error implements error.
func (e *Exceeded) Error() string {
	return fmt.Sprintf("limit %s is exceeded for %v", e.Limit, e.RetryAfter)
}

// Take counts one on every limit when each of them has room, and on none of them otherwise, in one step: parallel calls
// never count more than a limit has. It returns how many are left on the limit that has the least, zero after the last. It
// fails with *Exceeded or ErrUnavailable; with the latter, one may have been counted.
func (s *Store) Take(ctx context.Context, limits ...Counted) (left int, err error) {
	return s.take(ctx, true, limits)
}

// Peek tells what Take would, without counting: how many are left, one at least, or the error. Where only failures count,
// one peeks before and takes after each; in between, a lock has to keep others from the same.
func (s *Store) Peek(ctx context.Context, limits ...Counted) (left int, err error) {
	return s.take(ctx, false, limits)
}

// counter is a limit under a stored key.
type counter struct {
	name  string
	count int
	per   time.Duration
}

// room is what counters have left.
type room struct {
	left int
	// wait is positive when one of them has nothing left: the time until all have, for which the one at spent is the last.
	wait  time.Duration
	spent int
}

func (s *Store) take(ctx context.Context, count bool, limits []Counted) (int, error) {
	counters, err := s.counters(limits)
	if err != nil {
		return 0, err
	}
	var r room
	err = s.do(ctx, "count", func(ctx context.Context) error {
		r, err = s.backend.take(ctx, counters, count)
		return err
	})
	if err != nil {
		return 0, err
	}
	if r.wait > 0 {
		seconds := (r.wait + time.Second - 1).Truncate(time.Second)
		return 0, &Exceeded{Limit: limits[r.spent].limit.Name, RetryAfter: seconds}
	}
	return r.left, nil
}

func (s *Store) counters(limits []Counted) ([]counter, error) {
	if len(limits) == 0 {
		return nil, errors.New("count: no limit is given")
	}
	seen := map[string]bool{}
	counters := make([]counter, len(limits))
	for i, l := range limits {
		if l.limit.Count < 1 || l.limit.Per < time.Millisecond {
			return nil, fmt.Errorf("count: limit %s is %d per %v", l.limit.Name, l.limit.Count, l.limit.Per)
		}
		name := s.name("limit", l.key)
		if seen[name] {
			return nil, fmt.Errorf("count: limit %s is given twice for the same", l.limit.Name)
		}
		seen[name] = true
		counters[i] = counter{name: name, count: l.limit.Count, per: l.limit.Per}
	}
	return counters, nil
}
