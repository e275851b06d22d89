package auth_test

import (
	"context"
	"crypto/elliptic"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"

	"accountql/auth"
)

// refusedFor fails the test unless a good-looking token is refused for a reason.
func refusedFor(t *testing.T, v *auth.Verifier, raw string, want auth.Reason) {
	t.Helper()
	token, err := v.Verify(t.Context(), raw)
	refused(t, raw, token, err, want)
}

// unavailable fails the test unless the token can't be judged, which must not look like a refusal.
func unavailable(t *testing.T, v *auth.Verifier, raw string) {
	t.Helper()
	token, err := v.Verify(t.Context(), raw)
	var refusal *auth.Error
	if token != nil || !errors.Is(err, auth.ErrUnavailable) || errors.As(err, &refusal) {
		t.Fatalf("got (%v, %v), want ErrUnavailable", token, err)
	}
}

func TestStartWithoutLogto(t *testing.T) {
	t.Parallel()
	key := ecSigner(t, "k", elliptic.P256())
	server := newKeyServer(t, key.jwk(t, nil))
	server.answer(outage)
	v, clock := server.verifier(t)
	raw := key.mint(t, forge{})

	unavailable(t, v, raw)
	if err := v.Ready(t.Context()); !errors.Is(err, auth.ErrUnavailable) {
		t.Errorf("Ready: %v, want ErrUnavailable", err)
	}
	pinned, _ := server.verifier(t, func(c *auth.Config) { c.Issuer = issuer })
	unavailable(t, pinned, raw)
	// What is wrong with a token whatever the keys is told all the same.
	refusedFor(t, v, key.mint(t, forge{claims: map[string]any{"aud": "x"}}), auth.ReasonAudience)

	// Logto is not asked for every request.
	asked := server.fetches.Load()
	for range 100 {
		unavailable(t, v, raw)
	}
	if got := server.fetches.Load(); got != asked {
		t.Errorf("Logto was asked %d times more in one moment", got-asked)
	}

	server.answer(nil)
	clock.advance(time.Second)
	accepts(t.Context(), t, v, raw)
	if err := v.Ready(t.Context()); err != nil {
		t.Errorf("Ready: %v", err)
	}
}

// TestCheapChecksFirst shows that a token with anything else wrong makes nobody fetch keys.
func TestCheapChecksFirst(t *testing.T) {
	t.Parallel()
	key := ecSigner(t, "k", elliptic.P256())
	server := newKeyServer(t, key.jwk(t, nil))
	v, _ := server.verifier(t, func(c *auth.Config) { c.Issuer = issuer })
	for reason, f := range map[auth.Reason]forge{
		auth.ReasonType:        {header: map[string]any{"typ": "x"}},
		auth.ReasonAlgorithm:   {header: map[string]any{"alg": "HS256"}},
		auth.ReasonHeader:      {header: map[string]any{"jwk": key.jwk(t, nil)}},
		auth.ReasonIssuer:      {claims: map[string]any{"iss": "x"}},
		auth.ReasonAudience:    {claims: map[string]any{"aud": "x"}},
		auth.ReasonClient:      {claims: map[string]any{"client_id": "x"}},
		auth.ReasonMachine:     {claims: map[string]any{"sub": client}},
		auth.ReasonExpired:     {claims: map[string]any{"exp": 1}},
		auth.ReasonNotYetValid: {claims: map[string]any{"nbf": started.Unix() + 60}},
	} {
		refusedFor(t, v, key.mint(t, f), reason)
	}
	if got := server.fetches.Load(); got != 0 {
		t.Errorf("Logto was asked %d times", got)
	}
}

