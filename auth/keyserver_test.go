package auth_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"accountql/auth"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jws"
)

const (
	audience = "https://account.example.com/graphql"
	issuer   = "https://auth.example.com/oidc"
	client   = "h88gq7mr7t0v7hv6jcocw"
	subject  = "pklgo70mbj5j"
)

// started is when every test begins.
var started = time.Date(2026, 10, 22, 12, 0, 0, 0, time.UTC)

// clock is a clock that only moves when told to.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() time.Time          { return started.Add(time.Duration(c.offset.Load())) }
func (c *clock) advance(d time.Duration) { c.offset.Add(int64(d)) }

// keyServer is the part of Logto that a verifier talks to.
type keyServer struct {
	*httptest.Server
	keyFetches atomic.Int64
	fetches    atomic.Int64

	mu        sync.Mutex
	discovery string                                        // Body of the discovery document.
	keys      string                                        // Body of the key set.
	intercept func(http.ResponseWriter, *http.Request) bool // Answers instead, if it returns true.
}

func newKeyServer(t testing.TB, keys ...map[string]any) *keyServer {
	t.Helper()
	s := &keyServer{}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	s.discovery = toJSON(t, map[string]any{"issuer": issuer, "jwks_uri": s.URL + "/oidc/jwks"})
	s.publish(t, keys...)
	return s
}

// publish replaces the published keys.
func (s *keyServer) publish(t testing.TB, keys ...map[string]any) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = toJSON(t, map[string]any{"keys": keys})
}

// answer sets what answers requests first; nil for nothing.
func (s *keyServer) answer(intercept func(http.ResponseWriter, *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.intercept = intercept
}

// outage is an interceptor that fails every request.
func outage(w http.ResponseWriter, _ *http.Request) bool {
	w.WriteHeader(http.StatusBadGateway)
	return true
}

// holdBack makes the server hold requests until release is closed, and fails the test if somebody waits for the answer
// so long that the fetch is given up meanwhile. The first held request closes asked.
func (s *keyServer) holdBack(t *testing.T) (asked <-chan struct{}, release chan<- struct{}) {
	t.Helper()
	held, let, once := make(chan struct{}), make(chan struct{}), sync.Once{}
	s.answer(func(_ http.ResponseWriter, r *http.Request) bool {
		once.Do(func() { close(held) })
		select {
		case <-let:
		case <-r.Context().Done():
			t.Error("the held fetch was given up: somebody waited for it")
		}
		return false
	})
	return held, let
}

func (s *keyServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.fetches.Add(1)
	s.mu.Lock()
	discovery, keys, intercept := s.discovery, s.keys, s.intercept
	s.mu.Unlock()
	if intercept != nil && intercept(w, r) {
		return
	}
	switch r.URL.Path {
	case "/oidc/.well-known/openid-configuration":
		_, _ = io.WriteString(w, discovery)
	case "/oidc/jwks":
		s.keyFetches.Add(1)
		_, _ = io.WriteString(w, keys)
	default:
		http.NotFound(w, r)
	}
}

// verifier makes a verifier for the server, with changes to its configuration.
func (s *keyServer) verifier(t testing.TB, changes ...func(*auth.Config)) (*auth.Verifier, *clock) {
	t.Helper()
	clock := &clock{}
	config := auth.Config{
		Endpoint:         s.URL,
		Audience:         audience,
		AllowedClientIDs: []string{"another-client", client},
		HTTPClient:       s.Client(),
		Logger:           slog.New(slog.DiscardHandler),
		Now:              clock.now,
	}
	for _, change := range changes {
		change(&config)
	}
	v, err := auth.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return v, clock
}

// signer is a key that Logto signs with.
type signer struct {
	algorithm jwa.SignatureAlgorithm
	kid       string
	key       any
}

func ecSigner(t testing.TB, kid string, curve elliptic.Curve) signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	algorithm := map[elliptic.Curve]jwa.SignatureAlgorithm{
		elliptic.P256(): jwa.ES256, elliptic.P384(): jwa.ES384, elliptic.P521(): jwa.ES512,
	}[curve]
	return signer{algorithm, kid, key}
}

