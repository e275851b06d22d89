package auth_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"accountql/auth"
)

const (
	audience = "https://account.example.com/graphql"
	issuer   = "https://auth.example.com/oidc"
	client   = "h88gq7mr7t0v7hv6jcocw"
	subject  = "pklgo70mbj5j"
	nonce    = "n-0S6_WzA2Mj3dKqfYb1cA"
)

// started is when every test begins.
var started = time.Date(2026, 10, 22, 12, 0, 0, 0, time.UTC)

// clock is a clock that only moves when told to.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() time.Time          { return started.Add(time.Duration(c.offset.Load())) }
func (c *clock) advance(d time.Duration) { c.offset.Add(int64(d)) }

// keyServer is the part of Logto that a verifier talks to.
type keyServer struct {
	*httptest.Server
	keyFetches atomic.Int64
	fetches    atomic.Int64

	mu        sync.Mutex
	discovery string                                        // Body of the discovery document.
	keys      string                                        // Body of the key set.
	intercept func(http.ResponseWriter, *http.Request) bool // Answers instead, if it returns true.
}

func newKeyServer(t testing.TB, keys ...map[string]any) *keyServer {
	t.Helper()
	s := &keyServer{}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	s.discovery = toJSON(t, map[string]any{"issuer": issuer, "jwks_uri": s.URL + "/oidc/jwks"})
	s.publish(t, keys...)
	return s
}

// publish replaces the published keys.
func (s *keyServer) publish(t testing.TB, keys ...map[string]any) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = toJSON(t, map[string]any{"keys": keys})
}

// answer sets what answers requests first; nil for nothing.
func (s *keyServer) answer(intercept func(http.ResponseWriter, *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.intercept = intercept
}

// outage is an interceptor that fails every request.
func outage(w http.ResponseWriter, _ *http.Request) bool {
	w.WriteHeader(http.StatusBadGateway)
	return true
}

// holdBack makes the server hold requests until release is closed, and fails the test if somebody waits for the answer
// so long that the fetch is given up meanwhile. The first held request closes asked.
func (s *keyServer) holdBack(t *testing.T) (asked <-chan struct{}, release chan<- struct{}) {
	t.Helper()
	held, let, once := make(chan struct{}), make(chan struct{}), sync.Once{}
	s.answer(func(_ http.ResponseWriter, r *http.Request) bool {
		once.Do(func() { close(held) })
		select {
		case <-let:
		case <-r.Context().Done():
			t.Error("the held fetch was given up: somebody waited for it")
		}
		return false
	})
	return held, let
}

func (s *keyServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.fetches.Add(1)
	s.mu.Lock()
	discovery, keys, intercept := s.discovery, s.keys, s.intercept
	s.mu.Unlock()
	if intercept != nil && intercept(w, r) {
		return
	}
	switch r.URL.Path {
	case "/oidc/.well-known/openid-configuration":
		_, _ = io.WriteString(w, discovery)
	case "/oidc/jwks":
		s.keyFetches.Add(1)
		_, _ = io.WriteString(w, keys)
	default:
		http.NotFound(w, r)
	}
}

// verifier makes a verifier for the server, with changes to its configuration.
func (s *keyServer) verifier(t testing.TB, changes ...func(*auth.Config)) (*auth.Verifier, *clock) {
	t.Helper()
	clock := &clock{}
	config := auth.Config{
		Endpoint:         s.URL,
		Audience:         audience,
		AllowedClientIDs: []string{"another-client", client},
		HTTPClient:       s.Client(),
		Logger:           slog.New(slog.DiscardHandler),
		Now:              clock.now,
	}
	for _, change := range changes {
		change(&config)
	}
	v, err := auth.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return v, clock
}

// accepts fails the test unless the token is taken.
func accepts(ctx context.Context, t testing.TB, v *auth.Verifier, raw string) {
	t.Helper()
	if _, err := v.Verify(ctx, raw); err != nil {
		t.Fatalf("a good token is refused: %v", err)
	}
}
