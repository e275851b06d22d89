package graphqlhttp_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"accountql/graphqlhttp"
)

func TestHealth(t *testing.T) {
	t.Parallel()
	ready := func(answer bool) http.Handler {
		return graphqlhttp.Readyz(func(context.Context) bool { return answer })
	}
	for _, test := range []struct {
		handler http.Handler
		status  int
		body    string
	}{
		{graphqlhttp.Healthz(), http.StatusOK, "ok\n"},
		{ready(true), http.StatusOK, "ready\n"},
		{ready(false), http.StatusServiceUnavailable, "not ready\n"},
	} {
		recorder := httptest.NewRecorder()
		test.handler.ServeHTTP(recorder, httptest.NewRequest(http.MethodGet, "/", nil))
		if recorder.Code != test.status || recorder.Body.String() != test.body {
			t.Errorf("got %d %q, want %d %q", recorder.Code, recorder.Body, test.status, test.body)
		}
	}
}
