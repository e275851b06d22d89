package tracing

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Request begins the span of a request. What it returns ends it when the request
// has been answered, with the status, zero if the answer was given up, and the code
// of the refusal, if it is one. Preflights and other paths have none.
func (t *Tracer) Request(r *http.Request) (context.Context, func(route string, status int, refusal string)) {
	if r.URL.Path != t.path || r.Method == http.MethodOptions {
		return r.Context(), func(string, int, string) {}
	}
	method := r.Method
	if !slices.Contains([]string{http.MethodGet, http.MethodHead, http.MethodPost}, method) {
		method = "_OTHER" // The standard's word for what anybody may have made up.
	}
	ctx, span := t.tracer.Start(withCaller(r), method+" "+t.path, trace.WithSpanKind(trace.SpanKindServer),
		trace.WithAttributes(attribute.String("http.request.method", method), attribute.String("http.route", t.path)))
	return ctx, func(_ string, status int, refusal string) {
		defer span.End()
		switch {
		case status == 0:
			fail(span, "aborted")
			return
		case status >= http.StatusInternalServerError:
			fail(span, refusal)
		case refusal != "":
			span.SetAttributes(attribute.String("error.type", refusal))
		}
		span.SetAttributes(attribute.Int("http.response.status_code", status))
	}
}

// withCaller returns the request's context with the span of the caller in it, if
// the request names one.
func withCaller(r *http.Request) context.Context {
	caller := trace.SpanContextFromContext(propagation.TraceContext{}.Extract(context.Background(), propagation.HeaderCarrier(r.Header)))
	if !caller.IsValid() {
		return r.Context()
	}
	return trace.ContextWithRemoteSpanContext(r.Context(), caller.WithTraceState(trace.TraceState{}))
}

// RootField begins the span of a root field, by the type of the operation and the
// field's name in the schema. What it returns ends it, with the code that the
// client is told.
func (t *Tracer) RootField(ctx context.Context, operation, field string) (context.Context, func(code string)) {
	ctx, span := t.tracer.Start(ctx, operation+" "+field, trace.WithAttributes(
		attribute.String("graphql.operation.type", operation), attribute.String("graphql.field.name", field)))
	return ctx, func(code string) {
		defer span.End()
		switch {
		case code == "OK":
		case code == "INTERNAL", code == "OPERATION_TIMEOUT", strings.HasPrefix(code, "UPSTREAM_"):
			fail(span, code)
		default: // The person's to mend.
			span.SetAttributes(attribute.String("error.type", code))
		}
	}
}

// Call begins the span of a request to Logto, by the name of its endpoint, and
// returns the request to send instead, which names the span. What it returns
// besides ends it, with the status, or with the error that kept the answer from
// coming, or from coming whole. What the server asks on its own account, and for no
// request, has none.
func (t *Tracer) Call(r *http.Request, endpoint string) (*http.Request, func(status int, err error)) {
	if !trace.SpanContextFromContext(r.Context()).IsValid() {
		return r, func(int, error) {}
	}
	method, path, _ := strings.Cut(endpoint, " ")
	ctx, span := t.tracer.Start(r.Context(), endpoint, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
		attribute.String("http.request.method", method), attribute.String("url.template", path),
		attribute.String("server.address", r.URL.Hostname())))
	sent := r.Clone(ctx)
	propagation.TraceContext{}.Inject(ctx, propagation.HeaderCarrier(sent.Header))
	return sent, func(status int, err error) {
		defer span.End()
		if status != 0 {
			span.SetAttributes(attribute.Int("http.response.status_code", status))
		}
		switch {
		case errors.Is(err, context.Canceled):
			fail(span, "canceled")
		case err != nil:
			fail(span, "no answer")
		case status >= http.StatusBadRequest:
			fail(span, strconv.Itoa(status))
		}
	}
}

// fail marks a span as failed, for a reason that is one of a few.
func fail(span trace.Span, reason string) {
	span.SetStatus(codes.Error, reason)
	span.SetAttributes(attribute.String("error.type", reason))
}
