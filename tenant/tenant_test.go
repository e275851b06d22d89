package tenant_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"accountql/logto"
	"accountql/logto/logtotest"
	"accountql/tenant"
)

// network answers nothing about the sign-in experience while it hangs, and tells
// when a request was given up.
type network struct {
	hangs   atomic.Bool
	givenUp atomic.Bool
}

func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	if n.hangs.Load() && strings.HasSuffix(r.URL.Path, "/sign-in-exp") {
		<-r.Context().Done()
		n.givenUp.Store(true)
		return nil, r.Context().Err()
	}
	return http.DefaultTransport.RoundTrip(r)
}

// newCache makes a cache that asks an embedded Logto by network, and whose clock is
// ahead by age.
func newCache(t *testing.T, network http.RoundTripper) (cache *tenant.Cache, embedded *logtotest.Server, age *atomic.Int64) {
	t.Helper()
	embedded, err := logtotest.New(logtotest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = embedded.Close() })
	client, err := logto.New(logto.Config{
		Endpoint: embedded.Endpoint, AppID: embedded.AppID, AppSecret: embedded.AppSecret,
		Resource: logtotest.ManagementResource, Transport: network,
	})
	if err != nil {
		t.Fatal(err)
	}
	age = new(atomic.Int64)
	begun := time.Now()
	now := func() time.Time { return begun.Add(time.Duration(age.Load())) }
	return tenant.New(client, slog.New(slog.DiscardHandler), now, false), embedded, age
}

// TestHangingLogtoIsNotWaitedFor while an older answer is there.
func TestHangingLogtoIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	slow := new(network)
	cache, _, age := newCache(t, slow)
	before, err := cache.SignInExperience(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	slow.hangs.Store(true)
	age.Store(int64(2 * time.Minute))
	after, err := cache.SignInExperience(t.Context())
	if err != nil || after != before {
		t.Errorf("got %v, %v, want the older answer", after, err)
	}
	if slow.givenUp.Load() {
		t.Error("the answer came only after Logto was given up")
	}

	age.Store(int64(11 * time.Minute))
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := cache.SignInExperience(gone); err == nil {
		t.Error("an answer that is too old to go by")
	}

	slow.hangs.Store(false)
	for range 2 {
		if _, err := cache.Connectors(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if hits, misses := cache.Lookups(); hits != 1 || misses != 4 {
		t.Errorf("%d hits and %d misses", hits, misses)
	}
}

// TestLateCallersFetchNothing though they have seen the old answer before the new
// one came.
func TestLateCallersFetchNothing(t *testing.T) {
	t.Parallel()
	cache, embedded, age := newCache(t, http.DefaultTransport)
	const rounds = 100
	for range rounds {
		age.Add(int64(time.Minute))
		var callers sync.WaitGroup
		for range 16 {
			callers.Go(func() {
				cache.Prefetch(t.Context())
				if _, err := cache.SignInExperience(t.Context()); err != nil {
					t.Error(err)
				}
				if _, err := cache.Connectors(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		callers.Wait()
	}
	if calls := len(embedded.Calls()); calls != 2*rounds {
		t.Errorf("%d calls in %d minutes", calls, rounds)
	}
}
