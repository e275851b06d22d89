package graphqlhttp_test

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
)

const (
	graphqlJSON = "application/graphql-response+json"
	plainJSON   = "application/json"
)

// exchange is a request with the good token, unless header says otherwise, and the whole answer to it.
type exchange struct {
	name   string
	method string // POST if empty.
	query  url.Values
	header map[string]string // Content-Type of a POST is application/json unless given; "-" leaves a field out.
	body   string
	want   string
}

func (e exchange) request() *http.Request {
	method := e.method
	if method == "" {
		method = http.MethodPost
	}
	r := httptest.NewRequest(method, "/graphql?"+e.query.Encode(), strings.NewReader(e.body))
	r.Header.Set("Authorization", "Bearer good")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", plainJSON)
	}
	for name, value := range e.header {
		if value == "-" {
			r.Header.Del(name)
			continue
		}
		r.Header.Set(name, value)
	}
	return r
}

// send returns the whole answer to r as text.
func send(t testing.TB, handler http.Handler, r *http.Request) string {
	t.Helper()
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, r)
	result := recorder.Result()
	body, err := io.ReadAll(result.Body)
	if err != nil {
		t.Fatal(err)
	}
	if length := result.Header.Get("Content-Length"); length != fmt.Sprint(len(body)) {
		t.Errorf("Content-Length is %s for a body of %d bytes", length, len(body))
	}
	result.Header.Del("Content-Length")
	return dump(result.StatusCode, result.Header, string(body))
}

// answer is the text of an answer as it should be: the header that all answers have, and more fields.
func answer(status int, mediaType, body string, more ...string) string {
	header := http.Header{
		"Cache-Control":          {"no-store"},
		"Content-Type":           {mediaType + "; charset=utf-8"},
		"Vary":                   {"Accept"},
		"X-Content-Type-Options": {"nosniff"},
	}
	for i := 0; i < len(more); i += 2 {
		header.Set(more[i], more[i+1])
	}
	return dump(status, header, body)
}

// failure is the body of an answer with a single error that has no place.
func failure(code, message string) string {
	return fmt.Sprintf(`{"errors":[{"message":%q,"extensions":{"code":%q}}]}`, message, code)
}

func dump(status int, header http.Header, body string) string {
	var text strings.Builder
	fmt.Fprintln(&text, status)
	for _, name := range slices.Sorted(maps.Keys(header)) {
		fmt.Fprintf(&text, "%s: %s\n", name, strings.Join(header[name], " | "))
	}
	return text.String() + "\n" + body
}
