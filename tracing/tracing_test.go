package tracing_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/tracing"
)

const (
	callersTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	callersSpan  = "00f067aa0ba902b7"
	sampled      = "00-" + callersTrace + "-" + callersSpan + "-01"
	unsampled    = "00-" + callersTrace + "-" + callersSpan + "-00"
)

// span is what the exporter console writes.
type span struct {
	Name        string
	SpanContext struct{ TraceID, SpanID, TraceState string }
	Parent      struct {
		TraceID, SpanID, TraceState string
		Remote                      bool
	}
	SpanKind   int
	Attributes []struct {
		Key   string
		Value struct{ Value any }
	}
	Status struct{ Code, Description string }
}

// tracer makes a tracer, and spans ends it and returns what it made, children first.
func newTracer(t *testing.T, config tracing.Config) (tracer *tracing.Tracer, spans func() []span) {
	t.Helper()
	var console bytes.Buffer
	config.Exporter, config.Console, config.Path = "console", &console, "/graphql"
	config.Logger = slog.New(slog.DiscardHandler)
	tracer, err := tracing.New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	return tracer, func() []span {
		t.Helper()
		if err := tracer.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		var spans []span
		for decoder := json.NewDecoder(&console); ; {
			var s span
			if err := decoder.Decode(&s); errors.Is(err, io.EOF) {
				return spans
			} else if err != nil {
				t.Fatal(err)
			}
			spans = append(spans, s)
		}
	}
}

// describe is a span in words, with the name of its parent.
func describe(s span, all []span) string {
	parent := "nothing"
	if s.Parent.Remote {
		parent = "the caller"
	}
	for _, other := range all {
		if other.SpanContext.SpanID == s.Parent.SpanID {
			parent = other.Name
		}
	}
	var attributes []string
	for _, a := range s.Attributes {
		attributes = append(attributes, fmt.Sprint(a.Key, "=", a.Value.Value))
	}
	return fmt.Sprintf("%s (kind %d, below %s): %s; %s %s", s.Name, s.SpanKind, parent, strings.Join(attributes, " "), s.Status.Code, s.Status.Description)
}

func request(method, path, traceparent string) *http.Request {
	r := httptest.NewRequest(method, path, nil)
	if traceparent != "" {
		r.Header.Set("Traceparent", traceparent)
	}
	return r
}