func rsaSigner(t testing.TB, kid string, bits int) signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return signer{jwa.RS256, kid, key}
}

func edSigner(t testing.TB, kid string) signer {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return signer{jwa.EdDSA, kid, key}
}

// with is the same key, signing by another algorithm.
func (s signer) with(algorithm jwa.SignatureAlgorithm) signer {
	s.algorithm = algorithm
	return s
}

// jwk is the public key as Logto publishes it: EC keys name their algorithm, RSA keys don't. Further members are added,
// and those given as nil taken away.
func (s signer) jwk(t testing.TB, members map[string]any) map[string]any {
	t.Helper()
	private, err := jwk.FromRaw(s.key)
	if err != nil {
		t.Fatal(err)
	}
	public, err := private.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	key := fromJSON(t, toJSON(t, public))
	key["kid"], key["use"] = s.kid, "sig"
	if key["kty"] != "RSA" {
		key["alg"] = s.algorithm.String()
	}
	return merge(key, members)
}

// forge is a token in the making. The zero value of a field means what Logto would write.
type forge struct {
	header    map[string]any // Added to the header; nil values are taken away.
	claims    map[string]any // Added to the claims; nil values are taken away.
	rawHeader string         // The header's JSON as a whole.
	rawClaims string         // The claims' JSON as a whole.
	edit      func(raw string) string
}

// mint signs a token; the forge says in what it differs from a good one.
func (s signer) mint(t testing.TB, f forge) string {
	t.Helper()
	if f.rawHeader == "" {
		f.rawHeader = toJSON(t, merge(map[string]any{"alg": s.algorithm.String(), "typ": "at+jwt", "kid": s.kid}, f.header))
	}
	if f.rawClaims == "" {
		f.rawClaims = toJSON(t, merge(goodClaims(), f.claims))
	}
	input := encode(f.rawHeader) + "." + encode(f.rawClaims)
	signing, err := jws.NewSigner(s.algorithm)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := signing.Sign([]byte(input), s.key)
	if err != nil {
		t.Fatal(err)
	}
	raw := input + "." + encode(string(signature))
	if f.edit != nil {
		raw = f.edit(raw)
	}
	return raw
}

// goodClaims are the claims that Logto writes.
func goodClaims() map[string]any {
	return map[string]any{
		"jti":       "-IDdea0aM3qNVncTeTv4uw2eZwb0XfbF6CTI-ng2UMl",
		"sub":       subject,
		"iat":       started.Unix(),
		"exp":       started.Add(time.Hour).Unix(),
		"scope":     "account:read account:write",
		"client_id": client,
		"iss":       issuer,
		"aud":       audience,
	}
}

// inTime mints a good token for the clock's present.
func (s signer) inTime(t testing.TB, c *clock) string {
	t.Helper()
	return s.mint(t, forge{claims: map[string]any{"iat": c.now().Unix(), "exp": c.now().Add(time.Hour).Unix()}})
}

func merge(into, members map[string]any) map[string]any {
	maps.Copy(into, members)
	maps.DeleteFunc(into, func(_ string, value any) bool { return value == nil })
	return into
}

func encode(part string) string { return base64.RawURLEncoding.EncodeToString([]byte(part)) }

func toJSON(t testing.TB, value any) string {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func fromJSON(t testing.TB, data string) map[string]any {
	t.Helper()
	var value map[string]any
	if err := json.Unmarshal([]byte(data), &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// parts edits the three parts of a token.
func parts(edit func(parts []string)) func(string) string {
	return func(raw string) string {
		three := strings.Split(raw, ".")
		edit(three)
		return strings.Join(three, ".")
	}
}

// accepts fails the test unless the token is taken.
func accepts(ctx context.Context, t testing.TB, v *auth.Verifier, raw string) {
	t.Helper()
	if _, err := v.Verify(ctx, raw); err != nil {
		t.Fatalf("a good token is refused: %v", err)
	}
}
