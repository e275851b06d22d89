// Package upstream stands between the calls of one service and the network. It knows
// HTTP, and nothing of the service.
//
//	call ─ retry ─ breaker ─ gate ─ network
//
// The gate bounds the calls in flight to what the service bears, which it finds out
// from how long answers take (limit.go). What doesn't fit waits for a short time, or
// is refused early where more comes than that for longer than a moment (crowd.go). It
// is refused by whole requests rather than by calls (gate.go): a request of ours that
// got one call through gets the others through as well. The breaker refuses everything
// while the service is down (breaker.go). Calls that change nothing are repeated when
// they fail on the way (retry.go).
//
// What is refused was not sent, and ends with a [Refusal].
package upstream

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"
)

// Config is what a Transport is made of.
type Config struct {
	// Network sends requests.
	Network http.RoundTripper
	// MaxConcurrency bounds the calls in flight, however many the service bears; at
	// least 1.
	MaxConcurrency int
	// Kind names the requests that usually take equally long, by endpoint for
	// instance: how long one takes is compared within its kind. Nil stands for one kind.
	Kind func(*http.Request) string
	// Logger hears of changes of the breaker and, now and then, of refusals.
	Logger *slog.Logger
}

// Transport is the network, made kind to the service behind it. It is safe for
// concurrent use.
type Transport struct {
	network http.RoundTripper
	kind    func(*http.Request) string
	logger  *slog.Logger
	gate    *gate
	breaker *breaker
	budget  budget
	refused atomic.Uint64
	retries atomic.Uint64
	// warned is when the log was told of refusals last, in seconds since 1970.
	warned atomic.Int64
}

// New makes a Transport.
func New(cfg Config) *Transport {
	if cfg.Kind == nil {
		cfg.Kind = func(*http.Request) string { return "" }
	}
	return &Transport{
		network: cfg.Network, kind: cfg.Kind, logger: cfg.Logger, budget: budget{saved: maxSavings},
		gate: newGate(cfg.MaxConcurrency), breaker: newBreaker(cfg.Logger),
	}
}

// State is what a Transport is doing, for metrics. The counts are since its start.
type State struct {
	// Limit is how many calls may be in flight, InFlight how many are, and Waiting
	// how many wait for that.
	Limit, InFlight, Waiting int
	// RefusedByLimit and RefusedByBreaker count calls.
	RefusedByLimit, RefusedByBreaker uint64
	// Retries counts the tries after the first ones.
	Retries uint64
	// Breaker is "closed" if calls get through, "open", or "half-open" when a few of
	// them try whether the service is back.
	Breaker string
}

// State may be called at any time.
func (t *Transport) State() State {
	s := t.gate.state()
	s.RefusedByLimit, s.RefusedByBreaker, s.Retries = t.refused.Load(), t.breaker.refused.Load(), t.retries.Load()
	s.Breaker = t.breaker.State().String()
	return s
}

// Refusal is the error of a call that was not sent.
type Refusal struct {
	// Down tells that the service is down; else it has too much to do.
	Down bool
	// RetryAfter is how long to wait before another try.
	RetryAfter time.Duration
}

func (r *Refusal) Error() string {
	reason := "too many calls in flight"
	if r.Down {
		reason = "too many calls have failed"
	}
	return fmt.Sprintf("not sent: %s: try again after %v", reason, r.RetryAfter)
}

// RoundTrip implements http.RoundTripper.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if !isRepeatable(req) {
		return t.try(req, true)
	}
	t.budget.earn()
	resp, err := t.try(req, true)
	if !isWorthRepeating(req, resp, err) {
		return resp, err
	}
	return t.repeat(req, resp, err)
}

// CloseIdleConnections lets http.Client reach the network's connections.
func (t *Transport) CloseIdleConnections() {
	if network, ok := t.network.(interface{ CloseIdleConnections() }); ok {
		network.CloseIdleConnections()
	}
}

// try makes a call once, if it may be made. The call is over, and makes room for
// another, when its answer's body has been read or closed.
func (t *Transport) try(req *http.Request, first bool) (*http.Response, error) {
	c, err := t.begin(req, first)
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		return nil, err
	}
	resp, err := t.network.RoundTrip(req)
	if err != nil {
		c.end(0, err)
		return nil, err
	}
	c.ReadCloser, c.status = resp.Body, resp.StatusCode
	resp.Body = c
	return resp, nil
}

// begin waits for the call's turn.
func (t *Transport) begin(req *http.Request, first bool) (*call, error) {
	ctx := req.Context()
	if trace := httptrace.ContextClientTrace(ctx); trace != nil && trace.GetConn != nil {
		trace.GetConn(req.URL.Host) // Whoever sees no connection after this knows that nothing was sent.
	}
	r := requestOf(ctx)
	// Before the gate, so that nobody waits for nothing, and behind it, since those
	// who wait are no trials.
	if t.breaker.isOpen() && !t.gate.mustGoOn(r) {
		return nil, t.breaker.refuse()
	}
	p, err := t.gate.enter(ctx, r)
	if err != nil {
		if _, refused := errors.AsType[*Refusal](err); refused {
			t.refused.Add(1)
			t.warn()
		}
		return nil, err
	}
	report, ok := t.breaker.enter()
	switch {
	case ok:
	case r.priority == Write && !p.begins: // As in mustGoOn, but for this call itself.
		report = func(error) {}
	default:
		t.gate.turnBack(r, p)
		return nil, t.breaker.refuse()
	}
	admitted(ctx)
	return &call{transport: t, request: req, first: first, pass: p, report: report}, nil
}

// warn tells the log of refusals, once a minute.
func (t *Transport) warn() {
	now, warned := time.Now().Unix(), t.warned.Load()
	if now-warned >= 60 && t.warned.CompareAndSwap(warned, now) {
		t.logger.Warn("requests are refused: the upstream has too much to do", "limit", t.State().Limit)
	}
}
