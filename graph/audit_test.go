package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"accountql/account"
	"accountql/auth"
	"accountql/graph"
	"accountql/graphqlhttp"
	"accountql/logto"
	"accountql/logto/logtotest"
	"accountql/store"
)

// TestAudit compares the whole lines that a request leaves in the log.
func TestAudit(t *testing.T) {
	t.Parallel()
	// line is the line of one field.
	line := func(operation, outcome string) string {
		return "level=INFO msg=mutation operation=" + operation + " subject=<alice> client=app outcome=" + outcome + " duration_ms=<ms> request_id=r1\n"
	}
	for _, test := range []struct {
		name     string
		scopes   string // account:read and account:write, if empty.
		fault    *logtotest.Fault
		broken   bool // The request is made to panic.
		document string
		want     string
	}{
		{name: "done", document: `mutation { updateProfile(input: {name: "planted"}) { user { name } errors { code } } }`, want: line("updateProfile", "OK")},
		{name: "query", document: `{ me { name } }`, want: ""},
		{
			name:     "first error of the payload",
			document: `mutation { updateProfile(input: {name: "\u0000planted", avatar: "planted"}) { errors { code } } }`,
			want:     line("updateProfile", "INVALID_INPUT"),
		},
		{
			name:     "errors that are not selected",
			document: `mutation { updateCustomData(input: {data: {planted: 1}}) { user { id } } }`,
			want:     line("updateCustomData", "FIELD_NOT_EDITABLE"),
		},
		{
			name:     "error at the top level",
			fault:    &logtotest.Fault{Method: http.MethodPatch, Path: "/api/users/{userId}", Status: http.StatusServiceUnavailable},
			document: `mutation { updateProfile(input: {name: "planted"}) { errors { code } } }`,
			want:     line("updateProfile", "UPSTREAM_UNAVAILABLE"),
		},
		{
			name: "scope is missing", scopes: "account:read",
			document: `mutation { updateProfile(input: {name: "planted"}) { errors { code } } }`,
			want:     line("updateProfile", "FORBIDDEN"),
		},
		{
			name: "scope of the payload's user is missing", scopes: "account:write",
			document: `mutation { updateProfile(input: {name: "planted"}) { user { id } errors { code } } }`,
			want:     line("updateProfile", "OK"),
		},
		{
			name:     "argument is unreadable",
			document: `mutation { updateProfile(input: {avatar: 1}) { errors { code } } }`,
			want:     line("updateProfile", "BAD_REQUEST"),
		},
		{
			name: "panic", broken: true,
			document: `mutation { updateProfile(input: {name: "planted"}) { errors { code } } }`,
			want:     line("updateProfile", "INTERNAL"),
		},
		{
			name: "aliases, each with its own outcome",
			document: `mutation planted {
				planted1: updateProfile(input: {name: "planted"}) { errors { code } }
				planted2: updateProfile(input: {avatar: "planted"}) { errors { code } }
				planted3: updateCustomData(input: {data: 1}) { errors { code } }
			}`,
			want: line("updateProfile", "OK") + line("updateProfile", "INVALID_INPUT") + line("updateCustomData", "INVALID_INPUT"),
		},
		{
			name: "aliases, all refused", scopes: "account:read",
			document: `mutation {
				planted1: updateProfile(input: {name: "planted"}) { errors { code } }
				planted2: updateProfile(input: {name: "planted"}) { errors { code } }
				planted3: updateProfile(input: {name: "planted"}) { errors { code } }
			}`,
			want: strings.Repeat(line("updateProfile", "FORBIDDEN"), 3),
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			embedded := newLogto(t)
			if test.fault != nil {
				embedded.Fail(*test.fault)
			}
			if test.scopes == "" {
				test.scopes = "account:read account:write"
			}
			subject := embedded.Account("alice").ID
			token := &auth.Token{Subject: subject, ClientID: "app", Scopes: strings.Fields(test.scopes)}
			got := audited(t, embedded, token, test.broken, test.document)
			got = regexp.MustCompile(`duration_ms=\d+`).ReplaceAllString(strings.ReplaceAll(got, subject, "<alice>"), "duration_ms=<ms>")
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("log (-want +got):\n%s", diff)
			}
			if strings.Contains(got, "planted") {
				t.Errorf("the client's own words are in the log:\n%s", got)
			}
		})
	}
}

// TestAuditLine lets a token's claims try to break the line.
func TestAuditLine(t *testing.T) {
	t.Parallel()
	token := &auth.Token{Subject: "alice", ClientID: "app\nlevel=INFO msg=mutation outcome=OK", Scopes: []string{"account:read"}}
	got := audited(t, newLogto(t), token, false, `mutation { updateProfile(input: {}) { errors { code } } }`)
	if strings.Count(got, "\n") != 1 {
		t.Errorf("log:\n%s", got)
	}
}

func newLogto(t *testing.T) *logtotest.Server {
	t.Helper()
	embedded, err := logtotest.New(logtotest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := embedded.Close(); err != nil {
			t.Error(err)
		}
	})
	return embedded
}

// audited returns what the audit logs of a request. A broken request lacks
// loaders, without which resolvers panic.
func audited(t *testing.T, embedded *logtotest.Server, token *auth.Token, broken bool, document string) string {
	t.Helper()
	other := slog.New(slog.NewTextHandler(t.Output(), nil))
	client, err := logto.New(logto.Config{
		Endpoint: embedded.Endpoint, AppID: embedded.AppID, AppSecret: embedded.AppSecret,
		Resource: "https://default.logto.app/api", Logger: other,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.CloseIdleConnections)
	service := &account.Service{Logto: client, Store: store.NewMemory(time.Now), Logger: other, Now: time.Now}
	resolver := &graph.Resolver{Account: service, Now: time.Now}
	var log bytes.Buffer
	endpoint, err := graphqlhttp.New(graphqlhttp.Config{
		Schema: graph.NewSchema(resolver),
		Authenticate: func(ctx context.Context, _ http.Header) (context.Context, error) {
			ctx = logto.WithSubject(auth.WithToken(ctx, token), token.Subject)
			if broken {
				return ctx, nil
			}
			return resolver.WithLoaders(ctx), nil
		},
		ErrorPresenter:      graph.PresentError(other),
		RootFieldMiddleware: graph.Audit(newLogger(&log)),
		Limits: graphqlhttp.Limits{
			BodyBytes: 1000, Tokens: 1000, Depth: 10, Aliases: 10, Directives: 10, RootFields: 10, Complexity: 1000, Errors: 10, OperationTime: time.Minute,
		},
		Logger: other,
	})
	if err != nil {
		t.Fatal(err)
	}
	handler := graphqlhttp.WithRequestID(endpoint)
	body, err := json.Marshal(map[string]string{"query": document})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Request-Id", "r1")
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, r)
	t.Log(recorder.Body.String())
	return log.String()
}

// newLogger logs without times, as the server does.
func newLogger(w io.Writer) *slog.Logger {
	return slog.New(graphqlhttp.LogHandler(slog.NewTextHandler(w, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}})))
}
