package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
)

// proxy stands between a server and its Logto, so that a test can hold or answer
// the server's requests.
type proxy struct {
	*httptest.Server
	handle atomic.Pointer[interceptor]
}

// interceptor passes a request on to Logto by way of next, or does not.
type interceptor func(w http.ResponseWriter, r *http.Request, next http.Handler)

func newProxy(t *testing.T, endpoint string) *proxy {
	t.Helper()
	target := parse(t, endpoint)
	return newProxyTo(t, func() *url.URL { return target })
}

func parse(t *testing.T, address string) *url.URL {
	t.Helper()
	parsed, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// newProxyTo is a proxy that asks anew where each request goes.
func newProxyTo(t *testing.T, target func() *url.URL) *proxy {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	forward := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target()) },
		Transport: transport,
		ErrorLog:  slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), // Requests that are given up are no news.
	}
	p := new(proxy)
	p.intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) { next.ServeHTTP(w, r) })
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		(*p.handle.Load())(w, r, forward)
	}))
	t.Cleanup(func() {
		p.CloseClientConnections()
		p.Close()
		transport.CloseIdleConnections()
	})
	return p
}

func (p *proxy) intercept(handle interceptor) { p.handle.Store(&handle) }

// newProxiedWorld is a world whose server reaches Logto through a proxy.
func newProxiedWorld(t *testing.T) (*world, *proxy) {
	t.Helper()
	logto := newLogto(t)
	p := newProxy(t, logto.Endpoint)
	return newWorldOn(t, logto, env{"LOGTO_ENDPOINT": p.URL}), p
}
