package auth_test

import (
	"crypto/elliptic"
	"testing"

	"accountql/auth"
)

// BenchmarkVerify tells what a good token costs by kind of key, and what refusing one costs.
func BenchmarkVerify(b *testing.B) {
	es384, rs256 := ecSigner(b, "ec", elliptic.P384()), rsaSigner(b, "rsa", 4096)
	v, _ := newKeyServer(b, es384.jwk(b, nil), rs256.jwk(b, nil)).verifier(b)
	bad := map[string]any{"aud": "https://default.logto.app/api"}
	for _, bench := range []struct {
		name string
		raw  string
		good bool
	}{
		{"ES384", es384.mint(b, forge{}), true},
		{"RS256", rs256.mint(b, forge{}), true},
		{"WrongAudience", es384.mint(b, forge{claims: bad}), false},
		{"Opaque", "H0pRDkYXPEJLFPjoQlcTBCl0bnT5fDeahOJrQ0DQhoz", false},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			var token *auth.Token
			for b.Loop() {
				token, _ = v.Verify(b.Context(), bench.raw)
			}
			if (token != nil) != bench.good {
				b.Fatalf("got %v", token)
			}
		})
	}
}
