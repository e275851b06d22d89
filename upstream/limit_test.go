package upstream_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"accountql/upstream"
)

// crowd is what becomes of clients who ask again as soon as they are answered.
type crowd struct {
	clients int
	// calls is how many calls each request of theirs makes, at a time.
	calls int
	// settle passes before what is seen counts.
	settle, measure time.Duration
	// patience is what those wait who were refused.
	patience time.Duration
}

type outcome struct {
	answered, refused, halves int
	// p99 is how long the slowest of a hundred answers took.
	p99 time.Duration
}

func (c crowd) ask(t *testing.T, over *upstream.Transport) outcome {
	start := time.Now().Add(c.settle)
	end := start.Add(c.measure)
	var mu sync.Mutex
	var waits []time.Duration
	var seen outcome
	var wg sync.WaitGroup
	for range c.clients {
		wg.Go(func() {
			for asked := time.Now(); asked.Before(end); asked = time.Now() {
				answered, refused := calls(t, over, c.calls)
				mu.Lock()
				switch {
				case asked.Before(start):
				case answered > 0 && refused > 0:
					seen.halves++
				case refused > 0:
					seen.refused++
				default:
					waits = append(waits, time.Since(asked))
				}
				mu.Unlock()
				if refused > 0 {
					time.Sleep(c.patience)
				}
			}
		})
	}
	wg.Wait()
	slices.Sort(waits)
	seen.answered, seen.p99 = len(waits), waits[len(waits)*99/100]
	return seen
}

// TestFixedCapacity asks more and more of a service that serves four calls at a time.
// Who is refused comes back at once, after a moment, or a second later as he was told
// to, with all the others that were told the same.
func TestFixedCapacity(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 3} {
		for _, patience := range []time.Duration{0, 100 * time.Millisecond, time.Second} {
			for _, pause := range []time.Duration{0, 40 * time.Millisecond} {
				t.Run(fmt.Sprintf("%d calls, patience %v, busy for %v", n, patience, pause), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) { askMoreAndMore(t, n, patience, pause) })
				})
			}
		}
	}
}

// askMoreAndMore has more and more clients make so many calls at a time. Where there are
// many of them, the processor is busy now and then, for a pause that isn't the limit's.
func askMoreAndMore(t *testing.T, calls int, patience, pause time.Duration) {
	now := serving(4, 15*time.Millisecond)
	over := over(128, func(r *http.Request) (*http.Response, error) { return now(r) })
	var few, best outcome
	for _, clients := range []int{4, 64, 256, 1024} {
		got := crowd{clients, calls, 2 * time.Second, 3 * time.Second, patience}.ask(t, over)
		if few.answered == 0 {
			few = got
			now = busy(unsteady(now), pause)
			continue
		}
		if got.answered > best.answered {
			best = got
		}
		if 100*got.answered < 95*best.answered || got.p99-pause >= 5*few.p99 || got.halves > 0 {
			t.Errorf("%d clients: %+v, few: %+v, best: %+v", clients, got, few, best)
		}
	}
}

// TestBurst lets 64 clients come at once, to a service that bears them: they wait,
// and none is refused.
func TestBurst(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 3} {
		synctest.Test(t, func(t *testing.T) {
			over := over(128, serving(4, 15*time.Millisecond))
			var wg sync.WaitGroup
			for range 64 {
				wg.Go(func() {
					if answered, refused := calls(t, over, n); answered != n {
						t.Errorf("%d calls: %d answered, %d refused", n, answered, refused)
					}
				})
			}
			wg.Wait()
		})
	}
}

