package graphqlhttp_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestExactlyOne gives to @oneOf inputs one field, none, two and null, as literals, as variables, and mixed.
func TestExactlyOne(t *testing.T) {
	t.Parallel()
	const (
		code     = "GRAPHQL_VALIDATION_FAILED"
		literals = `OneOf Input Object "PetFilter" must specify exactly one key.`
		whole    = "query($f: PetFilter) { pick(first: $f) }"
		flaw     = "Variable $f must give exactly one field of each PetFilter, and not null."
	)
	handler := newHandler(t, nil)
	checkRefused(t, handler, []refusedDocument{
		{name: "no key", query: `{ pick(first: {}) }`, code: code, message: literals, line: 1, column: 15},
		{name: "two keys", query: `{ pick(first: {id: 1, name: "a"}) }`, code: code, message: literals, line: 1, column: 15},
		{name: "null and a value", query: `{ pick(first: {id: null, name: "a"}) }`, code: code, message: literals, line: 1, column: 15},
		{name: "null", query: `{ pick(first: {id: null}) }`, code: code, message: `Field "PetFilter.id" must be non-null.`, line: 1, column: 20},
		{name: "below", query: `{ pick(first: {not: {not: {}}}) }`, code: code, message: literals, line: 1, column: 27},
		{name: "in a list", query: `{ pick(any: [{id: 1}, {}]) }`, code: code, message: literals, line: 1, column: 23},
		{name: "default", query: `query($f: PetFilter = {id: 1, name: "a"}) { pick(first: $f) }`, code: code, message: literals, line: 1, column: 23},
		{name: "in a fragment", query: `{ ...F } fragment F on Query { pick(first: {}) }`, code: code, message: literals, line: 1, column: 44},

		{name: "variable without key", query: whole, variables: `{"f":{}}`, code: code, message: flaw},
		{name: "variable with two keys", query: whole, variables: `{"f":{"id":"1","name":"a"}}`, code: code, message: flaw},
		{name: "variable with two nulls", query: whole, variables: `{"f":{"id":null,"name":null}}`, code: code, message: flaw},
		{name: "variable with null and a value", query: whole, variables: `{"f":{"id":null,"name":"a"}}`, code: code, message: flaw},
		{name: "variable with null", query: whole, variables: `{"f":{"id":null}}`, code: code, message: flaw},
		{name: "variable with a type name", query: whole, variables: `{"f":{"__typename":"PetFilter"}}`, code: code, message: flaw},
		{name: "variable, below", query: whole, variables: `{"f":{"not":{"not":{}}}}`, code: code, message: flaw},
		{name: "variable, below a list", query: whole, variables: `{"f":{"any":[{"id":"1"},{"any":[{"id":"1","name":"a"}]}]}}`, code: code, message: flaw},
		{name: "variable, list", query: "query($f: [PetFilter!]) { pick(any: $f) }", variables: `{"f":[{"id":"1"},{}]}`, code: code, message: flaw},
		{name: "variable, no list", query: "query($f: [PetFilter!]) { pick(any: $f) }", variables: `{"f":{}}`, code: code, message: flaw},

		{name: "two inside", query: "query($x: String!) { pick(first: {name: $x, not: {name: $x}}) }", variables: `{"x":"a"}`, code: code, message: literals, line: 1, column: 34},
		{name: "null inside", query: "query($x: String!) { pick(first: {name: $x}) }", variables: `{"x":null}`, code: code, message: "Variable $x cannot be null."},
		{name: "absent inside", query: "query($x: String!) { pick(first: {name: $x}) }", code: code, message: "Variable $x must be defined."},
		{name: "object inside", query: "query($x: PetFilter!) { pick(first: {not: $x}) }", variables: `{"x":{}}`, code: code, message: "Variable $x must give exactly one field of each PetFilter, and not null."},
	})
	// The validator gives two places for this one: of the variable, and of its use.
	for query, column := range map[string]int{
		"query($x: String) { pick(first: {name: $x}) }":                              40,
		"query($x: String) { ...F } fragment F on Query { pick(first: {name: $x}) }": 69,
	} {
		want := answer(http.StatusOK, plainJSON, fmt.Sprintf(`{"errors":[{"message":"Variable \"$x\" is of type \"String\" but must be non-nullable to be used for `+
			`OneOf Input Object \"PetFilter\".","locations":[{"line":1,"column":7},{"line":1,"column":%d}],"extensions":{"code":%q}}]}`, column, code))
		body := fmt.Sprintf(`{"query":%q,"variables":{"x":"a"}}`, query)
		if diff := cmp.Diff(want, send(t, handler, exchange{body: body}.request())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
	for name, body := range map[string]string{
		"literal":  `{"query":"{ pick(first: {not: {id: 1}}, any: [{name: \"a\"}]) }"}`,
		"null":     `{"query":"{ pick(first: null) }"}`,
		"variable": `{"query":"query($f: PetFilter) { pick(first: $f) }","variables":{"f":{"any":[{"not":{"tone":"WARM"}}]}}}`,
		"absent":   `{"query":"query($f: PetFilter) { pick(first: $f) }"}`,
		"inside":   `{"query":"query($x: String!) { pick(first: {name: $x}) }","variables":{"x":"a"}}`,
	} {
		want := answer(http.StatusOK, plainJSON, `{"data":{"pick":0}}`)
		if diff := cmp.Diff(want, send(t, handler, exchange{body: body}.request())); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