// TestRotation follows Logto's rotation from EC to an RSA key without alg, and the drop of the oldest key.
func TestRotation(t *testing.T) {
	t.Parallel()
	oldest, rotated := ecSigner(t, "ec", elliptic.P384()), rsaSigner(t, "rsa", 2048)
	server := newKeyServer(t, oldest.jwk(t, nil))
	v, clock := server.verifier(t)
	accepts(t.Context(), t, v, oldest.inTime(t, clock))

	// The new key is seen at once, though the keys were fetched a moment ago; the old one stays good.
	server.publish(t, rotated.jwk(t, nil), oldest.jwk(t, nil))
	accepts(t.Context(), t, v, rotated.inTime(t, clock))
	accepts(t.Context(), t, v, oldest.inTime(t, clock))
	if got := server.keyFetches.Load(); got != 2 {
		t.Errorf("keys were fetched %d times, want 2", got)
	}

	// A dropped key is forgotten with the next refresh, which the first request after a long pause waits for.
	server.publish(t, rotated.jwk(t, nil))
	clock.advance(20 * time.Minute)
	refusedFor(t, v, oldest.inTime(t, clock), auth.ReasonUnknownKey)
	accepts(t.Context(), t, v, rotated.inTime(t, clock))
}

// TestRefreshInBackground shows that requests don't wait for a refresh that is due.
func TestRefreshInBackground(t *testing.T) {
	t.Parallel()
	dropped, added := ecSigner(t, "old", elliptic.P256()), ecSigner(t, "new", elliptic.P256())
	server := newKeyServer(t, dropped.jwk(t, nil))
	v, clock := server.verifier(t)
	accepts(t.Context(), t, v, dropped.inTime(t, clock))

	server.publish(t, added.jwk(t, nil))
	asked, release := server.holdBack(t)
	clock.advance(10 * time.Minute)
	accepts(t.Context(), t, v, dropped.inTime(t, clock))
	<-asked
	close(release)
	accepts(t.Context(), t, v, added.inTime(t, clock)) // Joins the refresh, or comes after it.
	refusedFor(t, v, dropped.inTime(t, clock), auth.ReasonUnknownKey)
	if got := server.keyFetches.Load(); got > 3 {
		t.Errorf("keys were fetched %d times, want 3 at most", got)
	}
}

// TestOutageKeepsNobodyWaiting lets Logto fail, then hang: requests go on with the keys at hand, however old.
func TestOutageKeepsNobodyWaiting(t *testing.T) {
	t.Parallel()
	key := ecSigner(t, "k", elliptic.P256())
	server := newKeyServer(t, key.jwk(t, nil))
	v, clock := server.verifier(t)
	accepts(t.Context(), t, v, key.inTime(t, clock))
	server.answer(outage)
	clock.advance(20 * time.Minute)
	accepts(t.Context(), t, v, key.inTime(t, clock))

	asked, release := server.holdBack(t)
	clock.advance(30 * time.Second)
	accepts(t.Context(), t, v, key.inTime(t, clock))
	<-asked
	close(release)
}

// TestRefetchRate floods a verifier with made-up kids, several at a time, over two minutes of its clock.
func TestRefetchRate(t *testing.T) {
	t.Parallel()
	key := ecSigner(t, "k", elliptic.P256())
	server := newKeyServer(t, key.jwk(t, nil))
	v, clock := server.verifier(t)
	accepts(t.Context(), t, v, key.inTime(t, clock))

	for second := range 120 {
		var flood sync.WaitGroup
		for i := range 10 {
			raw := key.mint(t, forge{header: map[string]any{"kid": fmt.Sprint("made-up-", second, "-", i)}})
			flood.Go(func() { refusedFor(t, v, raw, auth.ReasonUnknownKey) })
		}
		flood.Wait()
		clock.advance(time.Second)
	}
	// At 0, 30, 60 and 90 seconds, after the first one.
	if got := server.keyFetches.Load(); got != 5 {
		t.Errorf("1,200 bad tokens in 120 s made %d fetches, want 5 with the first", got)
	}
}

