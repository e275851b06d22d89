package main

import (
	"encoding/base64"
	"net"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"accountql/logto/logtotest"
	"accountql/store/redistest"
)

// replicas are three servers, each a process of its own, with one real Redis. The
// world is at the one address in front of them.
type replicas struct {
	*world
	redis   *redistest.Server
	servers []*replica
	// upstream is between the servers and Logto.
	upstream *proxy
	env      env
}

// replica is one of the servers, and the world at its own address.
type replica struct {
	*process
	*world
}

func startReplicas(t *testing.T) *replicas {
	t.Helper()
	redis, logto := redistest.Start(t), newLogto(t)
	r := &replicas{redis: redis, upstream: newProxy(t, logto.Endpoint)}
	r.env = merged(processEnv(logto), env{"LOGTO_ENDPOINT": r.upstream.URL, "REDIS_URL": redis.Address})
	for range 3 {
		r.servers = append(r.servers, startReplica(t, logto, r.env))
	}
	r.world = r.servers[0].at(r.balance(t))
	return r
}

// processEnv is for servers that get their secret key from without, as replicas and
// those that are started again must.
func processEnv(logto *logtotest.Server) env {
	return merged(serverEnv(logto), merged(linkEnv(logto), env{
		"ADDR": free, "SECRET_KEY": base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32))),
	}))
}

func startReplica(t *testing.T, logto *logtotest.Server, variables env) *replica {
	t.Helper()
	p := startProcess(t, variables)
	address := p.stderr.await(t, `msg=listening address=(\S+)`)[1]
	return &replica{p, &world{t: t, logto: logto, url: "http://" + address, log: p.stderr, clock: newClock()}}
}

// at is the same world at another address.
func (w *world) at(address string) *world {
	moved := *w
	moved.url = address
	return &moved
}

// kill ends a replica as kill -9 does.
func (r *replica) kill() {
	r.signal(r.t, syscall.SIGKILL)
	_ = r.wait()
}

// balance returns an address that leads to each replica in turn, and past those that
// listen no more.
func (r *replicas) balance(t *testing.T) string {
	t.Helper()
	var turns atomic.Uint64
	var targets []*url.URL
	for _, server := range r.servers {
		targets = append(targets, parse(t, server.url))
	}
	return newProxyTo(t, func() *url.URL {
		turn := turns.Add(1)
		for i := range targets {
			target := targets[(turn+uint64(i))%uint64(len(targets))]
			if connection, err := net.Dial("tcp", target.Host); err == nil {
				_ = connection.Close()
				return target
			}
		}
		return targets[0]
	}).URL
}

// each is the page at each of the replicas.
func (r *replicas) each(p page) []page {
	pages := make([]page, len(r.servers))
	for i, server := range r.servers {
		pages[i] = p.on(server.world)
	}
	return pages
}

// everywhere fails the test unless each of the replicas answers with the code.
func (r *replicas) everywhere(want string, p page, use func(page) answer) {
	r.t.Helper()
	for i, p := range r.each(p) {
		if a := patient(use)(p); a.code != want {
			r.t.Errorf("replica %d answers %s instead of %s: %s", i, a.code, want, a.body)
		}
	}
}

// refuses fails the test unless each of the replicas refuses the token as signed out.
func (r *replicas) refuses(token string) {
	r.t.Helper()
	for i, server := range r.servers {
		if got := describe(server.query(token, `{ me { id } }`, nil)); got != refused(signedOutMessage, true) {
			r.t.Errorf("replica %d: %s", i, got)
		}
	}
}
