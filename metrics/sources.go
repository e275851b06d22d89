package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"accountql/auth"
	"accountql/events"
	"accountql/store"
	"accountql/tenant"
	"accountql/upstream"
)

// Sources keep counts of their own, which are read when Prometheus asks.
type Sources struct {
	Tokens   *auth.Verifier
	Tenant   *tenant.Cache
	Store    *store.Store
	Events   *events.Emitter
	Upstream *upstream.Transport
}

// Read registers what the sources count. Call it once.
func (m *Metrics) Read(s Sources) {
	m.counter(cacheOpts("token", "hit"), func() uint64 { return s.Tokens.Stats().Hits })
	m.counter(cacheOpts("token", "miss"), func() uint64 { return s.Tokens.Stats().Misses })
	m.counter(cacheOpts("tenant", "hit"), func() uint64 { hits, _ := s.Tenant.Lookups(); return hits })
	m.counter(cacheOpts("tenant", "miss"), func() uint64 { _, misses := s.Tenant.Lookups(); return misses })

	m.counter(opts("accountql_signatures_bad_total", "Signatures of tokens that were checked and found bad."),
		func() uint64 { return s.Tokens.Stats().Forged })
	m.counter(opts("accountql_signatures_refused_total", "Signatures of tokens that were not checked, too many others being checked or bad."),
		func() uint64 { return s.Tokens.Stats().Refused })
	m.gauge(opts("accountql_signatures_waiting", "Signatures of tokens that wait for their turn."),
		func() int { return s.Tokens.Stats().Waiting })

	m.counter(opts("accountql_events_total", "Events by what became of them.", "result", "delivered"),
		func() uint64 { return s.Events.Stats().Delivered })
	m.counter(opts("accountql_events_total", "Events by what became of them.", "result", "lost"),
		func() uint64 { return s.Events.Stats().Lost })
	m.gauge(opts("accountql_events_queued", "Events that wait to be delivered."), func() int { return s.Events.Stats().Queued })

	m.counter(opts("accountql_store_failures_total", "Operations of the store that failed."), s.Store.Failures)

	m.readUpstream(s.Upstream.State)
}

func (m *Metrics) readUpstream(state func() upstream.State) {
	m.gauge(opts("accountql_upstream_limit", "How many requests to Logto may be under way."), func() int { return state().Limit })
	m.gauge(opts("accountql_upstream_waiting", "Calls of Logto that wait for the limiter."), func() int { return state().Waiting })
	m.counter(opts("accountql_upstream_refused_total", "Calls of Logto that were not made.", "by", "limiter"),
		func() uint64 { return state().RefusedByLimit })
	m.counter(opts("accountql_upstream_refused_total", "Calls of Logto that were not made.", "by", "breaker"),
		func() uint64 { return state().RefusedByBreaker })
	m.counter(opts("accountql_upstream_retries_total", "Tries of calls of Logto after the first ones."), func() uint64 { return state().Retries })
	for _, name := range []string{"closed", "half-open", "open"} {
		m.gauge(opts("accountql_upstream_breaker", "1 for the state that the breaker is in.", "state", name), func() int {
			if state().Breaker == name {
				return 1
			}
			return 0
		})
	}
}

func (m *Metrics) counter(o prometheus.Opts, read func() uint64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts(o), func() float64 { return float64(read()) }))
}

func (m *Metrics) gauge(o prometheus.Opts, read func() int) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts(o), func() float64 { return float64(read()) }))
}

// opts describes a metric; labels are names and values by turns.
func opts(name, help string, labels ...string) prometheus.Opts {
	constant := prometheus.Labels{}
	for i := 0; i < len(labels); i += 2 {
		constant[labels[i]] = labels[i+1]
	}
	return prometheus.Opts{Name: name, Help: help, ConstLabels: constant}
}

func cacheOpts(cache, result string) prometheus.Opts {
	return opts("accountql_cache_requests_total", "Lookups in a cache.", "cache", cache, "result", result)
}
