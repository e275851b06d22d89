package main

import (
	"context"
	"math"
	"slices"
	"time"
)

// entry is a contender in a comparison, with what was seen of it.
type entry struct {
	load    *load
	samples []sample // By round.
	// cpu and allocated are over all rounds.
	cpu       time.Duration
	allocated allocations
}

// compare lets loads run in turns, ABCABC…, so that what the machine does besides
// hits all alike.
func compare(ctx context.Context, loads []*load, rounds int, turn time.Duration) ([]*entry, error) {
	entries := make([]*entry, len(loads))
	for i, l := range loads {
		entries[i] = &entry{load: l}
	}
	for range rounds {
		for _, e := range entries {
			if err := e.turn(ctx, turn); err != nil {
				return nil, err
			}
		}
	}
	return entries, nil
}

func (e *entry) turn(ctx context.Context, d time.Duration) error {
	c := e.load.contender
	before, err := c.spent(ctx)
	if err != nil {
		return err
	}
	sample, err := e.load.run(ctx, d)
	if err != nil {
		return err
	}
	after, err := c.spent(ctx)
	if err != nil {
		return err
	}
	e.samples = append(e.samples, sample)
	e.cpu += after.cpu - before.cpu
	e.allocated.Objects += after.Objects - before.Objects
	e.allocated.Bytes += after.Bytes - before.Bytes
	return nil
}

// spent is what a contender has used of the machine.
type spent struct {
	usage
	allocations
}

func (c contender) spent(ctx context.Context) (s spent, err error) {
	if c.allocations != nil {
		if s.allocations, err = c.allocations(ctx); err != nil {
			return spent{}, err
		}
	}
	s.usage = usageOf(c.pid)
	return s, nil
}

func (e *entry) pages() int {
	pages := 0
	for _, s := range e.samples {
		pages += len(s.latencies)
	}
	return pages
}

// refused is how many were refused before the time was over.
func (e *entry) refused() int {
	refused := 0
	for _, s := range e.samples {
		refused += s.refused - s.refusedLate
	}
	return refused
}

// rps is the median of the rounds'.
func (e *entry) rps() float64 {
	var rates []float64
	for _, s := range e.samples {
		rates = append(rates, s.rps())
	}
	return median(rates)
}

// ratio of the rates is the median of those within each round.
func (e *entry) ratio(to *entry) float64 { return e.within(to, sample.rps) }

// waiting is the ratio of the median latencies.
func (e *entry) waiting(to *entry) float64 {
	return e.within(to, func(s sample) float64 { return float64(percentile(s.latencies, 50)) })
}

func (e *entry) within(to *entry, of func(sample) float64) float64 {
	var ratios []float64
	for round, s := range e.samples {
		ratios = append(ratios, of(s)/of(to.samples[round]))
	}
	return median(ratios)
}

// cpuPerPage is the processor time of a page. It is 0 where it can't be told.
func (e *entry) cpuPerPage() time.Duration { return e.cpu / time.Duration(max(e.pages(), 1)) }

// percentile of the latencies, in all rounds together.
func (e *entry) percentile(p float64) time.Duration {
	var latencies []time.Duration
	for _, s := range e.samples {
		latencies = append(latencies, s.latencies...)
	}
	return percentile(latencies, p)
}

// percentile is the least of the values that p percent of them don't exceed
// (nearest rank). It sorts them; of none it is 0.
func percentile(values []time.Duration, p float64) time.Duration {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	rank := int(math.Ceil(p / 100 * float64(len(values))))
	return values[max(rank, 1)-1]
}

// median is 0 of no values, and the mean of the middle two of an even number.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}
