package graphqlhttp_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"accountql/auth"
	"accountql/graphqlhttp"
)

const schemaText = `
	type Query {
		greet(name: String! = "you", times: Int, tone: Tone, tones: [Tone!]): String me: User fail(how: String!): String
		pets(first: PetFilter): [Pet!] pick(first: PetFilter, any: [PetFilter!]): Int
	}
	type Mutation { rename(input: RenameInput!): String wait: String }
	type Subscription { ticks: Int }
	type User { id: ID! name: String friends: [User!] notes: [[String!]!] photo: JSON }
	interface Pet { id: ID! name: String }
	type Dog implements Pet { id: ID! name: String size: Int owner: User }
	type Cat implements Pet { id: ID! name: String size: Int! owner: User servant: User lives(left: Int): Int }
	input PetFilter @oneOf { id: ID name: String tone: Tone not: PetFilter any: [PetFilter!] }
	enum Tone { WARM COLD }
	input RenameInput { name: String! tags: [String!] tone: Tone data: JSON }
	scalar JSON
`

// testSchema executes operations on schemaText without generated code: resolve gives the JSON of each root field.
type testSchema struct {
	schema  *ast.Schema
	resolve func(ctx context.Context, field graphql.CollectedField) (any, error)
}

func newTestSchema() *testSchema {
	return &testSchema{
		schema:  gqlparser.MustLoadSchema(&ast.Source{Input: schemaText}),
		resolve: resolveRoot,
	}
}

func (s *testSchema) Schema() *ast.Schema { return s.schema }

func (s *testSchema) Complexity(context.Context, string, string, int, map[string]any) (int, bool) {
	return 0, false
}

func (s *testSchema) Exec(context.Context) graphql.ResponseHandler {
	return func(ctx context.Context) *graphql.Response {
		operation := graphql.GetOperationContext(ctx)
		var data []string
		for _, field := range graphql.CollectFields(operation, operation.Operation.SelectionSet, nil) {
			data = append(data, fmt.Sprintf("%q:%s", field.Alias, s.execute(ctx, operation, field)))
		}
		return &graphql.Response{Data: []byte("{" + strings.Join(data, ",") + "}")}
	}
}

// execute does what generated code does for a nullable root field.
func (s *testSchema) execute(ctx context.Context, operation *graphql.OperationContext, field graphql.CollectedField) (data []byte) {
	ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{Field: field})
	data = []byte("null")
	defer func() {
		if recovered := recover(); recovered != nil {
			graphql.AddError(ctx, graphql.ErrorOnPath(ctx, operation.RecoverFunc(ctx, recovered)))
		}
	}()
	result, err := s.resolve(ctx, field)
	if err != nil {
		graphql.AddError(ctx, err)
		return data
	}
	encoded, err := json.Marshal(result)
	if err != nil {
		panic(err)
	}
	return encoded
}

// The errors of resolvers. presentError knows the first.
var (
	errUpstream = errors.New("upstream is down")
	errSecret   = errors.New("secret-in-an-error")
)

func resolveRoot(ctx context.Context, field graphql.CollectedField) (any, error) {
	arguments := field.ArgumentMap(graphql.GetOperationContext(ctx).Variables)
	switch field.Name {
	case "__typename":
		return field.ObjectDefinition.Name, nil
	case "__type":
		return nil, nil
	case "__schema":
		return map[string]any{"queryType": map[string]any{"name": "Query"}}, nil
	case "me":
		return map[string]any{"id": ctx.Value(callerKey{})}, nil
	case "greet":
		return fmt.Sprint("hello ", arguments["name"]), nil
	case "rename":
		return fmt.Sprint(arguments["input"].(map[string]any)["data"]), nil
	case "pick":
		return 0, nil
	case "pets":
		return []any{}, nil
	case "wait":
		return "done", ctx.Err()
	case "fail":
		return fail(ctx, arguments["how"])
	default:
		return nil, fmt.Errorf("no resolver for %s", field.Name)
	}
}

// fail fails in the way that a test asks for.
func fail(ctx context.Context, how any) (any, error) {
	switch how {
	case "panic":
		panic("secret-in-a-panic")
	case "upstream":
		return nil, errUpstream
	case "slow":
		<-ctx.Done()
		return nil, fmt.Errorf("read user: %w", ctx.Err())
	default:
		return nil, errSecret
	}
}

// presentError passes on what is fit to be seen, knows two errors, and hides the rest.
func presentError(ctx context.Context, err error) *gqlerror.Error {
	if own, ok := errors.AsType[*gqlerror.Error](err); ok && own.Unwrap() == nil {
		return own
	}
	presented := &gqlerror.Error{Path: graphql.GetPath(ctx)}
	switch {
	case errors.Is(err, errUpstream):
		presented.Message = "Logto can't be reached."
		presented.Extensions = map[string]any{"code": "UPSTREAM_UNAVAILABLE", "retryAfterSeconds": 7}
	case errors.Is(err, context.DeadlineExceeded):
		presented.Message = "Too slow."
		presented.Extensions = map[string]any{"code": "OPERATION_TIMEOUT"}
	default:
		presented.Message = "Oops."
		presented.Extensions = map[string]any{"code": "INTERNAL"}
	}
	return presented
}

type callerKey struct{}

// authenticate knows one good token, and one for each way to fail.
func authenticate(ctx context.Context, header http.Header) (context.Context, error) {
	switch header.Get("Authorization") {
	case "Bearer good":
		return context.WithValue(ctx, callerKey{}, "alice"), nil
	case "Bearer unverifiable":
		return nil, fmt.Errorf("fetch keys: %w", auth.ErrUnavailable)
	case "Bearer broken":
		return nil, errSecret
	case "Bearer panic":
		panic(errSecret)
	case "":
		return nil, &auth.Error{Reason: auth.ReasonMissing, Message: "send an access token: Authorization: Bearer <token>"}
	default:
		return nil, fmt.Errorf("authenticate: %w", &auth.Error{Reason: auth.ReasonOpaque, Message: "this is an opaque token"})
	}
}

// limits are those of a server, as config has them by default.
var limits = graphqlhttp.Limits{
	BodyBytes: 128 << 10, Tokens: 1500, Depth: 20, Aliases: 50, Directives: 50, RootFields: 50, Complexity: 15_000,
	Errors: 20, OperationTime: 30 * time.Second,
}

// newHandler makes a handler on the test schema. The log goes to the test's output.
func newHandler(t testing.TB, change func(*graphqlhttp.Config)) http.Handler {
	config := graphqlhttp.Config{
		Schema:         newTestSchema(),
		Authenticate:   authenticate,
		ErrorPresenter: presentError,
		Introspection:  true,
		Limits:         limits,
		Logger:         slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	if change != nil {
		change(&config)
	}
	handler, err := graphqlhttp.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return handler
}
