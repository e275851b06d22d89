package store

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/bsm/redislock"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// redisServer is the backend that replicas share.
type redisServer struct {
	client   *redis.Client
	locks    *redislock.Client
	counting *redis.Script
}

func newRedisServer(address string) (*redisServer, error) {
	// The parser's errors repeat the address with its password.
	options, err := redis.ParseURL(address)
	if err != nil || !strings.HasPrefix(address, "redis://") && !strings.HasPrefix(address, "rediss://") {
		return nil, errors.New("not an address of the form redis://user:password@host:port/database, or rediss:// with TLS")
	}
	if options.TLSConfig != nil && options.TLSConfig.InsecureSkipVerify {
		return nil, errors.New("skip_verify would let anybody on the way be the Redis server")
	}
	// A count must not be repeated because its answer was lost, and what can't be reached now is not waited for.
	options.MaxRetries = -1
	options.DialerRetries = 1
	options.ContextTimeoutEnabled = true
	options.DialTimeout = defaultTiming.operation
	options.ReadTimeout = defaultTiming.operation
	options.WriteTimeout = defaultTiming.operation
	options.PoolTimeout = defaultTiming.operation
	// What follows connecting is of no use here and unknown to some servers.
	options.DisableIdentity = true
	options.PipelinePoolSize = -1
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	// What it writes to stderr are errors that it returns as well.
	logging.Disable()
	client := redis.NewClient(options)
	return &redisServer{client: client, locks: redislock.New(client), counting: redis.NewScript(takeScript)}, nil
}

// takeScript keeps a list of times in milliseconds a counter, oldest first. Its arguments are 1 to count or 0 to look,
// then the count and the milliseconds of each key's limit; its answer is what is left, the time to wait, and the index of
// the counter that makes one wait.
const takeScript = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local left, wait, spent = tonumber(ARGV[2]), 0, 0
for i, key in ipairs(KEYS) do
	local count, per = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
	local oldest = redis.call('LINDEX', key, 0)
	while oldest and now - oldest >= per do
		redis.call('LPOP', key)
		oldest = redis.call('LINDEX', key, 0)
	end
	local free = count - redis.call('LLEN', key)
	left = math.min(left, free)
	if free < 1 then
		-- At least 1, since a clock put back leaves times in disorder.
		local rest = math.max(1, redis.call('LINDEX', key, -count) + per - now)
		if rest > wait then
			wait, spent = rest, i - 1
		end
	end
end
if wait > 0 or ARGV[1] == '0' then
	return {left, wait, spent}
end
for i, key in ipairs(KEYS) do
	redis.call('RPUSH', key, string.format('%d', now))
	redis.call('PEXPIRE', key, ARGV[2 * i + 1])
end
return {left - 1, 0, 0}
`

func (r *redisServer) take(ctx context.Context, counters []counter, count bool) (room, error) {
	names := make([]string, len(counters))
	arguments := []any{count}
	for i, c := range counters {
		names[i] = c.name
		arguments = append(arguments, c.count, c.per.Milliseconds())
	}
	answer, err := r.counting.Run(ctx, r.client, names, arguments...).Int64Slice()
	if err != nil {
		return room{}, err
	}
	if len(answer) != 3 || answer[2] < 0 || answer[2] >= int64(len(counters)) {
		return room{}, errors.New("unexpected answer")
	}
	return room{
		left: int(answer[0]), wait: time.Duration(answer[1]) * time.Millisecond, spent: int(answer[2]),
	}, nil
}

func (r *redisServer) obtain(ctx context.Context, name string, ttl time.Duration) (lease, error) {
	lock, err := r.locks.Obtain(ctx, name, ttl, nil)
	if errors.Is(err, redislock.ErrNotObtained) {
		return nil, errHeld
	}
	return redisLease{lock}, err
}

func (r *redisServer) add(ctx context.Context, name, value string, ttl time.Duration) (bool, error) {
	return r.client.SetNX(ctx, name, value, ttl).Result()
}

func (r *redisServer) set(ctx context.Context, name, value string, ttl time.Duration) error {
	return r.client.Set(ctx, name, value, ttl).Err()
}

func (r *redisServer) get(ctx context.Context, name string) (string, bool, error) {
	value, err := r.client.Get(ctx, name).Result()
	if errors.Is(err, redis.Nil) {
		return "", false, nil
	}
	return value, err == nil, err
}

func (r *redisServer) remove(ctx context.Context, name string) error {
	return r.client.Del(ctx, name).Err()
}

func (r *redisServer) ping(ctx context.Context) error {
	return r.client.Ping(ctx).Err()
}

func (r *redisServer) close() error {
	return r.client.Close()
}

// redisLease is a lock in Redis: a key with a random value, which renewing and releasing compare.
type redisLease struct {
	lock *redislock.Lock
}

func (l redisLease) renew(ctx context.Context, ttl time.Duration) error {
	err := l.lock.Refresh(ctx, ttl, nil)
	if errors.Is(err, redislock.ErrNotObtained) {
		return ErrLost
	}
	return err
}

func (l redisLease) release(ctx context.Context) error {
	err := l.lock.Release(ctx)
	if errors.Is(err, redislock.ErrLockNotHeld) {
		return nil
	}
	return err
}

// withoutArguments shortens what Redis says of a command that it doesn't know, as one
// does whose AUTH is renamed. It quotes the arguments then, and so the password.
func withoutArguments(err error) error {
	if said, _, found := strings.Cut(err.Error(), ", with args"); found {
		return errors.New(said)
	}
	return err
}
