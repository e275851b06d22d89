package upstream_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"accountql/upstream"
)

// TestWhatOpensTheBreaker lets ten users out of ten fail in a way.
func TestWhatOpensTheBreaker(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		method string
		fail   way
		want   string
	}{
		"reads without a connection":  {"GET", way{err: errDial}, "open"},
		"reads that are reset":        {"GET", way{err: errReset}, "open"},
		"reads that time out":         {"GET", way{err: errTimeout}, "open"},
		"reads answered with 502":     {"GET", way{status: 502}, "open"},
		"reads answered with 503":     {"GET", way{status: 503}, "open"},
		"reads answered with 504":     {"GET", way{status: 504}, "open"},
		"reads answered with 522":     {"GET", way{status: 522}, "open"},
		"reads answered by half":      {"GET", way{status: 200, cut: true}, "open"},
		"writes without a connection": {"POST", way{err: errDial}, "open"},
		"reads answered with 500":     {"GET", way{status: 500}, "closed"},
		"reads answered with 404":     {"GET", way{status: 404}, "closed"},
		"reads answered with 429":     {"GET", way{status: 429}, "closed"},
		"writes that are reset":       {"POST", way{err: errReset}, "closed"},
		"writes that time out":        {"POST", way{err: errTimeout}, "closed"},
		"writes answered with 502":    {"PATCH", way{status: 502}, "closed"},
		"writes answered with 504":    {"POST", way{status: 504}, "closed"},
		"writes answered with 522":    {"POST", way{status: 522}, "closed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tries := 0
				over := over(8, failing(1000, test.fail, &tries))
				for range 10 {
					_, _ = call(t.Context(), over, test.method, "/")
				}
				if got := over.State(); got.Breaker != test.want || got.InFlight != 0 {
					t.Errorf("%+v, want it %s", got, test.want)
				}
			})
		})
	}
}

// TestBreaker opens it, and lets the service come back.
func TestBreaker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tries, down := 0, true
		over := over(8, func(r *http.Request) (*http.Response, error) {
			if tries++; down {
				return way{err: errDial}.RoundTrip(r)
			}
			return good.RoundTrip(r)
		})
		wantRefused := func() {
			t.Helper()
			before := tries
			_, err := call(t.Context(), over, http.MethodGet, "/")
			refusal, ok := errors.AsType[*upstream.Refusal](err)
			if !ok || !refusal.Down || refusal.RetryAfter < time.Second || refusal.RetryAfter > 2*time.Second || tries != before {
				t.Errorf("error %v, %d tries", err, tries-before)
			}
		}
		for range 5 {
			_, _ = call(t.Context(), over, http.MethodPost, "/")
		}
		if state := over.State().Breaker; state != "closed" || tries != 5 {
			t.Errorf("after %d calls it is %s", tries, state)
		}
		_, _ = call(t.Context(), over, http.MethodPost, "/")
		wantRefused()

		// The first to try finds it down still, and the next ones wait for another turn.
		time.Sleep(2*time.Second + time.Nanosecond)
		_, _ = call(t.Context(), over, http.MethodPost, "/")
		wantRefused()

		down = false
		time.Sleep(2*time.Second + time.Nanosecond)
		for range 3 {
			if _, err := call(t.Context(), over, http.MethodGet, "/"); err != nil {
				t.Error(err)
			}
		}
		if state := over.State(); state.Breaker != "closed" || state.RefusedByBreaker != 2 {
			t.Errorf("in the end: %+v", state)
		}
	})
}

// TestMostCallsMustFail for the breaker to open.
func TestMostCallsMustFail(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		over := over(8, func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "bad") {
				return way{err: errDial}.RoundTrip(r)
			}
			return good.RoundTrip(r)
		})
		for range 100 {
			for _, path := range []string{"/good", "/good", "/bad", "/good"} {
				if _, err := call(t.Context(), over, http.MethodPost, path); (err != nil) != (path == "/bad") {
					t.Fatal(err)
				}
			}
		}
	})
}

