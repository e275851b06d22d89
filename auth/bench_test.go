package auth_test

import (
	"context"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"accountql/auth"
)

// BenchmarkVerify tells what a good token costs: one that the cache knows, out of a request's header, and those whose
// signature must be checked, by kind of key; and what it costs to refuse one.
func BenchmarkVerify(b *testing.B) {
	es384, rs256 := ecSigner(b, "ec", elliptic.P384()), rsaSigner(b, "rsa", 4096)
	v, clock := newKeyServer(b, es384.jwk(b, nil), rs256.jwk(b, nil)).verifier(b)
	verify := func(b *testing.B, raw string, good bool, between func()) {
		b.ReportAllocs()
		header := http.Header{"Authorization": {"Bearer " + raw}}
		var token *auth.Token
		for b.Loop() {
			token, _ = v.Authenticate(b.Context(), header)
			between()
		}
		if (token != nil) != good {
			b.Fatalf("got %v", token)
		}
	}
	nothing := func() {}
	// The cache passes no token before the time of its check, nor a minute after.
	forget := func() { clock.advance(time.Minute - 2*time.Duration(clock.now().Sub(started))) }

	b.Run("hit", func(b *testing.B) { verify(b, es384.mint(b, forge{}), true, nothing) })
	b.Run("miss", func(b *testing.B) { verify(b, es384.mint(b, forge{}), true, forget) })
	b.Run("miss/RS256", func(b *testing.B) { verify(b, rs256.mint(b, forge{}), true, forget) })
	bad := forge{claims: map[string]any{"aud": "https://default.logto.app/api"}}
	b.Run("wrong audience", func(b *testing.B) { verify(b, es384.mint(b, bad), false, nothing) })
	b.Run("opaque", func(b *testing.B) { verify(b, "H0pRDkYXPEJLFPjoQlcTBCl0bnT5fDeahOJrQ0DQhoz", false, nothing) })
}

// BenchmarkFlood tells what requests with a known token cost while others send forged ones, each as soon as the one
// before is refused.
func BenchmarkFlood(b *testing.B) {
	key := ecSigner(b, "k", elliptic.P384())
	server := newKeyServer(b, key.jwk(b, nil))
	known := key.mint(b, forge{})
	signed := known[:strings.LastIndexByte(known, '.')+1]
	for _, senders := range []int{0, 16, 64, 256} {
		b.Run(fmt.Sprintf("senders=%d", senders), func(b *testing.B) {
			v, _ := server.verifier(b)
			accepts(b.Context(), b, v, known)
			ctx, stop := context.WithCancel(b.Context())
			var flood sync.WaitGroup
			for range senders {
				flood.Go(func() {
					for ctx.Err() == nil {
						_, _ = v.Verify(ctx, signed+encode(rand.Text() + rand.Text() + rand.Text() + rand.Text())[:128])
					}
				})
			}
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					_, _ = v.Verify(ctx, known)
				}
			})
			b.ReportMetric(float64(v.Stats().Forged)/b.Elapsed().Seconds(), "forged/s")
			stop()
			flood.Wait()
		})
	}
}
