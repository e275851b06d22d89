// Package graphqlhttp serves GraphQL over HTTP, after the specification of that name
// (https://graphql.github.io/graphql-over-http/draft/), to authenticated callers only.
//
// A request is judged in the order of what judging costs: the token before anything is read, the media types and the
// size before anything is parsed, the document before anything is executed. Every answer is a GraphQL response in one
// of the two media types, also when the request didn't get as far as GraphQL, because that is what client libraries
// can read. No answer repeats what was sent, but for names of the document.
//
// On purpose there are no batches, no form bodies, no subscriptions, no incremental delivery and no tokens in URLs or
// cookies.
package graphqlhttp

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"

	"github.com/99designs/gqlgen/graphql"
)

// Config is what a handler is made of. All of it is required, but for Operation, RootFieldMiddleware, DocumentLookup,
// Introspection, Operations and ListSizes.
type Config struct {
	Schema graphql.ExecutableSchema

	// Authenticate verifies the token in the header and returns the context that the operation runs in. An *auth.Error
	// is answered 401, auth.ErrUnavailable 503, any other error 500.
	Authenticate func(ctx context.Context, header http.Header) (context.Context, error)

	// Operation returns the context that an operation of its kind runs in; nil leaves it as it is.
	Operation func(ctx context.Context, mutation bool) context.Context

	// ErrorPresenter makes what a client sees out of an error of the execution; it must set extensions.code. Where
	// waiting helps it sets extensions.retryAfterSeconds to an int, which also becomes the Retry-After header of an
	// answer without data. The panic of a resolver, logged already, comes to it as a *gqlerror.Error that is fit to be
	// seen. When the operation's time is up, resolvers fail with what their context says, context.DeadlineExceeded.
	ErrorPresenter graphql.ErrorPresenterFunc

	// RootFieldMiddleware wraps the execution of each root field, with all that is below it; nil does nothing. It also
	// sees the fields whose arguments or whose scope are refused.
	RootFieldMiddleware graphql.RootFieldMiddleware

	// DocumentLookup is told whether a document that was sent was known, parsed and found valid, already; nil does nothing.
	DocumentLookup func(known bool)

	// Introspection lets documents ask for the schema.
	Introspection bool

	// Operations are documents that clients may name instead of sending them. With OnlyOperations no others are executed.
	Operations     []Operation
	OnlyOperations bool

	Limits Limits

	// ListSizes say how long lists are taken to be for Limits.Complexity, as "User.sessions": 50. Lists that aren't named
	// are taken for ten elements long. A field that holds as much as many others, without being a list, can be named too.
	ListSizes map[string]int

	Logger *slog.Logger
}

type handler struct {
	schema        graphql.ExecutableSchema
	documents     *documents
	authenticate  func(context.Context, http.Header) (context.Context, error)
	operation     func(ctx context.Context, mutation bool) context.Context
	presenter     graphql.ErrorPresenterFunc
	rootFields    graphql.RootFieldMiddleware
	introspection bool
	limits        Limits
	logger        *slog.Logger
	buffers       sync.Pool
}

// New makes the handler of the GraphQL endpoint. It doesn't look at the path, and leaves CORS to others. Its error tells
// which of config.Operations can't be executed, and why.
func New(config Config) (http.Handler, error) {
	if config.RootFieldMiddleware == nil {
		config.RootFieldMiddleware = resolveRoot
	}
	if config.Operation == nil {
		config.Operation = func(ctx context.Context, _ bool) context.Context { return ctx }
	}
	if config.DocumentLookup == nil {
		config.DocumentLookup = func(bool) {}
	}
	documents, err := newDocuments(config)
	if err != nil {
		return nil, err
	}
	return &handler{
		schema:        config.Schema,
		documents:     documents,
		authenticate:  config.Authenticate,
		operation:     config.Operation,
		presenter:     config.ErrorPresenter,
		rootFields:    config.RootFieldMiddleware,
		introspection: config.Introspection,
		limits:        config.Limits,
		logger:        config.Logger,
		buffers:       sync.Pool{New: func() any { return new(bytes.Buffer) }},
	}, nil
}

// ServeHTTP implements http.Handler.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	mediaType := negotiate(r.Header.Values("Accept"))
	acceptable := mediaType != ""
	if !acceptable {
		mediaType = mediaJSON
	}
	defer func() {
		if recovered := recover(); recovered != nil {
			h.logPanic(r.Context(), recovered)
			writeRefusal(r.Context(), w, mediaType, internalError())
		}
	}()

	response, refused := h.respond(w, r, acceptable)
	if refused != nil {
		writeRefusal(r.Context(), w, mediaType, refused)
		return
	}
	writeResponse(w, mediaType, response)
}

// respond takes a request through all stages to its response, or to the stage that refuses it.
func (h *handler) respond(w http.ResponseWriter, r *http.Request, acceptable bool) (*graphql.Response, *refusal) {
	ctx, err := h.authenticate(r.Context(), r.Header)
	if err != nil {
		if refused, ok := unauthenticated(err); ok {
			return nil, refused
		}
		h.logger.ErrorContext(r.Context(), "authentication failed", "error", err)
		return nil, internalError()
	}
	if !acceptable {
		return nil, refuse(http.StatusNotAcceptable, "Accept must take "+mediaResponse+" or "+mediaJSON+".")
	}
	p, refused := h.parameters(w, r)
	if refused != nil {
		return nil, refused
	}
	operation, refused := h.documents.operation(p)
	if refused != nil {
		return nil, refused
	}
	if r.Method == http.MethodGet && isMutation(operation) {
		return nil, refuse(http.StatusMethodNotAllowed, "Mutations must be sent by POST.").with("Allow", "POST")
	}
	return h.execute(ctx, operation), nil
}

// logPanic must be called while the panic is being recovered from, for then the stack still shows where it began.
func (h *handler) logPanic(ctx context.Context, recovered any) {
	h.logger.ErrorContext(ctx, "panic", "panic", recovered, "stack", string(debug.Stack()))
}
