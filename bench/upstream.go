package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"time"

	"accountql/logto/logtotest"
)

// upstream is the Logto behind all contenders. What it was asked before it answers
// out of memory, with a parser of its own that understands just enough, so that it
// takes few of the cores that the contenders are measured on. All else is the
// embedded Logto's: discovery, keys, management tokens, and every first answer.
type upstream struct {
	handler http.Handler
	conduct atomic.Pointer[conduct]

	mu      sync.Mutex                        // Of those who add answers.
	answers atomic.Pointer[map[string][]byte] // By request line and credentials.
}

// conduct is how long a Management API call takes.
type conduct struct {
	delay time.Duration
	// service is for how long a call holds one of the slots, nil for any number.
	service time.Duration
	slots   chan struct{}
}

// runUpstream serves until ctx ends. The line it prints is a landscape.
func runUpstream(ctx context.Context, stdout io.Writer, clients int) error {
	logto, err := logtotest.New(logtotest.Options{})
	if err != nil {
		return err
	}
	defer logto.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { listener.Close() })()
	u := &upstream{}
	u.conduct.Store(&conduct{})
	u.answers.Store(&map[string][]byte{})
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+conductPath, u.change)
	mux.Handle("/", logto)
	u.handler = mux
	landscape, err := newLandscape(ctx, logto, listener.Addr().String(), clients)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(stdout).Encode(landscape); err != nil {
		return err
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			return nil // The listener was closed.
		}
		go u.serve(conn)
	}
}

// serve answers the requests of a connection until its client goes.
func (u *upstream) serve(conn net.Conn) {
	defer conn.Close()
	reader := bufio.NewReaderSize(conn, 16<<10)
	var key []byte
	for {
		head, err := peekHead(reader)
		if err != nil {
			return
		}
		key = appendKey(key[:0], head)
		answer := (*u.answers.Load())[string(key)]
		if answer == nil {
			answer, err = u.ask(reader, string(key))
		} else {
			_, err = reader.Discard(len(head))
		}
		if err != nil {
			return
		}
		if bytes.Contains(key, []byte(" /api/")) {
			u.conduct.Load().spend()
		}
		if _, err := conn.Write(answer); err != nil {
			return
		}
	}
}

// peekHead waits for the whole head of a request, without consuming it.
func peekHead(reader *bufio.Reader) ([]byte, error) {
	for size := 1; ; {
		if _, err := reader.Peek(size); err != nil {
			return nil, err
		}
		seen, _ := reader.Peek(reader.Buffered())
		if end := bytes.Index(seen, []byte("\r\n\r\n")); end >= 0 {
			return seen[:end+4], nil
		}
		size = len(seen) + 1
	}
}

// appendKey appends what an answer depends on: request line and credentials.
func appendKey(key, head []byte) []byte {
	line, _, _ := bytes.Cut(head, []byte("\r\n"))
	_, credentials, _ := bytes.Cut(head, []byte("\r\nAuthorization: "))
	credentials, _, _ = bytes.Cut(credentials, []byte("\r\n"))
	return append(append(key, line...), credentials...)
}

// ask has a request answered by the embedded Logto, and remembers what a read of
// the Management API gave.
func (u *upstream) ask(reader *bufio.Reader, key string) ([]byte, error) {
	request, err := http.ReadRequest(reader)
	if err != nil {
		return nil, err
	}
	recorder := httptest.NewRecorder()
	u.handler.ServeHTTP(recorder, request)
	if err := request.Body.Close(); err != nil { // Reads it to its end.
		return nil, err
	}
	result := recorder.Result()
	result.ContentLength = int64(recorder.Body.Len())
	var wire bytes.Buffer
	if err := result.Write(&wire); err != nil {
		return nil, err
	}
	if request.Method == http.MethodGet && recorder.Code == http.StatusOK {
		u.mu.Lock()
		defer u.mu.Unlock()
		answers := maps.Clone(*u.answers.Load())
		answers[key] = wire.Bytes()
		u.answers.Store(&answers)
	}
	return wire.Bytes(), nil
}

// spend takes the time that a call takes.
func (c *conduct) spend() {
	if c.delay > 0 {
		time.Sleep(c.delay)
	}
	if c.slots != nil {
		c.slots <- struct{}{}
		time.Sleep(c.service)
		<-c.slots
	}
}

// conductPath is where a conduct is set, by its body as printed by conductBody.
const conductPath = "/bench/conduct"

func conductBody(delay time.Duration, calls int, service time.Duration) string {
	return fmt.Sprintln(int64(delay), calls, int64(service))
}

func (u *upstream) change(w http.ResponseWriter, r *http.Request) {
	var delay, service time.Duration
	var calls int
	if _, err := fmt.Fscan(r.Body, &delay, &calls, &service); err != nil {
		http.Error(w, "three integers are asked for", http.StatusBadRequest)
		return
	}
	next := &conduct{delay: delay, service: service}
	if calls > 0 {
		next.slots = make(chan struct{}, calls)
	}
	u.conduct.Store(next)
}
