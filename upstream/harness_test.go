package upstream_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"accountql/upstream"
)

// over makes a Transport over a network, with room for at most that many calls.
func over(most int, n network) *upstream.Transport {
	return upstream.New(upstream.Config{
		Network: n, MaxConcurrency: most, Logger: slog.New(slog.DiscardHandler),
		Kind: func(r *http.Request) string { return r.URL.Path },
	})
}

// way is one of answering, or of failing to.
type way struct {
	status     int
	retryAfter string
	// cut tells that the body can't be read.
	cut bool
	err error
}

func (w way) RoundTrip(*http.Request) (*http.Response, error) {
	if w.err != nil {
		return nil, w.err
	}
	response := &http.Response{StatusCode: w.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("body"))}
	if w.retryAfter != "" {
		response.Header.Set("Retry-After", w.retryAfter)
	}
	if w.cut {
		response.Body = io.NopCloser(iotest.ErrReader(errReset))
	}
	return response, nil
}

var (
	good = way{status: http.StatusOK}
	bad  = way{status: http.StatusServiceUnavailable}

	errReset   = &net.OpError{Op: "read", Err: syscall.ECONNRESET}
	errDial    = &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	errTimeout = &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}
)

// answering takes a time for each call.
func answering(took time.Duration) network {
	return func(r *http.Request) (*http.Response, error) {
		time.Sleep(took)
		return good.RoundTrip(r)
	}
}

// serving serves a number of calls at a time, each for a time.
func serving(calls int, took time.Duration) network {
	slots := make(chan struct{}, calls)
	return func(r *http.Request) (*http.Response, error) {
		slots <- struct{}{}
		time.Sleep(took)
		<-slots
		return good.RoundTrip(r)
	}
}

// unsteady is a network whose ways take up to three milliseconds more.
func unsteady(behind network) network {
	return func(r *http.Request) (*http.Response, error) {
		time.Sleep(rand.N(3 * time.Millisecond))
		return behind(r)
	}
}

// busy is a network before a processor that has no time for answers now and then, for a
// pause, as when many requests come at once.
func busy(behind network, pause time.Duration) network {
	const every = 700 * time.Millisecond
	start := time.Now()
	return func(r *http.Request) (*http.Response, error) {
		response, err := behind(r)
		time.Sleep(pause - time.Since(start)%every)
		return response, err
	}
}

// call makes a call and reads its answer. The status is 0 if there is none.
func call(ctx context.Context, t *upstream.Transport, method, path string) (int, error) {
	var body io.Reader
	if method != http.MethodGet {
		body = bytes.NewReader([]byte("body"))
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://upstream.example"+path, body)
	if err != nil {
		return 0, err
	}
	response, err := t.RoundTrip(r)
	if err != nil {
		return 0, err
	}
	_, err = io.Copy(io.Discard, response.Body)
	return response.StatusCode, errors.Join(err, response.Body.Close())
}

// calls makes several calls of one read at a time. It tells how many of them were
// answered and how many refused.
func calls(t *testing.T, over *upstream.Transport, n int) (answered, refused int) {
	ctx := upstream.WithRequest(context.Background(), upstream.Read)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			_, err := call(ctx, over, http.MethodGet, "/")
			_, isRefusal := errors.AsType[*upstream.Refusal](err)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				answered++
			case isRefusal:
				refused++
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	return answered, refused
}
