package auth

import (
	"context"
	"slices"
	"time"
)

// Token is what a verified access token says. It may be shared between requests: treat it as read-only.
type Token struct {
	// Subject is the user's id: 1 to 128 ASCII letters, digits, hyphens and underscores.
	Subject string
	// ClientID is the application that the token was issued to.
	ClientID string
	// Issuer is the iss claim.
	Issuer string
	// ID is the jti claim; it may be empty.
	ID string
	// Scopes are the permissions granted; there may be none.
	Scopes []string
	// IssuedAt is the iat claim.
	IssuedAt time.Time
	// ExpiresAt is the exp claim, without leeway.
	ExpiresAt time.Time
}

// HasScope reports whether the token grants a scope.
func (t *Token) HasScope(scope string) bool {
	return slices.Contains(t.Scopes, scope)
}

// tokenKey is the key of a context's token.
type tokenKey struct{}

// WithToken returns a context that carries a verified token.
func WithToken(ctx context.Context, token *Token) context.Context {
	return context.WithValue(ctx, tokenKey{}, token)
}

// TokenFrom returns the verified token that the context carries, if any.
func TokenFrom(ctx context.Context) (*Token, bool) {
	token, ok := ctx.Value(tokenKey{}).(*Token)
	return token, ok
}
