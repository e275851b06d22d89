package graph

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"github.com/vikstrous/dataloadgen"

	"accountql/access"
	"accountql/graph/model"
	"accountql/logto"
	"accountql/upstream"
)

// loader fetches one kind of a user's data once per request, however many fields
// ask for it. Its only key is the subject of the request. It costs next to nothing
// until it is asked, since most requests ask two or three of them.
type loader[T any] struct {
	fetch func(context.Context, string) (T, error)

	mu   sync.Mutex
	made *dataloadgen.Loader[string, T]
	// here is the fetch that a caller makes on its own goroutine.
	here func() (T, error)
}

// get makes the loader. It has no batching delay: every endpoint takes one user, so
// there is nothing to wait for.
func (l *loader[T]) get() *dataloadgen.Loader[string, T] {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.made == nil {
		fetch := l.fetch
		if here := l.here; here != nil {
			fetch = func(context.Context, string) (T, error) { return here() }
		}
		l.made = dataloadgen.NewLoader(func(ctx context.Context, userIDs []string) ([]T, []error) {
			growStack()
			values, errs := make([]T, len(userIDs)), make([]error, len(userIDs))
			for i, userID := range userIDs {
				values[i], errs[i] = fetch(ctx, userID)
			}
			return values, errs
		}, dataloadgen.WithWait(0))
	}
	return l.made
}

// growStack makes room on a new goroutine's stack for all that a call of Logto takes. It
// would grow anyway, but when there are thirty frames to copy and not three.
//
//go:noinline
func growStack() {
	var room [6 << 10]byte
	runtime.KeepAlive(&room)
}

// LoadHere is Load on the caller's own goroutine, and on a stack that has grown
// already. It runs begun once, as soon as the fetch is sure to be made, or needn't be:
// what is asked for beside it is asked for then. Who asks the loader meanwhile waits
// for the same fetch.
func (l *loader[T]) LoadHere(ctx context.Context, userID string, begun func()) (T, error) {
	begun = sync.OnceFunc(begun)
	l.mu.Lock()
	first := l.made == nil && l.here == nil
	if first {
		l.here = sync.OnceValues(func() (T, error) { return l.fetch(upstream.WhenAdmitted(ctx, begun), userID) })
	}
	here := l.here
	l.mu.Unlock()
	if first {
		return here()
	}
	begun()
	return l.Load(ctx, userID)
}

// LoadThunk starts to fetch and returns a function that waits for the outcome.
func (l *loader[T]) LoadThunk(ctx context.Context, userID string) func() (T, error) {
	return l.get().LoadThunk(ctx, userID)
}

// Load fetches and waits for the outcome.
func (l *loader[T]) Load(ctx context.Context, userID string) (T, error) {
	return l.get().Load(ctx, userID)
}

// Prime keeps what is known without fetching it.
func (l *loader[T]) Prime(userID string, value T) { l.get().Prime(userID, value) }

// Clear forgets what was fetched.
func (l *loader[T]) Clear(string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.made, l.here = nil, nil
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
	sessions             loader[[]*model.Session] // Presented: to read their user agents takes long.
	grants               loader[[]logto.Grant]
	thirdPartyGrants     loader[map[string]bool] // Their ids.
	organizations        loader[[]logto.Organization]
}

type loadersKey struct{}

// WithLoaders gives a request its loaders. Without them no resolver works.
func (r *Resolver) WithLoaders(ctx context.Context) context.Context {
	client := r.Account.Logto
	return context.WithValue(ctx, loadersKey{}, &loaders{
		access:               sync.OnceValue(func() access.Set { return r.Account.Access(ctx) }),
		user:                 loader[*logto.User]{fetch: r.Account.Get},
		hasPassword:          loader[bool]{fetch: client.HasPassword},
		personalAccessTokens: loader[[]logto.PersonalAccessToken]{fetch: client.ListPersonalAccessTokens},
		mfaVerifications:     loader[[]logto.MfaVerification]{fetch: client.ListMfaVerifications},
		sessions:             loader[[]*model.Session]{fetch: r.sessions},
		grants:               loader[[]logto.Grant]{fetch: client.ListGrants},
		thirdPartyGrants:     loader[map[string]bool]{fetch: r.thirdPartyGrants},
		organizations:        loader[[]logto.Organization]{fetch: client.ListOrganizations},
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
