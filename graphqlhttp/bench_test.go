package graphqlhttp_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"accountql/graphqlhttp"
)

// discard is an http.ResponseWriter that costs nothing.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

// constantSchema executes nothing, so that what is measured is the transport alone.
type constantSchema struct{ *testSchema }

func (constantSchema) Exec(context.Context) graphql.ResponseHandler {
	return graphql.OneShot(&graphql.Response{Data: []byte(`{"greet":"hello"}`)})
}

// BenchmarkHandler measures what a request costs besides its execution, with a known document and with new ones.
func BenchmarkHandler(b *testing.B) {
	fields := strings.Repeat("greet(name: $name, times: 1, tone: WARM) ", 30)
	body := func(name string) string {
		return fmt.Sprintf(`{"operationName":%q,"query":"query %s($name: String!) { %s}","variables":{"name":"Ada"}}`, name, name, fields)
	}
	handler := newHandler(b, func(c *graphqlhttp.Config) { c.Schema = constantSchema{newTestSchema()} })
	serve := func(body string) {
		r := exchange{header: map[string]string{"Accept": graphqlJSON + ", application/json;q=0.9"}, body: body}.request()
		handler.ServeHTTP(discard{http.Header{}}, r)
	}
	b.Run("known", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			serve(body("A"))
		}
	})
	b.Run("new", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			serve(body(fmt.Sprint("A", i)))
		}
	})
	b.Run("making the request", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = exchange{header: map[string]string{"Accept": graphqlJSON + ", application/json;q=0.9"}, body: body("A")}.request()
		}
	})
}
