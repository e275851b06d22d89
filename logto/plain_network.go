package logto

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/valyala/fasthttp"
)

// plainNetwork reaches a Logto without TLS, and so without HTTP/2. It reads by
// fasthttp, on the caller's own goroutine: net/http hands each call to two others and
// back, which costs more than all that a read does else. Changes stay with net/http,
// which tells whether they were sent.
type plainNetwork struct {
	*http.Transport // For changes, and for other hosts.

	host  string
	reads *fasthttp.HostClient
}

func newReads(base *url.URL, dialer *net.Dialer) *fasthttp.HostClient {
	return &fasthttp.HostClient{
		Addr: net.JoinHostPort(base.Hostname(), cmp.Or(base.Port(), "80")),
		Name: "accountql",
		DialTimeout: func(address string, timeout time.Duration) (net.Conn, error) {
			ctx, cancel := context.WithTimeout(context.Background(), timeout)
			defer cancel()
			conn, err := dialer.DialContext(ctx, "tcp", address)
			if err != nil {
				return nil, err
			}
			return &watchedConn{TCPConn: conn.(*net.TCPConn)}, nil
		},
		// Whoever sends the calls bounds how many there are at a time.
		MaxConns:            math.MaxInt32,
		MaxIdleConnDuration: idleTimeout,
		ConnPoolStrategy:    fasthttp.LIFO,
		// What is to be repeated is decided above, but for what was never sent.
		MaxIdemponentCallAttempts: math.MaxInt32,
		RetryIfErr: func(_ *fasthttp.Request, _ int, err error) (resetTimeout, retry bool) {
			return false, errors.Is(err, errGone)
		},
		ReadBufferSize:         maxHeaders,
		DisablePathNormalizing: true,
		SecureErrorLogMessage:  true,
		StreamResponseBody:     true,
	}
}

// RoundTrip implements http.RoundTripper. A read goes on until its deadline even if
// nobody waits for it any more: so does Logto, and the connection stays of use.
func (n *plainNetwork) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet || r.URL.Host != n.host || (r.Body != nil && r.Body != http.NoBody) {
		return n.Transport.RoundTrip(r)
	}
	ctx := r.Context()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	deadline := time.Now().Add(answerTimeout)
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	request := fasthttp.AcquireRequest()
	defer fasthttp.ReleaseRequest(request)
	address := r.URL.RequestURI()
	request.Header.SetHost(r.URL.Host)
	request.SetRequestURI(address)
	request.URI().DisablePathNormalizing = true
	if string(request.URI().RequestURI()) != address {
		return n.Transport.RoundTrip(r) // It would be written in another way.
	}
	for name, values := range r.Header {
		for _, value := range values {
			request.Header.Add(name, value)
		}
	}
	answer := fasthttp.AcquireResponse()
	if err := n.reads.DoDeadline(request, answer, deadline); err != nil {
		fasthttp.ReleaseResponse(answer)
		return nil, outOfTime(err)
	}
	return responseOf(r, answer), nil
}

// CloseIdleConnections closes the connections that no request is using.
func (n *plainNetwork) CloseIdleConnections() {
	n.reads.CloseIdleConnections()
	n.Transport.CloseIdleConnections()
}

// responseOf makes net/http's form of an answer, which it owns from then on. Of what
// went well nobody reads the headers, which take a dozen pieces of memory.
func responseOf(r *http.Request, answer *fasthttp.Response) *http.Response {
	header := http.Header{}
	if answer.StatusCode() >= http.StatusMultipleChoices {
		for name, value := range answer.Header.All() {
			header.Add(string(name), string(value))
		}
	}
	return &http.Response{
		Status: http.StatusText(answer.StatusCode()), StatusCode: answer.StatusCode(), Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		// Below zero stands for an unknown length here as there.
		ContentLength: max(int64(answer.Header.ContentLength()), -1),
		Body:          &answerBody{answer: answer}, Request: r,
	}
}

// answerBody reads an answer while it comes.
type answerBody struct {
	answer *fasthttp.Response // Nil once closed.
}

// Read implements io.Reader.
func (b *answerBody) Read(p []byte) (int, error) {
	if b.answer == nil {
		return 0, http.ErrBodyReadAfterClose
	}
	body := b.answer.BodyStream()
	if body == nil {
		return 0, io.EOF
	}
	n, err := body.Read(p)
	return n, outOfTime(err)
}

// Close implements io.Closer. A connection whose answer was not read to its end is
// closed too.
func (b *answerBody) Close() error {
	if b.answer == nil {
		return nil
	}
	err := b.answer.CloseBodyStream()
	fasthttp.ReleaseResponse(b.answer)
	b.answer = nil
	return err
}

// outOfTime tells a deadline that has passed as a context does.
func outOfTime(err error) error {
	if timeout, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err); ok && timeout.Timeout() {
		return fmt.Errorf("%w: %w", context.DeadlineExceeded, err)
	}
	return err
}

// errGone is the error of a request that was not sent, since the connection had been
// closed in the meantime.
var errGone = errors.New("connection was closed while it was idle")

// watchedConn notices before it is used again that the other side has closed it, or has
// sent what nobody asked for, which would be taken for the next answer. net/http has a
// goroutine that waits for that on every connection.
type watchedConn struct {
	*net.TCPConn

	// answered tells that a part of an answer has come since the last request.
	answered bool
}

// Read implements io.Reader.
func (c *watchedConn) Read(p []byte) (int, error) {
	c.answered = true
	return c.TCPConn.Read(p)
}

// Write implements io.Writer.
func (c *watchedConn) Write(p []byte) (int, error) {
	if c.answered && isGone(c.TCPConn) {
		return 0, errGone
	}
	c.answered = false
	return c.TCPConn.Write(p)
}
