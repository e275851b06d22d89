package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
	"github.com/google/go-cmp/cmp"

	"accountql/store"
)

func TestKeeping(t *testing.T) {
	t.Parallel()
	on, off := true, false
	for info, want := range map[string]store.Keeping{
		"": {},
		"# Server\r\nredis_version:7.2.4\r\n# Memory\r\nmaxmemory_policy:noeviction\r\n# Persistence\r\naof_enabled:1\r\n": {
			Version: "7.2.4", MaxMemoryPolicy: "noeviction", AppendOnly: &on,
		},
		"aof_enabled:0\r\nmaxmemory_policy:allkeys-lru": {MaxMemoryPolicy: "allkeys-lru", AppendOnly: &off},
		"redis_mode:cluster\r\n":                        {Cluster: true},
		"redis_mode:standalone\r\n":                     {},
	} {
		redis := miniredis.RunT(t)
		redis.Server().SetPreHook(func(c *server.Peer, command string, _ ...string) bool {
			if command == "INFO" {
				c.WriteBulk(info)
			}
			return command == "INFO"
		})
		s, err := store.NewRedis("redis://"+redis.Addr(), make([]byte, 32))
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Keeping(t.Context())
		if err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q (-want +got):\n%s", info, diff)
		}
		redis.Close()
		if _, err := s.Keeping(t.Context()); !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("without Redis: %v", err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if got, err := store.NewMemory(time.Now).Keeping(t.Context()); err != nil || got != (store.Keeping{}) {
		t.Errorf("memory: %v, %v", got, err)
	}
	for version, want := range map[string]int{"7.2.4": 7, "10": 10, "": 0, "unknown": 0} {
		if got := (store.Keeping{Version: version}).Major(); got != want {
			t.Errorf("%q: got %d", version, got)
		}
	}
}
