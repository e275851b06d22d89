//go:build soak

package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"accountql/store/redistest"
)

var soakTime = flag.Duration("soak", 10*time.Minute, "how long the soak lasts")

// TestSoak has 32 clients do all that there is to do, while Logto fails in all its
// ways and Redis is killed. Then the server holds what it held before: as many
// goroutines and open files, and no more memory than after the first tenth.
func TestSoak(t *testing.T) {
	// Each client keeps its connection. New ones for all requests would use up the ports.
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = soakClients
	s := startSoak(t)
	for i := range s.kinds {
		s.try(s.newClient(), s.kinds[i])
	}
	started := s.settled()
	s.run(*soakTime / 10)
	warm := s.await("goroutines and files come back to the start's", func(f figures) bool {
		return f.goroutines <= started.goroutines && f.files <= started.files
	})
	s.run(*soakTime - *soakTime/10)
	s.report()
	// Some of it is caches that fill, and what the next collection takes.
	bound := warm.heap + warm.heap/2 + 8<<20
	ended := s.await(fmt.Sprintf("goroutines and files come back to the start's, and memory to %d bytes", bound), func(f figures) bool {
		return f.goroutines <= started.goroutines && f.files <= started.files && f.heap <= bound
	})
	t.Logf("\nstart %v\nwarm  %v\nend   %v", started, warm, ended)
	if panics := regexp.MustCompile(`(?m)^.*(panic|DATA RACE).*$`).FindAllString(s.server.stderr.String(), 3); len(panics) > 0 {
		t.Errorf("logged: %q", panics)
	}
}

// soak is a server under load, a process of its own, with its Logto and its Redis.
type soak struct {
	*world
	server  *replica
	redis   *redistest.Server
	metrics string
	kinds   []kind

	mu       sync.Mutex
	accounts int
	// outcomes counts by kind and outcome.
	outcomes map[string]map[string]int
}

func startSoak(t *testing.T) *soak {
	t.Helper()
	logto, redis, receiver := newLogto(t), redistest.Start(t), newReceiver(t)
	receiver.Config.SetKeepAlivesEnabled(false) // The server would keep each for 90 seconds.
	go func() {
		for range receiver.events {
		}
	}()
	t.Cleanup(func() { close(receiver.events) })
	server := startReplica(t, logto, merged(merged(processEnv(logto), receiver.env()), env{
		// It keeps few connections and little garbage while it rests, which would hide leaks.
		"REDIS_URL": redis.Address + "?max_idle_conns=1", "GOGC": "20",
		"METRICS_ADDR": free, "TRUSTED_PROXIES": "127.0.0.1", "SEND_BUDGET": "100000", "LOG_LEVEL": "info",
	}))
	s := &soak{
		world: server.world, server: server, redis: redis, kinds: kinds(t), outcomes: map[string]map[string]int{},
		metrics: "http://" + server.stderr.await(t, `msg="serving metrics" address=(\S+)`)[1] + "/metrics",
	}
	s.awaitReady()
	return s
}

func (s *soak) awaitReady() {
	for status, _ := s.readiness(); status != http.StatusOK; status, _ = s.readiness() {
		time.Sleep(10 * time.Millisecond) // Only so that the processor does something else.
	}
}

// soakClients is how many clients there are.
const soakClients = 32

// run lets all clients work for a time, in trouble, and ends when the server has
// recovered.
func (s *soak) run(d time.Duration) {
	s.t.Helper()
	over := make(chan struct{})
	var trouble, clients sync.WaitGroup
	trouble.Go(func() { s.makeTrouble(over) })
	until := time.Now().Add(d)
	for range soakClients {
		clients.Go(func() {
			c := s.newClient()
			for time.Now().Before(until) {
				outcome := s.try(c, s.kinds[rand.IntN(len(s.kinds))])
				if c.spent || outcome == "CONFLICT" || outcome == "RATE_LIMITED" || rand.IntN(200) == 0 {
					c = s.newClient() // Whose turns aren't stuck, and whose limits are fresh.
				}
			}
		})
	}
	clients.Wait()
	close(over)
	trouble.Wait()
	s.awaitReady()
	http.DefaultClient.CloseIdleConnections()
}

// try does one thing and counts what comes of it, which must be expected.
func (s *soak) try(c *client, k kind) string {
	outcome := k.do(c)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.outcomes[k.name] == nil {
		s.outcomes[k.name] = map[string]int{}
	}
	s.outcomes[k.name][outcome]++
	if !k.expects(outcome) && s.outcomes[k.name][outcome] == 1 {
		s.t.Errorf("%s: unexpected: %s: %s", k.name, outcome, c.last)
	}
	return outcome
}

// report tells all outcomes.
func (s *soak) report() {
	var table strings.Builder
	total := 0
	for _, k := range s.kinds {
		fmt.Fprintf(&table, "\n%-22s", k.name)
		for outcome, count := range s.outcomes[k.name] {
			fmt.Fprintf(&table, " %s: %d", outcome, count)
			total += count
		}
		if s.outcomes[k.name]["OK"] == 0 && k.expects("OK") {
			s.t.Errorf("%s never succeeded", k.name)
		}
	}
	s.t.Logf("%d requests:%s", total, table.String())
}

// figures are what a process holds.
type figures struct{ goroutines, files, heap int }

func (f figures) String() string {
	return fmt.Sprintf("%4d goroutines, %4d files, %6.1f MB of heap", f.goroutines, f.files, float64(f.heap)/(1<<20))
}

// look asks the server.
func (s *soak) look() figures {
	s.t.Helper()
	r := get(s.t, s.metrics)
	figure := func(name string) int {
		found := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindStringSubmatch(r.body)
		if found == nil {
			s.t.Fatalf("no %s in %s", name, r.body)
		}
		value, err := strconv.ParseFloat(found[1], 64)
		if err != nil {
			s.t.Fatal(err)
		}
		return int(value)
	}
	return figures{figure("go_goroutines"), figure("process_open_fds"), figure("go_memstats_heap_alloc_bytes")}
}

// patience is long after the last time-out of any kind.
const patience = 3 * time.Minute

// await looks until the figures are good.
func (s *soak) await(what string, good func(figures) bool) figures {
	s.t.Helper()
	deadline := time.Now().Add(patience)
	for {
		f := s.look()
		if good(f) {
			return f
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("%s: not so, but %v", what, f)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// settled returns the figures once connections have closed that are idle: when there
// are no fewer goroutines and files for ten seconds.
func (s *soak) settled() figures {
	s.t.Helper()
	http.DefaultClient.CloseIdleConnections()
	least, since := s.look(), time.Now()
	s.await("the figures settle", func(f figures) bool {
		if f.goroutines < least.goroutines || f.files < least.files {
			least, since = figures{min(f.goroutines, least.goroutines), min(f.files, least.files), f.heap}, time.Now()
		}
		return time.Since(since) > 10*time.Second
	})
	return least
}
