package graphqlhttp_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/go-cmp/cmp"

	"accountql/graphqlhttp"
)

func TestExecutionErrors(t *testing.T) {
	t.Parallel()
	const upstream = `{"message":"Logto can't be reached.","path":["fail"],"extensions":{"code":"UPSTREAM_UNAVAILABLE","retryAfterSeconds":7}}`
	handler := newHandler(t, func(c *graphqlhttp.Config) { c.Limits.OperationTime = time.Millisecond })
	run(t, handler, []exchange{
		{
			name: "resolver", body: `{"query":"{ fail(how: \"\") me { id } }"}`,
			want: answer(200, plainJSON, `{"errors":[{"message":"Oops.","path":["fail"],"extensions":{"code":"INTERNAL"}}],"data":{"fail":null,"me":{"id":"alice"}}}`),
		},
		{
			name: "slow", body: `{"query":"{ me { id } fail(how: \"slow\") }"}`,
			want: answer(200, plainJSON, `{"errors":[{"message":"Too slow.","path":["fail"],"extensions":{"code":"OPERATION_TIMEOUT"}}],"data":{"me":{"id":"alice"},"fail":null}}`),
		},
		{
			name: "upstream", body: `{"query":"{ fail(how: \"upstream\") }"}`,
			want: answer(200, plainJSON, `{"errors":[`+upstream+`],"data":{"fail":null}}`, "Retry-After", "7"),
		},
		{
			name: "upstream, in part", body: `{"query":"{ fail(how: \"upstream\") me { id } }"}`,
			want: answer(200, plainJSON, `{"errors":[`+upstream+`],"data":{"fail":null,"me":{"id":"alice"}}}`),
		},
	})
}

// TestPanic checks that the log has what the client is not told.
func TestPanic(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	handler := graphqlhttp.WithRequestID(newHandler(t, func(c *graphqlhttp.Config) {
		c.Logger = slog.New(graphqlhttp.LogHandler(slog.NewTextHandler(&log, nil)))
	}))
	r := exchange{header: map[string]string{"X-Request-Id": "r1"}, body: `{"query":"{ a: fail(how: \"panic\") me { id } }"}`}.request()
	want := answer(200, plainJSON, `{"errors":[{"message":"An internal error has happened and was logged.","path":["a"],"extensions":{"code":"INTERNAL"}}],`+
		`"data":{"a":null,"me":{"id":"alice"}}}`, "X-Request-Id", "r1")
	if diff := cmp.Diff(want, send(t, handler, r)); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	for _, part := range []string{"secret-in-a-panic", "schema_test.go", "request_id=r1"} {
		if !strings.Contains(log.String(), part) {
			t.Errorf("the log lacks %q:\n%s", part, log.String())
		}
	}
	if strings.Contains(log.String(), "good") {
		t.Errorf("the token is in the log:\n%s", log.String())
	}
}

// TestPanicOutsideOfResolvers breaks the executable schema itself.
func TestPanicOutsideOfResolvers(t *testing.T) {
	t.Parallel()
	handler := newHandler(t, func(c *graphqlhttp.Config) { c.Schema = brokenSchema{newTestSchema()} })
	want := answer(http.StatusInternalServerError, plainJSON, failure("INTERNAL", "An internal error has happened and was logged."))
	if diff := cmp.Diff(want, send(t, handler, exchange{body: typename}.request())); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

type brokenSchema struct{ *testSchema }

func (brokenSchema) Exec(context.Context) graphql.ResponseHandler { panic("secret-in-a-panic") }

// TestDisconnect checks that a mutation runs to its end when its client has gone, and that a query doesn't.
func TestDisconnect(t *testing.T) {
	t.Parallel()
	schema := newTestSchema()
	schema.resolve = func(ctx context.Context, _ graphql.CollectedField) (any, error) {
		if _, ok := ctx.Deadline(); !ok {
			t.Error("the operation has no deadline")
		}
		return "done", ctx.Err()
	}
	handler := newHandler(t, func(c *graphqlhttp.Config) { c.Schema = schema })
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for query, want := range map[string]string{
		"mutation { wait }": `{"data":{"wait":"done"}}`,
		"{ __typename }":    `{"errors":[{"message":"Oops.","path":["__typename"],"extensions":{"code":"INTERNAL"}}],"data":{"__typename":null}}`,
	} {
		r := exchange{body: `{"query":"` + query + `"}`}.request().WithContext(gone)
		if diff := cmp.Diff(answer(200, plainJSON, want), send(t, handler, r)); diff != "" {
			t.Errorf("answer (-want +got):\n%s", diff)
		}
	}
}

// TestOperationContext checks what resolvers and the code generator's output find in the context.
func TestOperationContext(t *testing.T) {
	t.Parallel()
	schema := newTestSchema()
	schema.resolve = func(ctx context.Context, _ graphql.CollectedField) (any, error) {
		operation := graphql.GetOperationContext(ctx)
		if err := operation.Validate(ctx); err != nil {
			t.Error(err)
		}
		if operation.Headers != nil {
			t.Error("resolvers see the header, and with it the token")
		}
		return operation.Extensions["some"], nil
	}
	handler := newHandler(t, func(c *graphqlhttp.Config) { c.Schema = schema })
	run(t, handler, []exchange{{
		name: "extensions", body: `{"query":"{ __typename }","extensions":{"some":"value"}}`,
		want: answer(200, plainJSON, `{"data":{"__typename":"value"}}`),
	}})
}
