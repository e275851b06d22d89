package graphqlhttp_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"accountql/graphqlhttp"
)

// newCaching returns what sends a document and tells which parsed one was executed: the same one for the same text, as
// long as the cache holds it.
func newCaching(t *testing.T) (execute func(document string) *ast.QueryDocument, handler http.Handler) {
	var executed *ast.QueryDocument
	schema := newTestSchema()
	schema.resolve = func(ctx context.Context, _ graphql.CollectedField) (any, error) {
		executed = graphql.GetOperationContext(ctx).Doc
		return nil, nil
	}
	handler = newHandler(t, func(c *graphqlhttp.Config) { c.Schema = schema })
	return func(document string) *ast.QueryDocument {
		if got := post(t, handler, document); !strings.HasPrefix(got, "200\n") {
			t.Errorf("%.100s: %s", document, got)
		}
		return executed
	}, handler
}

func TestDocumentCache(t *testing.T) {
	t.Parallel()
	execute, _ := newCaching(t)
	popular := func(i int) string { return fmt.Sprintf("query Popular%d { __typename }", i) }
	known := map[int]*ast.QueryDocument{}
	for i := range 50 {
		known[i] = execute(popular(i))
		if execute(popular(i)) != known[i] {
			t.Errorf("%s was forgotten at once", popular(i))
		}
	}
	var first []*ast.QueryDocument
	for i := range 2000 {
		first = append(first, execute(fmt.Sprintf("query Once%d { __typename }", i)))
	}
	for i, document := range known {
		if execute(popular(i)) != document {
			t.Errorf("%s was driven out by documents that came once", popular(i))
		}
	}
	kept := 0
	for i := len(first) - 1; i >= 0; i-- {
		if execute(fmt.Sprintf("query Once%d { __typename }", i)) == first[i] {
			kept++
		}
	}
	if kept > 128-len(known) {
		t.Errorf("%d documents were kept beside the popular ones", kept)
	}
	long := "{ __typename }" + strings.Repeat(" ", 8<<10)
	if once := execute(long); once == execute(long) {
		t.Error("a long document was kept")
	}
}

// TestDocumentCacheMemory fills the cache with documents that parse to as much as any can. It isn't parallel, lest it
// measures others.
func TestDocumentCacheMemory(t *testing.T) {
	execute, handler := newCaching(t)
	heap := func() uint64 {
		runtime.GC()
		var stats runtime.MemStats
		runtime.ReadMemStats(&stats)
		return stats.HeapAlloc
	}
	before := heap()
	for i := range 200 {
		execute(fmt.Sprintf("query Q%d { __typename me {%s} }", i, strings.Repeat(" id", limits.Tokens-8)))
	}
	const most = 64 << 20
	if grown := heap() - before; grown > most {
		t.Errorf("the cache takes %d bytes", grown)
	} else if grown < most/8 {
		t.Errorf("the cache takes %d bytes: is it used?", grown)
	}
	runtime.KeepAlive(handler)
}
