package upstream

import (
	"errors"
	"io"
	"net/http"
	"sync"
)

// Observer watches requests as they go over the wire, for metrics and traces. It is
// called with a request and the name of its endpoint, in which placeholders stand
// for ids, and returns the request to send, a copy if it changes anything, and what
// to call in the end: with the status, zero without one, and the error that kept the
// answer from coming, or from coming whole.
type Observer func(r *http.Request, endpoint string) (*http.Request, func(status int, err error))

// Observe lets observers watch what goes through network. endpoint names a
// request's endpoint. Without observers it returns network itself.
func Observe(network http.RoundTripper, endpoint func(*http.Request) string, observers ...Observer) http.RoundTripper {
	for _, observe := range observers {
		network = &observed{network: network, endpoint: endpoint, observe: observe}
	}
	return network
}

type observed struct {
	network  http.RoundTripper
	endpoint func(*http.Request) string
	observe  Observer
}

// RoundTrip implements http.RoundTripper.
func (o *observed) RoundTrip(r *http.Request) (*http.Response, error) {
	r, end := o.observe(r, o.endpoint(r))
	response, err := o.network.RoundTrip(r)
	if err != nil {
		end(0, err)
		return nil, err
	}
	response.Body = &observedBody{ReadCloser: response.Body, end: func(err error) { end(response.StatusCode, err) }}
	return response, nil
}

// CloseIdleConnections lets http.Client reach the network's connections.
func (o *observed) CloseIdleConnections() {
	if network, ok := o.network.(interface{ CloseIdleConnections() }); ok {
		network.CloseIdleConnections()
	}
}

// observedBody tells when an answer has come, whole or not.
type observedBody struct {
	io.ReadCloser
	end  func(error)
	once sync.Once
}

// Read implements io.Reader.
func (b *observedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	switch {
	case errors.Is(err, io.EOF):
		b.once.Do(func() { b.end(nil) })
	case err != nil:
		b.once.Do(func() { b.end(err) })
	}
	return n, err
}

// Close implements io.Closer.
func (b *observedBody) Close() error {
	b.once.Do(func() { b.end(nil) }) // Nobody wants the rest.
	return b.ReadCloser.Close()
}
