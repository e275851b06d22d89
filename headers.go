package main

import (
	"maps"
	"net/http"
	"time"

	"github.com/rs/cors"

	"accountql/graphqlhttp"
)

// withHeaders gives every answer the headers that tell browsers and caches to do
// nothing with it but to hand it over. Handlers may set others in their place.
//
// Strict-Transport-Security is not among them: without TLS, which is the proxy's
// task, browsers ignore it (RFC 6797, section 8.1), and it binds all that the host
// serves. Cross-Origin-Resource-Policy is about requests without CORS alone, so
// allowed origins aren't kept out by it.
func withHeaders(next http.Handler) http.Handler {
	defaults := http.Header{
		"Cache-Control":                {"no-store"},
		"Content-Security-Policy":      {"default-src 'none'; frame-ancestors 'none'"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
		"Referrer-Policy":              {"no-referrer"},
		"X-Content-Type-Options":       {"nosniff"},
		"X-Frame-Options":              {"DENY"},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		maps.Copy(w.Header(), defaults)
		next.ServeHTTP(w, r)
	})
}

// allowOrigins lets pages of these origins call next, and answers preflights. No
// cookies are used, so none are allowed.
func allowOrigins(origins []string, next http.Handler) http.Handler {
	allowed := make(map[string]bool, len(origins))
	for _, origin := range origins {
		allowed[origin] = true
	}
	return cors.New(cors.Options{
		// An empty AllowedOrigins would allow all of them.
		AllowOriginFunc: func(origin string) bool { return allowed[origin] },
		AllowedMethods:  []string{http.MethodGet, http.MethodPost},
		AllowedHeaders: []string{
			"Authorization", "Content-Type", graphqlhttp.RequestIDHeader,
			// Apollo Client's.
			"Apollo-Require-Preflight", "X-Apollo-Operation-Name", "ApolloGraphQL-Client-Name", "ApolloGraphQL-Client-Version",
			// OpenTelemetry's. The baggage is not used, but refusing it would refuse the request.
			"Traceparent", "Tracestate", "Baggage",
		},
		ExposedHeaders: []string{"WWW-Authenticate", "Retry-After", graphqlhttp.RequestIDHeader},
		MaxAge:         int((2 * time.Hour).Seconds()), // The most that browsers take.
	}).Handler(next)
}
