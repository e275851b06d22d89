package logto_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"accountql/logto"
)

const (
	appID     = "management-app"
	appSecret = "s3cret+/of the app"
	resource  = "https://default.logto.app/api"
	// prefix is the path below which the test's Logto lives.
	prefix = "/behind/a proxy"
)

// testLogger fails the test on every record of error level: the guard is loud.
func testLogger(t *testing.T) *slog.Logger {
	return slog.New(&failingHandler{t: t})
}

type failingHandler struct{ t *testing.T }

func (h *failingHandler) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelError
}

func (h *failingHandler) Handle(_ context.Context, r slog.Record) error {
	h.t.Helper()
	text := r.Message
	r.Attrs(func(a slog.Attr) bool { text += " " + a.String(); return true })
	h.t.Error(text)
	return nil
}

func (h *failingHandler) WithAttrs([]slog.Attr) slog.Handler { return h }
func (h *failingHandler) WithGroup(string) slog.Handler      { return h }

var quiet = slog.New(slog.DiscardHandler)

// transport is a network made of a function.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// answer is what a server sends back.
func answer(status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status,
		Header:     http.Header{"Content-Type": {"application/json"}},
		Body:       io.NopCloser(strings.NewReader(body)),
	}
}

func isTokenRequest(req *http.Request) bool { return strings.HasSuffix(req.URL.Path, "/oidc/token") }

const tokenAnswer = `{"access_token":"management-token","expires_in":3600,"token_type":"Bearer","scope":"all"}`

// serve starts a Logto whose Management API is the handler, below a path prefix,
// and a client for it.
func serve(t *testing.T, logger *slog.Logger, api http.HandlerFunc) *logto.Client {
	t.Helper()
	server := httptest.NewServer(withTokens(api))
	t.Cleanup(server.Close)
	return newClient(t, logto.Config{Endpoint: server.URL + strings.ReplaceAll(prefix, " ", "%20"), Logger: logger})
}

// serveTLS is serve by https and HTTP/2.
func serveTLS(t *testing.T, api http.HandlerFunc) *logto.Client {
	t.Helper()
	server := httptest.NewUnstartedServer(withTokens(api))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	network := logto.NewTransport(server.URL, 1).(*http.Transport)
	network.TLSClientConfig = server.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	return newClient(t, logto.Config{Endpoint: server.URL, Logger: testLogger(t), Transport: network})
}

// withTokens lets a Management API issue tokens.
func withTokens(api http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isTokenRequest(r) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, tokenAnswer)
			return
		}
		api(w, r)
	})
}

// newClient fills in what a test doesn't care about.
func newClient(t *testing.T, cfg logto.Config) *logto.Client {
	t.Helper()
	cfg.AppID, cfg.AppSecret, cfg.Resource = appID, appSecret, resource
	client, err := logto.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	return client
}

// countingNetwork hands out tokens and answers everything else with api, counted.
func countingNetwork(calls *atomic.Int64, api func(*http.Request) *http.Response) transport {
	return func(req *http.Request) (*http.Response, error) {
		if isTokenRequest(req) {
			return answer(200, tokenAnswer), nil
		}
		calls.Add(1)
		return api(req), nil
	}
}

// parse decodes JSON without losing digits.
func parse(t *testing.T, data []byte) any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("decode %q: %v", data, err)
	}
	return value
}
