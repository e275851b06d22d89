package auth_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"errors"
	"math/big"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"accountql/auth"
)

// counts fails the test unless a verifier has had so many hits and checks of signatures, and has so many entries.
func counts(t *testing.T, v *auth.Verifier, hits, misses uint64, entries int) {
	t.Helper()
	got := v.Stats()
	got.Forged, got.Refused = 0, 0
	if diff := cmp.Diff(auth.Stats{Hits: hits, Misses: misses, Entries: entries}, got); diff != "" {
		t.Errorf("stats (-want +got):\n%s", diff)
	}
}

func TestCache(t *testing.T) {
	t.Parallel()
	key := ecSigner(t, "k", elliptic.P256())
	v, _ := newKeyServer(t, key.jwk(t, nil)).verifier(t)
	raw := key.mint(t, forge{})
	first, err := v.Verify(t.Context(), raw)
	if err != nil {
		t.Fatal(err)
	}
	want := *first
	// Whatever a caller does to what it got, others get what the token says.
	for range 2 {
		first.Subject, first.Scopes[0] = "somebody", "everything"
		if first, err = v.Verify(t.Context(), raw); err != nil {
			t.Fatal(err)
		}
	}
	want.Scopes = []string{"account:read", "account:write"}
	if diff := cmp.Diff(&want, first); diff != "" {
		t.Errorf("from the cache (-first time +now):\n%s", diff)
	}
	counts(t, v, 2, 1, 1)
}

// TestCacheInTime moves the clock to either side of each moment that ends what the cache knows.
func TestCacheInTime(t *testing.T) {
	t.Parallel()
	key := ecSigner(t, "k", elliptic.P256())
	server := newKeyServer(t, key.jwk(t, nil))
	at := started.Unix()
	for name, test := range map[string]struct {
		claims map[string]any
		after  time.Duration // From the first verification to the second.
		hit    bool
		want   auth.Reason // Empty if the token is good.
	}{
		"at once":               {nil, 0, true, ""},
		"within the minute":     {nil, time.Minute - 1, true, ""},
		"after the minute":      {nil, time.Minute, false, ""},
		"before exp and leeway": {map[string]any{"exp": at + 10}, 40*time.Second - 1, true, ""},
		"at exp and leeway":     {map[string]any{"exp": at + 10}, 40 * time.Second, false, auth.ReasonExpired},
		"clock put back":        {nil, -1, false, ""},
		"clock back before nbf": {map[string]any{"nbf": at}, -31 * time.Second, false, auth.ReasonNotYetValid},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, clock := server.verifier(t)
			raw := key.mint(t, forge{claims: test.claims})
			accepts(t.Context(), t, v, raw)
			clock.advance(test.after)
			if test.want == "" {
				accepts(t.Context(), t, v, raw)
			} else {
				refusedFor(t, v, raw, test.want)
			}
			if hit := v.Stats().Hits == 1; hit != test.hit {
				t.Errorf("from the cache: %t", hit)
			}
		})
	}
}

// TestCacheTakesGoodTokensOnly sends tokens that nearly are the good one, again and again.
func TestCacheTakesGoodTokensOnly(t *testing.T) {
	t.Parallel()
	key, stranger := ecSigner(t, "k", elliptic.P256()), ecSigner(t, "k", elliptic.P256())
	v, _ := newKeyServer(t, key.jwk(t, nil)).verifier(t)
	good := key.mint(t, forge{})
	accepts(t.Context(), t, v, good)
	for range 3 {
		refusedFor(t, v, stranger.mint(t, forge{}), auth.ReasonBadSignature)
		refusedFor(t, v, good[:len(good)-86]+strings.Repeat("A", 86), auth.ReasonBadSignature)
		refusedFor(t, v, good+"=", auth.ReasonMalformed)
		refusedFor(t, v, key.mint(t, forge{claims: map[string]any{"aud": "x"}}), auth.ReasonAudience)
	}
	counts(t, v, 0, 7, 1)

	// A signature by ECDSA has a twin that is as good. It is another token, to be checked by itself.
	accepts(t.Context(), t, v, twin(t, key, good))
	counts(t, v, 0, 8, 2)
	accepts(t.Context(), t, v, good)
	counts(t, v, 1, 8, 2)
}

