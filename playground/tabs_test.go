package playground_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator"

	"accountql/playground"
)

type tab struct{ Query, Variables string }

// tabsOf reads the tabs off the page.
func tabsOf(t *testing.T) []tab {
	t.Helper()
	_, page := getPage(t, playground.New(playground.Options{}))
	var tabs []tab
	if err := json.Unmarshal([]byte(attribute(t, page, "graphiql", "data-tabs")), &tabs); err != nil {
		t.Fatal(err)
	}
	return tabs
}

func loadSchema(t *testing.T) *ast.Schema {
	t.Helper()
	source, err := os.ReadFile("../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(source)})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// TestTabsCanBeRun looks at each operation of each tab, and at the variables beside
// it. Together the tabs have every mutation.
func TestTabsCanBeRun(t *testing.T) {
	t.Parallel()
	schema := loadSchema(t)
	missing := map[string]bool{}
	for _, field := range schema.Mutation.Fields {
		missing[field.Name] = true
	}
	for _, tab := range tabsOf(t) {
		document, errs := gqlparser.LoadQueryWithRules(schema, tab.Query, nil)
		if errs != nil {
			t.Fatalf("%v in:\n%s", errs, tab.Query)
		}
		given := map[string]any{}
		if tab.Variables != "" {
			if err := json.Unmarshal([]byte(tab.Variables), &given); err != nil {
				t.Fatalf("%v in %s", err, tab.Variables)
			}
		}
		used := map[string]bool{}
		for _, operation := range document.Operations {
			if _, err := validator.VariableValues(schema, operation, given); err != nil {
				t.Errorf("%s: %v", operation.Name, err)
			}
			for _, variable := range operation.VariableDefinitions {
				used[variable.Variable] = true
			}
			if operation.Operation == ast.Mutation {
				for _, selection := range operation.SelectionSet {
					delete(missing, selection.(*ast.Field).Name)
				}
			}
		}
		for name := range given {
			if !used[name] {
				t.Errorf("%s: no operation has the variable %s", document.Operations[0].Name, name)
			}
		}
	}
	if len(missing) > 0 {
		t.Errorf("mutations in no tab: %v", missing)
	}
}

// TestTabsAreTheExamples since what one tries there one takes home from there.
func TestTabsAreTheExamples(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(documentsIn(t, "../examples/operations"), documentsIn(t, "tabs")); diff != "" {
		t.Errorf("playground/tabs and examples/operations differ, copy what is right (-examples +tabs):\n%s", diff)
	}
}

// documentsIn returns the GraphQL files of the directory by name.
func documentsIn(t *testing.T, directory string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(directory, "*.graphql"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no operations in %s: %v", directory, err)
	}
	documents := map[string]string{}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		documents[filepath.Base(file)] = string(content)
	}
	return documents
}
