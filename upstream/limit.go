package upstream

import (
	"math"
	"time"
)

const (
	// minConcurrency is how many calls may be in flight at least. A Logto on two cores
	// was measured: its throughput is the same from four calls at a time on.
	minConcurrency = 4
	// firstLimit is the limit as long as nothing is known.
	firstLimit = 8
	// minSlowdown is by how much calls may slow each other down in any case. Where
	// calls take next to no time it is noise, and takes nobody's time either.
	minSlowdown = 15 * time.Millisecond
	// wakeUps is how often, about, a call that was let through waits until this process
	// goes on with it. Where the processor is busy these waits are not the service's.
	wakeUps = 2
	// windowTime is the time between two changes of the limit at least.
	windowTime = 100 * time.Millisecond
	// windowCalls is how many calls are enough to judge by, in any case.
	windowCalls = 32
	// probeAfter is how long the limit goes by what calls usually take without having
	// seen a quiet moment, and probeCalls the number of calls that such a moment takes.
	probeAfter = 10 * time.Second
	probeCalls = 16
)

// limit is the number of calls that may be in flight. Up to what a service bears,
// more calls at a time are answered in the same time; beyond it they wait for each
// other, inside of the service, and take longer. So the limit is moved to where calls
// take twice as long as when they are nearly alone: the service is busy then, and
// holds no more than another round of calls. It is raised only while calls wait for
// room, since nothing else tells that the service bears more.
//
// The adaptive limiter of failsafe-go v0.9.8 was measured first, over a service that
// serves four calls at a time in 15 ms, with a crowd before it: it compares times with
// their own average, which a crowd that stays spoils, so its limit wanders between 2
// and 33, and at 2 a fifth of the answers is lost.
//
// The gate's lock guards it.
type limit struct {
	least, most, current int

	// usual is how long calls of a kind take when at most minConcurrency of them are
	// in flight, and crowdedAt is when there were more at last.
	usual     map[string]time.Duration
	crowdedAt time.Time
	// quietAt is when one of these was seen last.
	quietAt time.Time
	// probes is how many calls are still to be made a few at a time, to see it again.
	probes int

	// windowAt is when the calls began at the earliest that are looked at now, calls
	// is how many have ended, and slowness is the sum of how long they took, in units
	// of what is tolerated.
	windowAt time.Time
	calls    int
	slowness float64
	// wanted tells that calls which had to wait began meanwhile.
	wanted bool

	crowd crowd
}

func newLimit(most int) limit {
	most = max(most, 1)
	now := time.Now()
	return limit{
		least: min(minConcurrency, most), most: most, current: min(firstLimit, most),
		usual: map[string]time.Duration{}, quietAt: now, windowAt: now,
	}
}

// now returns the limit.
func (l *limit) now() int {
	if l.probes > 0 {
		return l.least
	}
	return l.current
}

// queue returns how many requests may wait for their first call. A crowd that comes but
// once, or that the service bears, is gone after a moment. When it stays, those who wait
// longer are not served earlier, and the calls in flight keep the service busy.
func (l *limit) queue(now time.Time) int {
	if l.crowd.stays(now) {
		return max(2, l.current/4)
	}
	return max(64, 8*l.current)
}

// see is told how many calls are in flight, at every change before it becomes less.
func (l *limit) see(now time.Time, inFlight int) {
	if inFlight > l.least {
		l.crowdedAt = now
	}
}

// learn is told of a call that was answered.
func (l *limit) learn(now time.Time, kind string, p pass) {
	took := max(0, now.Sub(p.begun)-wakeUps*p.late)
	if p.beside <= l.least {
		l.learnUsual(now, kind, took, p.begun.After(l.crowdedAt))
	}
	usual, known := l.usual[kind]
	if !known || p.begun.Before(l.windowAt) || l.probes > 0 {
		return
	}
	l.calls++
	l.slowness += float64(took) / float64(max(2*usual, usual+minSlowdown))
	if l.calls >= min(l.current, windowCalls) && now.Sub(l.windowAt) >= windowTime {
		l.adjust(now)
		l.begin(now)
	}
}

// learnUsual is told of a call that was nearly alone when it began, and, if that was
// quiet, until it ended. A service that has become faster is believed at once, one that
// has become slower when many quiet calls say so: a few are slow for all kinds of
// reasons, such as a connection that had to be made first, or a busy processor while
// the limit is being probed.
func (l *limit) learnUsual(now time.Time, kind string, took time.Duration, quiet bool) {
	usual, known := l.usual[kind]
	switch {
	case !known:
		usual = took
	case took < usual:
		usual -= (usual - took) / 4
	case quiet && l.current == l.least: // It is no use to let in less.
		usual += (took - usual) / 4
	case quiet:
		usual += (min(took, 2*usual) - usual) / 16
	}
	l.usual[kind] = usual
	if !quiet {
		return
	}
	l.quietAt = now
	if l.probes > 0 {
		if l.probes--; l.probes == 0 {
			l.begin(now)
		}
	}
}

// begin opens the next window.
func (l *limit) begin(now time.Time) {
	l.windowAt, l.calls, l.slowness, l.wanted = now, 0, 0, false
}

// adjust moves the limit to where calls should take as long as is tolerated.
func (l *limit) adjust(now time.Time) {
	slowness := l.slowness / float64(l.calls)
	if !l.wanted && slowness <= 1 {
		return
	}
	factor := 1 / min(max(slowness, 0.5), 4)
	before := l.current
	l.current = min(max(int(math.Round(float64(before)*factor)), l.least), l.most)
	l.crowd.move(now, before, l.current)
	if now.Sub(l.quietAt) > probeAfter {
		l.probes = probeCalls
	}
}
