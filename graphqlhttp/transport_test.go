package graphqlhttp_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"accountql/graphqlhttp"
)

const typename = `{"query":"{ __typename }"}`

func run(t *testing.T, handler http.Handler, exchanges []exchange) {
	t.Helper()
	for _, e := range exchanges {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(e.want, send(t, handler, e.request())); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

// TestServed and TestRefused together ask all that the public audit suite of GraphQL over HTTP asks, and more.
func TestServed(t *testing.T) {
	t.Parallel()
	query := answer(http.StatusOK, plainJSON, `{"data":{"__typename":"Query"}}`)
	greeting := answer(http.StatusOK, plainJSON, `{"data":{"greet":"hello Ada"}}`)
	const greet = `query Greet($name: String!) { greet(name: $name) }`
	run(t, newHandler(t, nil), []exchange{
		{name: "query", body: typename, want: query},
		{name: "charset", header: map[string]string{"Content-Type": "application/json; charset=UTF-8"}, body: typename, want: query},
		{name: "identity", header: map[string]string{"Content-Encoding": "identity"}, body: typename, want: query},
		{name: "UTF-8", body: `{"query":"{ __type(name: \"Run🏃Swim🏊\") { name } }"}`, want: answer(200, plainJSON, `{"data":{"__type":null}}`)},
		{name: "white space", body: "\r\n" + typename + "\n", want: query},
		{name: "unknown parameter", body: `{"qeury":{"a":[1]},"query":"{ __typename }"}`, want: query},
		{name: "repeated parameter", body: `{"query":"{ nothing }","variables":{"name":1},"variables":{},"query":"{ __typename }"}`, want: query},
		{name: "repeated parameter, null at last", body: `{"operationName":"A","query":"{ __typename }","operationName":null}`, want: query},
		{
			name: "deep variables", body: `{"query":"{ __typename }","variables":{"a":"]]\\\"[[","b":` + strings.Repeat("[", 62) + strings.Repeat("]", 62) + `,"c":{}}}`,
			want: query,
		},
		{name: "null variables", body: `{"query":"{ __typename }","variables":null}`, want: query},
		{name: "null operationName", body: `{"query":"{ __typename }","operationName":null}`, want: query},
		{name: "empty operationName", body: `{"query":"{ __typename }","operationName":""}`, want: query},
		{name: "null extensions", body: `{"query":"{ __typename }","extensions":null}`, want: query},
		{name: "extensions", body: `{"query":"{ __typename }","extensions":{"some":"value"}}`, want: query},
		{name: "variables", body: `{"query":"` + greet + `","variables":{"name":"Ada"}}`, want: greeting},
		{name: "operationName", body: `{"query":"query A { __typename } ` + greet + `","operationName":"Greet","variables":{"name":"Ada"}}`, want: greeting},
		{name: "caller", body: `{"query":"{ me { id } }"}`, want: answer(200, plainJSON, `{"data":{"me":{"id":"alice"}}}`)},
		{
			name: "mutation", body: `{"query":"mutation { rename(input: {name: \"Ada\", data: \"x\"}) }"}`,
			want: answer(200, plainJSON, `{"data":{"rename":"x"}}`),
		},
		{
			name: "large number", body: `{"query":"mutation M($d: JSON) { rename(input: {name: \"Ada\", data: $d}) }","variables":{"d":123456789012345678901234567890}}`,
			want: answer(200, plainJSON, `{"data":{"rename":"123456789012345678901234567890"}}`),
		},
		{name: "GET", method: "GET", query: url.Values{"query": {"{ __typename }"}}, want: query},
		{
			name: "GET with everything", method: "GET", want: greeting,
			query: url.Values{"query": {greet}, "variables": {`{"name":"Ada"}`}, "operationName": {"Greet"}, "extensions": {`{}`}},
		},
		{
			name: "GET with nulls", method: "GET", want: query,
			query: url.Values{"query": {"{ __typename }"}, "variables": {"null"}, "operationName": {""}, "extensions": {""}},
		},
	})
}

func TestRefused(t *testing.T) {
	t.Parallel()
	bad := func(status int, message string, more ...string) string {
		return answer(status, plainJSON, failure("BAD_REQUEST", message), more...)
	}
	with := func(name, value string) map[string]string { return map[string]string{name: value} }
	exchanges := []exchange{
		{name: "PUT", method: "PUT", want: bad(405, "Use POST, or GET for queries.", "Allow", "GET, POST")},
		{name: "HEAD", method: "HEAD", want: bad(405, "Use POST, or GET for queries.", "Allow", "GET, POST")},
		{
			name: "mutation by GET", method: "GET", query: url.Values{"query": {"mutation { __typename }"}},
			want: bad(405, "Mutations must be sent by POST.", "Allow", "POST"),
		},
		{name: "no type", header: with("Content-Type", "-"), body: typename, want: bad(415, "Send one Content-Type: application/json.")},
		{name: "text", header: with("Content-Type", "text/plain"), body: typename, want: bad(415, "Content-Type must be application/json.")},
		{name: "form", header: with("Content-Type", "application/x-www-form-urlencoded"), body: "query={__typename}", want: bad(415, "Content-Type must be application/json.")},
		{name: "multipart", header: with("Content-Type", "multipart/form-data; boundary=x"), body: "--x", want: bad(415, "Content-Type must be application/json.")},
		{name: "graphql", header: with("Content-Type", "application/graphql"), body: "{__typename}", want: bad(415, "Content-Type must be application/json.")},
		{name: "two types in one", header: with("Content-Type", "application/json, text/plain"), body: typename, want: bad(415, "Content-Type must be application/json.")},
		{name: "charset", header: with("Content-Type", "application/json; charset=utf-16"), body: typename, want: bad(415, "The charset of application/json must be utf-8.")},
		{name: "compressed", header: with("Content-Encoding", "gzip"), body: typename, want: bad(415, "The body must come without a Content-Encoding.")},
		{name: "large body", body: typename + strings.Repeat(" ", 1000), want: bad(413, "The body is larger than 1000 bytes.")},
		{name: "long URL", method: "GET", query: url.Values{"query": {typename}, "x": {strings.Repeat("x", 1000)}}, want: bad(414, "The URL is longer than this server takes; use POST.")},
		{name: "no body", want: bad(400, "The body is empty.")},
		{
			name: "too deep", body: `{"query":"{ __typename }","variables":{"a":"\\","b":` + strings.Repeat("[", 63) + strings.Repeat("]", 63) + `}}`,
			want: bad(400, "The JSON is more than 64 levels deep."),
		},
		{
			name: "too deep, elsewhere", body: `{"query":"{ __typename }","else":` + strings.Repeat(`{"":`, 64) + `1` + strings.Repeat("}", 64) + `}`,
			want: bad(400, "The JSON is more than 64 levels deep."),
		},
		{
			name: "too deep, by GET", method: "GET", query: url.Values{"query": {"{ __typename }"}, "variables": {`{"a":` + strings.Repeat("[", 64) + strings.Repeat("]", 64) + `}`}},
			want: bad(400, "The JSON is more than 64 levels deep."),
		},
		{name: "broken JSON", body: `{ "not a JSON`, want: bad(400, "The body is not valid JSON.")},
		{name: "broken value", body: `{"query":tru`, want: bad(400, "The body is not valid JSON.")},
		{name: "unended", body: `{"query":"{ __typename }"`, want: bad(400, "The body is not valid JSON.")},
		{name: "trailing comma", body: `{"query":"{ __typename }",}`, want: bad(400, "The body is not valid JSON.")},
		{name: "number as name", body: `{1:"{ __typename }"}`, want: bad(400, "The body is not valid JSON.")},
		{name: "two objects", body: typename + typename, want: bad(400, "The body goes on after the JSON object.")},
		{name: "batch", body: "[" + typename + "]", want: bad(400, "Batches are not taken: send one request at a time, as a JSON object.")},
		{name: "string", body: `"{ __typename }"`, want: bad(400, "The body must be a JSON object.")},
		{name: "null", body: `null`, want: bad(400, "The body must be a JSON object.")},
		{name: "byte order mark", body: "\xef\xbb\xbf" + typename, want: bad(400, "The body starts with a byte order mark, which JSON must not.")},
		{name: "Latin 1", body: "{\"query\":\"{ greet(name: \\\"Andr\xe9\\\") }\"}", want: bad(400, "The body is not valid UTF-8.")},
		{name: "no query", body: `{"qeury":"{ __typename }"}`, want: bad(400, "The request has no query.")},
		{name: "null query", body: `{"query":null}`, want: bad(400, "The request has no query.")},
		{name: "query in capitals", body: `{"QUERY":"{ __typename }"}`, want: bad(400, "The request has no query.")},
		{name: "query in the URL of a POST", query: url.Values{"query": {"{ __typename }"}}, body: `{}`, want: bad(400, "The request has no query.")},
		{name: "GET without query", method: "GET", want: bad(400, "The request has no query.")},
		{name: "GET with text for variables", method: "GET", query: url.Values{"query": {typename}, "variables": {"x"}}, want: bad(400, "variables must be the JSON text of an object or null.")},
		{name: "GET with a list for variables", method: "GET", query: url.Values{"query": {typename}, "variables": {"[]"}}, want: bad(400, "variables must be the JSON text of an object or null.")},
		{name: "GET with two variables", method: "GET", query: url.Values{"query": {typename}, "variables": {"{}{}"}}, want: bad(400, "variables must be the JSON text of an object or null.")},
		{name: "GET with text for extensions", method: "GET", query: url.Values{"query": {typename}, "extensions": {"x"}}, want: bad(400, "extensions must be the JSON text of an object or null.")},
		{name: "GET in Latin 1", method: "GET", query: url.Values{"query": {"\xe9"}}, want: bad(400, "The query string of the URL is not valid UTF-8.")},
	}
	values := map[string]string{"object": `{"obj":"ect"}`, "number": `0`, "boolean": `false`, "array": `["array"]`, "string": `"text"`}
	for _, parameter := range []struct{ name, takes, message string }{
		{"query", "string", "query must be a string."},
		{"operationName", "string", "operationName must be a string or null."},
		{"variables", "object", "variables must be an object or null."},
		{"extensions", "object", "extensions must be an object or null."},
	} {
		for kind, value := range values {
			if kind == parameter.takes {
				continue
			}
			exchanges = append(exchanges, exchange{
				name: kind + " for " + parameter.name,
				body: fmt.Sprintf(`{"query":"{ __typename }",%q:%s}`, parameter.name, value),
				want: bad(400, parameter.message),
			})
		}
	}
	run(t, newHandler(t, func(c *graphqlhttp.Config) { c.Limits.BodyBytes = 1000 }), exchanges)
}

// unsized is a body of which the length isn't told ahead.
type unsized struct{ io.Reader }

func TestLargeBodyOfUnknownLength(t *testing.T) {
	t.Parallel()
	handler := newHandler(t, func(c *graphqlhttp.Config) { c.Limits.BodyBytes = 1000 })
	r := httptest.NewRequest(http.MethodPost, "/graphql", unsized{strings.NewReader(typename + strings.Repeat(" ", 1000))})
	r.Header = exchange{}.request().Header
	want := answer(413, plainJSON, failure("BAD_REQUEST", "The body is larger than 1000 bytes."))
	if diff := cmp.Diff(want, send(t, handler, r)); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

func TestBrokenBody(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodPost, "/graphql", iotest.ErrReader(io.ErrUnexpectedEOF))
	r.Header = exchange{}.request().Header
	want := answer(400, plainJSON, failure("BAD_REQUEST", "The body could not be read to its end."))
	if diff := cmp.Diff(want, send(t, newHandler(t, nil), r)); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

func TestNegotiation(t *testing.T) {
	t.Parallel()
	const invalid = `{"query":"{"}`
	body := `{"errors":[{"message":"Syntax error: Expected Name, found <EOF>.","locations":[{"line":1,"column":2}],"extensions":{"code":"GRAPHQL_PARSE_FAILED"}}]}`
	// Whether the status can be trusted tells the two media types apart.
	response := answer(http.StatusBadRequest, graphqlJSON, body)
	plain := answer(http.StatusOK, plainJSON, body)
	neither := answer(http.StatusNotAcceptable, plainJSON,
		failure("BAD_REQUEST", "Accept must take application/graphql-response+json or application/json."))
	var exchanges []exchange
	for accept, want := range map[string]string{
		"-":                              plain,
		"":                               plain,
		" , ":                            plain,
		"*/*":                            plain,
		plainJSON:                        plain,
		"application/*":                  plain,
		"application/json;charset=utf-8": plain,
		"application/json, */*":          plain,
		"text/html, application/*;q=0.9, application/json;q=0.1":    response,
		"application/graphql-response+json;q=0, */*":                plain,
		"application/graphql-response+json;q=0.5, application/json": plain,
		graphqlJSON:                         response,
		"Application/GraphQL-Response+JSON": response,
		"application/graphql-response+json, application/json;q=0.9":                                                               response, // Apollo Client 4.
		"application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed":       response, // urql 6.
		"multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json":                                   response, // Apollo iOS.
		"multipart/mixed;deferSpec=20220824, application/graphql-response+json, application/json, multipart/mixed;boundary=\"a\"": response,
		"application/json, application/graphql-response+json":                                                                     response,
		"application/json; q=0.5, */*": response,
		"text/html":                    neither,
		"application/graphql":          neither,
		"application/json;q=0":         neither,
		"application/json;q=2":         neither,
		"application/json;q=NaN":       neither,
		"application/json;q=x":         neither,
		"*/*;q=0":                      neither,
		"application/*;q=0, */*":       neither,
		"multipart/mixed":              neither,
		"\xff\x00, ;;;, =, a/b/c":      neither,
	} {
		exchanges = append(exchanges, exchange{name: accept, header: map[string]string{"Accept": accept}, body: invalid, want: want})
	}
	run(t, newHandler(t, nil), exchanges)
}

func TestSeveralAcceptHeaders(t *testing.T) {
	t.Parallel()
	r := exchange{body: typename}.request()
	r.Header["Accept"] = []string{"text/html", "application/json;q=0.1", graphqlJSON}
	want := answer(http.StatusOK, graphqlJSON, `{"data":{"__typename":"Query"}}`)
	if diff := cmp.Diff(want, send(t, newHandler(t, nil), r)); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}
