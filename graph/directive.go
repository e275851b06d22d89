package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"accountql/account"
	"accountql/auth"
	"accountql/clientip"
)

// tokenFrom returns the access token of the request. Authentication comes before
// any resolver, so a request without one is a fault of ours and must not go on.
func tokenFrom(ctx context.Context) *auth.Token {
	token, ok := auth.TokenFrom(ctx)
	if !ok {
		panic("graph: request without an access token")
	}
	return token
}

// requiresScope is the directive @requiresScope.
func requiresScope(ctx context.Context, _ any, next graphql.Resolver, scope string) (any, error) {
	if !tokenFrom(ctx).HasScope(scope) {
		return nil, &gqlerror.Error{
			Message:    "The access token lacks the scope " + scope + ". Ask Logto for it when signing in, and check that the user has a role that grants it.",
			Path:       graphql.GetPath(ctx),
			Extensions: map[string]any{"code": codeForbidden, "requiredScope": scope},
		}
	}
	return next(ctx)
}

// caller is who asks, for package account.
func caller(ctx context.Context) account.Caller {
	token := tokenFrom(ctx)
	return account.Caller{
		Subject: token.Subject, ClientID: token.ClientID, Issuer: token.Issuer,
		TokenID: token.ID, IssuedAt: token.IssuedAt, ExpiresAt: token.ExpiresAt, Network: clientip.Network(ctx),
	}
}
