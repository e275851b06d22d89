package main

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestHealth asks a server that serves, while it serves and afterwards, by each form
// of address that it may be told to listen on.
func TestHealth(t *testing.T) {
	t.Parallel()
	p, d := startDemo(t)
	_, port, err := net.SplitHostPort(strings.TrimSuffix(strings.TrimPrefix(d.GraphqlURL, "http://"), graphQLPath))
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"", "127.0.0.1", "0.0.0.0", "[::]", "localhost"} {
		if got := health(t, host+":"+port); got != nil {
			t.Errorf("%s: %v", host, got)
		}
	}
	if err := p.end(); err != nil {
		t.Fatal(err)
	}
	if got := health(t, ":"+port); exitCode(got) != 1 || !strings.Contains(got.Error(), "connection refused") {
		t.Errorf("after the end: %v", got)
	}
}

// health runs the command against an address, with nothing else in its environment.
func health(t *testing.T, addr string) error {
	t.Helper()
	return run(t.Context(), []string{"health"}, env{"ADDR": addr}.get, nil, newOutput(), newOutput())
}

// TestHealthOfWhatIsNotWell ends with code 1 and says why.
func TestHealthOfWhatIsNotWell(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.RedirectHandler("/elsewhere", http.StatusFound))
	defer other.Close()
	for addr, want := range map[string]string{
		other.Listener.Addr().String(): "answered with status 302",
		"127.0.0.1:0":                  "ADDR has port 0",
		"8080":                         "ADDR is not HOST:PORT: set it to",
	} {
		if got := health(t, addr); exitCode(got) != 1 || !strings.Contains(got.Error(), want) {
			t.Errorf("%s: got %v, want %s", addr, got, want)
		}
	}
}

// TestHealthOfAServerThatHangs ends with the wait for it.
func TestHealthOfAServerThatHangs(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{})
	hanging := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(asked)
		<-r.Context().Done()
	}))
	defer hanging.Close()
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		<-asked
		stop()
	}()
	if err := askHealth(ctx, hanging.URL); err == nil {
		t.Error("it is said to be well")
	}
}
