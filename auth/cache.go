package auth

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"golang.org/x/sync/singleflight"
)

const (
	// cacheSize bounds the memory that verified tokens take: each takes less than a kilobyte.
	cacheSize = 10_000

	// cachedFor bounds how long a token passes without its signature being checked.
	cachedFor = time.Minute
)

// fingerprint is the SHA-256 of a token as it was sent. Other bytes are another token, also when they say the same.
type fingerprint [sha256.Size]byte

// cache remembers what tokens say whose signature is good by one set of keys, but not the tokens. Every set of other
// keys or of another issuer begins with an empty one, so a check that is still under way when the keys change can leave
// its result only where nobody looks any more.
type cache struct {
	tokens *lru.Cache[fingerprint, verified]
	checks singleflight.Group
}

// verified is what a good token says, and from when until when it passes again because of that.
type verified struct {
	token       Token
	from, until time.Time
}

func newCache() *cache {
	tokens, err := lru.New[fingerprint, verified](cacheSize)
	if err != nil {
		panic(err) // The size is positive.
	}
	return &cache{tokens: tokens}
}

// get returns a copy of what a token says that was verified less than a minute ago, or nil. An older one is told by
// known.
func (c *cache) get(id fingerprint, now time.Time) (token *Token, known bool) {
	entry, known := c.tokens.Get(id)
	if !known || now.Before(entry.from) || !now.Before(entry.until) {
		return nil, known
	}
	entry.token.Scopes = slices.Clone(entry.token.Scopes)
	return &entry.token, true
}

// put remembers a token that was found to be in time at checked, which is when it begins to pass again: nbf and iat
// need no other care, whatever the clock does.
func (c *cache) put(id fingerprint, token *Token, checked time.Time) {
	entry := verified{token: *token, from: checked, until: checked.Add(cachedFor)}
	entry.token.Scopes = slices.Clone(token.Scopes)
	if end := token.ExpiresAt.Add(leeway); end.Before(entry.until) {
		entry.until = end
	}
	c.tokens.Add(id, entry)
}

// once runs check for all who bring the same token at the same time. It runs apart from them, so that none who gives up
// takes the result away from the others.
func (c *cache) once(ctx context.Context, id fingerprint, check func(context.Context) error) error {
	checked := c.checks.DoChan(string(id[:]), func() (_ any, err error) {
		defer func() {
			// Here nobody else would recover, and the process would end.
			if recovered := recover(); recovered != nil {
				err = fmt.Errorf("check the signature: panic: %v", recovered)
			}
		}()
		return nil, check(context.WithoutCancel(ctx))
	})
	select {
	case result := <-checked:
		return result.Err
	case <-ctx.Done():
		return gaveUp(ctx.Err())
	}
}
