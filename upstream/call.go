package upstream

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"time"
)

// call is one try of a call, and its answer's body. It ends once: with the last byte
// of the body, with Close, or with an error.
type call struct {
	io.ReadCloser
	transport *Transport
	request   *http.Request
	// first tells it from a retry.
	first  bool
	pass   pass
	report func(error)
	status int
	once   sync.Once
}

// Read implements io.Reader.
func (c *call) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	switch {
	case errors.Is(err, io.EOF):
		c.end(c.status, nil)
	case err != nil:
		c.end(c.status, err)
	}
	return n, err
}

// Close implements io.Closer.
func (c *call) Close() error {
	err := c.ReadCloser.Close()
	c.end(c.status, nil)
	return err
}

// end tells the gate and the breaker how the call has ended.
func (c *call) end(status int, err error) {
	c.once.Do(func() {
		c.report(verdict(c.request, c.first, time.Since(c.pass.begun), status, err))
		usual := err == nil && status < http.StatusBadRequest
		c.transport.gate.leave(c.pass, c.transport.kind(c.request), usual)
	})
}
