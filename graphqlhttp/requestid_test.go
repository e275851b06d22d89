package graphqlhttp_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"accountql/graphqlhttp"
)

func TestRequestID(t *testing.T) {
	t.Parallel()
	random := regexp.MustCompile(`^[A-Z2-7]{26}$`)
	for _, test := range []struct {
		given []string
		taken bool
	}{
		{[]string{"aZ09_-"}, true},
		{[]string{strings.Repeat("a", 64)}, true},
		{[]string{strings.Repeat("a", 65)}, false},
		{[]string{""}, false},
		{nil, false},
		{[]string{"one", "two"}, false},
		{[]string{"a b"}, false},
		{[]string{"a\nb"}, false},
		{[]string{"a\n"}, false},
		{[]string{"é"}, false},
	} {
		var inContext string
		handler := graphqlhttp.WithRequestID(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			inContext = graphqlhttp.RequestID(r.Context())
		}))
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header[graphqlhttp.RequestIDHeader] = test.given
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, r)
		id := recorder.Header().Get(graphqlhttp.RequestIDHeader)
		if id != inContext {
			t.Errorf("%q: the answer has %q, the context %q", test.given, id, inContext)
		}
		if taken := len(test.given) == 1 && id == test.given[0]; taken != test.taken {
			t.Errorf("%q: got %q", test.given, id)
		}
		if !test.taken && !random.MatchString(id) {
			t.Errorf("%q: %q is not random", test.given, id)
		}
	}
}

func TestLogHandler(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	withoutTime := func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}
	logger := slog.New(graphqlhttp.LogHandler(slog.NewTextHandler(&log, &slog.HandlerOptions{ReplaceAttr: withoutTime}))).With("a", 1)
	graphqlhttp.WithRequestID(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		logger.InfoContext(r.Context(), "in a request")
		logger.WithGroup("g").InfoContext(r.Context(), "in a group", "b", 2)
	})).ServeHTTP(httptest.NewRecorder(), requestWithID("r1"))
	logger.InfoContext(context.Background(), "outside")
	want := `level=INFO msg="in a request" a=1 request_id=r1
level=INFO msg="in a group" a=1 g.b=2 g.request_id=r1
level=INFO msg=outside a=1
`
	if log.String() != want {
		t.Errorf("got\n%swant\n%s", log.String(), want)
	}
}

func requestWithID(id string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.Header.Set(graphqlhttp.RequestIDHeader, id)
	return r
}
