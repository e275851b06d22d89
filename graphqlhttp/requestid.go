package graphqlhttp

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"regexp"
)

// RequestIDHeader carries the id of a request, in the answer always, in the request if a proxy has given one.
const RequestIDHeader = "X-Request-Id"

type requestIDKey struct{}

// WithRequestID gives every request an id, for next, for the log and for the answer's header. The client's own is taken
// only if it can do no harm in a log or a header: 1 to 64 letters, digits, hyphens and underscores.
func WithRequestID(next http.Handler) http.Handler {
	harmless := regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := rand.Text()
		if given := r.Header.Values(RequestIDHeader); len(given) == 1 && harmless.MatchString(given[0]) {
			id = given[0]
		}
		w.Header().Set(RequestIDHeader, id)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestIDKey{}, id)))
	})
}

// RequestID returns the id of the request that ctx belongs to, or "".
func RequestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey{}).(string)
	return id
}

// LogHandler returns a slog handler that adds the request's id to every record that is logged with its context.
func LogHandler(next slog.Handler) slog.Handler {
	return logHandler{next}
}

type logHandler struct{ slog.Handler }

// Handle implements slog.Handler.
func (h logHandler) Handle(ctx context.Context, record slog.Record) error {
	if id := RequestID(ctx); id != "" {
		record = record.Clone()
		record.AddAttrs(slog.String("request_id", id))
	}
	return h.Handler.Handle(ctx, record)
}

// WithAttrs implements slog.Handler.
func (h logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (h logHandler) WithGroup(name string) slog.Handler {
	return logHandler{h.Handler.WithGroup(name)}
}
