package logto

import (
	"net"
	"net/http"
	"net/url"
	"time"
)

const (
	dialTimeout   = 5 * time.Second
	answerTimeout = 20 * time.Second
	// maxHeaders is how large the headers of an answer may be, in bytes.
	maxHeaders = 16 << 10
	// Node, which Logto runs on, closes a connection after five idle seconds. Being
	// first avoids the race in which a change, which must not be repeated, is written
	// to a connection that is just being closed.
	idleTimeout = 4 * time.Second
	// pingAfter is for how long nothing may come on a connection of HTTP/2 until it is
	// tried, and pingTimeout how long that may take. All calls share that connection,
	// and a time-out leaves it as it is: were it dead, none of them would be answered
	// until the system finds out, in a quarter of an hour.
	pingAfter   = 5 * time.Second
	pingTimeout = 5 * time.Second
)

// NewTransport makes a transport with time-outs and connection reuse tuned for the
// Logto at endpoint. It keeps up to that many connections for the next calls, which
// should be as many as are used at a time.
func NewTransport(endpoint string, connections int) http.RoundTripper {
	dialer := &net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}
	network := &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: pingAfter, PingTimeout: pingTimeout},
		TLSHandshakeTimeout:    dialTimeout,
		ResponseHeaderTimeout:  answerTimeout,
		MaxResponseHeaderBytes: maxHeaders,
		// There is one host, so its share is the whole pool.
		MaxIdleConnsPerHost: connections,
		IdleConnTimeout:     idleTimeout,
	}
	base, err := url.Parse(endpoint)
	if err != nil || base.Scheme != "http" || !canLook {
		return network
	}
	if proxy, err := http.ProxyFromEnvironment(&http.Request{URL: base}); proxy != nil || err != nil {
		return network
	}
	return &plainNetwork{Transport: network, host: base.Host, reads: newReads(base, dialer)}
}
