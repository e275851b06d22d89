package store

import (
	"context"
	"strconv"
	"strings"
)

// Keeping is how well a Redis keeps what it is told. What it doesn't tell is zero.
type Keeping struct {
	// Version is Redis's own, "7.2.4".
	Version string
	// MaxMemoryPolicy says what is forgotten when memory runs out: nothing with
	// "noeviction".
	MaxMemoryPolicy string
	// AppendOnly tells whether Redis writes down what it is told. Nil is unknown.
	AppendOnly *bool
	// Cluster tells that Redis spreads its keys by slots, so that nothing can be counted
	// on several keys in one step.
	Cluster bool
}

// Major is the major version, 0 if it isn't known.
func (k Keeping) Major() int {
	major, _, _ := strings.Cut(k.Version, ".")
	number, _ := strconv.Atoi(major) // What is no number is 0.
	return number
}

// Keeping asks Redis how well it keeps what it is told (INFO). A store in memory has
// nothing to tell.
func (s *Store) Keeping(ctx context.Context) (Keeping, error) {
	server, ok := s.backend.(*redisServer)
	if !ok {
		return Keeping{}, nil
	}
	var k Keeping
	err := s.do(ctx, "ask for settings", func(ctx context.Context) error {
		info, err := server.client.Info(ctx).Result()
		k = readInfo(info)
		return err
	})
	return k, err
}

// readInfo reads the lines NAME:VALUE of INFO's answer.
func readInfo(info string) Keeping {
	var k Keeping
	for line := range strings.Lines(info) {
		switch name, value, _ := strings.Cut(strings.TrimSpace(line), ":"); name {
		case "redis_version":
			k.Version = value
		case "maxmemory_policy":
			k.MaxMemoryPolicy = value
		case "aof_enabled":
			enabled := value == "1"
			k.AppendOnly = &enabled
		case "redis_mode":
			k.Cluster = value == "cluster"
		}
	}
	return k
}
