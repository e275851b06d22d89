package graphqlhttp_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/graphqlhttp"
)

const limitExceeded = "DOCUMENT_LIMIT_EXCEEDED"

// border is a limit, documents that are exactly at it, and ones that are just over it.
type border struct {
	limit      func(*graphqlhttp.Limits)
	code       string
	message    string
	placed     bool // The error has the place of the operation, which is the beginning of the document.
	pass, over []string
}

// TestLimits compares whole answers on both sides of each limit.
func TestLimits(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]border{
		"tokens": {
			limit: func(l *graphqlhttp.Limits) { l.Tokens = 6 }, code: limitExceeded, message: "The document has more than 6 tokens.",
			pass: []string{"{ me { id } }", "{ a: __typename # comment\n}", "{ a: __typename\n,,, }"},
			over: []string{"{ me { id id } }", "{ a: __typename # one\n# two\n}", "# comment\n{ me { id } }", "{" + strings.Repeat(" me", 10_000)},
		},
		"depth": {
			limit: func(l *graphqlhttp.Limits) { l.Depth = 3 }, code: limitExceeded, placed: true,
			message: "The document is more than 3 levels deep, with fragments, arguments and types counted.",
			pass: []string{
				"{ me { friends { id } } }", "{ ... { me { id } } }", "{ ... on Query { me { id } } }", "{ ...F } fragment F on Query { me { id } }",
				"{ me { ... on User { id } } }", "{ ... { ... { __typename } } }", `{ greet(tones: [WARM]) }`, `{ pick(first: {not: {id: 1}}) }`,
				"query($t: [Tone!]) { greet(tones: $t) }", "{ me { ...F ...G } } fragment F on User { id } fragment G on User { name }",
				"{ me @include(if: true) { friends @skip(if: false) { id } } }",
			},
			over: []string{
				"{ me { friends { friends { id } } } }", "{ ... { me { friends { id } } } }", "{ ... { ... { ... { __typename } } } }",
				"{ ...F } fragment F on Query { me { ... { id } } }", "{ ...F } fragment F on Query { ...G } fragment G on Query { me { id } }",
				"{ me { ...F } } fragment F on User { friends { id } }", `{ pick(first: {not: {not: {id: 1}}}) }`, `{ pick(any: [{any: []}]) }`,
				"query($t: [[[[Tone]]]]) { greet(tones: $t) }", "query($f: PetFilter = {not: {not: {any: []}}}) { pick(first: $f) }",
				"{ __typename @include(if: [[[true]]]) }", "query A { me { friends { friends { id } } } } query B { __typename }",
				"{ me { id } ...F } fragment G on User { friends { id } } fragment F on Query { me { ...G } }",
			},
		},
		"aliases": {
			limit: func(l *graphqlhttp.Limits) { l.Aliases = 2 }, code: limitExceeded, placed: true,
			message: "The operation has more than 2 aliases, with those of its fragments.",
			pass: []string{
				"{ a: __typename b: __typename }", "{ a: me { b: id } }", "{ __typename __typename __typename }", "{ __typename: __typename ...F } fragment F on Query { a: __typename b: __typename }",
				"query A { a: __typename b: __typename } query B { c: __typename d: __typename }",
			},
			over: []string{
				"{ a: __typename b: __typename c: __typename }", "{ a: me { b: id c: id } }", "{ a: __typename a: __typename a: __typename }",
				"{ ... { a: __typename } ... { b: me { c: id } } }", "{ ...F ...F } fragment F on Query { a: __typename b: __typename }",
				"{ ...F ...G } fragment F on Query { ...G a: __typename } fragment G on Query { b: __typename }",
				"{ a: __typename ...F } fragment F on Query { me { ...G } } fragment G on User { b: id c: id }",
			},
		},
		"directives": {
			limit: func(l *graphqlhttp.Limits) { l.Directives = 2 }, code: limitExceeded, placed: true,
			message: "The operation has more than 2 directives, with those of its fragments.",
			pass: []string{
				"{ __typename @skip(if: false) @include(if: true) }", "{ ... @skip(if: false) { __typename } ...F @include(if: true) } fragment F on Query { __typename }",
			},
			over: []string{
				"{ __typename @a @b @c }", "query @a @b @c { __typename }", "query($a: Int @a @b @c) { __typename }", "{ ... @a { __typename @b } ...F @c } fragment F on Query { __typename }",
				"{ ...F ...F ...F } fragment F on Query @a { __typename }", "{ ...F ...F } fragment F on Query { __typename @a me @b { id } }",
			},
		},
		"root fields": {
			limit: func(l *graphqlhttp.Limits) { l.RootFields = 2 }, code: limitExceeded, placed: true,
			message: "The operation has more than 2 root fields, with those of its fragments.",
			pass: []string{
				"mutation { a: wait b: wait }", "{ me { id name friends { id name } } __typename }", "{ ... { __typename } ...F } fragment F on Query { __typename }",
				"mutation A { wait wait } mutation B { wait wait }",
			},
			over: []string{
				"mutation { a: wait b: wait c: wait }", "mutation { wait wait wait }", "{ ... { __typename } ... on Query { __typename } ...F } fragment F on Query { __typename }",
				"mutation { ...F ...F } fragment F on Mutation { ... { a: wait } b: wait }", "{ __typename @skip(if: true) __typename @skip(if: true) __typename }",
			},
		},
		"complexity": {
			limit: func(l *graphqlhttp.Limits) { l.Complexity = 23 }, code: "COMPLEXITY_LIMIT_EXCEEDED", placed: true,
			message: "The operation's complexity is more than 23. Lists count most, then long aliases: select less of them, or fewer.",
			// A list counts for ten, and in these tests User.friends for five and User.photo for 20.
			pass: []string{
				"{ me { friends { id name nam: id } } me { id } }", "{ me { id notes friends { id } } }", "{ me { photo id } __typename }", "{ pets { id } __typename me { id } }",
				"{ me { friends { ...F } } me { id } } fragment F on User { id name nam: id }",
				"query A { pets { id } } query B { pets { id } }",
				// A long alias counts once more for each 128 bytes.
				"{ pets { id } " + strings.Repeat("a", 127) + ": __typename " + strings.Repeat("b", 255) + ": __typename }",
			},
			over: []string{
				"{ me { friends { id name nam: id } id } me { id } }", "{ me { friends { friends { id } } } }", "{ me { photo id } __typename ...F } fragment F on Query { __typename }",
				"{ pets { id name } }", "{ pets { ... on Dog { id } ... on Cat { id } } }", "{ ...F ...F } fragment F on Query { pets { id } }",
				"{ __schema { types { name } } }",
				"{ pets { id } " + strings.Repeat("a", 128) + ": __typename " + strings.Repeat("b", 255) + ": __typename }",
				"{ pets { " + strings.Repeat("a", 128) + ": id } }",
			},
		},
		"fragments spread out": {
			limit: func(l *graphqlhttp.Limits) { l.Tokens, l.RootFields = 59, 1000 }, code: limitExceeded,
			message: "The document has more than 354 nodes, with fragments counted wherever they are spread, and default values wherever their variables are used.",
			// The operation and each fragment count by themselves, and hold four times as many nodes, and spreads, as the next.
			pass: []string{
				"{ ...A } fragment A on Query { ...B ...B ...B ...B" + strings.Repeat(" __typename", 6) + " }" +
					" fragment B on Query { ...C ...C ...C ...C } fragment C on Query { ...D ...D ...D ...D } fragment D on Query { __typename }",
			},
			over: []string{
				"{ ...A } fragment A on Query { ...B ...B ...B ...B" + strings.Repeat(" __typename", 5) + " }" +
					" fragment B on Query { ...C ...C ...C ...C __typename } fragment C on Query { ...D ...D ...D ...D } fragment D on Query { __typename }",
			},
		},
		"default values": {
			limit: func(l *graphqlhttp.Limits) { l.Tokens = 100 }, code: limitExceeded,
			message: "The document has more than 600 nodes, with fragments counted wherever they are spread, and default values wherever their variables are used.",
			pass: []string{
				"query($v: [Tone!] = [" + strings.Repeat("WARM ", 30) + "]) { ...A ...A ...A } fragment A on Query { ...B ...B ...B } fragment B on Query { greet(tones: $v) }",
			},
			over: []string{
				"query($v: [Tone!] = [" + strings.Repeat("WARM ", 30) + "]) { ...A ...A ...A } fragment A on Query { ...B ...B ...B } fragment B on Query { greet(tones: $v) greet(tones: $v) }",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			handler := newHandler(t, func(c *graphqlhttp.Config) {
				b.limit(&c.Limits)
				c.ListSizes = map[string]int{"User.friends": 5, "User.photo": 20}
			})
			for _, document := range b.pass {
				if got := post(t, handler, document); !strings.HasPrefix(got, "200\n") && !strings.Contains(got, "say which in operationName") {
					t.Errorf("%s is refused: %s", document, got)
				}
			}
			place := ""
			if b.placed {
				place = `"locations":[{"line":1,"column":1}],`
			}
			want := answer(http.StatusBadRequest, graphqlJSON, fmt.Sprintf(`{"errors":[{"message":%q,%s"extensions":{"code":%q}}]}`, b.message, place, b.code))
			for _, document := range b.over {
				if diff := cmp.Diff(want, post(t, handler, document)); diff != "" {
					t.Errorf("%s (-want +got):\n%s", document, diff)
				}
			}
		})
	}
}

