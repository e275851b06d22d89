package doctor

import (
	"context"
	"crypto/rand"
	"time"

	"accountql/store"
)

// redis tries the store out, and looks how well it keeps things.
func (e *examination) redis(ctx context.Context) {
	if !e.UsesRedis {
		e.ok("REDIS_URL is not set: limits and marks are kept in memory, which is right for one instance")
		return
	}
	if err := e.Store.Ping(ctx); err != nil {
		e.fail("REDIS_URL", "set REDIS_URL to your Redis as it is reached from here, with its user, password and TLS (rediss://), and see that it runs",
			"Redis can't be used, so changes are refused: %v", err)
		return
	}
	if err := e.write(ctx); err != nil {
		e.fail("REDIS_URL", "set REDIS_URL to the primary, with a user who may write and run scripts (EVALSHA, EVAL), and give it memory",
			"Redis answers but doesn't take what it is told, so changes are refused: %v", err)
		return
	}
	e.keeping(ctx)
}

// write does what the server does all the time: it marks, looks at a limit, which
// takes a script, and forgets. Nothing is left of it.
func (e *examination) write(ctx context.Context) error {
	random := rand.Text()
	key := store.NewKey("doctor", random)
	if _, err := e.Store.Mark(ctx, key, time.Second); err != nil {
		return err
	}
	if _, err := e.Store.Peek(ctx, store.Limit{Name: "doctor", Count: 1, Per: time.Second}.For(random)); err != nil {
		return err
	}
	return e.Store.Forget(ctx, key)
}

// keeping looks at what would make Redis forget.
func (e *examination) keeping(ctx context.Context) {
	keeping, err := e.Store.Keeping(ctx)
	if err != nil || keeping.Version == "" {
		e.ok("Redis answers; how it keeps things it doesn't tell: see that maxmemory-policy is noeviction, and appendonly is yes")
		return
	}
	sound := true
	if major := keeping.Major(); major > 0 && major < 6 {
		sound = false
		e.fail("REDIS_URL", "upgrade Redis to 6 or later", "Redis is %s, which lacks what is needed", keeping.Version)
	}
	if policy := keeping.MaxMemoryPolicy; policy != "" && policy != "noeviction" {
		sound = false
		e.warn("REDIS_URL", "set Redis's maxmemory-policy to noeviction",
			"Redis's maxmemory-policy is %s: it may forget what was used up, so that it can be used again", policy)
	}
	if keeping.AppendOnly != nil && !*keeping.AppendOnly {
		sound = false
		e.warn("REDIS_URL", "set Redis's appendonly to yes", "Redis's appendonly is no: a restart forgets limits and marks")
	}
	if sound {
		e.ok("Redis %s answers, and keeps what it is told", keeping.Version)
	}
}
