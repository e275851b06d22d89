package upstream_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"accountql/upstream"
)

type network func(*http.Request) (*http.Response, error)

func (n network) RoundTrip(r *http.Request) (*http.Response, error) { return n(r) }

func TestObserve(t *testing.T) {
	t.Parallel()
	answer := func(body io.Reader) network {
		return func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(body), Request: r}, nil
		}
	}
	failed := errors.New("failed")
	for name, test := range map[string]struct {
		network network
		unread  bool
		want    []string
	}{
		"no answer":     {network: func(*http.Request) (*http.Response, error) { return nil, failed }, want: []string{"endpoint: 0 failed"}},
		"whole answer":  {network: answer(strings.NewReader("body")), want: []string{"endpoint: 200 <nil>"}},
		"empty answer":  {network: answer(strings.NewReader("")), want: []string{"endpoint: 200 <nil>"}},
		"broken answer": {network: answer(io.MultiReader(strings.NewReader("bo"), iotest.ErrReader(failed))), want: []string{"endpoint: 200 failed"}},
		"cut answer":    {network: answer(iotest.ErrReader(io.ErrUnexpectedEOF)), want: []string{"endpoint: 200 unexpected EOF"}},
		"unread answer": {network: answer(strings.NewReader("body")), unread: true, want: []string{"endpoint: 200 <nil>"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			observer := func(r *http.Request, endpoint string) (*http.Request, func(int, error)) {
				return r, func(status int, err error) { got = append(got, fmt.Sprintf("%s: %d %v", endpoint, status, err)) }
			}
			transport := upstream.Observe(test.network, func(*http.Request) string { return "endpoint" }, observer)
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://logto/api/users/u1", nil)
			if err != nil {
				t.Fatal(err)
			}
			response, err := transport.RoundTrip(request)
			if err == nil {
				if !test.unread {
					_, _ = io.ReadAll(response.Body) // The observer tells how it ended.
				}
				if err := response.Body.Close(); err != nil {
					t.Error(err)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestObserversMayChangeRequests: what an observer returns is what is sent, and what
// the caller gave stays as it was.
func TestObserversMayChangeRequests(t *testing.T) {
	t.Parallel()
	var sent *http.Request
	transport := upstream.Observe(network(func(r *http.Request) (*http.Response, error) {
		sent = r
		return nil, errors.New("failed")
	}), func(*http.Request) string { return "endpoint" }, func(r *http.Request, _ string) (*http.Request, func(int, error)) {
		changed := r.Clone(r.Context())
		changed.Header.Set("Traceparent", "parent")
		return changed, func(int, error) {}
	})
	given, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://logto/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if response, err := transport.RoundTrip(given); err == nil {
		_ = response.Body.Close()
		t.Error("there is an answer")
	}
	if sent.Header.Get("Traceparent") != "parent" || len(given.Header) > 0 {
		t.Errorf("sent %v, given %v", sent.Header, given.Header)
	}
}
