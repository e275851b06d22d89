package graphqlhttp

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

func isMutation(operation *graphql.OperationContext) bool {
	return operation.Operation.Operation == ast.Mutation
}

// execute runs an operation and collects its errors.
func (h *handler) execute(ctx context.Context, operation *graphql.OperationContext) *graphql.Response {
	if isMutation(operation) {
		// A change that takes several calls of Logto must not stop half-way because a connection broke.
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithTimeout(h.operation(ctx, isMutation(operation)), h.limits.OperationTime)
	defer cancel()

	operation.DisableIntrospection = !h.introspection
	operation.RecoverFunc = h.recovered
	operation.ResolverMiddleware = (&surplus{documents: h.documents, document: operation.Doc}).resolve
	operation.RootResolverMiddleware = h.rootFields
	ctx = graphql.WithOperationContext(ctx, operation)
	ctx = graphql.WithResponseContext(ctx, h.presenter, h.recovered)

	response := h.schema.Exec(ctx)(ctx)
	response.Errors = h.limits.cut(append(response.Errors, graphql.GetErrors(ctx)...))
	return response
}

func resolveRoot(ctx context.Context, next graphql.RootResolver) graphql.Marshaler { return next(ctx) }

// recovered makes an error of a resolver's panic.
func (h *handler) recovered(ctx context.Context, value any) error {
	h.logPanic(ctx, value)
	return coded(codeInternal, messageInternal)
}
