package graphqlhttp_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/graphqlhttp"
)

// refusedDocument is one that is well-formed as a request and can't be executed.
type refusedDocument struct {
	name, query, operationName string
	variables                  string // "{}" if empty.
	code, message              string
	line, column               int // 0: the error has no place.
}

// checkRefused sends documents under each media type: the body is the same, and the status is not.
func checkRefused(t *testing.T, handler http.Handler, documents []refusedDocument) {
	t.Helper()
	for _, d := range documents {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			place := ""
			if d.line > 0 {
				place = fmt.Sprintf(`"locations":[{"line":%d,"column":%d}],`, d.line, d.column)
			}
			want := fmt.Sprintf(`{"errors":[{"message":%s,%s"extensions":{"code":%q}}]}`, quote(d.message), place, d.code)
			if d.variables == "" {
				d.variables = "{}"
			}
			body := fmt.Sprintf(`{"query":%s,"operationName":%q,"variables":%s}`, quote(d.query), d.operationName, d.variables)
			for mediaType, status := range map[string]int{plainJSON: http.StatusOK, graphqlJSON: http.StatusBadRequest} {
				got := send(t, handler, exchange{header: map[string]string{"Accept": mediaType}, body: body}.request())
				if diff := cmp.Diff(answer(status, mediaType, want), got); diff != "" {
					t.Errorf("answer (-want +got):\n%s", diff)
				}
			}
		})
	}
}

func quote(text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return strings.NewReplacer(`\u003c`, "<", `\u003e`, ">").Replace(string(quoted))
}

