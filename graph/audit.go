package graph

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"accountql/account"
)

// Observer watches root fields, for metrics and traces. It is called when a field's
// execution begins, with the type of the operation and the field's name in the
// schema, and returns the context for it and what to call in the end, with "OK", the
// first code that the client is told, or "CANCELED" if the client has given up a query
// that failed, most likely for that very reason.
type Observer func(ctx context.Context, operation, field string) (context.Context, func(code string))

// Audit returns the middleware of root fields that logs one line for each field
// of a mutation: who asked for what by which application, what came of it, and
// how long it took. The operation is the field's name in the schema, and the
// outcome "OK" or the first code that the client is told. Nothing in a line is
// the client's own words. Observers are told of queries' fields too.
func Audit(logger *slog.Logger, observers ...Observer) graphql.RootFieldMiddleware {
	return func(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
		operation := graphql.GetOperationContext(ctx).Operation.Operation
		if operation != ast.Mutation && len(observers) == 0 {
			return next(ctx)
		}
		begun := time.Now()
		field := graphql.GetRootFieldContext(ctx).Field
		ends := make([]func(string), len(observers))
		for i, observe := range observers {
			ctx, ends[i] = observe(ctx, string(operation), field.Name)
		}
		found := &outcome{code: "OK"}
		answer := next(context.WithValue(ctx, outcomeKey{}, found))
		// A mutation that was made is none that failed because what it answers with could not be read.
		if answer == graphql.Null || operation != ast.Mutation {
			found.code = topLevelCode(ctx, field.Alias)
		}
		if found.code != "OK" && isGivenUp(ctx) {
			found.code = "CANCELED"
		}
		for _, end := range slices.Backward(ends) {
			end(found.code)
		}
		if operation == ast.Mutation {
			token := tokenFrom(ctx)
			logger.InfoContext(ctx, "mutation", "operation", field.Name, "subject", token.Subject, "client", token.ClientID,
				"outcome", found.code, "duration_ms", time.Since(begun).Milliseconds())
		}
		return answer
	}
}

// isGivenUp tells whether nobody waits for the answer any more. Of mutations it is
// never true: they are carried through.
func isGivenUp(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }

// topLevelCode is the code of the first error at or below a root field.
func topLevelCode(ctx context.Context, alias string) string {
	for _, err := range graphql.GetErrors(ctx) {
		if len(err.Path) > 0 && err.Path[0] == ast.PathName(alias) {
			code, _ := err.Extensions["code"].(string)
			return code
		}
	}
	return "OK"
}

// outcome is what a mutation reports of its payload.
type outcome struct{ code string }

type outcomeKey struct{}

// noteErrors lets the audit know of the errors in a payload.
func noteErrors(ctx context.Context, errs account.Errors) {
	if found, ok := ctx.Value(outcomeKey{}).(*outcome); ok && len(errs) > 0 {
		found.code = string(errs[0].Code)
	}
}
