// Package tenant keeps what belongs to the Logto tenant and not to a user: the
// sign-in experience, the connectors and the account center. Every request needs
// some of it and it seldom changes, so it is fetched once a minute for everybody.
package tenant

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"accountql/logto"
	"accountql/upstream"
)

const (
	// freshFor is how long an answer serves before it is fetched again.
	freshFor = time.Minute
	// renewAfter is when Run fetches again, so that no request has to wait.
	renewAfter = 50 * time.Second
	// staleFor is how long an answer goes on serving while Logto can't be asked.
	// After that a policy may have changed for too long to be guessed.
	staleFor = 10 * time.Minute
	// patience is how long a caller waits for a fetch when there is an older answer
	// to fall back on: Logto may hang rather than fail.
	patience = time.Second
	// fetchTimeout bounds one fetch, which no caller's deadline bounds.
	fetchTimeout = 10 * time.Second
)

// Cache answers from memory and asks Logto when what it has is a minute old.
// Callers share one fetch. Its methods may be called from many goroutines.
type Cache struct {
	signInExperience entry[*logto.SignInExperience]
	connectors       entry[[]logto.Connector]
	accountCenter    entry[*logto.AccountCenter]
	// keepsAccountCenter is false where nobody is going to ask for it.
	keepsAccountCenter bool
	lookups            *lookups
}

// lookups counts those of all entries.
type lookups struct{ hits, misses atomic.Uint64 }

// New returns an empty cache over client. now is time.Now outside of tests.
// accountCenter says that the account center is needed: else it is fetched only
// when somebody asks for it.
func New(client *logto.Client, logger *slog.Logger, now func() time.Time, accountCenter bool) *Cache {
	counted := new(lookups)
	return &Cache{
		keepsAccountCenter: accountCenter,
		lookups:            counted,
		signInExperience: entry[*logto.SignInExperience]{
			name: "sign-in experience", fetch: client.GetSignInExperience, logger: logger, now: now, lookups: counted,
		},
		connectors: entry[[]logto.Connector]{
			name: "connectors", fetch: client.ListConnectors, logger: logger, now: now, lookups: counted,
		},
		accountCenter: entry[*logto.AccountCenter]{
			name: "account center", fetch: client.GetAccountCenter, logger: logger, now: now, lookups: counted,
		},
	}
}

// SignInExperience returns the tenant's sign-in experience. The value is shared:
// callers must not change it.
func (c *Cache) SignInExperience(ctx context.Context) (*logto.SignInExperience, error) {
	return c.signInExperience.get(ctx)
}

// Connectors returns the tenant's connectors, without their configuration. The
// value is shared: callers must not change it.
func (c *Cache) Connectors(ctx context.Context) ([]logto.Connector, error) {
	return c.connectors.get(ctx)
}

// AccountCenter returns the tenant's settings for people's own accounts. The value
// is shared: callers must not change it.
func (c *Cache) AccountCenter(ctx context.Context) (*logto.AccountCenter, error) {
	return c.accountCenter.get(ctx)
}

// Prefetch starts fetching what is missing or old, for a caller who is about to
// ask for it and has something else to wait for first.
func (c *Cache) Prefetch(ctx context.Context) {
	c.signInExperience.prefetch(ctx)
	c.connectors.prefetch(ctx)
	if c.keepsAccountCenter {
		c.accountCenter.prefetch(ctx)
	}
}

// Load fetches everything anew, all of it at once, and returns the errors joined.
func (c *Cache) Load(ctx context.Context) error {
	var wg sync.WaitGroup
	var experienceErr, connectorsErr, accountCenterErr error
	wg.Go(func() { _, experienceErr = c.signInExperience.renew(ctx, 0) })
	wg.Go(func() { _, connectorsErr = c.connectors.renew(ctx, 0) })
	if c.keepsAccountCenter {
		wg.Go(func() { _, accountCenterErr = c.accountCenter.renew(ctx, 0) })
	}
	wg.Wait()
	return errors.Join(experienceErr, connectorsErr, accountCenterErr)
}

// Lookups tells how often somebody asked and was answered from memory at once, and
// how often Logto had to be waited for.
func (c *Cache) Lookups() (hits, misses uint64) {
	return c.lookups.hits.Load(), c.lookups.misses.Load()
}

// Run keeps the cache fresh until ctx ends. A failing fetch is logged and tried
// again with the next round.
func (c *Cache) Run(ctx context.Context) {
	ticker := time.NewTicker(renewAfter)
	defer ticker.Stop()
	for {
		_ = c.Load(ctx) // Logged where it fails.
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// entry is one cached answer.
type entry[T any] struct {
	name    string
	fetch   func(context.Context) (T, error)
	logger  *slog.Logger
	now     func() time.Time
	lookups *lookups

	group   singleflight.Group
	mu      sync.RWMutex
	value   T
	fetched time.Time // Zero until the first answer.
}

func (e *entry[T]) get(ctx context.Context) (T, error) {
	value, fetched := e.load()
	age := e.now().Sub(fetched)
	if !fetched.IsZero() && age < freshFor {
		e.lookups.hits.Add(1)
		return value, nil
	}
	e.lookups.misses.Add(1)
	if fetched.IsZero() || age >= staleFor {
		return e.renew(ctx, freshFor)
	}
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if renewed, err := e.renew(waiting, freshFor); err == nil {
		return renewed, nil
	}
	return value, nil
}

func (e *entry[T]) prefetch(ctx context.Context) {
	if _, fetched := e.load(); fetched.IsZero() || e.now().Sub(fetched) >= freshFor {
		e.start(ctx, freshFor)
	}
}

func (e *entry[T]) load() (T, time.Time) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.value, e.fetched
}

// renew fetches as start does, and waits.
func (e *entry[T]) renew(ctx context.Context, age time.Duration) (T, error) {
	var none T
	select {
	case <-ctx.Done():
		return none, ctx.Err()
	case result := <-e.start(ctx, age):
		if result.Err != nil {
			return none, result.Err
		}
		return result.Val.(T), nil
	}
}

// start fetches once for all who ask at the same time, unless what is there has not
// come to that age: a caller who saw the answer before may be late, and the fetch
// that he would have joined is over. The fetch outlives the caller who happened to
// start it, since the others wait for it as well, and neither asks in that caller's
// language nor waits in that request's place.
func (e *entry[T]) start(ctx context.Context, age time.Duration) <-chan singleflight.Result {
	return e.group.DoChan("", func() (any, error) {
		if value, fetched := e.load(); !fetched.IsZero() && e.now().Sub(fetched) < age {
			return value, nil
		}
		fetchCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), fetchTimeout)
		defer cancel()
		fetchCtx = upstream.WithoutRequest(logto.WithLanguage(fetchCtx, ""))
		fetched := e.now()
		value, err := e.fetch(fetchCtx)
		if err != nil {
			e.logger.WarnContext(ctx, "fetch from Logto failed", "what", e.name, "error", err)
			return value, err
		}
		e.mu.Lock()
		e.value, e.fetched = value, fetched
		e.mu.Unlock()
		return value, nil
	})
}