// twin returns the token with the other signature that its key's curve has for it: (r, n-s) for (r, s).
func twin(t *testing.T, key signer, raw string) string {
	t.Helper()
	last := strings.LastIndex(raw, ".") + 1
	signature, err := base64.RawURLEncoding.DecodeString(raw[last:])
	if err != nil {
		t.Fatal(err)
	}
	half := len(signature) / 2
	s := new(big.Int).SetBytes(signature[half:])
	s.Sub(key.key.(*ecdsa.PrivateKey).Params().N, s).FillBytes(signature[half:])
	return raw[:last] + encode(string(signature))
}

// TestCacheFollowsTheKeys has the key set fetched again, by a token of an unknown key, after a change to it.
func TestCacheFollowsTheKeys(t *testing.T) {
	t.Parallel()
	key, other, unknown := ecSigner(t, "k", elliptic.P256()), ecSigner(t, "other", elliptic.P256()), ecSigner(t, "x", elliptic.P256())
	keySet := func(keys ...signer) string {
		var set []any
		for _, key := range keys {
			set = append(set, key.jwk(t, nil))
		}
		return toJSON(t, map[string]any{"keys": set})
	}
	moved := `{"issuer":"https://moved.example.com/oidc","jwks_uri":"/oidc/jwks"}`
	for name, test := range map[string]struct {
		keys, discovery string // What Logto says afterwards; empty if it goes on saying the same.
		pinned          bool   // The issuer is.
		kept            bool   // The cache is.
		want            auth.Reason
	}{
		"the same":               {kept: true},
		"another spelling":       {keys: " " + keySet(other, key), kept: true},
		"a key for other things": {keys: strings.Replace(keySet(key, other), "[", `[{"kty":"oct","kid":"k","k":"AAAA"},`, 1), kept: true},
		"a new key":              {keys: keySet(key, other, ecSigner(t, "new", elliptic.P256()))},
		"another key gone":       {keys: keySet(key)},
		"the token's key gone":   {keys: keySet(other), want: auth.ReasonUnknownKey},
		"the token's kid reused": {keys: keySet(signer{key.algorithm, "k", other.key}, other), want: auth.ReasonBadSignature},
		"another issuer":         {discovery: moved, want: auth.ReasonIssuer},
		"pinned, another issuer": {discovery: moved, pinned: true, kept: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newKeyServer(t, key.jwk(t, nil), other.jwk(t, nil))
			v, _ := server.verifier(t, func(c *auth.Config) {
				if test.pinned {
					c.Issuer = issuer
				}
			})
			raw := key.mint(t, forge{})
			accepts(t.Context(), t, v, raw)
			server.mu.Lock()
			if test.keys != "" {
				server.keys = test.keys
			}
			if test.discovery != "" {
				server.discovery = test.discovery
			}
			server.mu.Unlock()
			if _, err := v.Verify(t.Context(), unknown.mint(t, forge{})); err == nil {
				t.Fatal("a token of an unknown key is taken")
			}
			if test.kept {
				counts(t, v, 0, 1, 1)
				accepts(t.Context(), t, v, raw)
				counts(t, v, 1, 1, 1)
				return
			}
			counts(t, v, 0, 1, 0)
			if test.want == "" {
				accepts(t.Context(), t, v, raw)
				counts(t, v, 0, 2, 1)
				return
			}
			refusedFor(t, v, raw, test.want)
			counts(t, v, 0, v.Stats().Misses, 0)
		})
	}
}

// reasonOf returns the reason of a refusal, or nothing.
func reasonOf(err error) auth.Reason {
	if refusal, ok := errors.AsType[*auth.Error](err); ok {
		return refusal.Reason
	}
	return ""
}

// awaitChecks waits until so many checks wait for their turn.
func awaitChecks(v *auth.Verifier, waiting int) {
	for v.Stats().Waiting != waiting {
		runtime.Gosched()
	}
}

