package main

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"accountql/config"
	"accountql/logto/logtotest"
)

// BenchmarkMe is a whole request, from the front door to Logto and back, with a
// delay on each of Logto's answers. As long as no call waits for another, a query
// costs one delay, however many calls it takes: delays/op, what its time is in
// units of the delay, stays near 1.
//
// Logto's answers come from memory, but over a real connection and out of the same
// process, so its share is in the figures.
func BenchmarkMe(b *testing.B) {
	const userFields = `id username primaryEmail primaryPhone name avatar profile { givenName familyName locale } customData ` +
		`hasPassword createdAt updatedAt lastSignInAt`
	queries := []struct{ name, document string }{
		{"one-call", `{ me { ` + userFields + ` } }`},
		{
			"three-call", `{ me { ` + userFields + ` personalAccessTokens { name createdAt expiresAt isExpired } ` +
				`mfaVerifications { __typename id createdAt lastUsedAt } } }`,
		},
		{"settings", settingsQuery(b)},
	}
	for _, delay := range []time.Duration{0, 5 * time.Millisecond, 50 * time.Millisecond} {
		for _, query := range queries {
			b.Run(fmt.Sprintf("%s/delay=%s", query.name, delay), func(b *testing.B) {
				ask := newFrontDoor(b, delay, query.document, telemetry{})
				ask() // Loads what is the tenant's, and Logto's keys.
				b.ReportAllocs()
				for b.Loop() {
					ask()
				}
				if delay > 0 {
					b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(delay), "delays/op")
				}
			})
		}
	}
}

// newFrontDoor starts a server and its Logto, and returns what sends the document
// as alice and fails the benchmark unless the answer is as good as the first.
func newFrontDoor(b *testing.B, delay time.Duration, document string, t telemetry) (ask func()) {
	b.Helper()
	logto, err := logtotest.New(logtotest.Options{})
	if err != nil {
		b.Fatal(err)
	}
	upstream := httptest.NewServer(&memory{logto: logto, delay: delay})
	cfg, err := config.FromEnv(env(merged(serverEnv(logto), env{"LOGTO_ENDPOINT": upstream.URL, "LOG_LEVEL": "error"})).get)
	if err != nil {
		b.Fatal(err)
	}
	s, err := newServer(cfg, newLogger(cfg, b.Output()), time.Now, nil, t)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		s.client.CloseIdleConnections()
		upstream.Close()
		if err := logto.Close(); err != nil {
			b.Error(err)
		}
		if err := s.store.Close(); err != nil {
			b.Error(err)
		}
	})
	body := fmt.Sprintf(`{"query":%q}`, document)
	header := bearer(logto.AccessToken(logto.Account("alice").ID))
	want := 0
	return func() {
		request, err := http.NewRequestWithContext(b.Context(), http.MethodPost, "/graphql", strings.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		request.Header, request.RemoteAddr = header, "127.0.0.1:1"
		answer := httptest.NewRecorder()
		s.handler.ServeHTTP(answer, request)
		if want == 0 {
			want = answer.Body.Len()
		}
		if answer.Code != http.StatusOK || answer.Body.Len() != want || bytes.Contains(answer.Body.Bytes(), []byte(`"errors"`)) {
			b.Fatalf("status %d: %s", answer.Code, answer.Body)
		}
	}
}

// memory is a Logto that answers what it was asked before out of its memory.
type memory struct {
	logto   http.Handler
	delay   time.Duration
	answers sync.Map // *httptest.ResponseRecorder by method, address and credentials
}

func (m *memory) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		time.Sleep(m.delay)
	}
	key := r.Method + r.RequestURI + r.Header.Get("Authorization")
	known, ok := m.answers.Load(key)
	if !ok {
		answer := httptest.NewRecorder()
		m.logto.ServeHTTP(answer, r)
		known, _ = m.answers.LoadOrStore(key, answer)
	}
	answer := known.(*httptest.ResponseRecorder)
	w.Header()["Content-Type"] = answer.Header()["Content-Type"]
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}
