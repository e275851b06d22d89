package graphqlhttp_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"accountql/graphqlhttp"
)

// FuzzHandler sends what anybody with a token could send, and expects never to be answered 5xx, and always with a
// GraphQL response that says either what is wrong or what was asked for.
func FuzzHandler(f *testing.F) {
	for _, body := range []string{
		typename, "[" + typename + "]", `{"query":"{`, "\xef\xbb\xbf{}", "\xff", `{"query":"{ greet(name: \"\\u{1F600}\") }"}`,
		`{"query":"query($n: [Int!]!, $t: Tone = WARM) { greet(times: $n, tone: $t) }","variables":{"n":[1.5,"2"]},"operationName":""}`,
		`{"query":"mutation($i: RenameInput!) { rename(input: $i) }","variables":{"i":{"name":"a","tags":["b"],"data":{"c":[1e999]}}}}`,
		`{"query":"{ ...F } fragment F on Query { ...F me { ... on User @defer { id } } __schema { queryType { name } } }"}`,
		`{"query":"query($f: [PetFilter!]) { ...F ...F } fragment F on Query { pick(any: $f) a: pick(any: $f) }","variables":{"f":[{"any":[{"id":1}]},{}]}}`,
		`{"query":"{ fail(how: \"panic\") }"}`, `{"query":"subscription { ticks }"}`, `{"query":"{ greet(name: \"\\"}`,
		`{"query":"{ __typename }","extensions":` + apq(sha("{ __typename }")).String() + `}`, `{"query":null,"doc_id":"sha256:"}`,
	} {
		f.Add(true, "", plainJSON, graphqlJSON, []byte(body))
	}
	f.Add(false, "query={__typename}&variables={}&extensions=null", "", "*/*;q=0.5", []byte(nil))
	f.Add(false, "query=mutation{wait}&operationName=%ff;", "text/plain; charset", "application/json;q=x, ,", []byte(nil))
	f.Add(false, "documentId=&extensions="+url.QueryEscape(apq("x").String()), "", "*/*", []byte(nil))
	handler := newHandler(f, func(c *graphqlhttp.Config) {
		c.Limits.OperationTime = time.Millisecond
		c.Logger = slog.New(slog.DiscardHandler)
	})
	f.Fuzz(func(t *testing.T, post bool, rawQuery, contentType, accept string, body []byte) {
		r := &http.Request{
			Method: http.MethodGet,
			URL:    &url.URL{Path: "/graphql", RawQuery: rawQuery},
			Header: http.Header{"Authorization": {"Bearer good"}, "Accept": {accept}},
			Body:   http.NoBody,
		}
		if post {
			r.Method = http.MethodPost
			r.Header.Set("Content-Type", contentType)
			r.Body = io.NopCloser(strings.NewReader(string(body)))
			r.ContentLength = -1
		}
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, r)

		if recorder.Code >= 500 {
			t.Fatalf("answered %d: %s", recorder.Code, recorder.Body)
		}
		var response struct {
			Errors []struct {
				Message    string
				Extensions struct{ Code string }
			}
			Data json.RawMessage
		}
		if err := json.Unmarshal(recorder.Body.Bytes(), &response); err != nil {
			t.Fatalf("%v in %s", err, recorder.Body)
		}
		if !utf8.Valid(recorder.Body.Bytes()) {
			t.Errorf("not UTF-8: %q", recorder.Body)
		}
		if response.Data == nil && len(response.Errors) == 0 {
			t.Errorf("neither data nor errors: %s", recorder.Body)
		}
		if recorder.Code >= 400 && response.Data != nil {
			t.Errorf("data in an answer of %d: %s", recorder.Code, recorder.Body)
		}
		for _, err := range response.Errors {
			if err.Message == "" || err.Extensions.Code == "" {
				t.Errorf("an error without message or code: %s", recorder.Body)
			}
		}
	})
}
