package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPagesOfOtherOrigins(t *testing.T) {
	t.Parallel()
	const own, wanted = "https://app.example.com", "authorization,content-type"
	w := newWorld(t, env{"CORS_ALLOWED_ORIGINS": own + ",http://localhost:3000"})
	none := newWorld(t, nil)
	for _, test := range []struct {
		name, url, origin, method, headers string
		allowed                            bool
	}{
		{"an allowed origin", w.url, own, "POST", wanted, true},
		{"another allowed origin", w.url, "http://localhost:3000", "GET", wanted, true},
		{
			"what Apollo sends", w.url, own, "POST",
			"apollo-require-preflight,apollographql-client-name,apollographql-client-version,authorization,content-type,x-apollo-operation-name", true,
		},
		{"traces", w.url, own, "POST", "authorization,baggage,content-type,traceparent,tracestate,x-request-id", true},
		{"another origin", w.url, "https://evil.example", "POST", wanted, false},
		{"a longer host", w.url, own + ".evil.example", "POST", wanted, false},
		{"another scheme", w.url, "http://app.example.com", "POST", wanted, false},
		{"another port", w.url, own + ":444", "POST", wanted, false},
		{"no origin", w.url, "null", "POST", wanted, false},
		{"another method", w.url, own, "DELETE", wanted, false},
		{"another header", w.url, own, "POST", "x-evil", false},
		{"no origin is allowed", none.url, own, "POST", wanted, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := send(t, http.MethodOptions, test.url+"/graphql", http.Header{
				"Origin": {test.origin}, "Access-Control-Request-Method": {test.method}, "Access-Control-Request-Headers": {test.headers},
			}, nil)
			want := http.Header{"Vary": {"Origin, Access-Control-Request-Method, Access-Control-Request-Headers"}}
			if test.allowed {
				want.Set("Access-Control-Allow-Origin", test.origin)
				want.Set("Access-Control-Allow-Methods", test.method)
				want.Set("Access-Control-Allow-Headers", test.headers)
				want.Set("Access-Control-Max-Age", "7200")
			}
			if diff := cmp.Diff(want, aboutOrigins(got.header)); diff != "" || got.status != http.StatusNoContent {
				t.Errorf("preflight: status %d (-want +got):\n%s", got.status, diff)
			}
		})
	}
}

// aboutOrigins picks the headers that depend on the origin, which allow no cookies.
func aboutOrigins(header http.Header) http.Header {
	picked := http.Header{"Vary": header.Values("Vary")}
	for name, values := range header {
		if strings.HasPrefix(name, "Access-Control-") {
			picked[name] = values
		}
	}
	return picked
}

// TestAnswersToPagesOfOtherOrigins: without the origin's header a page can't see
// even why it is refused.
func TestAnswersToPagesOfOtherOrigins(t *testing.T) {
	t.Parallel()
	const own = "https://app.example.com"
	w := newWorld(t, env{"CORS_ALLOWED_ORIGINS": own})
	for _, origin := range []string{own, "https://evil.example", "null", ""} {
		for token, status := range map[string]int{"": http.StatusUnauthorized, w.token("alice"): http.StatusOK} {
			header := bearer(token)
			header.Set("Origin", origin)
			want := http.Header{"Vary": {"Origin", "Accept"}}
			if origin == own {
				want.Set("Access-Control-Allow-Origin", own)
				want.Set("Access-Control-Expose-Headers", "Www-Authenticate, Retry-After, X-Request-Id")
			}
			got := send(t, http.MethodPost, w.url+"/graphql", header, strings.NewReader(`{"query":"{ me { id } }"}`))
			if diff := cmp.Diff(want, aboutOrigins(got.header)); diff != "" || got.status != status {
				t.Errorf("%q: status %d (-want +got):\n%s", origin, got.status, diff)
			}
		}
	}
}
