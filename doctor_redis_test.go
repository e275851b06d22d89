package main

import (
	"strings"

	"github.com/alicebob/miniredis/v2"
	miniserver "github.com/alicebob/miniredis/v2/server"
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
		{"Redis is gone", func(s *shell) { s.redis("").Close() }},
		{"Redis takes another password", func(s *shell) {
			redis := s.redis("")
			redis.RequireAuth("right")
			s.env["REDIS_URL"] = "redis://:" + s.hide("planted-password") + "@" + redis.Addr()
		}},
	}
}
