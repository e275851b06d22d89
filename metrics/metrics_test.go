package metrics_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/metrics"
)

// scrape returns the lines of the product's own metrics, without what tells times.
func scrape(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	recorder := httptest.NewRecorder()
	m.Handler().ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if recorder.Code != http.StatusOK {
		t.Fatalf("status %d: %s", recorder.Code, recorder.Body)
	}
	var own strings.Builder
	for line := range strings.Lines(recorder.Body.String()) {
		if strings.HasPrefix(line, "accountql_") && !strings.Contains(line, "_bucket{") && !strings.Contains(line, "_sum") {
			own.WriteString(line)
		}
	}
	return own.String()
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	m := metrics.New()
	ctx := t.Context()
	for _, request := range []struct {
		route   string
		status  int
		refusal string
	}{
		{"/graphql", 200, ""},
		{"/graphql", 200, ""},
		{"/graphql", 401, "UNAUTHENTICATED"},
		{"", 404, ""},
		{"/graphql", 0, ""},
	} {
		_, end := m.Request(httptest.NewRequest(http.MethodGet, "/x", nil))
		end(request.route, request.status, request.refusal)
	}
	_, _ = m.Request(httptest.NewRequest(http.MethodGet, "/", nil)) // Under way.
	for _, code := range []string{"OK", "INVALID_CODE", "OK"} {
		_, end := m.RootField(ctx, "mutation", "verifyCode")
		end(code)
	}
	const endpoint = "GET /api/users/{userId}"
	for _, call := range []struct {
		status int
		err    error
	}{
		{200, nil},
		{503, nil},
		{0, context.Canceled},
		{0, context.DeadlineExceeded},
		{0, os.ErrDeadlineExceeded},
		{0, errors.New("refused")},
		{200, errors.New("reset")},
	} {
		_, end := m.Call(httptest.NewRequest(http.MethodGet, "/api/users/u1", nil), endpoint)
		end(call.status, call.err)
	}
	m.DocumentLookup(true)
	m.DocumentLookup(false)
	m.DocumentLookup(true)

	want := `accountql_cache_requests_total{cache="document",result="hit"} 2
accountql_cache_requests_total{cache="document",result="miss"} 1
accountql_http_request_duration_seconds_count{route="/graphql"} 4
accountql_http_request_duration_seconds_count{route="other"} 1
accountql_http_requests_in_flight 1
accountql_http_requests_total{refusal="",route="/graphql",status="200"} 2
accountql_http_requests_total{refusal="",route="/graphql",status="aborted"} 1
accountql_http_requests_total{refusal="",route="other",status="404"} 1
accountql_http_requests_total{refusal="UNAUTHENTICATED",route="/graphql",status="401"} 1
accountql_root_field_duration_seconds_count{field="verifyCode",operation="mutation"} 3
accountql_root_fields_total{code="INVALID_CODE",field="verifyCode",operation="mutation"} 1
accountql_root_fields_total{code="OK",field="verifyCode",operation="mutation"} 2
accountql_upstream_request_duration_seconds_count{endpoint="GET /api/users/{userId}"} 7
accountql_upstream_requests_in_flight 0
accountql_upstream_requests_total{endpoint="GET /api/users/{userId}",status="200"} 1
accountql_upstream_requests_total{endpoint="GET /api/users/{userId}",status="503"} 1
accountql_upstream_requests_total{endpoint="GET /api/users/{userId}",status="canceled"} 1
accountql_upstream_requests_total{endpoint="GET /api/users/{userId}",status="failed"} 2
accountql_upstream_requests_total{endpoint="GET /api/users/{userId}",status="timeout"} 2
`
	if diff := cmp.Diff(want, scrape(t, m)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
