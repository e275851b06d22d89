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
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// The defaults of Config.
const (
	// DefaultMaxBodyBytes leaves room for the largest sensible request, one that replaces the custom data: these are
	// tens of kilobytes of JSON, which can double when a client escapes all that is not ASCII.
	DefaultMaxBodyBytes = 256 << 10
	// DefaultTokenLimit is four times the whole settings query and eight times the introspection query, and has room for
	// dozens of mutations in one document. Validation can take time that is quadratic in the tokens.
	DefaultTokenLimit = 1500
	// DefaultOperationTimeout is longer than any operation takes whose calls of Logto keep their own time limits.
	DefaultOperationTimeout = 30 * time.Second
)

// Config is what a handler is made of. Limits have defaults; the rest, but for RootFieldMiddleware and Introspection, is
// required.
type Config struct {
	Schema graphql.ExecutableSchema

	// Authenticate verifies the token in the header and returns the context that the operation runs in. An *auth.Error
	// is answered 401, auth.ErrUnavailable 503, any other error 500.
	Authenticate func(ctx context.Context, header http.Header) (context.Context, error)

	// ErrorPresenter makes what a client sees out of an error of the execution; it must set extensions.code. Where
	// waiting helps it sets extensions.retryAfterSeconds to an int, which also becomes the Retry-After header of an
	// answer without data. The panic of a resolver, logged already, comes to it as a *gqlerror.Error that is fit to be
	// seen. When the operation's time is up, resolvers fail with what their context says, context.DeadlineExceeded.
	ErrorPresenter graphql.ErrorPresenterFunc

	// RootFieldMiddleware wraps the execution of each root field, with all that is below it; nil does nothing. It also
	// sees the fields whose arguments or whose scope are refused.
	RootFieldMiddleware graphql.RootFieldMiddleware

	// Introspection lets documents ask for the schema, and errors suggest names from it.
	Introspection bool

	MaxBodyBytes     int64         // Of a body or a query string; 0 means DefaultMaxBodyBytes.
	TokenLimit       int           // Lexical tokens of a document; 0 means DefaultTokenLimit.
	OperationTimeout time.Duration // For all of an operation's execution; 0 means DefaultOperationTimeout.

	Logger *slog.Logger
}

type handler struct {
	schema        graphql.ExecutableSchema
	documents     *documents
	authenticate  func(context.Context, http.Header) (context.Context, error)
	presenter     graphql.ErrorPresenterFunc
	rootFields    graphql.RootFieldMiddleware
	introspection bool
	maxBodyBytes  int64
	timeout       time.Duration
	logger        *slog.Logger
	buffers       sync.Pool
}

// New makes the handler of the GraphQL endpoint. It doesn't look at the path, and leaves CORS to others.
func New(config Config) http.Handler {
	if config.MaxBodyBytes == 0 {
		config.MaxBodyBytes = DefaultMaxBodyBytes
	}
	if config.TokenLimit == 0 {
		config.TokenLimit = DefaultTokenLimit
	}
	if config.OperationTimeout == 0 {
		config.OperationTimeout = DefaultOperationTimeout
	}
	if config.RootFieldMiddleware == nil {
		config.RootFieldMiddleware = resolveRoot
	}
	return &handler{
		schema:        config.Schema,
		documents:     newDocuments(config),
		authenticate:  config.Authenticate,
		presenter:     config.ErrorPresenter,
		rootFields:    config.RootFieldMiddleware,
		introspection: config.Introspection,
		maxBodyBytes:  config.MaxBodyBytes,
		timeout:       config.OperationTimeout,
		logger:        config.Logger,
		buffers:       sync.Pool{New: func() any { return new(bytes.Buffer) }},
	}
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
			writeRefusal(w, mediaType, internalError())
		}
	}()

	response, refused := h.respond(w, r, acceptable)
	if refused != nil {
		writeRefusal(w, mediaType, refused)
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
	operation, refused := h.documents.operation(ctx, p)
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
