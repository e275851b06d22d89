//go:build unix

package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"accountql/config"
)

var search = flag.Duration("search", 0, "how long BenchmarkSearch looks for requests that cost more than those that are known")

// target is a server with its default limits, and an account that has much of
// everything.
type target struct {
	handler http.Handler
	header  http.Header
	sent    int
}

func newTarget(tb testing.TB) *target {
	tb.Helper()
	logto := newLogto(tb)
	upstream := httptest.NewServer(&memory{logto: logto})
	cfg, err := config.FromEnv(env(merged(serverEnv(logto), env{"LOGTO_ENDPOINT": upstream.URL, "LOG_LEVEL": "error", "PLAYGROUND": "true"})).get)
	if err != nil {
		tb.Fatal(err)
	}
	s, err := newServer(cfg, newLogger(cfg, newOutput()), time.Now, nil, telemetry{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		s.client.CloseIdleConnections()
		upstream.Close()
		if err := s.store.Close(); err != nil {
			tb.Error(err)
		}
	})
	id := logto.Account("alice").ID
	for i := range 100 {
		if status, _ := logto.Manage(http.MethodPost, "/api/users/"+id+"/personal-access-tokens", object{"name": fmt.Sprint("token ", i)}); status >= 300 {
			tb.Fatal(status)
		}
	}
	if status, _ := logto.Manage(http.MethodPatch, "/api/users/"+id+"/custom-data", object{"customData": object{"a": strings.Repeat("x", 10<<10)}}); status >= 300 {
		tb.Fatal(status)
	}
	for range 48 {
		if _, err := logto.SignIn("alice", ""); err != nil {
			tb.Fatal(err)
		}
	}
	t := &target{handler: s.handler, header: bearer(logto.AccessToken(id))}
	t.ask(request("{ me { name } accountSettings { mfaRequired } }", "{}")) // Loads what is the tenant's, and Logto's keys.
	return t
}

// ask sends a body, its document in a text that is new to the server.
func (t *target) ask(body string) *httptest.ResponseRecorder {
	t.sent++
	body = strings.Replace(body, `{"query":"`, `{"query":"`+strings.Repeat(" ", t.sent%997), 1)
	request := httptest.NewRequestWithContext(context.Background(), http.MethodPost, "/graphql", strings.NewReader(body))
	request.Header, request.RemoteAddr = t.header, "127.0.0.1:1"
	answer := httptest.NewRecorder()
	t.handler.ServeHTTP(answer, request)
	return answer
}

// cost is what a request takes of the processors' time, Logto's share included,
// at the best of some tries.
func (t *target) cost(body string, tries int) time.Duration {
	least := time.Hour
	for range tries {
		before := processorTime()
		t.ask(body)
		least = min(least, processorTime()-before)
	}
	return least
}

func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// TestWorstDocuments holds the costliest requests that are known to a number of
// allocations, which, unlike time, is the same everywhere. Whatever compares all
// with all takes many more. It isn't parallel, lest it counts those of others.
func TestWorstDocuments(t *testing.T) {
	const most = 300_000
	target := newTarget(t)
	for _, f := range families() {
		body := f.body(f.worst)
		if answer := target.ask(body); strings.Contains(answer.Body.String(), "LIMIT_EXCEEDED") && !strings.Contains(answer.Body.String(), "There are more errors") {
			t.Errorf("%s: a limit refuses it: %s", f.name, answer.Body)
		}
		if allocations := testing.AllocsPerRun(1, func() { target.ask(body) }); allocations > most {
			t.Errorf("%s: %.0f allocations", f.name, allocations)
		}
	}
}

// BenchmarkWorstDocument measures them: cpu-ms/op is what a request takes of the
// processors' time. Each begins with the same account: what one writes, the next
// would have to read.
func BenchmarkWorstDocument(b *testing.B) {
	for _, f := range families() {
		b.Run(strings.ReplaceAll(f.name, " ", "-"), func(b *testing.B) {
			target, body := newTarget(b), f.body(f.worst)
			before := processorTime()
			for b.Loop() {
				target.ask(body)
			}
			b.ReportMetric((processorTime()-before).Seconds()*1000/float64(b.N), "cpu-ms/op")
		})
	}
}

// BenchmarkSearch looks for costlier ones, and prints the numbers of the costliest
// of each family:
//
//	go test -run '^$' -bench Search -benchtime 1x -search 10m .
func BenchmarkSearch(b *testing.B) {
	for _, f := range families() {
		b.Run(strings.ReplaceAll(f.name, " ", "-"), func(b *testing.B) {
			numbers, cost := f.climb(newTarget(b), *search/time.Duration(len(families())))
			b.ReportMetric(cost.Seconds()*1000, "cpu-ms/op")
			b.Log(numbers)
		})
	}
}

// climb starts from the worst that is known and goes on to what is worse, by one
// number at a time or, so that it doesn't stay below a summit, by all of them.
func (f family) climb(target *target, limit time.Duration) (best []int, most time.Duration) {
	random := rand.New(rand.NewPCG(1, 2))
	best, most = f.worst, target.cost(f.body(f.worst), 5)
	for begun := time.Now(); time.Since(begun) < limit; {
		n := slices.Clone(best)
		if i := random.IntN(len(n)); random.IntN(4) > 0 {
			n[i] = []int{random.IntN(f.most[i] + 1), min(f.most[i], n[i]+1+n[i]/8), max(0, n[i]-1-n[i]/8)}[random.IntN(3)]
		} else {
			for i, most := range f.most { // Small numbers as often as large ones.
				n[i] = int(float64(most+1) * random.Float64() * random.Float64())
			}
		}
		body := f.body(n)
		if target.cost(body, 1) <= most {
			continue
		}
		if cost := target.cost(body, 5); cost > most {
			best, most = n, cost
		}
	}
	return best, most
}