// TestSpans compares all that is told of a request.
func TestSpans(t *testing.T) {
	t.Parallel()
	tracer, spans := newTracer(t, tracing.Config{})
	r := request(http.MethodPost, "/graphql?query=planted", sampled)
	r.Header.Set("Tracestate", "vendor=planted")
	r.Header.Set("Baggage", "user=planted")
	ctx, answered := tracer.Request(r)
	ctx, executed := tracer.RootField(ctx, "query", "me")
	call := request(http.MethodGet, "http://logto.example.com:3001/api/users/planted", "").WithContext(ctx)
	sent, ended := tracer.Call(call, "GET /api/users/{userId}")
	ended(http.StatusOK, nil)
	executed("OK")
	answered("/graphql", http.StatusOK, "")

	made := spans()
	var got []string
	for _, s := range made {
		got = append(got, describe(s, made))
		if s.SpanContext.TraceID != callersTrace || s.SpanContext.TraceState != "" {
			t.Errorf("%s: trace %s, state %q", s.Name, s.SpanContext.TraceID, s.SpanContext.TraceState)
		}
	}
	want := []string{
		"GET /api/users/{userId} (kind 3, below query me): http.request.method=GET url.template=/api/users/{userId} " +
			"server.address=logto.example.com http.response.status_code=200; Unset ",
		"query me (kind 1, below POST /graphql): graphql.operation.type=query graphql.field.name=me; Unset ",
		"POST /graphql (kind 2, below the caller): http.request.method=POST http.route=/graphql http.response.status_code=200; Unset ",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	wantHeader := http.Header{"Traceparent": {"00-" + callersTrace + "-" + made[0].SpanContext.SpanID + "-01"}}
	if diff := cmp.Diff(wantHeader, sent.Header); diff != "" {
		t.Errorf("Logto is sent (-want +got):\n%s", diff)
	}
	if len(call.Header) > 0 {
		t.Errorf("the caller's request was changed: %v", call.Header)
	}
}

func TestSpansOfFailures(t *testing.T) {
	t.Parallel()
	tracer, spans := newTracer(t, tracing.Config{})
	ask := func(method string, status int, refusal string) context.Context {
		ctx, answered := tracer.Request(request(method, "/graphql", ""))
		answered("/graphql", status, refusal)
		return ctx
	}
	ctx := ask("PLANTED", http.StatusMethodNotAllowed, "BAD_REQUEST")
	ask(http.MethodPost, http.StatusServiceUnavailable, "UPSTREAM_UNAVAILABLE")
	ask(http.MethodPost, 0, "")
	for _, code := range []string{"INVALID_CODE", "UPSTREAM_TIMEOUT", "OPERATION_TIMEOUT", "INTERNAL"} {
		_, executed := tracer.RootField(ctx, "mutation", "verifyCode")
		executed(code)
	}
	for _, call := range []struct {
		status int
		err    error
	}{{http.StatusNotFound, nil}, {0, context.Canceled}, {0, errors.New("planted")}, {http.StatusOK, errors.New("planted")}} {
		_, ended := tracer.Call(request(http.MethodGet, "http://logto/", "").WithContext(ctx), "GET /x")
		ended(call.status, call.err)
	}
	// None of these has a span.
	for _, r := range []*http.Request{request(http.MethodOptions, "/graphql", sampled), request(http.MethodGet, "/planted", sampled)} {
		_, answered := tracer.Request(r)
		answered("", http.StatusNoContent, "")
	}
	_, ended := tracer.Call(request(http.MethodGet, "http://logto/", ""), "GET /x")
	ended(http.StatusOK, nil)

	made := spans()
	var got []string
	for _, s := range made {
		got = append(got, describe(s, made))
	}
	const call = "GET /x (kind 3, below _OTHER /graphql): http.request.method=GET url.template=/x server.address=logto "
	const field = "mutation verifyCode (kind 1, below _OTHER /graphql): graphql.operation.type=mutation graphql.field.name=verifyCode error.type="
	want := []string{
		"_OTHER /graphql (kind 2, below nothing): http.request.method=_OTHER http.route=/graphql error.type=BAD_REQUEST http.response.status_code=405; Unset ",
		"POST /graphql (kind 2, below nothing): http.request.method=POST http.route=/graphql error.type=UPSTREAM_UNAVAILABLE http.response.status_code=503; Error UPSTREAM_UNAVAILABLE",
		"POST /graphql (kind 2, below nothing): http.request.method=POST http.route=/graphql error.type=aborted; Error aborted",
		field + "INVALID_CODE; Unset ",
		field + "UPSTREAM_TIMEOUT; Error UPSTREAM_TIMEOUT",
		field + "OPERATION_TIMEOUT; Error OPERATION_TIMEOUT",
		field + "INTERNAL; Error INTERNAL",
		call + "http.response.status_code=404 error.type=404; Error 404",
		call + "error.type=canceled; Error canceled",
		call + "error.type=no answer; Error no answer",
		call + "http.response.status_code=200 error.type=no answer; Error no answer",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestSampling counts what is kept of a thousand requests.
func TestSampling(t *testing.T) {
	t.Parallel()
	// By the standard, the ratio takes the trace with this id for every share.
	const lowest = "00-00000000000000000000000000000001-" + callersSpan + "-01"
	for _, test := range []struct {
		sampler     string
		share       float64
		traceparent string
		least, most int
	}{
		{sampler: "parentbased_always_on", least: 200, most: 200},
		{sampler: "parentbased_always_on", traceparent: sampled, least: 200, most: 200},
		{sampler: "parentbased_always_on", traceparent: unsampled},
		{sampler: "parentbased_always_off", traceparent: sampled},
		{sampler: "parentbased_traceidratio", share: .5, least: 50, most: 150},
		{sampler: "parentbased_traceidratio", share: .5, traceparent: lowest, least: 50, most: 150},
		{sampler: "parentbased_traceidratio", share: .5, traceparent: unsampled},
		{sampler: "parentbased_traceidratio", share: 1, traceparent: sampled, least: 200, most: 200},
		{sampler: "traceidratio", share: .5, traceparent: lowest, least: 50, most: 150},
		{sampler: "traceidratio", share: .5, traceparent: unsampled, least: 50, most: 150},
		{sampler: "always_on", traceparent: unsampled, least: 200, most: 200},
		{sampler: "always_off", traceparent: sampled},
		{sampler: "always_off"},
	} {
		tracer, spans := newTracer(t, tracing.Config{Sampler: test.sampler, SamplerArg: test.share})
		for range 200 {
			ctx, answered := tracer.Request(request(http.MethodPost, "/graphql", test.traceparent))
			_, executed := tracer.RootField(ctx, "query", "me")
			executed("OK")
			answered("/graphql", http.StatusOK, "")
		}
		kept := map[string]int{}
		for _, s := range spans() {
			kept[s.Name]++
		}
		got := kept["POST /graphql"]
		if got < test.least || got > test.most || kept["query me"] != got {
			t.Errorf("%s %v of %q: got %v, want %d to %d of each", test.sampler, test.share, test.traceparent, kept, test.least, test.most)
		}
	}
}

// TestCallersContext lets no traceparent through but those of the standard.
func TestCallersContext(t *testing.T) {
	t.Parallel()
	for traceparent, taken := range map[string]bool{
		sampled:                    true,
		strings.ToUpper(sampled):   false,
		sampled + "-planted":       false,
		"ff" + sampled[2:]:         false,
		"00-" + callersTrace:       false,
		"planted":                  false,
		strings.Repeat("0", 1<<10): false,
		"00-" + strings.Repeat("0", 32) + "-" + callersSpan + "-01": false,
	} {
		tracer, spans := newTracer(t, tracing.Config{})
		_, answered := tracer.Request(request(http.MethodPost, "/graphql", traceparent))
		answered("/graphql", http.StatusOK, "")
		if got := spans()[0]; (got.SpanContext.TraceID == callersTrace) != taken {
			t.Errorf("%q: trace %s", traceparent, got.SpanContext.TraceID)
		}
	}
}

func TestLogHandler(t *testing.T) {
	t.Parallel()
	tracer, spans := newTracer(t, tracing.Config{})
	var log bytes.Buffer
	withoutTime := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	logger := slog.New(tracing.LogHandler(slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: withoutTime}))).With("a", 1)
	ctx, answered := tracer.Request(request(http.MethodPost, "/graphql", sampled))
	logger.InfoContext(ctx, "in a request")
	logger.WithGroup("g").InfoContext(ctx, "in a group", "b", 2)
	logger.InfoContext(t.Context(), "outside")
	answered("/graphql", http.StatusOK, "")
	id := spans()[0].SpanContext.SpanID
	want := `level=INFO msg="in a request" a=1 trace_id=` + callersTrace + ` span_id=` + id + `
level=INFO msg="in a group" a=1 g.b=2 g.trace_id=` + callersTrace + ` g.span_id=` + id + `
level=INFO msg=outside a=1
`
	if diff := cmp.Diff(want, log.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
