package main

import (
	"fmt"
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
		{"what Apollo sends", w.url, own, "POST", "apollo-require-preflight,authorization,content-type,x-request-id", true},
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
			want := "204 []"
			if test.allowed {
				want = fmt.Sprintf("204 [%s %s %s]", test.origin, test.method, test.headers)
			}
			allowed := strings.Fields(strings.Join([]string{
				got.header.Get("Access-Control-Allow-Origin"), got.header.Get("Access-Control-Allow-Methods"), got.header.Get("Access-Control-Allow-Headers"),
			}, " "))
			if diff := cmp.Diff(want, fmt.Sprint(got.status, " ", allowed)); diff != "" {
				t.Errorf("preflight (-want +got):\n%s", diff)
			}
			if got.header.Get("Access-Control-Allow-Credentials") != "" {
				t.Error("cookies are allowed")
			}
		})
	}
}

// TestRefusalsCanBeReadByPages: without the origin's header a page can't see why it
// is refused.
func TestRefusalsCanBeReadByPages(t *testing.T) {
	t.Parallel()
	const origin = "https://app.example.com"
	w := newWorld(t, env{"CORS_ALLOWED_ORIGINS": origin})
	got := send(t, http.MethodPost, w.url+"/graphql", http.Header{"Origin": {origin}}, nil)
	if got.status != http.StatusUnauthorized || got.header.Get("Access-Control-Allow-Origin") != origin {
		t.Errorf("a refusal: %v", got)
	}
	for _, name := range []string{"Www-Authenticate", "Retry-After", "X-Request-Id"} {
		if exposed := got.header.Get("Access-Control-Expose-Headers"); !strings.Contains(exposed, name) {
			t.Errorf("%s can't be read by pages: %s", name, exposed)
		}
	}
}
