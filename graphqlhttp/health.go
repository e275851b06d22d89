package graphqlhttp

import (
	"context"
	"io"
	"net/http"
)

// Healthz answers 200 as long as the process serves at all.
func Healthz() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeHealth(w, http.StatusOK, "ok\n")
	})
}

// Readyz answers 200 if ready says that requests can be served now, and 503 if not. It doesn't say why, for anybody may
// ask.
func Readyz(ready func(ctx context.Context) bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !ready(r.Context()) {
			writeHealth(w, http.StatusServiceUnavailable, "not ready\n")
			return
		}
		writeHealth(w, http.StatusOK, "ready\n")
	})
}

func writeHealth(w http.ResponseWriter, status int, text string) {
	header := w.Header()
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	// A probe that has gone needs no answer.
	_, _ = io.WriteString(w, text)
}
