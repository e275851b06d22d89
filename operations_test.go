package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
)

const operationsManifest = "examples/operations/manifest.json"

type manifestOperation struct{ ID, Name, Type, Body string }

func readManifest(t *testing.T) []manifestOperation {
	t.Helper()
	data, err := os.ReadFile(operationsManifest)
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct{ Operations []manifestOperation }
	if err := json.Unmarshal(data, &manifest); err != nil {
		t.Fatal(err)
	}
	return manifest.Operations
}

func readSchema(t *testing.T) *ast.Schema {
	t.Helper()
	source, err := os.ReadFile("schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(source)})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// readExamples returns the operations of examples/operations as one document.
func readExamples(t *testing.T, schema *ast.Schema) *ast.QueryDocument {
	t.Helper()
	files, err := filepath.Glob("examples/operations/*.graphql")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(content)
	}
	document, errs := gqlparser.LoadQueryWithRules(schema, text.String(), nil)
	if errs != nil {
		t.Fatal(errs)
	}
	return document
}

// TestExampleOperationsAreWhole looks for a mutation that no example has.
func TestExampleOperationsAreWhole(t *testing.T) {
	t.Parallel()
	schema := readSchema(t)
	want := map[string]bool{}
	for _, field := range schema.Mutation.Fields {
		want[field.Name] = true
	}
	got := map[string]bool{}
	for _, operation := range readExamples(t, schema).Operations {
		if operation.Operation == ast.Mutation {
			got[operation.SelectionSet[0].(*ast.Field).Name] = true
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mutations (-want +got):\n%s", diff)
	}
}

// TestManifestIsFresh compares the manifest with the operations that it was made of.
// What Apollo Client adds to each, __typename, is left aside.
func TestManifestIsFresh(t *testing.T) {
	t.Parallel()
	schema := readSchema(t)
	examples := readExamples(t, schema)
	want := map[string]string{}
	for _, operation := range examples.Operations {
		want[operation.Name] = withoutTypenames(operation, examples.Fragments)
	}
	got := map[string]string{}
	for _, operation := range readManifest(t) {
		if id := fmt.Sprintf("%x", sha256.Sum256([]byte(operation.Body))); operation.ID != id {
			t.Errorf("%s: the id is %s, and the body's hash %s", operation.Name, operation.ID, id)
		}
		document, errs := gqlparser.LoadQueryWithRules(schema, operation.Body, nil)
		if errs != nil {
			t.Fatal(errs)
		}
		got[operation.Name] = withoutTypenames(document.Operations[0], document.Fragments)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s is stale: npm run manifest in examples/typescript writes it (-want +got):\n%s", operationsManifest, diff)
	}
}

// withoutTypenames prints an operation with the fragments in their places.
func withoutTypenames(operation *ast.OperationDefinition, fragments ast.FragmentDefinitionList) string {
	inlined := *operation
	inlined.SelectionSet = inline(operation.SelectionSet, fragments)
	inlined.Comment = nil
	var text bytes.Buffer
	formatter.NewFormatter(&text).FormatQueryDocument(&ast.QueryDocument{Operations: ast.OperationList{&inlined}})
	return text.String()
}

func inline(selections ast.SelectionSet, fragments ast.FragmentDefinitionList) ast.SelectionSet {
	var inlined ast.SelectionSet
	for _, selection := range selections {
		switch selection := selection.(type) {
		case *ast.Field:
			if selection.Name == "__typename" {
				continue
			}
			field := *selection
			field.SelectionSet, field.Comment = inline(selection.SelectionSet, fragments), nil
			inlined = append(inlined, &field)
		case *ast.InlineFragment:
			inlined = append(inlined, &ast.InlineFragment{
				TypeCondition: selection.TypeCondition, SelectionSet: inline(selection.SelectionSet, fragments),
			})
		case *ast.FragmentSpread:
			definition := fragments.ForName(selection.Name)
			inlined = append(inlined, &ast.InlineFragment{
				TypeCondition: definition.TypeCondition, SelectionSet: inline(definition.SelectionSet, fragments),
			})
		}
	}
	return inlined
}

// TestManifestIsAnswered runs what it lists: by id where nothing else is allowed,
// and as a text where the default limits hold. A token that may do nothing shows
// that a mutation gets past the limits.
func TestManifestIsAnswered(t *testing.T) {
	t.Parallel()
	logto := newLogto(t)
	only := newWorldOn(t, logto, env{"PERSISTED_OPERATIONS": operationsManifest + ",only"})
	open := newWorldOn(t, logto, nil)
	schema := readSchema(t)
	for _, operation := range readManifest(t) {
		t.Run(operation.Name, func(t *testing.T) {
			t.Parallel()
			request := object{"variables": sampleVariables(t, schema, operation.Body)}
			scopes := []string{"nothing"}
			want := `"code":"FORBIDDEN"`
			if operation.Type == "query" {
				scopes, want = nil, `{"data":{`
			}
			for _, name := range people {
				for w, by := range map[*world]object{
					only: {"extensions": apq(operation.ID)},
					open: {"query": operation.Body},
				} {
					got := send(t, http.MethodPost, w.url+"/graphql", bearer(w.token(name, scopes...)), strings.NewReader(encode(t, merged(request, by))))
					if got.status != http.StatusOK || !strings.Contains(got.body, want) || operation.Type == "query" && strings.Contains(got.body, `"errors"`) {
						t.Errorf("%s, %v: %d %s", name, by, got.status, got.body)
					}
				}
			}
		})
	}
}

// sampleVariables has a value for every variable that needs one.
func sampleVariables(t *testing.T, schema *ast.Schema, body string) object {
	t.Helper()
	document, errs := gqlparser.LoadQueryWithRules(schema, body, nil)
	if errs != nil {
		t.Fatal(errs)
	}
	samples := object{}
	for _, variable := range document.Operations[0].VariableDefinitions {
		if !variable.Type.NonNull || variable.DefaultValue != nil {
			continue
		}
		switch schema.Types[variable.Type.Name()].Kind {
		case ast.InputObject:
			samples[variable.Variable] = object{}
		default:
			samples[variable.Variable] = "https://example.com/"
		}
	}
	return samples
}
