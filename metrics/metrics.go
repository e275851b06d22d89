// Package metrics counts what the server does, for Prometheus.
//
// A label never holds what a client has named: no operation name, no alias, no
// path, no method, no id. Its values are written in this program's code and
// schema, but for the statuses, which are those of Logto's answers. So the number
// of series is bounded whatever clients send.
//
//	accountql_http_requests_total{route,status,refusal} (counter)
//	    answered requests, by the route's pattern or "other". The refusal
//	    is the extensions.code of a GraphQL request of which nothing was
//	    executed. Status "aborted" is an answer that was given up.
//	accountql_http_request_duration_seconds{route} (histogram)
//	    from the header to the end of the answer
//	accountql_http_requests_in_flight (gauge)
//	    requests that are being answered
//	accountql_root_fields_total{operation,field,code} (counter)
//	    executed root fields, by the first code that the client is told,
//	    in errors of the answer or of a mutation's payload, or "OK".
//	    "CANCELED" are queries that their clients have given up.
//	accountql_root_field_duration_seconds{operation,field} (histogram)
//	    with all that is below the field
//	accountql_upstream_requests_total{endpoint,status} (counter)
//	    requests sent to Logto, each try for itself. Status "timeout",
//	    "canceled" (the caller gave up) and "failed" are those without a
//	    whole answer.
//	accountql_upstream_request_duration_seconds{endpoint} (histogram)
//	    from sending to the end of the answer
//	accountql_upstream_requests_in_flight (gauge)
//	    requests to Logto that are under way
//	accountql_upstream_limit (gauge)
//	    how many may be, as the limiter finds out
//	accountql_upstream_waiting (gauge)
//	    calls that wait for the limiter
//	accountql_upstream_refused_total{by} (counter)
//	    calls that were not made, by the "limiter" or the "breaker"
//	accountql_upstream_retries_total (counter)
//	    tries after the first ones
//	accountql_upstream_breaker{state} (gauge)
//	    1 for the state that the breaker is in, of "closed", "half-open"
//	    and "open"
//	accountql_cache_requests_total{cache,result} (counter)
//	    lookups of a "token", a "document" or the "tenant": "hit" or
//	    "miss"
//	accountql_signatures_bad_total (counter)
//	    tokens that looked good and were forged
//	accountql_signatures_refused_total (counter)
//	    tokens that were not checked, too many others being checked or
//	    forged
//	accountql_signatures_waiting (gauge)
//	    tokens that wait for their check
//	accountql_events_total{result} (counter)
//	    events, "delivered" or "lost"
//	accountql_events_queued (gauge)
//	    events that wait to be delivered
//	accountql_store_failures_total (counter)
//	    operations of the store that failed: Redis is away, or the memory
//	    is full
//
// Besides there are Go's own (go_*, with go_build_info) and the process's
// (process_*).
package metrics

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics is one server's. Its methods may be called from many goroutines.
type Metrics struct {
	registry *prometheus.Registry

	requests         *prometheus.CounterVec
	requestDurations *prometheus.HistogramVec
	requestsInFlight prometheus.Gauge

	fields         *prometheus.CounterVec
	fieldDurations *prometheus.HistogramVec

	calls         *prometheus.CounterVec
	callDurations *prometheus.HistogramVec
	callsInFlight prometheus.Gauge

	knownDocuments, newDocuments prometheus.Counter
}

