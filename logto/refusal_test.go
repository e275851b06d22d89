package logto_test

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"accountql/logto"
	"accountql/upstream"
)

// TestRefusedChangesWereNotMade has a change refused by the breaker, and another one
// wait until its time is up.
func TestRefusedChangesWereNotMade(t *testing.T) {
	t.Parallel()
	const userID = "alice0000001"
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		down := true
		network := countingNetwork(&calls, func(r *http.Request) *http.Response {
			if r.URL.RawQuery != "" {
				time.Sleep(20 * time.Second) // The one that is in everybody's way.
			}
			if down {
				return answer(http.StatusServiceUnavailable, "")
			}
			return answer(http.StatusOK, `{"id": "`+userID+`"}`)
		})
		client := newClient(t, logto.Config{
			Endpoint:  "https://logto.example.com",
			Transport: upstream.New(upstream.Config{Network: network, MaxConcurrency: 1, Logger: quiet}),
		})
		ctx := logto.WithSubject(t.Context(), userID)
		wantUnsent := func(ctx context.Context) error {
			t.Helper()
			before := calls.Load()
			err := client.DeleteUser(ctx, userID)
			if lost, ok := errors.AsType[*logto.TransportError](err); !ok || lost.OutcomeUnknown() || calls.Load() != before {
				t.Errorf("error %v after %d calls", err, calls.Load()-before)
			}
			return err
		}

		for range 10 {
			_, _ = client.ListSessions(ctx, userID)
		}
		if _, refused := errors.AsType[*upstream.Refusal](wantUnsent(ctx)); !refused {
			t.Error("the breaker is not open")
		}

		down = false
		time.Sleep(3 * time.Second)
		for range 3 {
			_, _ = client.ListSessions(ctx, userID)
		}
		go func() { _, _ = client.GetUser(ctx, userID) }()
		synctest.Wait()
		hasty, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		defer cancel()
		if err := wantUnsent(hasty); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		time.Sleep(time.Minute)
	})
}
