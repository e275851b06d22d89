package playground_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
)

// TestSettingsQueryIsWhole compares what the page's first tab selects with all that can be
// selected under me and accountSettings.
func TestSettingsQueryIsWhole(t *testing.T) {
	t.Parallel()
	schema := loadSchema(t)
	query, errs := gqlparser.LoadQueryWithRules(schema, tabsOf(t)[0].Query, nil)
	if errs != nil {
		t.Fatal(errs)
	}
	var want, got []string
	addSelectable(schema, schema.Query, "", &want)
	addSelected(query.Operations[0].SelectionSet, "", &got)
	if diff := cmp.Diff(sortedSet(want), sortedSet(got)); diff != "" {
		t.Errorf("fields of the settings query (-want +got):\n%s", diff)
	}
}

// addSelectable adds the paths of all fields of the definition and of those
// that implement it.
func addSelectable(schema *ast.Schema, definition *ast.Definition, prefix string, paths *[]string) {
	for _, possible := range schema.GetPossibleTypes(definition) {
		for _, field := range possible.Fields {
			if field.Name == "__schema" || field.Name == "__type" {
				continue
			}
			*paths = append(*paths, prefix+field.Name)
			if inner := schema.Types[field.Type.Name()]; inner.IsCompositeType() {
				addSelectable(schema, inner, prefix+field.Name+".", paths)
			}
		}
	}
}

func addSelected(selections ast.SelectionSet, prefix string, paths *[]string) {
	for _, selection := range selections {
		switch selection := selection.(type) {
		case *ast.Field:
			if selection.Name == "__typename" {
				continue
			}
			*paths = append(*paths, prefix+selection.Name)
			addSelected(selection.SelectionSet, prefix+selection.Name+".", paths)
		case *ast.InlineFragment:
			addSelected(selection.SelectionSet, prefix, paths)
		}
	}
}

func sortedSet(paths []string) []string {
	slices.Sort(paths)
	return slices.Compact(paths)
}
