package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// row is a contender's line of the comparison.
type row struct {
	Name  string  `json:"name"`
	RPS   float64 `json:"rps"`
	P50   float64 `json:"p50_ms"`
	P99   float64 `json:"p99_ms"`
	CPU   float64 `json:"cpu_us"`
	Ratio float64 `json:"ratio"`

	against    string
	entry      *entry
	idle, peak int64 // Bytes of memory, before the first round and at most; 0 of the clients.
}

// comparePages compares the six contenders, 16 clients each, the upstream answering
// at once.
func (b *bench) comparePages(ctx context.Context) ([]row, error) {
	server, err := b.processes.startServer(b.landscape.Env)
	if err != nil {
		return nil, err
	}
	defer server.end()
	proxy, err := b.processes.startBaseline("proxy", b.landscape.Address)
	if err != nil {
		return nil, err
	}
	defer proxy.end()
	floor, err := b.processes.startBaseline("floor", b.landscape.Address)
	if err != nil {
		return nil, err
	}
	defer floor.end()
	contenders, err := b.contenders(ctx, server, proxy, floor)
	if err != nil {
		return nil, err
	}
	idle := map[int]int64{}
	for _, child := range []*process{server, proxy, floor} {
		idle[child.pid] = usageOf(child.pid).resident
	}
	loads, err := connectAll(ctx, contenders)
	if err != nil {
		return nil, err
	}
	defer closeAll(loads)
	if _, err := compare(ctx, loads, 1, b.turn); err != nil { // Warms up.
		return nil, err
	}
	entries, err := compare(ctx, loads, b.rounds, b.turn)
	if err != nil {
		return nil, err
	}
	return rowsOf(entries, idle), nil
}

// rowsOf makes a row of each entry, idle being the memory of the processes before.
func rowsOf(entries []*entry, idle map[int]int64) []row {
	against := map[string]string{
		"one-call": "proxy", "three-call": "floor", "rest-in-a-row": "three-call", "rest-parallel": "three-call",
	}
	byName := map[string]*entry{}
	for _, e := range entries {
		byName[e.load.contender.name] = e
	}
	var rows []row
	for _, e := range entries {
		name, pid := e.load.contender.name, e.load.contender.pid
		r := row{
			Name: name, RPS: e.rps(), P50: inMilliseconds(e.percentile(50)), P99: inMilliseconds(e.percentile(99)),
			CPU: float64(e.cpuPerPage()) / float64(time.Microsecond), Ratio: 1, against: against[name], entry: e, idle: idle[pid],
		}
		if r.idle > 0 {
			r.peak = usageOf(pid).peak
		}
		if other := byName[against[name]]; other != nil {
			r.Ratio = e.ratio(other)
		}
		rows = append(rows, r)
	}
	return rows
}

// connectAll connects the usual number of clients to each contender.
func connectAll(ctx context.Context, contenders []contender) (loads []*load, err error) {
	for _, c := range contenders {
		l, err := connect(ctx, c, usualClients)
		if err != nil {
			closeAll(loads)
			return nil, err
		}
		loads = append(loads, l)
	}
	return loads, nil
}

func closeAll(loads []*load) {
	for _, l := range loads {
		l.close()
	}
}

// printJSON prints the comparison for programs.
func (b *bench) printJSON(ctx context.Context) error {
	rows, err := b.comparePages(ctx)
	if err != nil {
		return err
	}
	return json.NewEncoder(b.stdout).Encode(map[string][]row{"rows": rows})
}

func (b *bench) printPage(ctx context.Context) error {
	rows, err := b.comparePages(ctx)
	if err != nil {
		return err
	}
	allocated, err := b.serverAllocations(ctx)
	if err != nil {
		return err
	}
	t := newTable(fmt.Sprintf("Pages, %d clients, upstream without delay", usualClients),
		"", "ratio", "against", "pages/s", "p50 ms", "p99 ms", "CPU µs", "allocs", "kB", "idle MiB", "peak MiB")
	for _, r := range rows {
		each, known := allocated[r.Name]
		if r.entry.load.contender.allocations != nil {
			each, known = r.entry.allocated.per(r.entry.pages()), true
		}
		objects, size := unknown, unknown
		if known {
			objects, size = fmt.Sprint(each.Objects), fmt.Sprintf("%.1f", float64(each.Bytes)/1024)
		}
		t.add(r.Name, ratio(r.Ratio), r.against, whole(r.RPS), fmt.Sprintf("%.2f", r.P50), fmt.Sprintf("%.2f", r.P99),
			microseconds(r.entry.cpuPerPage()), objects, size, mebibytes(r.idle), mebibytes(r.peak))
		switch r.Name {
		case "one-call":
			b.targets.add("1-call `me` against ReverseProxy", "0.75 or more", ratio(r.Ratio), r.Ratio >= 0.75)
		case "three-call":
			b.targets.add("3-call query against the plain handler with the same three calls", "0.80 or more", ratio(r.Ratio), r.Ratio >= 0.80)
		}
	}
	t.print(b.stdout)
	return nil
}
