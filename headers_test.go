package main

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestHeadersOfEveryAnswer asks for each kind of answer that there is, with and
// without the playground.
func TestHeadersOfEveryAnswer(t *testing.T) {
	t.Parallel()
	plain := newWorld(t, nil)
	playing := newWorld(t, env{"PLAYGROUND": "true"})
	asset := regexp.MustCompile(`/playground/[0-9a-f]+/page\.js`).FindString(get(t, playing.url+"/").body)
	const query = `{"query":"{ me { id } }"}`
	for _, test := range []struct {
		w                          *world
		method, path, body, except string
		status                     int
		isAnonymous                bool
	}{
		{w: plain, method: "POST", path: "/graphql", body: query, status: 200},
		{w: plain, method: "POST", path: "/graphql", body: `{"query":"{ nothing }"}`, status: 200},
		{w: plain, method: "POST", path: "/graphql", body: `[`, status: 400},
		{w: plain, method: "POST", path: "/graphql", body: query + strings.Repeat(" ", 1<<20), status: 413},
		{w: plain, method: "PUT", path: "/graphql", body: query, status: 405},
		{w: plain, method: "OPTIONS", path: "/graphql", status: 405},
		{w: plain, method: "TRACE", path: "/graphql", status: 405},
		{w: plain, method: "POST", path: "/graphql", body: query, isAnonymous: true, status: 401},
		{w: plain, method: "OPTIONS", path: "/graphql", isAnonymous: true, status: 401},
		{w: plain, method: "GET", path: "/graphql/", status: 404},
		{w: plain, method: "GET", path: "/GraphQL", status: 404},
		{w: plain, method: "GET", path: "/", status: 404},
		{w: plain, method: "GET", path: "/.env", status: 404},
		{w: plain, method: "GET", path: "/healthz", status: 200},
		{w: plain, method: "HEAD", path: "/healthz", status: 200},
		{w: plain, method: "POST", path: "/healthz", status: 405},
		{w: plain, method: "GET", path: "/readyz", status: 200},
		{w: playing, method: "POST", path: "/healthz", status: 405},
		{w: playing, method: "GET", path: "/.env", status: 404},
		{w: playing, method: "POST", path: "/", status: 405},
		{w: playing, method: "GET", path: "/playground/", status: 404},
		{w: playing, method: "GET", path: "/", status: 200, except: "Content-Security-Policy"},
		{w: playing, method: "GET", path: asset, status: 200, except: "Cache-Control"},
	} {
		t.Run(fmt.Sprintf("%s %s %d", test.method, test.path, test.status), func(t *testing.T) {
			t.Parallel()
			header := bearer(test.w.token("alice"))
			if test.isAnonymous {
				header.Del("Authorization")
			}
			got := send(t, test.method, test.w.url+test.path, header, strings.NewReader(test.body))
			want := http.Header{
				"Cache-Control":                {"no-store"},
				"Content-Security-Policy":      {"default-src 'none'; frame-ancestors 'none'"},
				"Cross-Origin-Resource-Policy": {"same-origin"},
				"Referrer-Policy":              {"no-referrer"},
				"X-Content-Type-Options":       {"nosniff"},
				"X-Frame-Options":              {"DENY"},
			}
			seen := http.Header{}
			for name := range want {
				seen[name] = got.header.Values(name)
			}
			if test.except != "" {
				if seen.Get(test.except) == "" {
					t.Errorf("no %s", test.except)
				}
				delete(want, test.except)
				delete(seen, test.except)
			}
			if diff := cmp.Diff(want, seen); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
			if got.status != test.status || got.header.Get("X-Request-Id") == "" {
				t.Errorf("got status %d, %v", got.status, got.header)
			}
		})
	}
}

// TestHeadersOfTheAnswerAboutTheServer: net/http would answer OPTIONS * by itself.
func TestHeadersOfTheAnswerAboutTheServer(t *testing.T) {
	t.Parallel()
	address := parse(t, start(t, merged(serverEnv(newLogto(t)), env{"ADDR": free})).address(t))
	got, err := exchange(&http.Request{Method: http.MethodOptions, URL: &url.URL{Scheme: "http", Host: address.Host, Opaque: "*"}})
	if err != nil {
		t.Fatal(err)
	}
	if got.status != http.StatusBadRequest || got.header.Get("X-Request-Id") == "" || got.header.Get("Cache-Control") != "no-store" {
		t.Errorf("got %v", got)
	}
}
