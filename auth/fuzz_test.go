package auth_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"strings"
	"testing"

	"github.com/lestrrat-go/jwx/v2/jwa"

	"accountql/auth"
)

// FuzzVerify looks for a token that makes a verification panic, that one takes without Logto's signature or for another
// kind of token, or that an error repeats. The key is a fixed one, so that inputs found in one process mean the same in
// the next.
func FuzzVerify(f *testing.F) {
	key := signer{jwa.EdDSA, "k", ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))}
	v, _ := newKeyServer(f, key.jwk(f, nil)).verifier(f)
	v.LiftPace()
	access, id := key.mint(f, forge{}), key.mint(f, forge{idToken: true})
	accepts(f.Context(), f, v, access)
	if _, err := v.VerifySignIn(f.Context(), id, wanted()); err != nil {
		f.Fatalf("a good ID token is refused: %v", err)
	}

	f.Add("H0pRDkYXPEJLFPjoQlcTBCl0bnT5fDeahOJrQ0DQhoz")
	f.Add("pat_LjlSHdsfVcMGWlBcOW42O0LthvXqhnXg")
	for _, seed := range []forge{
		{},
		{header: map[string]any{"typ": nil}, claims: map[string]any{"client_id": nil}},
		{header: map[string]any{"alg": "none"}, edit: parts(func(p []string) { p[2] = "" })},
		{header: map[string]any{"crit": []string{"b64"}, "b64": false}},
		{rawHeader: `{"alg":"EdDSA","alg":"none",TYP"kid":"k"}`},
		{claims: map[string]any{"aud": []any{[]any{audience}}}},
		{claims: map[string]any{"exp": 1e300}},
		{claims: map[string]any{"sub": "\ufffd"}},
		{rawClaims: "{\"sub\":\"\xff\"}"},
	} {
		f.Add(key.mint(f, seed))
		seed.idToken = true
		f.Add(key.mint(f, seed))
	}

	f.Add(key.mint(f, forge{idToken: true, claims: map[string]any{"auth_time": 1e300}}))
	f.Add(key.mint(f, forge{idToken: true, claims: map[string]any{"azp": []any{}, "nonce": map[string]any{}}}))

	f.Fuzz(func(t *testing.T, raw string) {
		token, err := v.Verify(t.Context(), raw)
		if refusal, ok := errors.AsType[*auth.Error](err); ok {
			if strings.ContainsFunc(refusal.Message, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) {
				t.Errorf("a challenge can't carry the message %q", refusal.Message)
			}
			silentAbout(t, raw, refusal)
		} else if err != nil || token == nil || raw != access {
			t.Fatalf("got (%v, %v), want a refusal", token, err)
		}

		authTime, err := v.VerifySignIn(t.Context(), raw, wanted())
		if refusal, ok := errors.AsType[*auth.SignInError](err); ok {
			silentAbout(t, raw, refusal)
		} else if err != nil || !authTime.Equal(started) || raw != id {
			t.Fatalf("got (%v, %v), want a refusal", authTime, err)
		}
	})
}

// silentAbout fails the test if an error repeats a part of the token.
func silentAbout(t *testing.T, raw string, err error) {
	t.Helper()
	for part := range strings.SplitSeq(raw, ".") {
		if len(part) > 30 && strings.Contains(err.Error(), part) {
			t.Errorf("the error repeats the token: %v", err)
		}
	}
}
