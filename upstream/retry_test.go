package upstream_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"accountql/upstream"
)

// failing answers a number of calls in a way, and all others well.
func failing(times int, fail way, tries *int) network {
	return func(r *http.Request) (*http.Response, error) {
		*tries++
		if r.Body != nil {
			if body, err := io.ReadAll(r.Body); err != nil || string(body) != "body" {
				return nil, errors.New("the body was lost")
			}
		}
		if *tries <= times {
			return fail.RoundTrip(r)
		}
		return good.RoundTrip(r)
	}
}

func TestRetries(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		method     string
		repeatable bool
		fail       way
		times      int
		want       int
		tries      int
	}{
		"reset":                        {"GET", false, way{err: errReset}, 2, 200, 3},
		"end of file":                  {"GET", false, way{err: io.ErrUnexpectedEOF}, 1, 200, 2},
		"no connection":                {"GET", false, way{err: errDial}, 2, 200, 3},
		"again and again":              {"GET", false, way{err: errReset}, 9, 0, 3},
		"502":                          {"GET", false, way{status: 502}, 1, 200, 2},
		"503":                          {"GET", false, way{status: 503}, 2, 200, 3},
		"504, again and again":         {"GET", false, way{status: 504}, 9, 504, 3},
		"520":                          {"GET", false, way{status: 520}, 2, 200, 3},
		"503, soon over":               {"GET", false, way{status: 503, retryAfter: "2"}, 1, 200, 2},
		"503, for longer":              {"GET", false, way{status: 503, retryAfter: "3"}, 1, 503, 1},
		"500":                          {"GET", false, way{status: 500}, 1, 500, 1},
		"429":                          {"GET", false, way{status: 429}, 1, 429, 1},
		"404":                          {"GET", false, way{status: 404}, 1, 404, 1},
		"time-out":                     {"GET", false, way{err: errTimeout}, 1, 0, 1},
		"POST, reset":                  {"POST", false, way{err: errReset}, 1, 0, 1},
		"POST, no connection":          {"POST", false, way{err: errDial}, 1, 0, 1},
		"POST, 503":                    {"POST", false, way{status: 503}, 1, 503, 1},
		"PATCH, 502":                   {"PATCH", false, way{status: 502}, 1, 502, 1},
		"PATCH, 520":                   {"PATCH", false, way{status: 520}, 1, 520, 1},
		"DELETE, reset":                {"DELETE", false, way{err: errReset}, 1, 0, 1},
		"POST that changes nothing":    {"POST", true, way{err: errReset}, 2, 200, 3},
		"POST that is refused for now": {"POST", true, way{status: 503}, 2, 200, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if test.repeatable {
					ctx = upstream.Repeatable(ctx)
				}
				var tries int
				over := over(8, failing(test.times, test.fail, &tries))
				got, err := call(ctx, over, test.method, "/")
				if got != test.want || (got == 0) != (err != nil) || tries != test.tries {
					t.Errorf("status %d, error %v, %d tries; want status %d, %d tries", got, err, tries, test.want, test.tries)
				}
				if state := over.State(); state.Retries != uint64(test.tries-1) || state.InFlight != 0 {
					t.Errorf("state %+v", state)
				}
			})
		})
	}
}

// TestRetriesPause with jitter, and not beyond the caller's deadline.
func TestRetriesPause(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		tries := 0
		over := over(8, failing(100, bad, &tries))
		began := time.Now()
		if _, err := call(t.Context(), over, http.MethodGet, "/"); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took < 100*time.Millisecond || took > 300*time.Millisecond {
			t.Errorf("two retries took %v", took)
		}

		tries = 0
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		if status, err := call(ctx, over, http.MethodGet, "/"); status != 503 || err != nil || tries != 1 {
			t.Errorf("without time: status %d, error %v, %d tries", status, err, tries)
		}
	})
}

// TestRetriesEndWithTheCaller who goes while a retry is due.
func TestRetriesEndWithTheCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var tries int
		over := over(8, failing(100, way{err: errReset}, &tries))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, cancel)
		if _, err := call(ctx, over, http.MethodGet, "/"); !errors.Is(err, context.Canceled) || tries != 1 {
			t.Errorf("error %v, %d tries", err, tries)
		}
	})
}

// TestRetriesAreBounded fails every fifth call, which is not enough for the breaker
// to open.
func TestRetriesAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const calls = 1000
		made := 0
		over := over(8, func(r *http.Request) (*http.Response, error) {
			if made++; r.URL.Path == "/bad" {
				return bad.RoundTrip(r)
			}
			return good.RoundTrip(r)
		})
		for i := range calls {
			path := "/good"
			if i%5 == 0 && i > 50 {
				path = "/bad"
			}
			if _, err := call(t.Context(), over, http.MethodGet, path); err != nil {
				t.Fatal(err)
			}
		}
		if retries := made - calls; retries > calls/5+10 || uint64(retries) != over.State().Retries {
			t.Errorf("%d retries, state %+v", retries, over.State())
		}
	})
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := time.Now().UTC()
		for value, want := range map[string]time.Duration{
			"":     0,
			"17":   17 * time.Second,
			"-1":   0,
			"soon": 0,
			now.Add(time.Minute).Format(http.TimeFormat):  time.Minute,
			now.Add(-time.Minute).Format(http.TimeFormat): 0,
		} {
			if got := upstream.RetryAfter(http.Header{"Retry-After": {value}}); got != want {
				t.Errorf("%q: %v, want %v", value, got, want)
			}
		}
	})
}