// TestUnknownKidBlocksNobody holds a refetch back and verifies with known keys meanwhile; who has waited enough leaves.
func TestUnknownKidBlocksNobody(t *testing.T) {
	t.Parallel()
	key, rotated := ecSigner(t, "k", elliptic.P256()), ecSigner(t, "rotated", elliptic.P256())
	server := newKeyServer(t, key.jwk(t, nil))
	v, clock := server.verifier(t)
	accepts(t.Context(), t, v, key.inTime(t, clock))

	server.publish(t, rotated.jwk(t, nil), key.jwk(t, nil))
	asked, release := server.holdBack(t)
	impatient, cancel := context.WithCancel(t.Context())
	var waiting sync.WaitGroup
	waiting.Go(func() {
		if _, err := v.Verify(impatient, rotated.inTime(t, clock)); !errors.Is(err, auth.ErrUnavailable) {
			t.Errorf("got %v from a request that was given up, want ErrUnavailable", err)
		}
	})
	<-asked
	cancel()
	waiting.Wait()
	for range 20 {
		waiting.Go(func() {
			if _, err := v.Verify(t.Context(), rotated.inTime(t, clock)); err != nil {
				t.Errorf("a token of the rotated key is refused: %v", err)
			}
		})
	}
	accepts(t.Context(), t, v, key.inTime(t, clock))
	close(release)
	waiting.Wait()
	if got := server.keyFetches.Load(); got != 2 {
		t.Errorf("keys were fetched %d times, want 2", got)
	}
}

func TestOutage(t *testing.T) {
	t.Parallel()
	key, rotated := ecSigner(t, "k", elliptic.P256()), ecSigner(t, "rotated", elliptic.P256())
	server := newKeyServer(t, key.jwk(t, nil))
	v, clock := server.verifier(t)
	accepts(t.Context(), t, v, key.inTime(t, clock))

	server.answer(outage)
	before := server.fetches.Load()
	const steps = 23 * 60
	for range steps {
		clock.advance(time.Minute)
		accepts(t.Context(), t, v, key.inTime(t, clock))
	}
	if err := v.Ready(t.Context()); err != nil {
		t.Errorf("Ready in an outage, with keys: %v", err)
	}
	if got := server.fetches.Load() - before; got == 0 || got > steps {
		t.Errorf("%d fetches in %d minutes of outage", got, steps)
	}
	// Whether a key is new or made up can't be told now.
	unavailable(t, v, rotated.inTime(t, clock))

	// A day is the limit.
	clock.advance(time.Hour)
	unavailable(t, v, key.inTime(t, clock))
	if err := v.Ready(t.Context()); !errors.Is(err, auth.ErrUnavailable) {
		t.Errorf("Ready after a day of outage: %v, want ErrUnavailable", err)
	}
	server.answer(nil)
	clock.advance(time.Second)
	accepts(t.Context(), t, v, key.inTime(t, clock))
}

