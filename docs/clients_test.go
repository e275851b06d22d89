package docs_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

// TestMobileClients: nothing here builds the examples for Apollo Kotlin and Apollo iOS,
// but they fit the schema and the files that they name.
func TestMobileClients(t *testing.T) {
	t.Parallel()
	kotlin := read(t, "../examples/apollo-kotlin/build.gradle.kts")
	page := read(t, "clients.md")
	for _, definition := range schema(t).Types {
		if definition.Kind != ast.Scalar || definition.BuiltIn {
			continue
		}
		if !strings.Contains(kotlin, `("`+definition.Name+`")`) {
			t.Errorf("build.gradle.kts maps no scalar %s", definition.Name)
		}
		if !strings.Contains(page, "| `"+definition.Name+"` |") {
			t.Errorf("clients.md has no scalar %s", definition.Name)
		}
	}

	var ios struct {
		SchemaNamespace string
		Input           struct{ SchemaSearchPaths, OperationSearchPaths []string }
		Output          struct{ SchemaTypes struct{ Path string } }
	}
	if err := json.Unmarshal([]byte(read(t, "../examples/apollo-ios/apollo-codegen-config.json")), &ios); err != nil {
		t.Fatal(err)
	}
	for _, pattern := range append(ios.Input.SchemaSearchPaths, ios.Input.OperationSearchPaths...) {
		if files, err := filepath.Glob(filepath.Join("../examples/apollo-ios", pattern)); err != nil || files == nil {
			t.Errorf("%s finds nothing: %v", pattern, err)
		}
	}
	scalar := read(t, "../examples/apollo-ios/JSON.swift")
	generated := filepath.Join(ios.Output.SchemaTypes.Path, "Schema/CustomScalars/JSON.swift")
	if !strings.Contains(scalar, "extension "+ios.SchemaNamespace+" {") || !strings.Contains(scalar, generated) {
		t.Errorf("JSON.swift doesn't fit the namespace %s or the place %s", ios.SchemaNamespace, generated)
	}
}
