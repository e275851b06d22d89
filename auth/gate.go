package auth

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/semaphore"
	"golang.org/x/time/rate"
)

const (
	// DefaultForgeriesPerSecond is the default of Config's ForgeriesPerSecond: at 1.3 ms for a signature of P-384,
	// both kinds of networks together take 5 % of a CPU's time.
	DefaultForgeriesPerSecond = 20

	// allowance and allowanceInterval say how many forgeries make an offender of a network, and how soon one is
	// forgotten. A client that does nothing wrong sends none at all.
	allowance         = 5
	allowanceInterval = 10 * time.Second

	// maxOffenders bounds the memory that networks take.
	maxOffenders = 10_000

	// maxWait bounds how long a token is held for the sake of the pace, and so, by the pace, how many are.
	maxWait = 5 * time.Second

	// refusalDelay is after how long a token is refused for which the wait would be longer. It slows down who sends the
	// next one as soon as the last is answered.
	refusalDelay = time.Second

	// placesPerCPU bounds how many tokens wait for a slot, for each CPU: over a second's worth of P-384. As many again are
	// held or on their way to a refusal.
	placesPerCPU = 1024
)

// errBusy is an ErrUnavailable for a token whose signature wasn't checked.
var errBusy = fmt.Errorf("%w: too many signatures to check", ErrUnavailable)

// gate bounds what checks of signatures cost. One takes a millisecond of CPU, and anybody can make up tokens that need
// one; but only Logto can make good ones, and few of them. So it is not the checks that are counted but the forgeries
// they find, by network.
//
// The tokens of a network that sends few are let through, as long as all such networks together don't send many. Those
// of the others are checked at an even pace, in the order in which they came. So whoever sends forgeries is in nobody
// else's way, and waits the longer the more of them he sends. A good token from his own network waits with them, but
// needs to pass only once.
type gate struct {
	network func(context.Context) string

	slots   *semaphore.Weighted // One for each check in flight.
	places  int64               // Bounds waiting and held, each by itself.
	waiting atomic.Int64        // Those that wait for a slot.
	held    atomic.Int64        // Those that wait for the sake of the pace.
	flying  atomic.Int64        // Those that are being checked.

	allowances *lru.Cache[string, *rate.Limiter] // By network: the forgeries that it may still send. Full if missing.
	unpaced    *rate.Limiter                     // The forgeries that networks within their allowance may still send.
	paced      *rate.Limiter                     // The checks for everybody else.

	checked, failed, refused atomic.Uint64
}

func newGate(forgeriesPerSecond int, network func(context.Context) string) *gate {
	allowances, err := lru.New[string, *rate.Limiter](maxOffenders)
	if err != nil {
		panic(err) // The size is positive.
	}
	cpus := runtime.GOMAXPROCS(0)
	pace := forgeriesPerSecond * cpus
	return &gate{
		network: network,
		// Half of the CPUs, so that the others are there for requests whose token is known.
		slots: semaphore.NewWeighted(int64(max(1, cpus/2))), places: int64(placesPerCPU * cpus),
		allowances: allowances,
		unpaced:    rate.NewLimiter(rate.Limit(pace), pace), paced: rate.NewLimiter(rate.Limit(pace), pace),
	}
}

// pass runs check when its turn comes, unless it refuses to. A token that is known was good before: it is neither paced
// nor refused.
func (g *gate) pass(ctx context.Context, known bool, check func() error) error {
	network, paced := g.network(ctx), false
	for {
		if !known && !paced && !g.letsThrough(network) {
			if err := g.awaitPace(ctx); err != nil {
				return err
			}
			paced = true
		}
		if err := g.awaitSlot(ctx, known); err != nil {
			return err
		}
		// Meanwhile those that were before it in the queue may have turned out to be forgeries.
		if known || paced || g.letsThrough(network) {
			break
		}
		g.slots.Release(1)
	}
	defer g.slots.Release(1)

	g.flying.Add(1)
	defer g.flying.Add(-1)
	g.checked.Add(1)
	err := check()
	if err != nil {
		g.failed.Add(1)
		g.blame(network, paced)
	}
	return err
}

// letsThrough reports whether a token from a network may be checked without regard to the pace.
func (g *gate) letsThrough(network string) bool {
	if own, ok := g.allowances.Get(network); ok && own.Tokens() < 1 {
		return false
	}
	return g.unpaced.Tokens() >= 1
}

// awaitSlot waits for a slot, first come, first served.
func (g *gate) awaitSlot(ctx context.Context, known bool) error {
	defer g.waiting.Add(-1)
	if g.waiting.Add(1) > g.places && !known {
		return g.refuse()
	}
	if err := g.slots.Acquire(ctx, 1); err != nil {
		return gaveUp(err)
	}
	return nil
}

// awaitPace waits until one more token may be checked that is not let through.
func (g *gate) awaitPace(ctx context.Context) error {
	defer g.held.Add(-1)
	if g.held.Add(1) > g.places {
		return g.refuse()
	}
	waiting, cancel := context.WithTimeout(ctx, maxWait)
	defer cancel()
	// It returns at once if the turn won't come in time.
	if g.paced.Wait(waiting) == nil {
		return nil
	}
	select {
	case <-time.After(refusalDelay):
		return g.refuse()
	case <-ctx.Done():
		return gaveUp(ctx.Err())
	}
}

func (g *gate) refuse() error {
	g.refused.Add(1)
	return errBusy
}

// blame counts a forgery. A paced one was counted before.
func (g *gate) blame(network string, paced bool) {
	if !paced {
		g.unpaced.Reserve() // Those in flight together may overdraw it.
	}
	own := rate.NewLimiter(rate.Every(allowanceInterval), allowance)
	if before, ok, _ := g.allowances.PeekOrAdd(network, own); ok {
		own = before
	}
	// An allowance is never overdrawn, so that a network is forgiven soon.
	own.Allow()
}