// TestTrialsThatAreGivenUp tell nothing, and leave their place to others.
func TestTrialsThatAreGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		down := true
		over := over(8, func(r *http.Request) (*http.Response, error) {
			if down {
				return way{err: errDial}.RoundTrip(r)
			}
			if r.URL.Path == "/hang" {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			return good.RoundTrip(r)
		})
		for range 6 {
			_, _ = call(t.Context(), over, http.MethodPost, "/")
		}
		down = false
		time.Sleep(2*time.Second + time.Nanosecond)
		for range 10 {
			ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
			if _, err := call(ctx, over, http.MethodGet, "/hang"); !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
			cancel()
		}
		for range 3 {
			if _, err := call(t.Context(), over, http.MethodGet, "/"); err != nil {
				t.Error(err)
			}
		}
		if state := over.State().Breaker; state != "closed" {
			t.Errorf("it is %s", state)
		}
	})
}

// TestChangesAreCarriedThrough although the breaker has opened in the middle of them.
func TestChangesAreCarriedThrough(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		down := false
		over := over(8, func(r *http.Request) (*http.Response, error) {
			if down {
				return way{err: errDial}.RoundTrip(r)
			}
			return good.RoundTrip(r)
		})
		begun, read := writing(), reading()
		for _, ctx := range []context.Context{begun, read} {
			if _, err := call(ctx, over, http.MethodGet, "/"); err != nil {
				t.Fatal(err)
			}
		}
		down = true
		for range 6 {
			_, _ = call(t.Context(), over, http.MethodPost, "/")
		}
		down = false
		if status, err := call(begun, over, http.MethodPatch, "/"); status != http.StatusOK {
			t.Errorf("second call of a change: %v", err)
		}
		for name, ctx := range map[string]context.Context{"read": read, "new change": writing()} {
			if _, err := call(ctx, over, http.MethodGet, "/"); err == nil {
				t.Errorf("%s: let through", name)
			}
		}
	})
}

// TestNewChangesAreTrials like all other calls when the service may be back: while the
// trials are under way, a change that has not begun is refused.
func TestNewChangesAreTrials(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		down, back := true, make(chan struct{})
		over := over(8, func(r *http.Request) (*http.Response, error) {
			if down {
				return way{err: errDial}.RoundTrip(r)
			}
			<-back
			return good.RoundTrip(r)
		})
		for range 6 {
			_, _ = call(t.Context(), over, http.MethodPost, "/")
		}
		down = false
		time.Sleep(2*time.Second + time.Nanosecond)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if _, err := call(writing(), over, http.MethodGet, "/"); err != nil {
					t.Errorf("trial: %v", err)
				}
			})
		}
		synctest.Wait()
		wg.Go(func() {
			change := writing()
			for range 2 { // Of one change: the first try doesn't begin it.
				_, err := call(change, over, http.MethodGet, "/")
				if refusal, ok := errors.AsType[*upstream.Refusal](err); !ok || !refusal.Down {
					t.Errorf("new change: error %v", err)
				}
			}
		})
		synctest.Wait()
		if state := over.State(); state.InFlight != 3 || state.RefusedByBreaker != 2 {
			t.Errorf("while the trials are under way: %+v", state)
		}
		close(back)
		wg.Wait()
		if state := over.State(); state.Breaker != "closed" || state.InFlight != 0 {
			t.Errorf("in the end: %+v", state)
		}
	})
}

// TestCallersGiveUp on a service that hangs: it is the service's fault when their time
// was enough for it, and theirs when they go away or came without time.
func TestCallersGiveUp(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		method  string
		timeout time.Duration
		leave   time.Duration
		want    string
	}{
		"reads with time":          {http.MethodGet, 2 * time.Second, time.Hour, "open"},
		"reads without time":       {http.MethodGet, time.Second, time.Hour, "closed"},
		"reads that nobody awaits": {http.MethodGet, time.Hour, 5 * time.Second, "closed"},
		"writes with time":         {http.MethodPost, 2 * time.Second, time.Hour, "closed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				over := over(8, func(r *http.Request) (*http.Response, error) {
					<-r.Context().Done()
					return nil, r.Context().Err()
				})
				var wg sync.WaitGroup
				for range 8 {
					wg.Go(func() {
						ctx, cancel := context.WithTimeout(t.Context(), test.timeout)
						defer cancel()
						defer time.AfterFunc(test.leave, cancel).Stop()
						_, _ = call(ctx, over, test.method, "/")
					})
				}
				wg.Wait()
				if got := over.State(); got.Breaker != test.want || got.InFlight != 0 {
					t.Errorf("%+v, want it %s", got, test.want)
				}
			})
		})
	}
}
