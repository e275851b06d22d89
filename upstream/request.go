package upstream

import "context"

// Priority is the order of requests that wait.
type Priority int

const (
	// background is for calls that serve nobody in particular and everybody.
	background Priority = iota
	// Write is for requests that change something. Once begun, they are never refused
	// another call.
	Write
	// Read is for all others.
	Read
	priorities
)

// request is one of our own requests, which makes calls. It is let in or refused as
// a whole. The gate's lock guards what changes.
type request struct {
	priority Priority
	// order is the place among the requests of the gate, by first call; zero before.
	order uint64
	// begun tells that a call was let through.
	begun bool
	// waiting counts the calls that wait.
	waiting int
	// refusal is what its calls get once it is refused, and told is closed when they
	// do.
	refusal *Refusal
	told    chan struct{}
}

type requestKey struct{}

// WithRequest returns a context whose calls belong to one request. The first of them
// decides whether it is let in; if so, the others wait for their turn, and if not,
// all are refused.
func WithRequest(ctx context.Context, p Priority) context.Context {
	return context.WithValue(ctx, requestKey{}, &request{priority: p})
}

// WithoutRequest returns a context whose calls belong to no request, even if ctx
// does. They go before all others and are never refused for want of room: it is for
// the few whose answers everybody waits for.
func WithoutRequest(ctx context.Context) context.Context {
	if ctx.Value(requestKey{}) == nil {
		return ctx
	}
	return context.WithValue(ctx, requestKey{}, nil)
}

// requestOf returns the request that the context belongs to. Calls that belong to
// none are requests of their own.
func requestOf(ctx context.Context) *request {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r
	}
	return &request{priority: background}
}

type admittedKey struct{}

// WhenAdmitted returns a context whose calls run f when they are let through, before
// they are sent. A request that makes several calls at once begins the others in f,
// so that one which waits, or is refused, costs as little as it can. A call that is
// repeated runs f again.
func WhenAdmitted(ctx context.Context, f func()) context.Context {
	return context.WithValue(ctx, admittedKey{}, f)
}

// admitted runs what was to be run now.
func admitted(ctx context.Context) {
	if f, ok := ctx.Value(admittedKey{}).(func()); ok {
		f()
	}
}
