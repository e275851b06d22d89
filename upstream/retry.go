package upstream

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
)

const (
	// maxRetries bounds the tries after the first one.
	maxRetries = 2
	// firstPause is the time before the first retry, half more or less; the second
	// waits three times as long.
	firstPause = 50 * time.Millisecond
	// maxPause is the longest that a service may ask to wait without being taken at
	// its word: the caller hears of it instead.
	maxPause = 2 * time.Second
	// Each call earns a fraction of a retry, so that a failing service gets a fifth
	// more calls and not three times as many. maxSavings is what can be saved up.
	savingsPerCall = 0.2
	maxSavings     = 10
	// maxDrained bytes of an answer are read, for the sake of its connection.
	maxDrained = 64 << 10
)

type repeatableKey struct{}

// Repeatable returns a context whose calls change nothing, whatever their method, and
// may be repeated.
func Repeatable(ctx context.Context) context.Context {
	return context.WithValue(ctx, repeatableKey{}, true)
}

// isRepeatable tells whether a call may be made again.
func isRepeatable(req *http.Request) bool {
	return req.Method == http.MethodGet || req.Context().Value(repeatableKey{}) != nil
}

// isWorthRepeating tells whether a call failed on its way, such that another try may
// do better.
func isWorthRepeating(req *http.Request, resp *http.Response, err error) bool {
	if err == nil {
		return isGatewayError(resp.StatusCode)
	}
	_, refused := errors.AsType[*Refusal](err)
	return !refused && !isTimeout(err) && req.Context().Err() == nil
}

// repeat makes a call again that has failed.
func (t *Transport) repeat(req *http.Request, resp *http.Response, err error) (*http.Response, error) {
	pauses := backoff.NewExponentialBackOff() // With jitter of half the pause.
	pauses.InitialInterval, pauses.Multiplier = firstPause, 3
	for range maxRetries {
		pause := pauses.NextBackOff()
		if resp != nil {
			pause = max(pause, RetryAfter(resp.Header))
		}
		deadline, bounded := req.Context().Deadline()
		if pause > maxPause || bounded && time.Until(deadline) < pause || !t.budget.spend() {
			break
		}
		again, ok := rewind(req)
		if !ok {
			break
		}
		if resp != nil {
			_, _ = io.CopyN(io.Discard, resp.Body, maxDrained)
			_ = resp.Body.Close()
		}
		if err := sleep(req.Context(), pause); err != nil {
			return nil, err
		}
		t.retries.Add(1)
		if resp, err = t.try(again, false); !isWorthRepeating(req, resp, err) {
			break
		}
	}
	return resp, err
}

// rewind returns the request with its body anew.
func rewind(req *http.Request) (*http.Request, bool) {
	if req.Body == nil || req.Body == http.NoBody {
		return req, true
	}
	if req.GetBody == nil {
		return nil, false
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, false
	}
	again := req.Clone(req.Context())
	again.Body = body
	return again, true
}

// sleep waits, or returns the error of a context that ends first.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// RetryAfter reads both forms of the header of that name (RFC 9110, section 10.2.3).
// It is zero where there is none.
func RetryAfter(header http.Header) time.Duration {
	value := header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}

// budget is how many retries have been earned and not made.
type budget struct {
	mu    sync.Mutex
	saved float64
}

func (b *budget) earn() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.saved = min(b.saved+savingsPerCall, maxSavings)
}

func (b *budget) spend() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.saved < 1 {
		return false
	}
	b.saved--
	return true
}
