package logto_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"accountql/logto"
)

// TestDeadConnectionIsLeft: a network that has lost the other side, after a failover
// for instance, tells nobody. All calls share one connection by HTTP/2, so it must be
// found out.
func TestDeadConnectionIsLeft(t *testing.T) {
	t.Parallel()
	certified := httptest.NewTLSServer(nil) // For its certificate.
	certified.Close()
	settings := certified.Client().Transport.(*http.Transport).TLSClientConfig
	synctest.Test(t, func(t *testing.T) {
		listener := &pipeListener{dialed: make(chan net.Conn), closed: make(chan struct{})}
		server := &http.Server{
			Handler:   http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Proto) }),
			TLSConfig: &tls.Config{Certificates: certified.TLS.Certificates},
		}
		go func() { _ = server.ServeTLS(listener, "", "") }()
		var connections atomic.Int64
		var dead atomic.Pointer[atomic.Bool]
		network := logto.NewTransport("https://example.com", 1).(*http.Transport)
		network.TLSClientConfig = settings
		network.DialContext = func(context.Context, string, string) (net.Conn, error) {
			connections.Add(1)
			ours, theirs := net.Pipe()
			listener.dialed <- theirs
			lossy := &lossyConn{Conn: ours}
			dead.Store(&lossy.dead)
			return lossy, nil
		}
		ask := func() (string, error) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			resp, err := get(ctx, t, network, "https://example.com/")
			if err != nil {
				return "", err
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			return string(body), err
		}
		for range 2 {
			if proto, err := ask(); proto != "HTTP/2.0" || err != nil {
				t.Fatalf("%q, error %v", proto, err)
			}
		}
		dead.Load().Store(true)
		lost, began := 0, time.Now()
		for time.Since(began) < time.Minute {
			if _, err := ask(); err == nil {
				break
			}
			lost++
		}
		if n := connections.Load(); n != 2 || lost > 15 {
			t.Errorf("%d connections; %d calls were lost, one a second", n, lost)
		}
		network.CloseIdleConnections()
		_ = server.Close()
	})
}

// pipeListener accepts what was dialed within this process.
type pipeListener struct {
	dialed chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.dialed:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.TCPAddr{} }

// lossyConn loses all that is sent once it is dead.
type lossyConn struct {
	net.Conn
	dead atomic.Bool
}

func (c *lossyConn) Write(p []byte) (int, error) {
	if c.dead.Load() {
		return len(p), nil
	}
	return c.Conn.Write(p)
}
