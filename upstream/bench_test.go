package upstream_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"accountql/upstream"
)

// BenchmarkRoundTrip tells what a call costs that nothing stands in the way of.
func BenchmarkRoundTrip(b *testing.B) {
	response := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}}
	direct := network(func(*http.Request) (*http.Response, error) {
		response.Body = io.NopCloser(strings.NewReader("body"))
		return response, nil
	})
	for name, over := range map[string]http.RoundTripper{"direct": direct, "over": over(128, direct)} {
		b.Run(name, func(b *testing.B) {
			r, err := http.NewRequestWithContext(upstream.WithRequest(b.Context(), upstream.Read), http.MethodGet, "http://upstream.example/", nil)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				response, err := over.RoundTrip(r)
				if err != nil {
					b.Fatal(err)
				}
				_, _ = io.Copy(io.Discard, response.Body)
				_ = response.Body.Close()
			}
		})
	}
}
