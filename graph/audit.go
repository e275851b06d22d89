package graph

import (
	"context"
	"log/slog"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"accountql/account"
)

// Audit returns the middleware of root fields that logs one line for each field
// of a mutation: who asked for what by which application, what came of it, and
// how long it took. The operation is the field's name in the schema, and the
// outcome "OK" or the first code that the client is told. Nothing in a line is
// the client's own words.
func Audit(logger *slog.Logger) graphql.RootFieldMiddleware {
	return func(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
		if graphql.GetOperationContext(ctx).Operation.Operation != ast.Mutation {
			return next(ctx)
		}
		begun := time.Now()
		found := &outcome{code: "OK"}
		answer := next(context.WithValue(ctx, outcomeKey{}, found))
		field, token := graphql.GetRootFieldContext(ctx).Field, tokenFrom(ctx)
		if answer == graphql.Null {
			found.code = topLevelCode(ctx, field.Alias)
		}
		logger.InfoContext(ctx, "mutation", "operation", field.Name, "subject", token.Subject, "client", token.ClientID,
			"outcome", found.code, "duration_ms", time.Since(begun).Milliseconds())
		return answer
	}
}

// topLevelCode is the code of the first error at or below a root field that came
// to null. Such a field has one.
func topLevelCode(ctx context.Context, alias string) string {
	for _, err := range graphql.GetErrors(ctx) {
		if len(err.Path) > 0 && err.Path[0] == ast.PathName(alias) {
			code, _ := err.Extensions["code"].(string)
			return code
		}
	}
	return codeInternal
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