// TestVariableSize: a variable counts wherever it is used, and all of them together must not outgrow a body.
func TestVariableSize(t *testing.T) {
	t.Parallel()
	const rename = `rename(input: {name: "a", data: $v})`
	handler := newHandler(t, func(c *graphqlhttp.Config) { c.Limits.BodyBytes = 1000 })
	ask := func(document, value string) string {
		body := fmt.Sprintf(`{"query":%s,"operationName":"M","variables":{"v":%s}}`, quote(document), value)
		return send(t, handler, exchange{header: map[string]string{"Accept": graphqlJSON}, body: body}.request())
	}
	four := "mutation M($v: JSON) { a: " + rename + " b: " + rename + " ...F } fragment F on Mutation { ...G ... { d: " + rename + " } } fragment G on Mutation { c: " + rename + " }"
	for _, value := range []string{ // Each has 250 bytes.
		`{"d":"` + strings.Repeat("x", 242) + `"}`,
		`"` + strings.Repeat("é", 124) + `"`,
		`[` + strings.Repeat("0,", 123) + `12]`,
		`[[],{},null,true,12345,{"a":1,"bc":[0]}` + strings.Repeat(",{}", 70) + `]`,
	} {
		if got := ask(four, value); !strings.HasPrefix(got, "200\n") {
			t.Errorf("%s: %s", value, got)
		}
		five := strings.Replace(four, "{ a: ", "{ e: "+rename+" a: ", 1)
		want := answer(http.StatusBadRequest, graphqlJSON, failure(limitExceeded, "The variables come to more than 1000 bytes, with each counted wherever it is used."))
		for _, document := range []string{
			strings.Replace(four, "{ a: ", `{ a: `+rename+` e: rename(input: {name: "a", data: [{b: $v}]}) a: `, 1),
			five, five + " mutation N { wait }",
		} {
			if diff := cmp.Diff(want, ask(document, value)); diff != "" {
				t.Errorf("%s with %s (-want +got):\n%s", document, value, diff)
			}
		}
		if got := ask(five+" ", `"small"`); !strings.HasPrefix(got, "200\n") {
			t.Errorf("small: %s", got)
		}
	}
	withDefault := func(length int) string {
		return strings.Replace(four, "$v: JSON", `$v: JSON = "`+strings.Repeat("x", length)+`"`, 1)
	}
	body := func(length int) string {
		return send(t, handler, exchange{header: map[string]string{"Accept": graphqlJSON}, body: fmt.Sprintf(`{"query":%s}`, quote(withDefault(length)))}.request())
	}
	if got := body(248); !strings.HasPrefix(got, "200\n") {
		t.Errorf("default: %s", got)
	}
	if got := body(249); !strings.Contains(got, limitExceeded) {
		t.Errorf("large default: %s", got)
	}
}

