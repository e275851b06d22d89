package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPercentile(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		values []time.Duration
		p      float64
		want   time.Duration
	}{
		{nil, 50, 0},
		{[]time.Duration{7}, 99, 7},
		{[]time.Duration{3, 1, 2}, 50, 2},
		{[]time.Duration{4, 3, 1, 2}, 50, 2},
		{[]time.Duration{4, 3, 1, 2}, 51, 3},
		{[]time.Duration{4, 3, 1, 2}, 99, 4},
		{[]time.Duration{4, 3, 1, 2}, 100, 4},
		{[]time.Duration{4, 3, 1, 2}, 0, 1},
	} {
		if got := percentile(test.values, test.p); got != test.want {
			t.Errorf("percentile %v of %v is %d, want %d", test.p, test.values, got, test.want)
		}
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		values []float64
		want   float64
	}{{nil, 0}, {[]float64{2}, 2}, {[]float64{9, 1, 2}, 2}, {[]float64{9, 1, 2, 4}, 3}} {
		if got := median(test.values); got != test.want {
			t.Errorf("median of %v is %v, want %v", test.values, got, test.want)
		}
	}
}

// TestRatio has a machine that is slow in the second round: the ratio doesn't see it.
func TestRatio(t *testing.T) {
	t.Parallel()
	in := func(pages ...int) *entry {
		e := &entry{}
		for _, n := range pages {
			e.samples = append(e.samples, sample{elapsed: time.Second, latencies: make([]time.Duration, n)})
		}
		return e
	}
	a, b := in(80, 8, 81), in(100, 10, 90)
	if got := a.ratio(b); got != 0.8 {
		t.Errorf("ratio %v, want the median of 0.8, 0.8 and 0.9", got)
	}
	if got := a.rps(); got != 80 {
		t.Errorf("rps %v, want the median", got)
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	table := newTable("Title", "", "ratio", "p50 µs")
	table.add("one", "1.00", "7")
	table.add("another", "10.25", unknown)
	table.note("%d rows.", 2)
	table.print(&out)
	const want = `
Title

           ratio  p50 µs
  one       1.00       7
  another  10.25       -
  2 rows.
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("table (-want +got):\n%s", diff)
	}
}