// TestFarAway is about a service that bears everything and takes its time: nobody is
// refused, and soon nobody waits.
func TestFarAway(t *testing.T) {
	t.Parallel()
	const distance = 50 * time.Millisecond
	for name, far := range map[string]network{
		"steady": answering(distance),
		"unsteady": func(r *http.Request) (*http.Response, error) {
			time.Sleep(distance + time.Duration(rand.ExpFloat64()*float64(distance)/2))
			return good.RoundTrip(r)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				over := over(128, far)
				if got := (crowd{clients: 64, calls: 1, measure: time.Second}).ask(t, over); got.refused > 0 {
					t.Errorf("in the first second: %+v", got)
				}
				if got := (crowd{clients: 64, calls: 1, measure: time.Second}).ask(t, over); got.refused > 0 || over.State().Limit < 64 {
					t.Errorf("in the second second: %+v, limit %d", got, over.State().Limit)
				}
			})
		})
	}
}

// TestLimitFollows changes what the service bears, under a crowd that never rests.
func TestLimitFollows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		behind := serving(4, 15*time.Millisecond)
		become := func(n network) {
			mu.Lock()
			defer mu.Unlock()
			behind = n
		}
		over := over(128, network(func(r *http.Request) (*http.Response, error) {
			mu.Lock()
			now := behind
			mu.Unlock()
			return now(r)
		}))
		for _, phase := range []struct {
			name     string
			behind   network
			from, to int
		}{
			{"four at a time", serving(4, 15*time.Millisecond), 6, 10},
			{"32 at a time", serving(32, 15*time.Millisecond), 48, 90},
			{"four again", serving(4, 15*time.Millisecond), 6, 10},
			{"slower", serving(8, 60*time.Millisecond), 12, 24},
			{"faster", serving(8, 30*time.Millisecond), 12, 24},
		} {
			become(phase.behind)
			crowd{clients: 256, calls: 1, measure: 15 * time.Second}.ask(t, over)
			if limit := over.State().Limit; limit < phase.from || limit > phase.to {
				t.Errorf("%s: limit %d, want %d to %d", phase.name, limit, phase.from, phase.to)
			}
		}
	})
}

// TestKindsAreComparedAlone makes calls that take long by nature beside others. They
// don't count as a service that is slow.
func TestKindsAreComparedAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		over := over(128, network(func(r *http.Request) (*http.Response, error) {
			time.Sleep(5 * time.Millisecond)
			if r.URL.Path == "/long" {
				time.Sleep(135 * time.Millisecond)
			}
			return good.RoundTrip(r)
		}))
		var wg sync.WaitGroup
		end := time.Now().Add(5 * time.Second)
		for i := range 64 {
			path := []string{"/", "/long"}[i%2]
			wg.Go(func() {
				for time.Now().Before(end) {
					if _, err := call(context.Background(), over, http.MethodGet, path); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if limit := over.State().Limit; limit < 64 {
			t.Errorf("limit %d", limit)
		}
	})
}

// TestLimitSinksWithoutAQueue: after a service was fast, the limit has room for more
// clients than there are. When it becomes slow nobody waits at the gate, and the limit
// has to come down all the same.
func TestLimitSinksWithoutAQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := answering(time.Millisecond)
		over := over(128, func(r *http.Request) (*http.Response, error) { return now(r) })
		few := crowd{clients: 2, calls: 1, measure: time.Second}
		few.ask(t, over)
		crowd{clients: 128, calls: 1, measure: 3 * time.Second}.ask(t, over)
		if got := over.State().Limit; got < 64 {
			t.Fatalf("the limit of a fast service is %d", got)
		}
		now = serving(4, 15*time.Millisecond)
		crowd{clients: 48, calls: 1, measure: 5 * time.Second}.ask(t, over)
		if got := over.State().Limit; got > 24 {
			t.Errorf("the limit of a service of four calls at a time is %d", got)
		}
	})
}

// TestBurstsTeachNothing: calls that begin alone and are soon among many may take long,
// but not because the service does.
func TestBurstsTeachNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		behind := serving(4, 15*time.Millisecond)
		var slow atomic.Int32
		over := over(128, func(r *http.Request) (*http.Response, error) {
			if slow.Add(-1) >= 0 {
				time.Sleep(45 * time.Millisecond)
			}
			return behind(r)
		})
		crowd{clients: 4, calls: 1, measure: time.Second}.ask(t, over)
		for range 10 {
			slow.Store(4)
			calls(t, over, 8)
		}
		crowd{clients: 64, calls: 1, measure: 3 * time.Second}.ask(t, over)
		if limit := over.State().Limit; limit > 10 {
			t.Errorf("limit %d", limit)
		}
	})
}

