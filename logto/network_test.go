package logto_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"accountql/logto"
)

// networkOf starts a server and gives a network for it, as the product has it.
func networkOf(t *testing.T, handler http.HandlerFunc) (*httptest.Server, http.RoundTripper) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	network := logto.NewTransport(server.URL, 4)
	t.Cleanup(network.(interface{ CloseIdleConnections() }).CloseIdleConnections)
	return server, network
}

func get(ctx context.Context, t *testing.T, network http.RoundTripper, address string) (*http.Response, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = http.Header{"Authorization": {"Bearer secret"}, "Accept-Language": {"zh-CN, en;q=0.5"}, "Traceparent": {"00-1-2-01"}}
	return network.RoundTrip(r)
}

// TestReadsArriveAsTheyAre compares what is asked, byte for byte, and what is
// answered with what the other network makes of it.
func TestReadsArriveAsTheyAre(t *testing.T) {
	t.Parallel()
	server, network := networkOf(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Retry-After"] = []string{"7"}
		w.Header()["X-Twice"] = []string{"a", "b"}
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprintln(w, r.Method, r.RequestURI, r.Host, r.Header["Authorization"], r.Header["Accept-Language"], r.Header["Traceparent"])
		if r.URL.Query().Has("chunks") {
			w.(http.Flusher).Flush()
			fmt.Fprintln(w, strings.Repeat("more ", 5000))
		}
	})
	other := &http.Transport{}
	t.Cleanup(other.CloseIdleConnections)
	for _, path := range []string{
		"/", "/api/users/user0000001a?includeSsoIdentities=true", "/a//b", "/a/%2F/b", "/a/%2e%2e/b", "/a/../b", "/a;b=c/%3Bd", "/a%20b/ü",
		"/%C3%BC/'(*)!", "/a/%00%0d%0a", "/a?b=%26&c=d e", "/a?", "//evil.example/a", "/http://evil.example/", "/a?chunks",
	} {
		type result struct {
			Status, Body string
			Header       http.Header
		}
		read := func(network http.RoundTripper) result {
			resp, err := get(t.Context(), t, network, server.URL+path)
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Errorf("%s: %v", path, err)
			}
			for _, ofConnection := range []string{"Date", "Connection", "Content-Length", "Transfer-Encoding"} {
				resp.Header.Del(ofConnection)
			}
			return result{fmt.Sprint(resp.StatusCode, resp.ContentLength), string(body), resp.Header}
		}
		if diff := cmp.Diff(read(other), read(network)); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
}

// TestReadsShareConnections counts them over answers of every kind.
func TestReadsShareConnections(t *testing.T) {
	t.Parallel()
	var connections atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/none":
			w.WriteHeader(http.StatusNoContent)
		case "/long":
			fmt.Fprint(w, strings.Repeat("a", 1<<20))
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	network := logto.NewTransport(server.URL, 1)
	for i := range 12 {
		resp, err := get(t.Context(), t, network, server.URL+[]string{"/none", "/long", "/else"}[i%3])
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
	}
	if n := connections.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
	// What nobody reads to its end takes its connection along.
	for range 2 {
		resp, err := get(t.Context(), t, network, server.URL+"/long")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.CopyN(io.Discard, resp.Body, 10)
		resp.Body.Close()
		if _, err := resp.Body.Read(make([]byte, 1)); err == nil {
			t.Error("a closed body is read")
		}
	}
	if n := connections.Load(); n != 2 {
		t.Errorf("%d connections", n)
	}
}

// TestConnectionsGoneWhileIdle finds them all closed, as after a restart of Logto.
func TestConnectionsGoneWhileIdle(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	const most = 8
	var together sync.WaitGroup
	together.Add(most)
	server, network := networkOf(t, func(_ http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.URL.Path == "/together" {
			together.Done()
			together.Wait()
		}
	})
	ask := func(path string) error {
		resp, err := get(t.Context(), t, network, server.URL+path)
		if err == nil {
			_, err = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
		return err
	}
	errs := make(chan error)
	for range most {
		go func() { errs <- ask("/together") }()
	}
	for range most {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	server.CloseClientConnections()
	time.Sleep(time.Millisecond) // Until that has arrived.
	if err := ask("/"); err != nil {
		t.Error(err)
	}
	if n := asked.Load(); n != most+1 {
		t.Errorf("asked %d times", n)
	}
}

// TestUnaskedAnswers lets a server send more than it was asked for, with the answer or
// a moment later. Nobody may get another's answer.
func TestUnaskedAnswers(t *testing.T) {
	t.Parallel()
	for _, later := range []bool{false, true} {
		t.Run(fmt.Sprintf("later: %t", later), func(t *testing.T) {
			t.Parallel()
			address, sent := sendingMore(t, later)
			network := logto.NewTransport(address, 1)
			for i := range 50 {
				path := fmt.Sprintf("/%03d", i)
				resp, err := get(t.Context(), t, network, address+path)
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(resp.Body)
				resp.Body.Close()
				if err != nil || string(body) != path {
					t.Fatalf("asked for %s: %q, error %v", path, body, err)
				}
				<-sent
				time.Sleep(time.Millisecond) // Until that has arrived.
			}
		})
	}
}

// sendingMore starts a server that sends two answers for each request: the path, and
// one that nobody asked for, with the first or later. It tells when it has sent both.
func sendingMore(t *testing.T, later bool) (address string, sent <-chan struct{}) {
	t.Helper()
	const answer, unasked = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	both := make(chan struct{}, 50)
	serve := func(conn net.Conn) {
		defer conn.Close()
		reader := bufio.NewReader(conn)
		for {
			r, err := http.ReadRequest(reader)
			if err != nil {
				return
			}
			if later {
				_, _ = io.WriteString(conn, answer+r.URL.Path)
				time.Sleep(time.Millisecond)
				_, _ = io.WriteString(conn, unasked)
			} else {
				_, _ = io.WriteString(conn, answer+r.URL.Path+unasked)
			}
			both <- struct{}{}
		}
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	return "http://" + listener.Addr().String(), both
}

// TestReadsEndInTime waits for headers and for a body that don't come.
func TestReadsEndInTime(t *testing.T) {
	t.Parallel()
	server, network := networkOf(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			fmt.Fprint(w, "half")
			w.(http.Flusher).Flush()
		}
		<-r.Context().Done()
	})
	for _, path := range []string{"/headers", "/body"} {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		resp, err := get(ctx, t, network, server.URL+path)
		if err == nil {
			_, err = io.ReadAll(resp.Body)
			resp.Body.Close()
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", path, err)
		}
		cancel()
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	resp, err := get(ctx, t, network, server.URL)
	if err == nil {
		resp.Body.Close()
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("given up before: %v", err)
	}
}
