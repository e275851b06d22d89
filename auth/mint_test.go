package auth_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jws"
)

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
	idToken   bool           // An ID token, not an access token.
	header    map[string]any // Added to the header; nil values are taken away.
	claims    map[string]any // Added to the claims; nil values are taken away.
	rawHeader string         // The header's JSON as a whole; TYP stands for the typ that the kind of token has.
	rawClaims string         // The claims' JSON as a whole; GOOD stands for the members that Logto would write.
	edit      func(raw string) string
}

// mint signs a token; the forge says in what it differs from a good one.
func (s signer) mint(t testing.TB, f forge) string {
	t.Helper()
	typ, claims := `"typ":"at+jwt",`, goodClaims()
	if f.idToken {
		typ, claims = "", goodSignIn()
	}
	header, members := `{TYP"alg":"`+s.algorithm.String()+`","kid":"`+s.kid+`"}`, toJSON(t, claims)
	if f.rawHeader != "" {
		header = f.rawHeader
	}
	header = strings.Replace(header, "TYP", typ, 1)
	if f.header != nil {
		header = toJSON(t, merge(fromJSON(t, header), f.header))
	}
	payload := strings.Replace(f.rawClaims, "GOOD", members[1:len(members)-1], 1)
	if payload == "" {
		payload = toJSON(t, merge(claims, f.claims))
	}
	input := encode(header) + "." + encode(payload)
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

// goodClaims are the claims that Logto writes into an access token.
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

// goodSignIn are the claims that Logto writes into the ID token of a fresh sign-in.
func goodSignIn() map[string]any {
	return map[string]any{
		"sub":       subject,
		"name":      "Test User",
		"roles":     []string{"account-user"},
		"auth_time": started.Unix(),
		"nonce":     nonce,
		"at_hash":   "x9V1dDqFvHOBtg1XHnzV2Iu2aUxjLMPj",
		"aud":       client,
		"exp":       started.Add(time.Hour).Unix(),
		"iat":       started.Unix(),
		"iss":       issuer,
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