// TestCrowdsAreRemembered: those who were told to come again in a second are no burst.
func TestCrowdsAreRemembered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		over := over(128, serving(4, 15*time.Millisecond))
		all := crowd{clients: 64, calls: 1, measure: 2 * time.Second}
		all.ask(t, over)
		time.Sleep(time.Second)
		all.measure = 100 * time.Millisecond
		if got := all.ask(t, over); got.p99 > 100*time.Millisecond || got.refused == 0 {
			t.Errorf("a second later: %+v", got)
		}
		time.Sleep(time.Minute)
		all.measure = time.Nanosecond
		if got := all.ask(t, over); got.refused > 0 {
			t.Errorf("a minute later: %+v", got)
		}
	})
}

// TestFartherAway: a service that takes its time from now on, however many ask, isn't
// taken for one that has too much to do.
func TestFartherAway(t *testing.T) {
	t.Parallel()
	type phase struct{ away, measure time.Duration }
	for name, phases := range map[string][]phase{
		"soon":     {{200 * time.Microsecond, 300 * time.Millisecond}, {50 * time.Millisecond, 2 * time.Second}},
		"later":    {{time.Millisecond, 2 * time.Second}, {50 * time.Millisecond, 2 * time.Second}},
		"in steps": {{200 * time.Microsecond, 2 * time.Second}, {5 * time.Millisecond, 2 * time.Second}, {50 * time.Millisecond, 2 * time.Second}},
	} {
		for _, clients := range []int{16, 64} {
			t.Run(fmt.Sprintf("%s, %d clients", name, clients), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var now network
					over := over(128, func(r *http.Request) (*http.Response, error) { return now(r) })
					for _, p := range phases {
						now = answering(p.away)
						if got := (crowd{clients: clients, calls: 3, measure: p.measure}).ask(t, over); got.refused > 0 {
							t.Errorf("%v away: %+v, limit %d", p.away, got, over.State().Limit)
						}
					}
				})
			})
		}
	}
}

// TestCrowdIsBorne has a crowd refused, and changes the service then to one that bears
// the crowd: soon nobody is refused any more.
func TestCrowdIsBorne(t *testing.T) {
	t.Parallel()
	for _, away := range []time.Duration{15 * time.Millisecond, 50 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			now := serving(4, 15*time.Millisecond)
			over := over(128, func(r *http.Request) (*http.Response, error) { return now(r) })
			all := crowd{clients: 64, calls: 1, measure: 3 * time.Second, patience: time.Second}
			if got := all.ask(t, over); got.refused == 0 {
				t.Fatalf("before: %+v", got)
			}
			now, all.settle = answering(away), 1500*time.Millisecond
			if got := all.ask(t, over); got.refused > 0 {
				t.Errorf("%v away: %+v, limit %d", away, got, over.State().Limit)
			}
		})
	}
}

// TestProbeInABusyMoment has the processor stall the last calls of a probe, which
// tells nothing of how long calls usually take.
func TestProbeInABusyMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		behind := serving(4, 15*time.Millisecond)
		var through *upstream.Transport
		var probed atomic.Int64
		var begun time.Time
		through = over(128, func(r *http.Request) (*http.Response, error) {
			response, err := behind(r)
			if time.Since(begun) > 5*time.Second && through.State().Limit == 4 && probed.Add(1) > 12 {
				time.Sleep(200 * time.Millisecond)
			}
			return response, err
		})
		begun = time.Now()
		crowd{clients: 64, calls: 1, measure: 14 * time.Second, patience: time.Second}.ask(t, through)
		if limit := through.State().Limit; probed.Load() < 16 || limit > 12 {
			t.Errorf("%d calls in a probe, and the limit is %d", probed.Load(), limit)
		}
	})
}