func TestRefusedDocuments(t *testing.T) {
	t.Parallel()
	const (
		parse, validation, limit = "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "DOCUMENT_LIMIT_EXCEEDED"
		rename                   = "mutation M($input: RenameInput!) { rename(input: $input) }"
	)
	checkRefused(t, newHandler(t, func(c *graphqlhttp.Config) { c.Limits.Tokens = 50 }), []refusedDocument{
		{name: "unended", query: "{", code: parse, message: "Syntax error: Expected Name, found <EOF>.", line: 1, column: 2},
		{name: "stray string", query: "{ me }\n\"secret\"", code: parse, message: "Syntax error: Unexpected <EOF>.", line: 2, column: 9},
		{name: "stray value", query: `{ greet(name: "a" "secret") }`, code: parse, message: "Syntax error: Expected Name, found String.", line: 1, column: 20},
		{name: "misspelt keyword", query: "qeury { me }", code: parse, message: "Syntax error: Unexpected Name.", line: 1, column: 1},
		{name: "bad escape", query: `{ greet(name: "\secret") }`, code: parse, message: "Syntax error: Unexpected malformed token.", line: 1, column: 17},
		{name: "short escape", query: `{ greet(name: "\u12 secret`, code: parse, message: "Syntax error: Unexpected malformed token.", line: 1, column: 17},
		{name: "unended string", query: `{ greet(name: "secret`, code: parse, message: "Syntax error: Unexpected malformed token.", line: 1, column: 22},
		{name: "bad character", query: "{ me ? }", code: parse, message: "Syntax error: Expected Name, found malformed token.", line: 1, column: 6},
		{name: "bad number", query: "{ greet(times: 1.x) }", code: parse, message: "Syntax error: Unexpected malformed token.", line: 1, column: 18},
		{name: "only comments", query: "# nothing", code: validation, message: "The document has no operation."},
		{name: "only a fragment", query: "fragment F on Query { __typename }", code: validation, message: "The document has no operation."},
		{name: "type definition", query: "type Query { a: Int }", code: parse, message: "Syntax error: Unexpected Name.", line: 1, column: 1},
		{name: "unknown field", query: "{ nothing }", code: validation, message: `Cannot query field "nothing" on type "Query".`, line: 1, column: 3},
		{name: "misspelt field", query: "{ greeet }", code: validation, message: `Cannot query field "greeet" on type "Query".`, line: 1, column: 3},
		{name: "long name", query: "{ " + strings.Repeat("x", 1000) + " }", code: validation, message: `Cannot query field "` + strings.Repeat("x", 280) + "…", line: 1, column: 3},
		{name: "value", query: "{ greet(name: 4711) }", code: validation, message: `String cannot represent a non string value.`, line: 1, column: 15},
		{name: "list value", query: `{ greet(times: ["secret"]) }`, code: validation, message: `Int cannot represent non-integer value.`, line: 1, column: 16},
		{name: "null value", query: `{ fail(how: null) }`, code: validation, message: `Expected value of type "String!".`, line: 1, column: 13},
		{name: "enum value", query: `{ greet(tone: SECRET) }`, code: validation, message: `The value does not exist in "Tone" enum.`, line: 1, column: 15},
		{name: "enum string", query: `{ greet(tone: "secret") }`, code: validation, message: `Enum "Tone" cannot represent non-enum value.`, line: 1, column: 16},
		{
			name: "input value", query: `mutation { rename(input: "secret") }`, code: validation,
			message: `Expected value of type "RenameInput!".`, line: 1, column: 27,
		},
		{
			name: "deferred", query: "{ ... @defer { me { id } } }", code: validation,
			message: `Unknown directive "@defer".`, line: 1, column: 8,
		},
		{name: "streamed", query: "{ me { id @stream } }", code: validation, message: `Unknown directive "@stream".`, line: 1, column: 12},
		{name: "subscription", query: "subscription { ticks }", code: validation, message: "Subscriptions are not served."},
		{name: "too many tokens", query: "{" + strings.Repeat(" me { id }", 13) + "}", code: limit, message: "The document has more than 50 tokens."},
		{
			name: "several operations", query: "query A { __typename } query B { __typename }", code: validation,
			message: "The document has several operations: say which in operationName.",
		},
		{
			name: "unknown operation", query: "query A { __typename }", operationName: "secret", code: validation,
			message: "The document has no operation of the name in operationName.",
		},
		{
			name: "missing variable", query: "{ __typename @skip(if: $skip) }", code: validation,
			message: `Variable "$skip" is not defined.`, line: 1, column: 24,
		},
		{name: "null variable", query: "query($how: String!) { fail(how: $how) }", variables: `{"how":null}`, code: validation, message: "Variable $how cannot be null."},
		{name: "absent variable", query: "query($how: String!) { fail(how: $how) }", code: validation, message: "Variable $how must be defined."},
		{name: "wrong variable", query: "query($n: Int) { greet(times: $n) }", variables: `{"n":"secret"}`, code: validation, message: "Variable $n cannot use string as Int."},
		{name: "large variable", query: "query($n: Int) { greet(times: $n) }", variables: `{"n":4711e300}`, code: validation, message: "Variable $n does not fit Int."},
		{name: "wrong enum", query: "query($t: Tone) { greet(tone: $t) }", variables: `{"t":"secret is not a valid secret"}`, code: validation, message: "Variable $t is not a valid Tone."},
		{name: "enum in the wrong case", query: "query($t: Tone) { greet(tone: $t) }", variables: `{"t":"warm"}`, code: validation, message: "Variable $t has an enum value in the wrong case."},
		{name: "enums in the wrong case", query: "query($t: [Tone!]) { greet(tones: $t) }", variables: `{"t":["COLD","warm"]}`, code: validation, message: "Variable $t has an enum value in the wrong case."},
		{name: "enum of a field in the wrong case", query: rename, variables: `{"input":{"name":"a","tone":"warm"}}`, code: validation, message: "Variable $input has an enum value in the wrong case."},
		{name: "field missing", query: rename, variables: `{"input":{}}`, code: validation, message: "Variable $input.name must be defined."},
		{name: "field unknown", query: rename, variables: `{"input":{"name":"a","secret":1}}`, code: validation, message: "Variable $input has a field that its type does not define."},
		{name: "element of a field", query: rename, variables: `{"input":{"name":"a","tags":["b",null]}}`, code: validation, message: "Variable $input.tags[1] cannot be null."},
		{
			name: "null for a default", query: "query($v: Boolean = true) { ... { __typename @skip(if: $v) } }", variables: `{"v":null}`, code: validation,
			message: "Variable $v must not be null where it is used.", line: 1, column: 56,
		},
		{
			name: "null for a default, in a fragment", query: `query($v: String = "a") { ...F } fragment F on Query { fail(how: $v) }`, variables: `{"v":null}`, code: validation,
			message: "Variable $v must not be null where it is used.", line: 1, column: 66,
		},
		{
			name: "null for a default, in an object", query: `mutation($v: String = "a") { rename(input: {name: $v}) }`, variables: `{"v":null}`, code: validation,
			message: "Variable $v must not be null where it is used.", line: 1, column: 51,
		},
		{
			name: "null where a default is", query: "query($v: String) { greet(name: $v) }", variables: `{"v":null}`, code: validation,
			message: "Variable $v must not be null where it is used.", line: 1, column: 33,
		},
		{name: "number for a string", query: "query($how: String!) { fail(how: $how) }", variables: `{"how":4711}`, code: validation, message: "Variable $how has a number where its type wants a String: put quotation marks around it."},
		{name: "numbers for strings", query: rename, variables: `{"input":{"name":"a","tags":["b",4711]}}`, code: validation, message: "Variable $input has a number where its type wants a String: put quotation marks around it."},
		{name: "fraction for an id", query: "query($f: PetFilter) { pick(first: $f) }", variables: `{"f":{"id":47.11}}`, code: validation, message: "Variable $f has a number with a fraction or an exponent where its type wants an ID: put quotation marks around it."},
		{name: "no object", query: rename, variables: `{"input":"secret"}`, code: validation, message: "Variable $input must be a RenameInput, not a string."},
	})
}

