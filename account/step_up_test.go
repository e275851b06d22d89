package account_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2"
	schema "github.com/vektah/gqlparser/v2/ast"
)

// TestStepUpIsRequiredWhereMarked compares the mutations that the schema marks
// @stepUp with those that the code asks a step-up proof for.
func TestStepUpIsRequiredWhereMarked(t *testing.T) {
	t.Parallel()
	required := operationsThatTakeProofs(t)
	// Takes a proof for other addresses than the account's own, and so has no mark.
	const conditional = "sendVerificationCode"
	if !slices.Contains(required, conditional) {
		t.Errorf("%s requires no proof", conditional)
	}
	required = slices.DeleteFunc(required, func(operation string) bool { return operation == conditional })
	if diff := cmp.Diff(markedMutations(t), required); diff != "" {
		t.Errorf("mutations that take a proof (-marked in the schema +required by the code):\n%s", diff)
	}
}

// markedMutations lists the mutations marked @stepUp.
func markedMutations(t *testing.T) []string {
	t.Helper()
	const file = "../schema.graphqls"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := gqlparser.LoadSchema(&schema.Source{Name: file, Input: string(text)})
	if err != nil {
		t.Fatal(err)
	}
	var marked []string
	for _, mutation := range parsed.Mutation.Fields {
		if mutation.Directives.ForName("stepUp") != nil {
			marked = append(marked, mutation.Name)
		}
	}
	slices.Sort(marked)
	return marked
}

// operationsThatTakeProofs lists the operations that the package asks a proof for,
// each as often as it does. They must be literals: what is worked out can't be
// compared.
func operationsThatTakeProofs(t *testing.T) []string {
	t.Helper()
	checks := []string{"requireStepUp", "checkPresence"}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var operations []string
	positions := token.NewFileSet()
	visit := func(node ast.Node) bool {
		if function, isFunction := node.(*ast.FuncDecl); isFunction && slices.Contains(checks, function.Name.Name) {
			return false // Passes on what it is given.
		}
		call, isCall := node.(*ast.CallExpr)
		if !isCall {
			return true
		}
		called, isMethod := call.Fun.(*ast.SelectorExpr)
		if !isMethod || !slices.Contains(checks, called.Sel.Name) {
			return true
		}
		i := slices.IndexFunc(call.Args, func(argument ast.Expr) bool { _, isLiteral := argument.(*ast.BasicLit); return isLiteral })
		if i < 0 {
			t.Errorf("%s: the operation is no literal", positions.Position(call.Pos()))
			return true
		}
		operation, err := strconv.Unquote(call.Args[i].(*ast.BasicLit).Value)
		if err != nil {
			t.Errorf("%s: %v", positions.Position(call.Pos()), err)
		}
		operations = append(operations, operation)
		return true
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(positions, file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, visit)
	}
	slices.Sort(operations)
	return operations
}
