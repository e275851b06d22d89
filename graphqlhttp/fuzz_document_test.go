package graphqlhttp_test

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"accountql/graphqlhttp"
)

// FuzzDocument compares what becomes of a document with what two others make of it that take their time: a count that
// spreads fragments out one by one, and the library's rules.
func FuzzDocument(f *testing.F) {
	for _, o := range overlaps {
		f.Add(o.document)
	}
	for _, document := range []string{
		"query($a: [[Tone]] @x, $f: PetFilter = {any: [{id: 1}]}) { pick(first: $f) ...F @skip(if: true) } fragment F on Query { me { a: id } }",
		"{ ...F } fragment F on Query { ...G ...G } fragment G on Query { ...H ...H } fragment H on Query { pets { id } }",
		"{ ...A } fragment A on Query { ...B } fragment B on Query { ... { ...A } }",
		"query($f: PetFilter = {any: [{id: 1}, {id: 2}]}) { ...A ...A } fragment A on Query { pick(first: {not: $f}, any: [$f, $f]) ...B ...B } fragment B on Query { a: pick(first: $f) }",
		"{ __schema { types { fields { type { ofType { ofType { name } } } } } } } fragment F on User { id } fragment F on User { ...F }",
		"query A { me { friends { friends { friends { id } } } } } mutation B { a: wait b: wait } subscription C { ticks }",
		`mutation { rename(input: {name: """block""", data: [[[{a: 1.5}]]], tags: ["a"]}) }`,
	} {
		f.Add(document)
	}
	tight := graphqlhttp.Limits{
		BodyBytes: 64 << 10, Tokens: 150, Depth: 7, Aliases: 6, Directives: 4, RootFields: 8, Complexity: 300, Errors: 5, OperationTime: time.Millisecond,
	}
	sizes := map[string]int{"User.friends": 4}
	handler := newHandler(f, func(c *graphqlhttp.Config) {
		c.Limits, c.ListSizes, c.Logger = tight, sizes, slog.New(slog.DiscardHandler)
	})
	schema := newTestSchema().Schema()
	delete(schema.Directives, "defer")
	f.Fuzz(func(t *testing.T, text string) {
		document, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: strings.ToValidUTF8(text, "?")}, tight.Tokens)
		got := post(t, handler, text)
		status, _, _ := strings.Cut(got, "\n")
		has := func(texts ...string) bool {
			return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(got, text) })
		}
		if strings.Count(got, `"message"`) > tight.Errors+1 {
			t.Errorf("too many errors: %s", got)
		}
		if err != nil || len(document.Operations) == 0 {
			if status != "400" {
				t.Errorf("%v is answered by %s", err, got)
			}
			return
		}
		count := counter{schema: schema, sizes: sizes, document: document}
		over, cyclic := count.over(tight)
		switch {
		case cyclic:
			if !has("within itself") {
				t.Errorf("a cycle is answered by %s", got)
			}
		case over != (has("LIMIT_EXCEEDED") && !has("There are more errors")) || over && status != "400":
			t.Errorf("over a limit is %t: %+v is answered by %s", over, count, got)
		case over:
		case valid(schema, document):
			if status != "200" && !has("in operationName", "Subscriptions are not served", "Variable $", "too large for a literal") {
				t.Errorf("valid, but answered by %s", got)
			}
		case status != "400" || !has("GRAPHQL_VALIDATION_FAILED"):
			t.Errorf("not valid, but answered by %s", got)
		}
	})
}

func valid(schema *ast.Schema, document *ast.QueryDocument) bool {
	return len(validator.ValidateWithRules(schema, document, rules.NewDefaultRules())) == 0
}

// counter counts a document part by part, by walking through each fragment wherever it is spread.
type counter struct {
	schema   *ast.Schema
	sizes    map[string]int
	document *ast.QueryDocument

	depth, nodes, uses, aliases, directives, roots int
	complexity                                     float64
	cyclic                                         bool
}

// maxCounted is more than any limit allows.
const maxCounted = 10_000

