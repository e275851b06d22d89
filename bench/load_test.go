package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestRunEndsAtTheFirstWrongAnswer has a server answer well for some time.
func TestRunEndsAtTheFirstWrongAnswer(t *testing.T) {
	t.Parallel()
	const good = `{"data":{"me":{"id":"a"}}}`
	for _, test := range []struct {
		name, want string
		answer     http.HandlerFunc
	}{
		{name: "another body", want: "not the answer", answer: func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"data":{"me":null}}`) }},
		{name: "another status", want: "status 500", answer: func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = io.WriteString(w, good)
		}},
		{name: "no length", want: "Content-Length", answer: func(w http.ResponseWriter, _ *http.Request) {
			_ = http.NewResponseController(w).Flush()
			_, _ = io.WriteString(w, good)
		}},
		{name: "no answer", want: "EOF", answer: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
		{name: "refused", want: "refused", answer: refuse},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if requests.Add(1) > 20 {
					test.answer(w, r)
					return
				}
				_, _ = io.WriteString(w, good)
			}))
			defer server.Close()
			c := contender{name: "it", address: strings.TrimPrefix(server.URL, "http://"), steps: func(client int) []step {
				return []step{{post("/graphql", fmt.Sprint(client), "{}"), []byte(good)}}
			}}
			l, err := connect(t.Context(), c, 8)
			if err != nil {
				t.Fatal(err)
			}
			defer l.close()
			if _, err := l.run(t.Context(), time.Hour); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got the error %v, want one with %q", err, test.want)
			}
		})
	}
}

func refuse(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, `{"errors":[{"extensions":{"code":"UPSTREAM_UNAVAILABLE","retryAfterSeconds":1}}],"data":{"me":null}}`)
}

func TestRefusedPagesAreCounted(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n := requests.Add(1); n > 8 && n%2 == 0 {
			refuse(w, r)
		}
	}))
	defer server.Close()
	c := contender{address: server.Listener.Addr().String(), steps: func(int) []step { return []step{{request: get("/", "")}} }}
	l, err := connect(t.Context(), c, 8)
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	l.mayRefuse = true
	s, err := l.run(t.Context(), 0)
	if err != nil || s.refused != 4 || len(s.latencies) != 4 {
		t.Errorf("%d refused, %d pages, error %v", s.refused, len(s.latencies), err)
	}
}

// TestSteps counts what a page costs, in a row and in parallel.
func TestSteps(t *testing.T) {
	t.Parallel()
	for _, parallel := range []bool{false, true} {
		var connections, requests atomic.Int32
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			requests.Add(1)
			_, _ = io.WriteString(w, r.URL.Path)
		}))
		server.Config.ConnState = countNew(&connections)
		server.Start()
		defer server.Close()
		l, err := connect(t.Context(), contender{address: server.Listener.Addr().String(), parallel: parallel, steps: func(int) []step {
			return []step{{get("/a", ""), []byte("/a")}, {get("/b", ""), []byte("/b")}, {get("/c", ""), []byte("/c")}}
		}}, 2)
		if err != nil {
			t.Fatal(err)
		}
		defer l.close()
		s, err := l.run(t.Context(), 0)
		if err != nil || len(s.latencies) != 2 {
			t.Errorf("%d pages, error %v", len(s.latencies), err)
		}
		want := int32(2)
		if parallel {
			want = 6
		}
		if connections.Load() != want || requests.Load() != 12 {
			t.Errorf("parallel %t: %d connections, %d requests", parallel, connections.Load(), requests.Load())
		}
	}
}

func countNew(connections *atomic.Int32) func(net.Conn, http.ConnState) {
	return func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
}
