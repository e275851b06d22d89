package logto_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"accountql/logto"
)

// TestOutcomeUnknown tells changes from reads, and what was sent from what wasn't.
func TestOutcomeUnknown(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		endpoint        string
		mayBeSent, want bool
	}{
		{"PATCH /api/users/{userId}", true, true},
		{"DELETE /api/users/{userId}", true, true},
		{"POST /api/verification-codes", true, true},
		{"PATCH /api/users/{userId}", false, false},
		{"GET /api/users/{userId}", true, false},
		{"POST /oidc/token", true, false},
	} {
		err := &logto.TransportError{Endpoint: test.endpoint, MayBeSent: test.mayBeSent, Err: io.ErrUnexpectedEOF}
		if err.OutcomeUnknown() != test.want {
			t.Errorf("%+v: %v", test, err.OutcomeUnknown())
		}
	}
}

func TestTransportErrors(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(nil)
	closed.Close()
	ctx := logto.WithSubject(t.Context(), me)

	t.Run("no connection", func(t *testing.T) {
		t.Parallel()
		client := newClient(t, logto.Config{Endpoint: closed.URL, Logger: testLogger(t)})
		err := client.DeleteUser(ctx, me)
		if got, ok := errors.AsType[*logto.TransportError](err); !ok || got.MayBeSent || got.Timeout() || got.Endpoint != "POST /oidc/token" {
			t.Errorf("error %#v", err)
		}
	})
	t.Run("no name", func(t *testing.T) {
		t.Parallel()
		// Tokens come from memory; the call itself would have to be dialled.
		network := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.DNSError{Err: "no such host", IsNotFound: true}
		}}
		client := newClient(t, logto.Config{Endpoint: base, Logger: testLogger(t), Transport: transport(func(req *http.Request) (*http.Response, error) {
			if isTokenRequest(req) {
				return answer(200, tokenAnswer), nil
			}
			return network.RoundTrip(req)
		})})
		err := client.DeleteUser(ctx, me)
		if got, ok := errors.AsType[*logto.TransportError](err); !ok || got.MayBeSent || got.Endpoint != "DELETE /api/users/{userId}" {
			t.Errorf("error %#v", err)
		}
		if strings.Contains(err.Error(), me) {
			t.Errorf("%q names the user", err)
		}
	})
	t.Run("given up after sending", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(ctx)
		client := serve(t, testLogger(t), func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			cancel()
			<-r.Context().Done()
		})
		err := client.DeleteUser(ctx, me)
		if got, ok := errors.AsType[*logto.TransportError](err); !ok || !got.MayBeSent || !errors.Is(err, context.Canceled) {
			t.Errorf("error %#v", err)
		}
	})
	t.Run("connection lost after sending", func(t *testing.T) {
		t.Parallel()
		client := serve(t, testLogger(t), func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
		err := client.DeleteUser(ctx, me)
		if got, ok := errors.AsType[*logto.TransportError](err); !ok || !got.MayBeSent {
			t.Errorf("error %#v", err)
		}
	})
	t.Run("answer cut off", func(t *testing.T) {
		t.Parallel()
		client := serve(t, testLogger(t), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"id":"`)
		})
		_, err := client.GetUser(ctx, me)
		if got, ok := errors.AsType[*logto.TransportError](err); !ok || !got.MayBeSent || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("error %#v", err)
		}
	})
}

// TestTimeouts waits on a clock of its own, for the caller's time and for the
// client's.
func TestTimeouts(t *testing.T) {
	t.Parallel()
	for name, limit := range map[string]time.Duration{"the caller's": time.Second, "the client's": time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := newClient(t, logto.Config{Endpoint: base, Transport: transport(func(req *http.Request) (*http.Response, error) {
					if isTokenRequest(req) {
						return answer(200, tokenAnswer), nil
					}
					<-req.Context().Done()
					return nil, req.Context().Err()
				})})
				ctx, cancel := context.WithTimeout(t.Context(), limit)
				defer cancel()
				start := time.Now()
				_, err := client.ListConnectors(ctx)
				got, ok := errors.AsType[*logto.TransportError](err)
				if !ok || !got.MayBeSent || !got.Timeout() || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("error %#v", err)
				}
				if waited := time.Since(start); waited > 30*time.Second {
					t.Errorf("waited %v", waited)
				}
			})
		})
	}
}

// TestConnectionsAreReused counts connections over successes, failures and bodies
// that nobody asked for.
func TestConnectionsAreReused(t *testing.T) {
	t.Parallel()
	var connections, calls atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case isTokenRequest(r):
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, tokenAnswer)
		case calls.Add(1)%2 == 0:
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"code":"entity.not_found"}`)
		default:
			_, _ = io.WriteString(w, strings.Repeat("unasked ", 1000))
		}
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	client := newClient(t, logto.Config{Endpoint: server.URL, Logger: testLogger(t)})
	for range 20 {
		_ = client.DeleteUser(logto.WithSubject(t.Context(), me), me) // Every other one fails.
	}
	if connections.Load() != 1 || calls.Load() != 20 {
		t.Errorf("%d connections for %d calls", connections.Load(), calls.Load())
	}
}
