package graphqlhttp

import (
	"context"
	"net/http"
	"slices"
)

// Observer watches requests, for metrics and traces. It is called when a request begins, and returns the context for it
// and what to call once it has been answered: with the pattern of its route, empty if there is none, the status, zero if
// the answer was given up, and the code of the refusal, empty unless it is a GraphQL request of which nothing was executed.
type Observer func(*http.Request) (context.Context, func(route string, status int, refusal string))

// Observe lets observers watch the requests that come to mux. Without any it returns mux as it is.
func Observe(mux *http.ServeMux, observers ...Observer) http.Handler {
	if len(observers) == 0 {
		return mux
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &answer{ResponseWriter: w}
		r = r.WithContext(context.WithValue(r.Context(), answerKey{}, seen))
		ends := make([]func(string, int, string), len(observers))
		for i, observe := range observers {
			var ctx context.Context
			ctx, ends[i] = observe(r)
			r = r.WithContext(ctx)
		}
		defer func() {
			for _, end := range slices.Backward(ends) {
				end(r.Pattern, seen.status, seen.refusal)
			}
		}()
		mux.ServeHTTP(seen, r) // Which sets the pattern.
		if seen.status == 0 {
			seen.status = http.StatusOK
		}
	})
}

// answer notes what becomes of a request.
type answer struct {
	http.ResponseWriter
	status  int
	refusal string
}

type answerKey struct{}

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// noteRefusal lets observers know of a refusal.
func noteRefusal(ctx context.Context, refused *refusal) {
	if seen, ok := ctx.Value(answerKey{}).(*answer); ok {
		seen.refusal, _ = refused.errors[0].Extensions["code"].(string)
	}
}
