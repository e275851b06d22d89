package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// A Logto of fixed capacity, as one was measured on two cores: more than four calls
// at a time only wait longer, for one another.
const (
	capacitySlots   = 4
	capacityService = 15 * time.Millisecond
)

// crowd is a contender and how it does under growing numbers of clients.
type crowd struct {
	contender contender
	calls     int  // Of the Management API, for a page.
	aimed     bool // There are targets for it.
	entries   []*entry
}

// printCapacity asks more and more of a Logto of fixed capacity. What comes of it
// shall stay as it was: pages per second, and the time to wait for one.
func (b *bench) printCapacity(ctx context.Context) error {
	server, err := b.processes.startServer(b.landscape.Env)
	if err != nil {
		return err
	}
	defer server.end()
	calls, err := b.calls(ctx)
	if err != nil {
		return err
	}
	one, err := b.asking(ctx, server, "one-call", oneCall, typical)
	if err != nil {
		return err
	}
	three, err := b.asking(ctx, server, "three-call", threeCall, typical)
	if err != nil {
		return err
	}
	clients := slices.DeleteFunc(slices.Clone(b.clients), func(n int) bool { return n < 4 || n == usualClients })
	for _, crowd := range []crowd{
		{contender: b.calling("one call by REST, without a bound", b.landscape.Address, calls[0]), calls: 1},
		{contender: one, calls: 1, aimed: true},
		{contender: three, calls: 3, aimed: true},
	} {
		if crowd.entries, err = b.measure(ctx, crowd.contender, clients); err != nil {
			return err
		}
		b.report(crowd, clients)
	}
	return nil
}

// measure measures a contender under each number of clients.
func (b *bench) measure(ctx context.Context, c contender, clients []int) (entries []*entry, err error) {
	all, err := connect(ctx, c, slices.Max(clients))
	if err != nil {
		return nil, err
	}
	defer all.close()
	// A thousand new tokens take a second or two of the processor, once a minute.
	known := &load{contender: c, clients: all.clients, mayRefuse: true}
	if _, err := known.run(ctx, 3*b.turn); err != nil {
		return nil, err
	}
	if err := b.behave(ctx, 0, capacitySlots, capacityService); err != nil {
		return nil, err
	}
	for _, n := range clients {
		some := &load{contender: c, clients: all.clients[:n], mayRefuse: true}
		// The limiter learns first what Logto can do, and that the crowd stays.
		if _, err := some.run(ctx, 3*b.turn); err != nil {
			return nil, err
		}
		measured, err := compare(ctx, []*load{some}, 1, 4*b.turn)
		if err != nil {
			return nil, err
		}
		entries = append(entries, measured...)
	}
	return entries, b.behave(ctx, 0, 0, 0)
}

func (b *bench) report(c crowd, clients []int) {
	best := slices.MaxFunc(c.entries, func(a, b *entry) int { return cmp.Compare(a.rps(), b.rps()) }).rps()
	few := c.entries[0].percentile(99)
	name := c.contender.name
	t := newTable(fmt.Sprintf("%s by clients, the upstream serving %d calls at a time in %s", name, capacitySlots, capacityService),
		"", "pages/s", "of the best", "p50 ms", "p99 ms", "against few", "refused/s")
	worst, slowest := 1.0, 1.0
	for i, e := range c.entries {
		good, slow := e.rps()/best, float64(e.percentile(99))/float64(few)
		slowest = max(slowest, slow)
		// Fewer can't keep the upstream busy.
		if clients[i]*c.calls > capacitySlots {
			worst = min(worst, good)
		}
		t.add(fmt.Sprint(clients[i]), whole(e.rps()), ratio(good), milliseconds(e.percentile(50)), milliseconds(e.percentile(99)), ratio(slow),
			whole(float64(e.refused())/e.samples[0].elapsed.Seconds()))
	}
	t.print(b.stdout)
	if c.aimed {
		b.targets.add(name+" from a Logto of fixed capacity: goodput, of the best", "0.95 or more", ratio(worst), worst >= 0.95)
		b.targets.add(name+" from a Logto of fixed capacity: p99, against few clients", "under 5", ratio(slowest), slowest < 5)
	}
}