// over tells whether the document is over one of the limits, and whether its fragments form a cycle.
func (c *counter) over(l graphqlhttp.Limits) (over, cyclic bool) {
	nodes, uses, defaults := 0, 0, 0
	for _, fragment := range c.document.Fragments {
		c.nodes, c.uses = 0, 0
		c.selections(c.schema.Types[fragment.TypeCondition], fragment.SelectionSet, 0, 0, []*ast.FragmentDefinition{fragment})
		c.list(fragment.Directives, 0)
		nodes, uses = nodes+c.nodes, uses+c.uses
	}
	for _, operation := range c.document.Operations {
		*c = counter{schema: c.schema, sizes: c.sizes, document: c.document, cyclic: c.cyclic}
		c.list(operation.Directives, 0)
		for _, variable := range operation.VariableDefinitions {
			c.list(variable.Directives, 0)
			before := c.nodes
			c.value(variable.DefaultValue, 0)
			defaults = max(defaults, c.nodes-before)
			c.nodes++
			c.deep(strings.Count(variable.Type.String(), "["))
		}
		root := map[ast.Operation]*ast.Definition{ast.Query: c.schema.Query, ast.Mutation: c.schema.Mutation}[operation.Operation]
		c.selections(root, operation.SelectionSet, 0, 1, nil)
		nodes, uses = nodes+c.nodes, uses+c.uses
		over = over || c.depth > l.Depth || c.aliases > l.Aliases || c.directives > l.Directives || c.roots > l.RootFields ||
			c.complexity > float64(l.Complexity) || c.nodes > maxCounted
	}
	return over || nodes+uses*defaults > 6*l.Tokens, c.cyclic
}

// selections counts a selection set that is depth levels down and there times times; path are the fragments around it.
func (c *counter) selections(parent *ast.Definition, set ast.SelectionSet, depth int, times float64, path []*ast.FragmentDefinition) {
	c.deep(depth)
	for _, selection := range set {
		if c.nodes++; c.nodes > maxCounted {
			return
		}
		switch selection := selection.(type) {
		case *ast.Field:
			c.field(parent, selection, depth+1, times, path)
		case *ast.InlineFragment:
			within := parent
			if selection.TypeCondition != "" {
				within = c.schema.Types[selection.TypeCondition]
			}
			c.deep(depth + 1)
			c.list(selection.Directives, depth+1)
			c.selections(within, selection.SelectionSet, depth+1, times, path)
		case *ast.FragmentSpread:
			c.deep(depth + 1)
			c.list(selection.Directives, depth+1)
			fragment := c.document.Fragments.ForName(selection.Name)
			if slices.Contains(path, fragment) {
				c.cyclic = true
			} else if fragment != nil {
				c.list(fragment.Directives, depth+1)
				c.selections(c.schema.Types[fragment.TypeCondition], fragment.SelectionSet, depth+1, times, append(slices.Clip(path), fragment))
			}
		}
	}
}

func (c *counter) field(parent *ast.Definition, field *ast.Field, depth int, times float64, path []*ast.FragmentDefinition) {
	c.deep(depth)
	if field.Alias != field.Name {
		c.aliases++
	}
	for _, argument := range field.Arguments {
		c.value(argument.Value, depth)
	}
	c.list(field.Directives, depth)
	var result *ast.Definition
	if parent != nil {
		if definition := parent.Fields.ForName(field.Name); definition != nil {
			result = c.schema.Types[definition.Type.Name()]
			times *= c.size(parent.Name+"."+field.Name, definition)
		}
	}
	c.complexity += times * float64(1+len(field.Alias)/128)
	roots := c.roots
	c.selections(result, field.SelectionSet, depth, times, path)
	c.roots = roots + 1 // Those below are none.
}

func (c *counter) size(name string, field *ast.FieldDefinition) float64 {
	introspection := map[string]float64{
		"__Schema.types": float64(len(c.schema.Types)), "__Schema.directives": 9, "__Directive.locations": 3, "__Type.fields": 3, "__Type.ofType": 0.5,
	}
	if size, ok := introspection[name]; ok {
		return size
	}
	if size, ok := c.sizes[name]; ok {
		return float64(size)
	}
	if strings.HasPrefix(name, "__") || field.Type.Elem == nil {
		return 1
	}
	return 10
}

func (c *counter) list(directives ast.DirectiveList, depth int) {
	for _, directive := range directives {
		c.directives++
		c.nodes++
		for _, argument := range directive.Arguments {
			c.value(argument.Value, depth)
		}
	}
}

func (c *counter) value(value *ast.Value, depth int) {
	if value == nil {
		return
	}
	c.nodes++
	if value.Kind == ast.Variable {
		c.uses++
	}
	if value.Kind == ast.ListValue || value.Kind == ast.ObjectValue {
		depth++
	}
	c.deep(depth)
	for _, child := range value.Children {
		c.value(child.Value, depth)
	}
}

func (c *counter) deep(depth int) { c.depth = max(c.depth, depth) }
