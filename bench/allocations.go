package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// allocations are a process's since its start.
type allocations struct {
	Objects uint64 `json:"objects"`
	Bytes   uint64 `json:"bytes"`
}

// per is the share of one of so many pages.
func (a allocations) per(pages int) allocations {
	n := uint64(max(pages, 1))
	return allocations{a.Objects / n, a.Bytes / n}
}

// allocationsPath is where a baseline tells what it has allocated.
const allocationsPath = "/bench/allocations"

// allocations asks a baseline what it has allocated.
func (p *process) allocations(ctx context.Context) (told allocations, err error) {
	answer, err := askOnce(ctx, p.address, get(allocationsPath, ""))
	if err != nil {
		return allocations{}, err
	}
	return told, json.Unmarshal(answer.body, &told)
}

// serverAllocations are those of one-call and three-call for a page, by name. A server
// of its own has them counted, since only metrics tell, and these cost something.
func (b *bench) serverAllocations(ctx context.Context) (map[string]allocations, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	server, err := b.processes.startServer(b.landscape.Env, "METRICS_ADDR="+address)
	if err != nil {
		return nil, err
	}
	defer server.end()
	result := map[string]allocations{}
	for name, document := range map[string]string{"one-call": oneCall, "three-call": threeCall} {
		c, err := b.asking(ctx, server, name, document, typical)
		if err != nil {
			return nil, err
		}
		c.allocations = func(ctx context.Context) (allocations, error) { return scrape(ctx, "http://"+address+"/metrics") }
		l, err := connect(ctx, c, usualClients)
		if err != nil {
			return nil, err
		}
		entries, err := compare(ctx, []*load{l}, 1, b.turn)
		l.close()
		if err != nil {
			return nil, err
		}
		result[name] = entries[0].allocated.per(entries[0].pages())
	}
	return result, nil
}

// scrape finds the allocations among metrics in Prometheus's text format.
func scrape(ctx context.Context, address string) (allocations, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return allocations{}, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return allocations{}, err
	}
	defer response.Body.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(response.Body); err != nil {
		return allocations{}, err
	}
	found := map[string]float64{}
	for line := range bytes.Lines(text.Bytes()) {
		if name, value, ok := bytes.Cut(bytes.TrimSpace(line), []byte(" ")); ok {
			found[string(name)], _ = strconv.ParseFloat(string(value), 64) // What is no number isn't asked for.
		}
	}
	objects, bytesTotal := found["go_memstats_mallocs_total"], found["go_memstats_alloc_bytes_total"]
	if objects == 0 || bytesTotal == 0 {
		return allocations{}, fmt.Errorf("%s tells no allocations", address)
	}
	return allocations{Objects: uint64(objects), Bytes: uint64(bytesTotal)}, nil
}
