package auth_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"

	"accountql/auth"

	"github.com/lestrrat-go/jwx/v2/jwa"
)

// FuzzVerify looks for a token that makes Verify panic, that it takes without Logto's signature, or that it repeats.
// The key is a fixed one, so that inputs found in one process mean the same in the next.
func FuzzVerify(f *testing.F) {
	key := signer{jwa.EdDSA, "k", ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))}
	v, _ := newKeyServer(f, key.jwk(f, nil)).verifier(f)
	good := key.mint(f, forge{})
	accepts(f.Context(), f, v, good)

	f.Add(good)
	f.Add("H0pRDkYXPEJLFPjoQlcTBCl0bnT5fDeahOJrQ0DQhoz")
	for _, seed := range []forge{
		{header: map[string]any{"typ": nil}, claims: map[string]any{"client_id": nil}},
		{header: map[string]any{"alg": "none"}, edit: parts(func(p []string) { p[2] = "" })},
		{header: map[string]any{"crit": []string{"b64"}, "b64": false}},
		{rawHeader: `{"alg":"EdDSA","alg":"none","typ":"at+jwt","kid":"k"}`},
		{claims: map[string]any{"aud": []any{[]any{audience}}}},
		{claims: map[string]any{"exp": 1e300}},
		{claims: map[string]any{"sub": "\ufffd"}},
		{rawClaims: "{\"sub\":\"\xff\"}"},
	} {
		f.Add(key.mint(f, seed))
	}

	f.Fuzz(func(t *testing.T, raw string) {
		token, err := v.Verify(t.Context(), raw)
		if err == nil {
			if raw != good {
				t.Fatalf("a forged token is taken: %+v", token)
			}
			return
		}
		var refusal *auth.Error
		if token != nil || !errors.As(err, &refusal) {
			t.Fatalf("got (%v, %v), want a refusal", token, err)
		}
		if strings.ContainsFunc(refusal.Message, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) {
			t.Errorf("a challenge can't carry the message %q", refusal.Message)
		}
		for part := range strings.SplitSeq(raw, ".") {
			if len(part) > 30 && strings.Contains(refusal.Message, part) {
				t.Errorf("the error repeats the token: %v", refusal)
			}
		}
	})
}
