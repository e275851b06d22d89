package graph_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"accountql/graph"
)

func schema() *ast.Schema { return graph.NewSchema(new(graph.Resolver)).Schema() }

// ours leaves out what every GraphQL schema has.
func ours(position *ast.Position) bool { return position != nil && !position.Src.BuiltIn }

func TestEverythingIsDescribed(t *testing.T) {
	t.Parallel()
	described := 0
	check := func(what, description string) {
		described++
		if strings.TrimSpace(description) == "" {
			t.Errorf("%s has no description", what)
		}
	}
	arguments := func(of string, list ast.ArgumentDefinitionList) {
		for _, argument := range list {
			check(of+"("+argument.Name+":)", argument.Description)
		}
	}
	check("the schema", schema().Description)
	for name, directive := range schema().Directives {
		if ours(directive.Position) {
			check("@"+name, directive.Description)
			arguments("@"+name, directive.Arguments)
		}
	}
	for name, definition := range schema().Types {
		if !ours(definition.Position) {
			continue
		}
		check(name, definition.Description)
		for _, field := range definition.Fields {
			if ours(field.Position) {
				check(name+"."+field.Name, field.Description)
				arguments(name+"."+field.Name, field.Arguments)
			}
		}
		for _, value := range definition.EnumValues {
			check(name+"."+value.Name, value.Description)
		}
	}
	if described < 200 {
		t.Errorf("only %d things were looked at", described)
	}
}

// TestRules of the schema, which clients build on.
func TestRules(t *testing.T) {
	t.Parallel()
	roots := slices.Concat(schema().Query.Fields, schema().Mutation.Fields)
	for _, field := range roots {
		if !ours(field.Position) {
			continue
		}
		if field.Type.NonNull {
			t.Errorf("%s is not nullable, so that its failure would cost its siblings", field.Name)
		}
		if field.Directives.ForName("requiresScope") == nil {
			t.Errorf("%s asks for no scope", field.Name)
		}
	}
	for _, field := range schema().Mutation.Fields {
		noun := strings.ToUpper(field.Name[:1]) + field.Name[1:]
		if got := field.Type.Name(); got != noun+"Payload" {
			t.Errorf("%s answers with %s", field.Name, got)
		}
		for _, argument := range field.Arguments {
			if argument.Name != "input" || argument.Type.String() != noun+"Input!" {
				t.Errorf("%s takes %s: %s", field.Name, argument.Name, argument.Type)
			}
		}
		payload := schema().Types[field.Type.Name()]
		if got := payload.Fields.ForName("errors"); got == nil || got.Type.String() != "[AccountError!]!" {
			t.Errorf("%s has no errors: [AccountError!]!", payload.Name)
		}
		if user := payload.Fields.ForName("user"); user != nil && (user.Type.String() != "User" || user.Directives.ForName("requiresScope") == nil) {
			t.Errorf("%s.user is %s", payload.Name, user.Type)
		}
	}
}

// TestInterfacesHaveLeavesOnly, because the validation of documents looks at what is
// selected below a field of an interface once for each type of object beside it.
func TestInterfacesHaveLeavesOnly(t *testing.T) {
	t.Parallel()
	for name, definition := range schema().Types {
		if definition.Kind != ast.Interface {
			continue
		}
		for _, field := range definition.Fields {
			if !schema().Types[field.Type.Name()].IsLeafType() {
				t.Errorf("%s.%s has fields of its own", name, field.Name)
			}
		}
	}
}

// TestNobodyElseCanBeNamed: every operation acts on the token's subject.
func TestNobodyElseCanBeNamed(t *testing.T) {
	t.Parallel()
	refuse := func(where, name string) {
		if lower := strings.ToLower(name); strings.Contains(lower, "userid") || lower == "user" || strings.Contains(lower, "subject") {
			t.Errorf("%s takes %s", where, name)
		}
	}
	for name, definition := range schema().Types {
		for _, field := range definition.Fields {
			if definition.Kind == ast.InputObject {
				refuse(name, field.Name)
			}
			for _, argument := range field.Arguments {
				refuse(name+"."+field.Name, argument.Name)
			}
		}
	}
}