// TestCacheOfGoneKeys drops a key while a token of it is being verified: it is no good from then on.
func TestCacheOfGoneKeys(t *testing.T) {
	t.Parallel()
	dropped, added := ecSigner(t, "old", elliptic.P256()), ecSigner(t, "new", elliptic.P256())
	server := newKeyServer(t, dropped.jwk(t, nil))
	v, _ := server.verifier(t)
	raw := dropped.mint(t, forge{})
	var late, early sync.WaitGroup
	if err := v.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	release := v.HoldChecks()
	late.Go(func() { _, _ = v.Verify(t.Context(), raw) }) // Good or not, as it came in between.
	awaitChecks(v, 1)
	server.publish(t, added.jwk(t, nil))
	rotated := added.mint(t, forge{})
	early.Go(func() {
		if _, err := v.Verify(t.Context(), rotated); err != nil {
			t.Errorf("a token of the new key is refused: %v", err)
		}
	})
	awaitChecks(v, 2)
	release()
	late.Wait()
	early.Wait()
	refusedFor(t, v, raw, auth.ReasonUnknownKey)
	counts(t, v, 0, 2, 1)
}

// TestKnownTokensInAFlood has a token checked again, after its minute, while new ones are refused.
func TestKnownTokensInAFlood(t *testing.T) {
	t.Parallel()
	key := ecSigner(t, "k", elliptic.P256())
	v, clock := newKeyServer(t, key.jwk(t, nil)).verifier(t)
	known := key.mint(t, forge{})
	accepts(t.Context(), t, v, known)
	v.EndPace()
	clock.advance(time.Minute)
	accepts(t.Context(), t, v, known)
	counts(t, v, 0, 2, 1)

	unavailable(t, v, key.inTime(t, clock))
	if _, err := v.VerifySignIn(t.Context(), key.mint(t, forge{idToken: true}), wanted()); !errors.Is(err, auth.ErrUnavailable) {
		t.Errorf("an ID token: %v, want ErrUnavailable", err)
	}
	counts(t, v, 0, 2, 1)
}

// TestOneCheckForAll sends one token a thousand times at once, from the first time that it is seen.
func TestOneCheckForAll(t *testing.T) {
	t.Parallel()
	key := ecSigner(t, "k", elliptic.P384())
	v, _ := newKeyServer(t, key.jwk(t, nil)).verifier(t)
	good, forged := key.mint(t, forge{}), ecSigner(t, "k", elliptic.P384()).mint(t, forge{})
	var begin, all sync.WaitGroup
	begin.Add(1)
	for range 1000 {
		all.Go(func() {
			begin.Wait()
			if _, err := v.Verify(t.Context(), good); err != nil {
				t.Errorf("a good token is refused: %v", err)
			}
		})
	}
	begin.Done()
	all.Wait()
	if got := v.Stats().Misses; got != 1 {
		t.Errorf("the signature was checked %d times", got)
	}

	// Failures are shared by those who wait, and forgotten.
	release := v.HoldChecks()
	for range 10 {
		all.Go(func() {
			if _, err := v.Verify(t.Context(), forged); reasonOf(err) != auth.ReasonBadSignature {
				t.Errorf("got %v for a forged token", err)
			}
		})
	}
	awaitChecks(v, 1)
	release()
	all.Wait()
	if got := v.Stats(); got.Entries != 1 || got.Forged == 0 || got.Forged > 10 {
		t.Errorf("after a forged token: %+v", got)
	}
}

// TestGivingUp has the caller leave for whom a check was begun: others wait on, and get what they came for.
func TestGivingUp(t *testing.T) {
	t.Parallel()
	key := ecSigner(t, "k", elliptic.P256())
	v, _ := newKeyServer(t, key.jwk(t, nil)).verifier(t)
	raw := key.mint(t, forge{})
	if err := v.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	release := v.HoldChecks()
	impatient, leave := context.WithCancel(t.Context())
	var leaving, staying sync.WaitGroup
	leaving.Go(func() {
		if _, err := v.Verify(impatient, raw); !errors.Is(err, auth.ErrUnavailable) || !errors.Is(err, context.Canceled) {
			t.Errorf("got %v after giving up", err)
		}
	})
	awaitChecks(v, 1)
	for range 10 {
		staying.Go(func() {
			if _, err := v.Verify(t.Context(), raw); err != nil {
				t.Errorf("somebody else gave up: %v", err)
			}
		})
	}
	leave()
	leaving.Wait()
	release()
	staying.Wait()
	if got := v.Stats(); got.Misses != 1 || got.Waiting+got.InFlight != 0 {
		t.Errorf("afterwards: %+v", got)
	}
}
