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
	keeping, err := e.Store.Keeping(ctx)
	if err == nil && keeping.Cluster {
		e.fail("REDIS_URL", "set REDIS_URL to a Redis without cluster mode: a primary, whose replicas may stand by",
			"Redis is a cluster, which can't count on several limits in one step, so that no codes can be sent")
		return
	}
	if err := e.write(ctx); err != nil {
		e.fail("REDIS_URL", "set REDIS_URL to the primary of a Redis without cluster mode, with a user who may write and run scripts (EVALSHA, EVAL), and give it memory",
			"Redis answers but doesn't take what it is told, so changes are refused: %v", err)
		return
	}
	e.keeping(keeping)
}

// write does what the server does all the time: it marks, locks, counts on several
// limits in one step, and forgets. Nothing is left of it after a second.
func (e *examination) write(ctx context.Context) error {
	random := rand.Text()
	key := store.NewKey("doctor", random)
	if _, err := e.Store.Mark(ctx, key, time.Second); err != nil {
		return err
	}
	lock, err := e.Store.Lock(ctx, key)
	if err != nil {
		return err
	}
	defer lock.Release()
	if err := lock.Held(ctx); err != nil {
		return err
	}
	limit := store.Limit{Name: "doctor", Count: 1, Per: time.Second}
	if _, err := e.Store.Take(ctx, limit.For(random, "one"), limit.For(random, "two"), limit.For(random, "three")); err != nil {
		return err
	}
	return e.Store.Forget(ctx, key)
}

// keeping looks at what would make Redis forget.
func (e *examination) keeping(keeping store.Keeping) {
	if keeping.Version == "" {
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
