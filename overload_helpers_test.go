package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"accountql/auth"
	"accountql/config"
	"accountql/graph"
	"accountql/logto"
	"accountql/logto/logtotest"
	"accountql/tenant"
	"accountql/upstream"
)

// still is a server and a Logto without any network between them or in front, so
// that time stands still while anybody has something to do. It exists within a
// bubble of testing/synctest.
type still struct {
	*world
	network *upstream.Transport
	handler http.Handler

	mu sync.Mutex
	// outcomes counts root fields: "query me OK".
	outcomes map[string]int
}

// RootField observes what comes of root fields.
func (s *still) RootField(ctx context.Context, operation, field string) (context.Context, func(code string)) {
	return ctx, func(code string) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.outcomes[operation+" "+field+" "+code]++
	}
}

// inBubble runs a test of a server whose tenant's settings are loaded.
func inBubble(t *testing.T, given env, test func(*testing.T, *still)) {
	t.Helper()
	logtoServer := newLogto(t) // Waits for connections, which must not hold up the bubble.
	synctest.Test(t, func(t *testing.T) {
		test(t, newStill(t, logtoServer, given))
	})
}

func newStill(t *testing.T, logtoServer *logtotest.Server, given env) *still {
	t.Helper()
	w := &world{t: t, logto: logtoServer, log: newOutput()}
	cfg, err := config.FromEnv(env(merged(serverEnv(logtoServer), given)).get)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newServer(cfg, newLogger(cfg, w.log), time.Now, nil, telemetry{})
	if err != nil {
		t.Fatal(err)
	}
	network := upstream.New(upstream.Config{
		Network: inProcess{logtoServer}, MaxConcurrency: cfg.LogtoMaxConcurrency, Kind: managementEndpoint, Logger: s.logger,
	})
	if s.client, err = logto.New(logto.Config{
		Endpoint: cfg.LogtoEndpoint, AppID: cfg.LogtoAppID, AppSecret: cfg.LogtoAppSecret.Reveal(),
		Resource: cfg.LogtoManagementAPIResource, Transport: network, Logger: s.logger,
	}); err != nil {
		t.Fatal(err)
	}
	if s.verifier, err = auth.New(auth.Config{
		Endpoint: cfg.LogtoEndpoint, Audience: cfg.AccountAPIResource, AllowedClientIDs: cfg.AllowedClientIDs,
		HTTPClient: &http.Client{Transport: inProcess{logtoServer}}, Logger: s.logger, Now: time.Now,
		ForgeriesPerSecond: cfg.MaxForgedTokens,
	}); err != nil {
		t.Fatal(err)
	}
	s.tenant = tenant.New(s.client, s.logger, time.Now, cfg.FieldAccess.FollowTenant)
	result := &still{world: w, network: network, outcomes: map[string]int{}}
	s.telemetry.rootFields = []graph.Observer{result.RootField}
	if result.handler, err = s.routes(cfg, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.tenant.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	logtoServer.ResetCalls()
	return result
}

// ask sends a GraphQL request.
func (s *still) ask(ctx context.Context, token, document string) reply {
	body, err := json.Marshal(object{"query": document})
	if err != nil {
		panic(err)
	}
	request := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", bytes.NewReader(body))
	request.Header = bearer(token)
	recorder := httptest.NewRecorder()
	s.handler.ServeHTTP(recorder, request)
	return reply{status: recorder.Code, header: recorder.Header(), body: recorder.Body.String()}
}

// inProcess is a network to a Logto in this process, with the time-out that the real
// one has.
type inProcess struct{ handler http.Handler }

func (n inProcess) RoundTrip(r *http.Request) (response *http.Response, err error) {
	ctx, cancel := context.WithTimeoutCause(r.Context(), 20*time.Second, os.ErrDeadlineExceeded)
	defer cancel()
	defer func() {
		if recovered := recover(); recovered != nil { // The handler cuts the connection.
			response, err = nil, fmt.Errorf("read answer: %w", syscall.ECONNRESET)
		}
	}()
	request := r.Clone(ctx)
	if request.Body == nil {
		request.Body = http.NoBody
	}
	recorder := httptest.NewRecorder()
	n.handler.ServeHTTP(recorder, request)
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	return recorder.Result(), nil
}
