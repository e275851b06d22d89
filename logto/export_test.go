package logto

import (
	"log/slog"
	"net/http"
	"net/url"
)

// EndpointNames lists what the guard lets through, the token endpoint excepted.
func EndpointNames() []string {
	var names []string
	for _, e := range endpoints() {
		if e.name != tokenEndpoint {
			names = append(names, e.name)
		}
	}
	return names
}

// NewGuard builds the guard alone, to be attacked without a client above it.
func NewGuard(base *url.URL, network http.RoundTripper, logger *slog.Logger) http.RoundTripper {
	return newGuard(base, network, logger)
}

// Address exposes the one place that builds addresses.
func (c *Client) Address(endpoint string, values ...string) (string, error) {
	_, address, err := c.address(call{endpoint: endpoint, values: values})
	return address, err
}

// Decode exposes what reads the answers.
func Decode[T any](body []byte, answer *T) error { return decode(body, answer) }