// TestDoublingFragments is a document that is 2^100 times as large as it looks.
func TestDoublingFragments(t *testing.T) {
	t.Parallel()
	var document strings.Builder
	document.WriteString("{ ...F0 }")
	for i := range 100 {
		fmt.Fprintf(&document, " fragment F%d on Query { ...F%d ...F%[2]d }", i, i+1)
	}
	document.WriteString(" fragment F100 on Query { a: __typename }")
	handler := newHandler(t, func(c *graphqlhttp.Config) { c.Limits.Depth = 200 })
	want := `{"errors":[{"message":"The operation has more than 50 aliases, with those of its fragments.","locations":[{"line":1,"column":1}],"extensions":{"code":"DOCUMENT_LIMIT_EXCEEDED"}}]}`
	if diff := cmp.Diff(answer(http.StatusBadRequest, graphqlJSON, want), post(t, handler, document.String())); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

// TestNestingOfTheParser: it gives up by itself at 1000 levels.
func TestNestingOfTheParser(t *testing.T) {
	t.Parallel()
	document := "{ greet(tones: " + strings.Repeat("[", 1001) + strings.Repeat("]", 1001) + ") }"
	want := failure(limitExceeded, "The document is more than 20 levels deep, with fragments, arguments and types counted.")
	handler := newHandler(t, func(c *graphqlhttp.Config) { c.Limits.Tokens = 3000 })
	if diff := cmp.Diff(answer(http.StatusBadRequest, graphqlJSON, want), post(t, handler, document)); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

func TestFragmentCycles(t *testing.T) {
	t.Parallel()
	const code = "GRAPHQL_VALIDATION_FAILED"
	checkRefused(t, newHandler(t, nil), []refusedDocument{
		{name: "itself", query: "{ ...F } fragment F on Query { ...F }", code: code, message: `Cannot spread fragment "F" within itself.`, line: 1, column: 35},
		{name: "below a field", query: "{ me { ...F } } fragment F on User { friends { ...F } }", code: code, message: `Cannot spread fragment "F" within itself.`, line: 1, column: 51},
		{name: "by another", query: "{ ...A } fragment A on Query { ...B } fragment B on Query { ... { ...A } }", code: code, message: `Cannot spread fragment "A" within itself.`, line: 1, column: 70},
		{name: "unused", query: "{ __typename } fragment A on Query { ...B ...B } fragment B on Query { ...A ...A }", code: code, message: `Cannot spread fragment "A" within itself.`, line: 1, column: 75},
		{name: "of a twin", query: "{ ...F } fragment F on Query { __typename } fragment F on Query { ...F }", code: code, message: `There can be only one fragment named "F".`, line: 1, column: 45},
		{name: "unknown fragment", query: "{ ...F }", code: code, message: `Unknown fragment "F".`, line: 1, column: 6},
	})
}

// TestErrorsCut: an answer has so many errors and no more, and says so.
func TestErrorsCut(t *testing.T) {
	t.Parallel()
	const more = `{"message":"There are more errors than the 2 that an answer has at most.","extensions":{"code":"DOCUMENT_LIMIT_EXCEEDED"}}`
	failed := func(alias string) string {
		return fmt.Sprintf(`{"message":"Oops.","path":[%q],"extensions":{"code":"INTERNAL"}}`, alias)
	}
	unknown := func(field string, column int) string {
		return fmt.Sprintf(`{"message":"Cannot query field \"%s\" on type \"Query\".","locations":[{"line":1,"column":%d}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}`, field, column)
	}
	handler := newHandler(t, func(c *graphqlhttp.Config) { c.Limits.Errors = 2 })
	for document, want := range map[string]string{
		`{ a: fail(how: "") b: fail(how: "") }`: answer(http.StatusOK, graphqlJSON,
			`{"errors":[`+failed("a")+`,`+failed("b")+`],"data":{"a":null,"b":null}}`),
		`{ a: fail(how: "") b: fail(how: "") c: fail(how: "") __typename d: fail(how: "") }`: answer(http.StatusOK, graphqlJSON,
			`{"errors":[`+failed("a")+`,`+failed("b")+`,`+more+`],"data":{"a":null,"b":null,"c":null,"__typename":"Query","d":null}}`),
		`{ a b }`: answer(http.StatusBadRequest, graphqlJSON,
			`{"errors":[`+unknown("a", 3)+`,`+unknown("b", 5)+`]}`),
		`{ a b c d }`: answer(http.StatusBadRequest, graphqlJSON,
			`{"errors":[`+unknown("a", 3)+`,`+unknown("b", 5)+`,`+more+`]}`),
		`{ ...F ...F ...F } fragment F on Query { a }`: answer(http.StatusBadRequest, graphqlJSON,
			`{"errors":[`+unknown("a", 42)+`]}`),
	} {
		if diff := cmp.Diff(want, post(t, handler, document)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", document, diff)
		}
	}
}

// post sends a document and returns the whole answer.
func post(t testing.TB, handler http.Handler, document string) string {
	t.Helper()
	return send(t, handler, exchange{header: map[string]string{"Accept": graphqlJSON}, body: fmt.Sprintf(`{"query":%s}`, quote(document))}.request())
}