// New makes metrics with a registry of their own.
func New() *Metrics {
	// From what is answered out of memory to what is about to be given up.
	buckets := []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	histogram := func(name, help string, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
	}
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	}
	m := &Metrics{
		registry: prometheus.NewRegistry(),

		requests: counter("accountql_http_requests_total",
			"Answered requests by route, status and code of the refusal.", "route", "status", "refusal"),
		requestDurations: histogram("accountql_http_request_duration_seconds",
			"Time from a request's header to the end of its answer.", "route"),
		requestsInFlight: gauge("accountql_http_requests_in_flight", "Requests being answered."),

		fields: counter("accountql_root_fields_total",
			"Executed root fields by the first code that the client is told.", "operation", "field", "code"),
		fieldDurations: histogram("accountql_root_field_duration_seconds",
			"Time to execute a root field with all that is below it.", "operation", "field"),

		calls: counter("accountql_upstream_requests_total",
			"Requests sent to Logto by endpoint and status.", "endpoint", "status"),
		callDurations: histogram("accountql_upstream_request_duration_seconds",
			"Time from sending a request to Logto to the end of its answer.", "endpoint"),
		callsInFlight: gauge("accountql_upstream_requests_in_flight", "Requests to Logto under way."),

		knownDocuments: prometheus.NewCounter(prometheus.CounterOpts(cacheOpts("document", "hit"))),
		newDocuments:   prometheus.NewCounter(prometheus.CounterOpts(cacheOpts("document", "miss"))),
	}
	m.registry.MustRegister(
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), collectors.NewBuildInfoCollector(),
		m.requests, m.requestDurations, m.requestsInFlight,
		m.fields, m.fieldDurations,
		m.calls, m.callDurations, m.callsInFlight,
		m.knownDocuments, m.newDocuments,
	)
	return m
}

// Handler answers with all metrics, in the format that Prometheus asks for.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		EnableOpenMetrics: true,
		// One Prometheus asks, or two of them; nobody else shall keep the server busy.
		MaxRequestsInFlight: 4,
		Timeout:             10 * time.Second,
	})
}

// Request is told of a request that begins. What it returns is called when the
// request has been answered, with the pattern of its route, empty if there is none,
// the status, zero if the answer was given up, and the code of the refusal, if it
// is one.
func (m *Metrics) Request(r *http.Request) (context.Context, func(route string, status int, refusal string)) {
	begun := time.Now()
	m.requestsInFlight.Inc()
	return r.Context(), func(route string, status int, refusal string) {
		m.requestsInFlight.Dec()
		if route == "" {
			route = "other"
		}
		outcome := "aborted"
		if status != 0 {
			outcome = strconv.Itoa(status)
		}
		m.requests.WithLabelValues(route, outcome, refusal).Inc()
		m.requestDurations.WithLabelValues(route).Observe(time.Since(begun).Seconds())
	}
}

// RootField is told of a root field that begins, by the type of the operation and
// the field's name in the schema. What it returns is called with the code when it
// has been executed.
func (m *Metrics) RootField(ctx context.Context, operation, field string) (context.Context, func(code string)) {
	begun := time.Now()
	return ctx, func(code string) {
		m.fields.WithLabelValues(operation, field, code).Inc()
		m.fieldDurations.WithLabelValues(operation, field).Observe(time.Since(begun).Seconds())
	}
}

// DocumentLookup is told whether a document was in the cache.
func (m *Metrics) DocumentLookup(known bool) {
	if known {
		m.knownDocuments.Inc()
	} else {
		m.newDocuments.Inc()
	}
}

// Call is told of a request that goes to Logto, by the name of its endpoint. What
// it returns is called with the status, or with the error that kept the answer from
// coming, or from coming whole.
func (m *Metrics) Call(r *http.Request, endpoint string) (*http.Request, func(status int, err error)) {
	begun := time.Now()
	m.callsInFlight.Inc()
	return r, func(status int, err error) {
		m.callsInFlight.Dec()
		m.calls.WithLabelValues(endpoint, callOutcome(status, err)).Inc()
		m.callDurations.WithLabelValues(endpoint).Observe(time.Since(begun).Seconds())
	}
}

func callOutcome(status int, err error) string {
	timeout, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	switch {
	case err == nil:
		return strconv.Itoa(status)
	case errors.Is(err, context.Canceled):
		return "canceled"
	case ok && timeout.Timeout():
		return "timeout"
	default:
		return "failed"
	}
}