func TestWithoutIntrospection(t *testing.T) {
	t.Parallel()
	const off, validation = "Introspection is off on this server.", "GRAPHQL_VALIDATION_FAILED"
	handler := newHandler(t, func(c *graphqlhttp.Config) { c.Introspection = false })
	checkRefused(t, handler, []refusedDocument{
		{name: "schema", query: "{ __schema { queryType { name } } }", code: validation, message: off, line: 1, column: 3},
		{name: "type", query: `{ a: __type(name: "User") { name } }`, code: validation, message: off, line: 1, column: 3},
		{name: "in a fragment", query: "{ ...F } fragment F on Query { __schema { queryType { name } } }", code: validation, message: off, line: 1, column: 32},
		// Nothing is suggested.
		{name: "field", query: "{ greeet }", code: validation, message: `Cannot query field "greeet" on type "Query".`, line: 1, column: 3},
		{name: "selection", query: "{ me }", code: validation, message: `Field "me" of type "User" must have a selection of subfields.`, line: 1, column: 3},
		{name: "argument", query: `{ greet(nam: "a") }`, code: validation, message: `Unknown argument "nam" on field "Query.greet".`, line: 1, column: 3},
		{name: "type name", query: "{ ... on Usr { id } }", code: validation, message: `Unknown type "Usr".`, line: 1, column: 7},
		{name: "fragment type", query: "{ ...F } fragment F on Usr { id }", code: validation, message: `Unknown type "Usr".`, line: 1, column: 10},
		{name: "input field", query: `mutation { rename(input: {name: "a", tag: "b"}) }`, code: validation, message: `Field "tag" is not defined by type "RenameInput".`, line: 1, column: 38},
		{name: "enum", query: `{ greet(tone: WARN) }`, code: validation, message: `The value does not exist in "Tone" enum.`, line: 1, column: 15},
		{name: "enum string", query: `{ greet(tone: "WARN") }`, code: validation, message: `Enum "Tone" cannot represent non-enum value.`, line: 1, column: 16},
	})
	want := answer(http.StatusOK, plainJSON, `{"data":{"__typename":"Query"}}`)
	if diff := cmp.Diff(want, send(t, handler, exchange{body: typename}.request())); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

// TestNoEcho sends a secret in every place that a password could get to by mistake, and looks for it in the answers.
func TestNoEcho(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	handler := newHandler(t, nil)
	literals := []string{secret, `"` + secret + `"`, `"""` + secret + `"""`, `["` + secret + `"]`, `{a: "` + secret + `"}`, `"\` + secret + `"`, `"` + secret}
	places := []string{
		"{ me { id(a: %s) } }", "{ greet(times: %s) }", "{ greet(tone: %s) }", "mutation { rename(input: %s) }", "{ greet(name: 1 %s) }",
		`mutation { rename(input: {name: %s, a: 1}) }`, `mutation { rename(input: {name: "a", tags: %s, tone: %[1]s}) }`,
		"query($n: Int = %s) { greet(times: $n) }", "{ me @skip(if: %s) { id } }", "{ me { id } } %s", "fragment F %s", "%s",
	}
	var bodies []string
	for _, place := range places {
		for _, literal := range literals {
			bodies = append(bodies, `{"query":`+quote(fmt.Sprintf(place, literal))+`}`)
		}
	}
	variables := []string{`"` + secret + `"`, `["` + secret + `"]`, `{"` + secret + `":1}`, `{"name":{"a":"` + secret + `"}}`, `{"name":"a","tone":"` + secret + `"}`}
	for _, query := range []string{
		"query($v: Int) { greet(times: $v) }", "query($v: Boolean!) { __typename @include(if: $v) }", "query($v: Tone) { greet(tone: $v) }",
		"query($v: [Tone!]) { greet(tones: $v) }", "query($v: PetFilter) { pick(first: $v) }", "mutation($v: RenameInput!) { rename(input: $v) }",
	} {
		for _, value := range variables {
			bodies = append(bodies, fmt.Sprintf(`{"query":%q,"variables":{"v":%s}}`, query, value))
		}
	}
	bodies = append(bodies,
		secret, `{"`+secret, `"`+secret+`"`, `{"query":"{ __typename }","operationName":"`+secret+`"}`, `{"query":"{ __typename }"}`+secret,
		`{"query":"{ __typename }","variables":"`+secret+`"}`, `{"query":"{ __typename }","`+secret+`":`+secret+`}`,
	)
	for _, body := range bodies {
		got := send(t, handler, exchange{header: map[string]string{"Accept": graphqlJSON}, body: body}.request())
		if strings.Contains(got, secret) {
			t.Errorf("%s is answered by\n%s", body, got)
		}
		if !strings.HasPrefix(got, "400\n") {
			t.Errorf("%s is no mistake:\n%s", body, got)
		}
	}
}
