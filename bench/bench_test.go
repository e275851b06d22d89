package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestMain lets this test's program be the children that it starts.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == roleArgument {
		main()
		return
	}
	os.Exit(m.Run())
}

// tiny is a plan of a few requests.
func tiny() plan { return plan{turn: 5 * time.Millisecond, rounds: 2, clients: []int{4, 16, 32}} }

// TestBench runs everything, so that the program is built only once.
func TestBench(t *testing.T) {
	t.Parallel()
	var document, parts strings.Builder
	err := withBench(t.Context(), tiny(), &document, t.Output(), func(b *bench, ctx context.Context) error {
		if err := b.printJSON(ctx); err != nil {
			return err
		}
		b.stdout = &parts
		return b.runParts(ctx, "")
	})
	if err != nil {
		t.Fatal(err)
	}
	checkJSON(t, document.String())
	for _, want := range []string{
		"one-call", "rest-parallel", "against one call, at 50 ms", "by GOMAXPROCS", "\n  32 ", manyTokens, "three-call by clients, the upstream serving 4",
		"1-call `me` against ReverseProxy", "3-call query against", "verified-token cache", "p50 of the 3-call query", "start to first answer",
	} {
		if !strings.Contains(parts.String(), want) {
			t.Errorf("the output lacks %q:\n%s", want, &parts)
		}
	}
}

func checkJSON(t *testing.T, text string) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	var document struct{ Rows []map[string]any }
	if err := decoder.Decode(&document); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		t.Errorf("there is more than one object: %s", text)
	}
	var names []string
	for _, row := range document.Rows {
		name, _ := row["name"].(string)
		names = append(names, name)
		delete(row, "name")
		if diff := cmp.Diff([]string{"cpu_us", "p50_ms", "p99_ms", "ratio", "rps"}, slices.Sorted(maps.Keys(row))); diff != "" {
			t.Errorf("members of %s (-want +got):\n%s", name, diff)
		}
		for member, value := range row {
			// So short a run may be shorter than the unit of processor time.
			if n, ok := value.(float64); !ok || n < 0 || n == 0 && member != "cpu_us" {
				t.Errorf("%s of %s is %v", member, name, value)
			}
		}
	}
	want := []string{"one-call", "proxy", "three-call", "floor", "rest-in-a-row", "rest-parallel"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
}

func TestUnknownPart(t *testing.T) {
	t.Parallel()
	b := &bench{progress: io.Discard, stdout: io.Discard}
	if err := b.runParts(t.Context(), "nothing"); err == nil || !strings.Contains(err.Error(), "capacity") {
		t.Errorf("got %v, which doesn't name the parts", err)
	}
}

// TestChildrenEnd interrupts a benchmark while children run.
func TestChildrenEnd(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	p, err := newProcesses(ctx, t.Output())
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	var l landscape
	upstream, err := p.startSelf(&l, "upstream", "1")
	if err != nil {
		t.Fatal(err)
	}
	proxy, err := p.startBaseline("proxy", l.Address)
	if err != nil {
		t.Fatal(err)
	}
	interrupt()
	p.close()
	for _, address := range []string{l.Address, proxy.address} {
		if _, err := dial(t.Context(), address); err == nil {
			t.Errorf("%s still answers", address)
		}
	}
	for _, child := range []*process{upstream, proxy} {
		if p, err := os.FindProcess(child.pid); err == nil && p.Signal(os.Interrupt) == nil {
			t.Errorf("process %d still runs", child.pid)
		}
	}
}