// TestBadAnswers keeps the keys at hand whatever Logto, or a proxy before it, answers.
func TestBadAnswers(t *testing.T) {
	t.Parallel()
	key, evil := ecSigner(t, "k", elliptic.P256()), ecSigner(t, "evil", elliptic.P256())
	elsewhere := newKeyServer(t, evil.jwk(t, nil))
	const discovery, keys = "/oidc/.well-known/openid-configuration", "/oidc/jwks"
	evilKeys := toJSON(t, map[string]any{"keys": []any{evil.jwk(t, nil)}})
	for name, answer := range map[string]struct {
		path   string
		status int
		body   string
	}{
		"keys are HTML":             {keys, http.StatusOK, "<html>"},
		"keys are a list":           {keys, http.StatusOK, "[]"},
		"no keys":                   {keys, http.StatusOK, `{"keys":[]}`},
		"no usable keys":            {keys, http.StatusOK, `{"keys":[{"kty":"oct","kid":"evil","k":"AAAA"},{"kty":"unheard-of"},7]}`},
		"no keys with a name":       {keys, http.StatusOK, strings.Replace(evilKeys, `"kid":"evil"`, `"kid":""`, 1)},
		"keys over 256 kB":          {keys, http.StatusOK, evilKeys + strings.Repeat(" ", 256<<10)},
		"keys in an error":          {keys, http.StatusInternalServerError, evilKeys},
		"keys redirect":             {keys, http.StatusFound, ""},
		"discovery redirects":       {discovery, http.StatusFound, ""},
		"discovery is HTML":         {discovery, http.StatusOK, "<html>"},
		"discovery without issuer":  {discovery, http.StatusOK, `{"jwks_uri":"/oidc/jwks"}`},
		"discovery without keys":    {discovery, http.StatusOK, `{"issuer":"` + issuer + `"}`},
		"discovery with a bad URI":  {discovery, http.StatusOK, `{"issuer":"` + issuer + `","jwks_uri":"http://%zz/oidc/jwks"}`},
		"the connection is aborted": {keys, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newKeyServer(t, key.jwk(t, nil))
			v, clock := server.verifier(t)
			accepts(t.Context(), t, v, key.inTime(t, clock))
			server.answer(func(w http.ResponseWriter, r *http.Request) bool {
				if r.URL.Path != answer.path {
					return false
				}
				if answer.status == 0 {
					panic(http.ErrAbortHandler)
				}
				w.Header().Set("Location", elsewhere.URL+r.URL.Path)
				w.WriteHeader(answer.status)
				_, _ = io.WriteString(w, answer.body)
				return true
			})
			unavailable(t, v, evil.inTime(t, clock))
			accepts(t.Context(), t, v, key.inTime(t, clock))
			clock.advance(20 * time.Minute)
			accepts(t.Context(), t, v, key.inTime(t, clock))
		})
	}
}

// TestKeysComeFromEndpoint lets discovery name an address that is of no use here: another name for Logto, without TLS.
func TestKeysComeFromEndpoint(t *testing.T) {
	t.Parallel()
	key := ecSigner(t, "k", elliptic.P256())
	server := newKeyServer(t, key.jwk(t, nil))
	server.discovery = toJSON(t, map[string]any{"issuer": issuer, "jwks_uri": "http://logto.invalid:3001/oidc/jwks"})
	v, _ := server.verifier(t)
	accepts(t.Context(), t, v, key.mint(t, forge{}))
}

// TestIssuerFollowsDiscovery corrects a wrong ENDPOINT of Logto's without a restart of ours.
func TestIssuerFollowsDiscovery(t *testing.T) {
	t.Parallel()
	key := ecSigner(t, "k", elliptic.P256())
	server := newKeyServer(t, key.jwk(t, nil))
	v, clock := server.verifier(t)
	accepts(t.Context(), t, v, key.inTime(t, clock))
	server.mu.Lock()
	server.discovery = toJSON(t, map[string]any{"issuer": "https://new.example/oidc", "jwks_uri": "/oidc/jwks"})
	server.mu.Unlock()
	clock.advance(20 * time.Minute)
	refusedFor(t, v, key.inTime(t, clock), auth.ReasonIssuer)
}

