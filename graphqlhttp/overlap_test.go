package graphqlhttp_test

import (
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

const (
	differentFields    = `are different fields`
	differentArguments = `they have differing arguments`
	differentTypes     = `they return conflicting types`
)

// overlaps are documents with fields of one response name, each with what keeps these from being merged, if anything does.
var overlaps = []struct{ document, conflict string }{
	{"{ me { id id } me { id name } }", ""},
	{"{ me { a: id a: id } }", ""},
	{"{ me { a: id a: name } }", differentFields},
	{"{ me { id: name id } }", differentFields},
	{"{ me { a: id } me { a: name } }", differentFields},
	{"{ me { friends { a: id } } me { friends { a: name } } }", differentFields},
	{"{ me { a: friends { a: id } } me { b: friends { a: name } } }", ""},
	{"{ me { ... { a: id } ... { a: name } } }", differentFields},
	{"{ me { ...F ...G } } fragment F on User { a: id } fragment G on User { a: name }", differentFields},
	{"{ me { ...F a: name } } fragment F on User { ...G } fragment G on User { a: id }", differentFields},
	{"{ me { ...F ...F } } fragment F on User { a: id friends { a: name } }", ""},
	{"{ me { ...F friends { ...G } } } fragment F on User { a: id friends { b: id } } fragment G on User { b: name }", differentFields},
	{"{ ...F ...G } fragment F on Query { me { a: id } } fragment G on Query { me { a: name } }", differentFields},
	{"query A { a: me { id } } query B { a: greet }", ""},
	{"query A { __typename } query B { me { a: id a: name } }", differentFields},

	{`{ greet(name: "a") greet(name: "a") }`, ""},
	{`{ greet(name: "a") greet(name: "b") }`, differentArguments},
	{`{ greet(name: "a") greet }`, differentArguments},
	{`{ greet(name: "a", times: 1) greet(times: 1, name: "a") }`, ""},
	{`{ greet(name: "a", times: 1) greet(name: "a", tone: WARM) }`, differentArguments},
	{`{ greet(tones: [WARM, COLD]) greet(tones: [WARM, COLD]) }`, ""},
	{`{ greet(tones: [WARM, COLD]) greet(tones: [COLD, WARM]) }`, differentArguments},
	{`{ greet(tones: [WARM]) greet(tones: [WARM, COLD]) }`, differentArguments},
	{`query($n: String!, $m: String!) { greet(name: $n) greet(name: $n) b: greet(name: $m) }`, ""},
	{`query($n: String!, $m: String!) { greet(name: $n) greet(name: $m) }`, differentArguments},
	{`mutation { rename(input: {name: "a", tone: WARM}) rename(input: {tone: WARM, name: "a"}) }`, ""},
	{`mutation { rename(input: {name: "a", tone: WARM}) rename(input: {tone: COLD, name: "a"}) }`, differentArguments},
	{`mutation { rename(input: {name: "a", data: {x: [1]}}) rename(input: {name: "a", data: {y: [1]}}) }`, differentArguments},
	{`mutation { rename(input: {name: "a", data: "1"}) rename(input: {name: "a", data: 1}) }`, differentArguments},

	{"{ pets { ... on Dog { a: id } ... on Cat { a: id } } }", ""},
	{"{ pets { ... on Dog { a: id } ... on Cat { a: size } } }", differentTypes},
	{"{ pets { ... on Dog { size } ... on Cat { size } } }", differentTypes},
	{"{ pets { ... on Dog { a: owner { id } } ... on Cat { a: servant { id } } } }", ""},
	{"{ pets { ... on Dog { a: owner { b: id } } ... on Cat { a: servant { b: name } } } }", differentTypes},
	{"{ pets { ... on Dog { a: owner { id } } ... on Cat { a: id } } }", differentTypes},
	{"{ pets { ... on Cat { a: owner { b: id } a: servant { b: id } } } }", differentFields},
	{"{ pets { ... on Cat { lives(left: 1) } ... on Cat { lives(left: 2) } } }", differentArguments},
	{"{ pets { a: id ... on Cat { a: id } ... on Dog { a: id } } }", ""},
	{"{ pets { a: id ... on Cat { a: name } } }", differentFields},
	{"{ pets { a: id ... on Cat { b: id } ... on Dog { b: id } ... on Dog { a: name } } }", differentFields},
	{"{ pets { ... on Dog { a: owner { b: id } } ... on Cat { a: owner { b: id } } ... on Cat { a: owner { b: name } } } }", differentFields},
	{"{ pets { ... on Dog { owner { x: friends { id } } } ... on Cat { owner { x: notes } } } }", differentTypes},
	{"{ pets { ... on Dog { owner { x: friends { id } } } ... on Cat { owner { x: friends { id: name } } } } }", differentTypes},
	{"{ pets { ... on Dog { a: owner { ... { b: id } } } ... on Cat { a: servant { ...F } } } } fragment F on User { b: name }", differentTypes},
	{"{ pets { __typename ... on Dog { __typename } ... on Cat { __typename } } }", ""},
}

// libraryFindsConflict asks the library's own rule, which compares each pair of fields.
func libraryFindsConflict(document *ast.QueryDocument) bool {
	found := false
	var observers validator.Events
	rules.OverlappingFieldsCanBeMergedRule.RuleFunc(&observers, func(...validator.ErrorOption) { found = true })
	validator.Walk(newTestSchema().Schema(), document, &observers)
	return found
}

func TestOverlappingFields(t *testing.T) {
	t.Parallel()
	handler := newHandler(t, nil)
	for _, o := range overlaps {
		document, err := parser.ParseQuery(&ast.Source{Input: o.document})
		if err != nil {
			t.Fatal(err)
		}
		if libraryFindsConflict(document) != (o.conflict != "") {
			t.Errorf("%s: the library's rule sees it otherwise", o.document)
		}
		got := post(t, handler, o.document)
		if conflict := strings.Contains(got, " conflict because "); conflict != (o.conflict != "") || !strings.Contains(got, o.conflict) {
			t.Errorf("%s: %s", o.document, got)
		}
	}
}
