package logto_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/logto"
)

// TestMethodsNameTheirEndpoint compares three lists: the endpoints that the docs of
// the methods name, those that the methods call, and those of the guard.
func TestMethodsNameTheirEndpoint(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`Management API: ((?:GET|POST|PUT|PATCH|DELETE) /api/[^\s?]+?)(\?\S+)?\.\n`)
	var documented []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range parsed.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Recv == nil || !f.Name.IsExported() || len(f.Type.Params.List) == 0 || !isClient(f.Recv.List[0].Type) {
				continue
			}
			match := named.FindStringSubmatch(f.Doc.Text())
			if match == nil {
				t.Errorf("%s doesn't name its endpoint", f.Name)
				continue
			}
			documented = append(documented, match[1])
			// Two methods share their call.
			if f.Name.Name != "ListGrants" && f.Name.Name != "ListThirdPartyGrants" && !mentions(f.Body, match[1]) {
				t.Errorf("%s doesn't call %s", f.Name, match[1])
			}
		}
	}
	slices.Sort(documented)
	allowed := logto.EndpointNames()
	slices.Sort(allowed)
	if diff := cmp.Diff(allowed, slices.Compact(documented)); diff != "" {
		t.Errorf("endpoints differ (-guard +methods):\n%s", diff)
	}
}

func isClient(receiver ast.Expr) bool {
	pointer, ok := receiver.(*ast.StarExpr)
	if !ok {
		return false
	}
	name, ok := pointer.X.(*ast.Ident)
	return ok && name.Name == "Client"
}

func mentions(body *ast.BlockStmt, endpoint string) bool {
	found := false
	ast.Inspect(body, func(n ast.Node) bool {
		literal, ok := n.(*ast.BasicLit)
		found = found || ok && literal.Value == `"`+endpoint+`"`
		return !found
	})
	return found
}
