// Package graph resolves the schema: each resolver translates between GraphQL
// and package account, which does the work. Everything acts on the subject of
// the access token in the request's context.
package graph

import (
	"context"
	"maps"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"accountql/account"
	"accountql/graph/generated"
	"accountql/tenant"
)

// Resolver is the root of all resolvers.
type Resolver struct {
	Account *account.Service
	Tenant  *tenant.Cache
	// Now is time.Now outside of tests.
	Now func() time.Time

	// apartHasPassword is set while Logto is a release that tells hasPassword at an
	// endpoint of its own, so that requests after the first ask both at once.
	apartHasPassword atomic.Bool
}

// NewSchema makes the executable schema. It lacks @defer, which gqlgen declares
// but which no transport of ours delivers.
func NewSchema(r *Resolver) graphql.ExecutableSchema {
	config := generated.Config{
		Resolvers:  r,
		Directives: generated.DirectiveRoot{RequiresScope: requiresScope},
	}
	// The schema that gqlgen parsed is shared by all: change a copy.
	schema := *generated.NewExecutableSchema(config).Schema()
	schema.Directives = maps.Clone(schema.Directives)
	delete(schema.Directives, "defer")
	config.Schema = &schema
	return generated.NewExecutableSchema(config)
}

// The resolvers of one type each.
type (
	queryResolver          struct{ *Resolver }
	mutationResolver       struct{ *Resolver }
	userResolver           struct{ *Resolver }
	socialIdentityResolver struct{ *Resolver }
)

// Query implements generated.ResolverRoot.
func (r *Resolver) Query() generated.QueryResolver { return &queryResolver{r} }

// Mutation implements generated.ResolverRoot.
func (r *Resolver) Mutation() generated.MutationResolver { return &mutationResolver{r} }

// User implements generated.ResolverRoot.
func (r *Resolver) User() generated.UserResolver { return &userResolver{r} }

// SocialIdentity implements generated.ResolverRoot.
func (r *Resolver) SocialIdentity() generated.SocialIdentityResolver {
	return &socialIdentityResolver{r}
}

var _ generated.ResolverRoot = (*Resolver)(nil)

// subject is the user whom everything acts on.
func subject(ctx context.Context) string { return tokenFrom(ctx).Subject }
