package store_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"accountql/store"
)

func TestMemoryIsBoundedAndForgetsNothingInForce(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := store.NewMemory(c.Now)
	const bound = 3000
	s.SetBound(bound)
	for range 5 {
		take(t, s, tries.For("victim"))
	}
	if first, err := s.Mark(t.Context(), proof, time.Hour); err != nil || !first {
		t.Fatalf("the first: %v, %v", first, err)
	}
	var err error
	stored := 0
	for ; err == nil && stored < 2*bound; stored++ {
		_, err = s.Take(t.Context(), minute.For(fmt.Sprint(stored)))
	}
	if !errors.Is(err, store.ErrUnavailable) || s.Entries() != bound {
		t.Errorf("%d entries, %v", s.Entries(), err)
	}
	if s.Failures() != 1 {
		t.Errorf("%d failures", s.Failures())
	}
	if _, err := s.Take(t.Context(), tries.For("victim"), minute.For("new")); err == nil || errors.Is(err, store.ErrUnavailable) {
		t.Errorf("the limit of the victim was forgotten: %v", err)
	}
	if marked, err := s.Marked(t.Context(), proof); err != nil || !marked {
		t.Errorf("the mark was forgotten: %v, %v", marked, err)
	}
	// What is there already needs no space.
	if err := s.Set(t.Context(), proof, "again", time.Hour); err != nil {
		t.Error(err)
	}
	// What runs out makes space for what is new.
	c.Advance(time.Minute)
	take(t, s, minute.For("new"))
}

func TestMemoryIsFreed(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := store.NewMemory(c.Now)
	for i := range 100_000 {
		take(t, s, minute.For(fmt.Sprint(i)))
		c.Advance(time.Second)
	}
	if n := s.Entries(); n > 1100 {
		t.Errorf("%d entries, of which 60 are in force", n)
	}
	l := lock(t.Context(), t, s)
	n := s.Entries()
	l.Release()
	if s.Entries() != n-1 {
		t.Error("a lock that was released is kept")
	}
}

func BenchmarkTakeInMemory(b *testing.B) {
	s := store.NewMemory(time.Now)
	many := store.Limit{Name: "many", Count: 1000, Per: time.Millisecond}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Take(b.Context(), many.For("alice"), many.For("bob")); err != nil {
			if _, ok := errors.AsType[*store.Exceeded](err); !ok {
				b.Fatal(err)
			}
		}
	}
}
