package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"
)

// The baselines take a path below /api/users/ and credentials for the Management
// API, and check nothing.

// newProxy is the standard library's reverse proxy as it comes, but for the transport.
func newProxy(upstream string) http.Handler {
	return &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: upstream}) },
		Transport: newTransport(),
	}
}

// newFloor is the settings page by hand: three calls in parallel, their answers
// copied into one.
func newFloor(upstream string) http.Handler {
	client := &http.Client{Transport: newTransport()}
	fetch := func(ctx context.Context, path, credentials string) ([]byte, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+upstream+path, http.NoBody)
		if err != nil {
			return nil, err
		}
		request.Header.Set("Authorization", credentials)
		response, err := client.Do(request)
		if err != nil {
			return nil, err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("GET %s: %s", path, response.Status)
		}
		return io.ReadAll(response.Body)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, credentials := r.URL.Path, r.Header.Get("Authorization")
		paths := pagePaths(user)
		answers := make([][]byte, len(paths))
		calls, ctx := errgroup.WithContext(r.Context())
		for i, path := range paths {
			calls.Go(func() (err error) {
				answers[i], err = fetch(ctx, path, credentials)
				return err
			})
		}
		if err := calls.Wait(); err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		page := joinPage(answers)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", fmt.Sprint(len(page)))
		_, _ = w.Write(page) // The client has gone, if it fails.
	})
}

// pagePaths are the three calls that the settings page needs.
func pagePaths(user string) []string {
	return []string{user + "?includeSsoIdentities=true", user + "/personal-access-tokens", user + "/mfa-verifications"}
}

// joinPage is what the floor makes of their answers.
func joinPage(answers [][]byte) []byte {
	return fmt.Appendf(nil, `{"user":%s,"personalAccessTokens":%s,"mfaVerifications":%s}`, answers[0], answers[1], answers[2])
}

// newTransport keeps every connection: with the two of http.DefaultTransport most
// calls would have to connect anew.
func newTransport() *http.Transport {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = 0, 4096
	return transport
}

// serveBaseline serves until ctx ends. The line it prints is its address.
func serveBaseline(ctx context.Context, stdout io.Writer, handler http.Handler) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != allocationsPath {
			handler.ServeHTTP(w, r)
			return
		}
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		_ = json.NewEncoder(w).Encode(allocations{Objects: stats.Mallocs, Bytes: stats.TotalAlloc})
	})}
	defer context.AfterFunc(ctx, func() { server.Close() })()
	if err := json.NewEncoder(stdout).Encode(listener.Addr().String()); err != nil {
		return err
	}
	if err := server.Serve(listener); ctx.Err() == nil {
		return err
	}
	return nil
}
