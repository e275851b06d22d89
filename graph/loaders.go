package graph

import (
	"context"
	"fmt"
	"sync"

	"github.com/vikstrous/dataloadgen"

	"accountql/access"
	"accountql/logto"
)

// loader fetches one kind of a user's data once per request, however many fields
// ask for it. Its only key is the subject of the request.
type loader[T any] struct {
	*dataloadgen.Loader[string, T]
}

// newLoader has no batching delay: every endpoint takes one user, so there is
// nothing to wait for.
func newLoader[T any](fetch func(context.Context, string) (T, error)) loader[T] {
	return loader[T]{dataloadgen.NewLoader(func(ctx context.Context, userIDs []string) ([]T, []error) {
		values, errs := make([]T, len(userIDs)), make([]error, len(userIDs))
		for i, userID := range userIDs {
			values[i], errs[i] = fetch(ctx, userID)
		}
		return values, errs
	}, dataloadgen.WithWait(0))}
}

// loaders live as long as one request.
type loaders struct {
	// access is what may be done with each part of the account, the same for the
	// whole request.
	access func() access.Set

	user                 loader[*logto.User]
	hasPassword          loader[bool]
	personalAccessTokens loader[[]logto.PersonalAccessToken]
	mfaVerifications     loader[[]logto.MfaVerification]
	sessions             loader[[]logto.Session]
	grants               loader[[]logto.Grant]
	thirdPartyGrants     loader[[]logto.Grant]
	organizations        loader[[]logto.Organization]
}

type loadersKey struct{}

// WithLoaders gives a request its loaders. Without them no resolver works.
func (r *Resolver) WithLoaders(ctx context.Context) context.Context {
	client := r.Account.Logto
	return context.WithValue(ctx, loadersKey{}, &loaders{
		access:               sync.OnceValue(func() access.Set { return r.Account.Access(ctx) }),
		user:                 newLoader(r.Account.Get),
		hasPassword:          newLoader(client.HasPassword),
		personalAccessTokens: newLoader(client.ListPersonalAccessTokens),
		mfaVerifications:     newLoader(client.ListMfaVerifications),
		sessions:             newLoader(client.ListSessions),
		grants:               newLoader(client.ListGrants),
		thirdPartyGrants:     newLoader(client.ListThirdPartyGrants),
		organizations:        newLoader(client.ListOrganizations),
	})
}

func loadersFrom(ctx context.Context) *loaders {
	l, ok := ctx.Value(loadersKey{}).(*loaders)
	if !ok {
		panic(fmt.Sprintf("graph: request without %T", l))
	}
	return l
}

// forget drops what was loaded for the user, since a change may have touched any
// of it.
func (l *loaders) forget(userID string) {
	l.user.Clear(userID)
	l.hasPassword.Clear(userID)
	l.personalAccessTokens.Clear(userID)
	l.mfaVerifications.Clear(userID)
	l.sessions.Clear(userID)
	l.grants.Clear(userID)
	l.thirdPartyGrants.Clear(userID)
	l.organizations.Clear(userID)
}
