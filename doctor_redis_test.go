package main

import (
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"
	miniserver "github.com/alicebob/miniredis/v2/server"

	"accountql/store/redistest"
)

// redis has the server use a Redis that tells of itself what INFO shows.
func (s *shell) redis(info string) *miniredis.Miniredis {
	redis := miniredis.RunT(s.t)
	s.env["REDIS_URL"] = "redis://" + redis.Addr()
	redis.Server().SetPreHook(func(c *miniserver.Peer, command string, _ ...string) bool {
		if command != "INFO" || info == "" {
			return false
		}
		c.WriteBulk(strings.ReplaceAll(info, " ", "\r\n"))
		return true
	})
	return redis
}

// refuses has the server use a Redis that answers and refuses a command.
func (s *shell) refuses(command, refusal string) {
	s.redis("").Server().SetPreHook(func(c *miniserver.Peer, given string, _ ...string) bool {
		if given == command {
			c.WriteError(refusal)
		}
		return given == command
	})
}

func redisRows() []doctorRow {
	return []doctorRow{
		{"Redis is well", func(s *shell) { s.redis("redis_version:7.2.4 maxmemory_policy:noeviction aof_enabled:1") }},
		{"Redis forgets", func(s *shell) { s.redis("redis_version:7.2.4 maxmemory_policy:allkeys-lru aof_enabled:0") }},
		{"Redis is old", func(s *shell) { s.redis("redis_version:5.0.14 maxmemory_policy:noeviction aof_enabled:1") }},
		{"Redis tells nothing", func(s *shell) { s.redis("") }},
		{"Redis is a replica", func(s *shell) { s.refuses("SET", "READONLY You can't write against a read only replica.") }},
		{"Redis is full", func(s *shell) { s.refuses("SET", "OOM command not allowed when used memory > 'maxmemory'.") }},
		{"Redis runs no scripts", func(s *shell) {
			s.refuses("EVALSHA", "NOPERM this user has no permissions to run the 'evalsha' command")
		}},
		{"Redis is a cluster", func(s *shell) {
			s.redis("redis_version:7.2.4 redis_mode:cluster maxmemory_policy:noeviction aof_enabled:1")
		}},
		{"Redis is a cluster and tells nothing", func(s *shell) {
			s.redis("").Server().SetPreHook(func(c *miniserver.Peer, command string, arguments ...string) bool {
				// A script's second argument is the number of its keys.
				spread := command == "EVALSHA" && len(arguments) > 1 && arguments[1] != "1"
				if spread {
					c.WriteError("CROSSSLOT Keys in request don't hash to the same slot")
				}
				return spread
			})
		}},
		{"Redis is gone", func(s *shell) { s.redis("").Close() }},
		{"Redis takes another password", func(s *shell) {
			redis := s.redis("")
			redis.RequireAuth("right")
			s.env["REDIS_URL"] = "redis://:" + s.hide("planted-password") + "@" + redis.Addr()
		}},
	}
}

// documentedRights are the rules that docs/operations.md gives a user of Redis.
func documentedRights(t *testing.T) string {
	return matches(t, "docs/operations.md", "`~accountql:\\* ([^`]+)`")[0]
}

// TestDoctorTriesWhatRedisLetsTheServerDo: a user without a command that the server
// needs fails now rather than when somebody asks for a code. A real Redis looks into
// scripts for it.
func TestDoctorTriesWhatRedisLetsTheServerDo(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	for _, row := range []struct {
		name string
		rule string
		fine bool
	}{
		{"everything", "+@all", true},
		{"what is documented", documentedRights(t), true},
		{"no counting", "+@all -rpush", false},
		{"no lifetimes", "+@all -pexpire", false},
		{"no locks", "+@all -get", false},
	} {
		s := newShell(t)
		arguments := []any{"ACL", "SETUSER", "accountql", "reset", "on", ">" + s.hide("planted-password"), "~accountql:*"}
		for rule := range strings.FieldsSeq(row.rule) {
			arguments = append(arguments, rule)
		}
		if err := server.Client().Do(t.Context(), arguments...).Err(); err != nil {
			t.Fatal(err)
		}
		s.env["REDIS_URL"] = strings.Replace(server.Address, "redis://", "redis://accountql:planted-password@", 1)
		got := s.run("doctor")
		if refused := strings.Contains(got, "\nfail  redis "); refused == row.fine {
			t.Errorf("%s: got %s", row.name, got)
		}
		for _, key := range server.Client().Keys(t.Context(), "*").Val() {
			if lasts := server.Client().PTTL(t.Context(), key).Val(); lasts == -1 {
				t.Errorf("%s: it leaves %s for ever", row.name, key)
			}
		}
	}
}