// TestPublishedKeys takes from a key set what can verify tokens, and nothing else.
func TestPublishedKeys(t *testing.T) {
	t.Parallel()
	key := ecSigner(t, "k", elliptic.P256())
	good, bait := ecSigner(t, "good", elliptic.P256()), ecSigner(t, "bait", elliptic.P256())
	weak, curve, edwards := rsaSigner(t, "bait", 1024), ecSigner(t, "bait", elliptic.P521()), edSigner(t, "bait")
	for name, test := range map[string]struct {
		published map[string]any
		signer    signer
		want      auth.Reason // Empty if the token is good.
	}{
		"as Logto publishes it": {good.jwk(t, nil), good, ""},
		"without use":           {good.jwk(t, map[string]any{"use": nil}), good, ""},
		"for verifying":         {good.jwk(t, map[string]any{"key_ops": []string{"verify"}}), good, ""},
		"for encryption":        {bait.jwk(t, map[string]any{"use": "enc"}), bait, auth.ReasonUnknownKey},
		"for wrapping keys":     {bait.jwk(t, map[string]any{"key_ops": []string{"wrapKey"}}), bait, auth.ReasonUnknownKey},
		"with its private part": {bait.jwk(t, map[string]any{"d": encode(strings.Repeat("a", 32))}), bait, auth.ReasonUnknownKey},
		"of another algorithm":  {bait.jwk(t, map[string]any{"alg": "ES384"}), bait, auth.ReasonUnknownKey},
		"off its curve":         {bait.jwk(t, map[string]any{"y": bait.jwk(t, nil)["x"]}), bait, auth.ReasonUnknownKey},
		"without kid":           {bait.jwk(t, map[string]any{"kid": nil}), bait, auth.ReasonUnknownKey},
		"weak RSA":              {weak.jwk(t, nil), weak, auth.ReasonUnknownKey},
		"unused curve":          {curve.jwk(t, nil), bait, auth.ReasonUnknownKey},
		"Edwards, cut short":    {edwards.jwk(t, map[string]any{"x": "AAAA"}), edwards, auth.ReasonUnknownKey},
		"symmetric": {
			map[string]any{"kty": "oct", "kid": "bait", "alg": "HS256", "k": encode("secret")},
			signer{jwa.HS256, "bait", []byte("secret")},
			auth.ReasonAlgorithm,
		},
		"a number":                 {map[string]any{"kty": 7, "kid": "bait"}, bait, auth.ReasonUnknownKey},
		"the kid of another key":   {signer{good.algorithm, "k", good.key}.jwk(t, nil), signer{good.algorithm, "k", good.key}, ""},
		"the kid of an RSA key":    {rsaSigner(t, "k", 2048).jwk(t, nil), key, ""},
		"nothing to do with it":    {bait.jwk(t, nil), key, ""},
		"a secret with a good kid": {map[string]any{"kty": "oct", "kid": "k", "k": encode("secret")}, key, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v, _ := newKeyServer(t, test.published, key.jwk(t, nil)).verifier(t)
			raw := test.signer.mint(t, forge{})
			if test.want == "" {
				accepts(t.Context(), t, v, raw)
				return
			}
			refusedFor(t, v, raw, test.want)
		})
	}
}

// TestConcurrency verifies with many goroutines while keys rotate and time passes.
func TestConcurrency(t *testing.T) {
	t.Parallel()
	kept, rotating := ecSigner(t, "kept", elliptic.P256()), ecSigner(t, "0", elliptic.P256())
	server := newKeyServer(t, kept.jwk(t, nil), rotating.jwk(t, nil))
	v, clock := server.verifier(t)
	good := kept.mint(t, forge{claims: map[string]any{"exp": started.Add(24 * time.Hour).Unix()}})

	var workers sync.WaitGroup
	for worker := range 8 {
		workers.Go(func() {
			for i := range 50 {
				if _, err := v.Verify(t.Context(), good); err != nil {
					t.Errorf("a good token is refused: %v", err)
				}
				bad := kept.mint(t, forge{
					header: map[string]any{"kid": fmt.Sprint(worker, i)},
					claims: map[string]any{"exp": started.Add(24 * time.Hour).Unix()},
				})
				if _, err := v.Verify(t.Context(), bad); err == nil {
					t.Error("a token of an unknown key is taken")
				}
			}
		})
	}
	for i := range 20 {
		server.publish(t, kept.jwk(t, nil), signer{rotating.algorithm, fmt.Sprint("r", i), rotating.key}.jwk(t, nil))
		clock.advance(7 * time.Minute)
	}
	workers.Wait()
}
