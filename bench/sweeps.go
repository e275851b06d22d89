package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"time"
)

// behave sets how long calls of the upstream take: a delay for each, and then the
// service time in one of so many slots, 0 for as many as are asked for.
func (b *bench) behave(ctx context.Context, delay time.Duration, slots int, service time.Duration) error {
	answer, err := askOnce(ctx, b.landscape.Address, post(conductPath, "", conductBody(delay, slots, service)))
	if err == nil && answer.status != 200 {
		err = fmt.Errorf("status %d", answer.status)
	}
	return err
}

// printDelays shows what is waited for, when Logto is what takes the time: one
// delay, however many calls, if none waits for another.
func (b *bench) printDelays(ctx context.Context) error {
	server, err := b.processes.startServer(b.landscape.Env)
	if err != nil {
		return err
	}
	defer server.end()
	contenders, err := b.delayed(ctx, server)
	if err != nil {
		return err
	}
	loads, err := connectAll(ctx, contenders)
	if err != nil {
		return err
	}
	defer closeAll(loads)
	t := newTable(fmt.Sprintf("p50 in ms by the upstream's delay, %d clients", usualClients), "", "0 ms", "5 ms", "50 ms", "against one call, at 50 ms")
	cells := make([][]string, len(loads))
	var last []*entry
	for _, delay := range []time.Duration{0, 5 * time.Millisecond, 50 * time.Millisecond} {
		if err := b.behave(ctx, delay, 0, 0); err != nil {
			return err
		}
		for _, l := range loads {
			l.spread = delay
		}
		if last, err = compare(ctx, loads, b.rounds, b.turn/4+delay); err != nil {
			return err
		}
		for i, e := range last {
			cells[i] = append(cells[i], milliseconds(e.percentile(50)))
		}
	}
	for i, e := range last {
		against := e.waiting(last[0])
		t.add(slices.Concat([]string{e.load.contender.name}, cells[i], []string{fmt.Sprintf("%.3f", against)})...)
		if e.load.contender.name == "three-call" {
			b.targets.add("p50 of the 3-call query at 50 ms, over one call's", "at most 1.06", fmt.Sprintf("%.3f", against), against <= 1.06)
		}
	}
	t.print(b.stdout)
	return b.behave(ctx, 0, 0, 0)
}

// delayed are the contenders whose waiting is compared. The first one is a single
// call without anybody between.
func (b *bench) delayed(ctx context.Context, server *process) ([]contender, error) {
	calls, err := b.calls(ctx)
	if err != nil {
		return nil, err
	}
	contenders := []contender{
		b.calling("one call by REST", b.landscape.Address, calls[0]),
		b.calling("rest-in-a-row", b.landscape.Address, calls...),
		b.calling("rest-parallel", b.landscape.Address, calls...),
	}
	contenders[2].parallel = true
	for _, ask := range []struct{ name, document string }{{"one-call", oneCall}, {"three-call", threeCall}} {
		c, err := b.asking(ctx, server, ask.name, ask.document, typical)
		if err != nil {
			return nil, err
		}
		contenders = append(contenders, c)
	}
	return contenders, nil
}

// printCores shows throughput by the processors that the server may use.
func (b *bench) printCores(ctx context.Context) error {
	all := runtime.NumCPU()
	var loads []*load
	defer func() { closeAll(loads) }()
	var cores []int
	for n := 1; n <= all; n = max(n+1, min(2*n, all)) {
		cores = append(cores, n)
		server, err := b.processes.startServer(b.landscape.Env, fmt.Sprint("GOMAXPROCS=", n))
		if err != nil {
			return err
		}
		defer server.end()
		c, err := b.asking(ctx, server, "three-call", threeCall, typical)
		if err != nil {
			return err
		}
		connected, err := connectAll(ctx, []contender{c})
		if err != nil {
			return err
		}
		connected[0].mayRefuse = true
		loads = append(loads, connected...)
	}
	entries, err := compare(ctx, loads, 3, b.turn)
	if err != nil {
		return err
	}
	t := newTable(fmt.Sprintf("Three-call by GOMAXPROCS of the server, %d clients", usualClients), "", "pages/s", "against 1", "p50 ms", "p99 ms", "CPU µs", "refused")
	for i, e := range entries {
		t.add(fmt.Sprint(cores[i]), whole(e.rps()), ratio(e.ratio(entries[0])), milliseconds(e.percentile(50)), milliseconds(e.percentile(99)),
			microseconds(e.cpuPerPage()), fmt.Sprint(e.refused()))
	}
	t.note("Clients and upstream share these %d processors with it.", all)
	t.print(b.stdout)
	return nil
}

// printClients shows throughput, waiting and memory by the number of clients.
func (b *bench) printClients(ctx context.Context) error {
	server, err := b.processes.startServer(b.landscape.Env)
	if err != nil {
		return err
	}
	defer server.end()
	c, err := b.asking(ctx, server, "three-call", threeCall, typical)
	if err != nil {
		return err
	}
	t := newTable("Three-call by clients, each with a token of its own", "", "pages/s", "p50 ms", "p99 ms", "CPU µs", "refused", "peak MiB")
	for _, clients := range b.clients {
		l, err := connect(ctx, c, clients)
		if err != nil {
			return err
		}
		l.mayRefuse = true
		entries, err := compare(ctx, []*load{l}, 2, b.turn)
		l.close()
		if err != nil {
			return err
		}
		e := entries[0]
		t.add(fmt.Sprint(clients), whole(e.rps()), milliseconds(e.percentile(50)), milliseconds(e.percentile(99)), microseconds(e.cpuPerPage()),
			fmt.Sprint(e.refused()), mebibytes(usageOf(server.pid).peak))
	}
	t.print(b.stdout)
	if peak := usageOf(server.pid).peak; peak > 0 {
		b.targets.add(fmt.Sprintf("peak memory with %d clients", slices.Max(b.clients)), "under 128 MiB", mebibytes(peak)+" MiB", peak < 128<<20)
	}
	return nil
}

// printSizes shows throughput by what an account has.
func (b *bench) printSizes(ctx context.Context) error {
	server, err := b.processes.startServer(b.landscape.Env)
	if err != nil {
		return err
	}
	defer server.end()
	var contenders []contender
	for _, ask := range []struct{ name, document, who string }{
		{noTokens, threeCall, noTokens},
		{tenTokens, threeCall, tenTokens},
		{manyTokens, threeCall, manyTokens},
		{largeCustom + ", not asked for", threeCallWithoutData, largeCustom},
		{largeCustom, threeCall, largeCustom},
	} {
		c, err := b.asking(ctx, server, ask.name, ask.document, ask.who)
		if err != nil {
			return err
		}
		contenders = append(contenders, c)
	}
	loads, err := connectAll(ctx, contenders)
	if err != nil {
		return err
	}
	defer closeAll(loads)
	for _, l := range loads {
		l.mayRefuse = true
	}
	entries, err := compare(ctx, loads, 2, b.turn)
	if err != nil {
		return err
	}
	t := newTable(fmt.Sprintf("Three-call by what the account has, %d clients", usualClients), "", "pages/s", "p50 ms", "p99 ms", "CPU µs", "refused")
	for _, e := range entries {
		t.add(e.load.contender.name, whole(e.rps()), milliseconds(e.percentile(50)), milliseconds(e.percentile(99)), microseconds(e.cpuPerPage()),
			fmt.Sprint(e.refused()))
	}
	t.note("Peak memory of the server: %s MiB.", mebibytes(usageOf(server.pid).peak))
	t.print(b.stdout)
	return nil
}
