package auth_test

import (
	"crypto"
	"crypto/elliptic"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"

	"github.com/lestrrat-go/jwx/v2/jwa"

	"accountql/auth"
)

// forgery is a token that must be refused, and why.
type forgery struct {
	name   string
	signer signer
	forge  forge
	want   auth.Reason
}

func header(name string, value any) forge     { return forge{header: map[string]any{name: value}} }
func claim(name string, value any) forge      { return forge{claims: map[string]any{name: value}} }
func edit(edit func(raw string) string) forge { return forge{edit: edit} }
func rawHeader(header string) forge           { return forge{rawHeader: header} }
func rawClaims(claims string) forge           { return forge{rawClaims: claims} }

// forgeries are what no kind of token gets through with. They are made for a server that publishes key, and some more.
func forgeries(t *testing.T, key signer) (*keyServer, []forgery) {
	t.Helper()
	other, small, rsaKey := ecSigner(t, key.kid, elliptic.P384()), ecSigner(t, "small", elliptic.P256()), rsaSigner(t, "rsa", 2048)
	server := newKeyServer(t, key.jwk(t, nil), small.jwk(t, map[string]any{"alg": nil}), rsaKey.jwk(t, map[string]any{"alg": "RS256"}))
	hmacOf := func(secret []byte) signer { return signer{jwa.HS256, "k", secret} }
	const none = `{TYP"alg":"none","kid":"k"}`
	now := started.Unix()

	return server, []forgery{
		// Not the right kind of thing.
		{"too large", key, claim("pad", strings.Repeat("x", 8<<10)), auth.ReasonTooLarge},
		{"too large without dots", key, edit(func(string) string { return strings.Repeat("x", 8<<10+1) }), auth.ReasonTooLarge},
		{"two parts", key, edit(func(raw string) string { return raw[:strings.LastIndex(raw, ".")] }), auth.ReasonMalformed},
		{"encrypted", key, edit(func(raw string) string { return raw + ".AA.AA" }), auth.ReasonMalformed},
		{"only dots", key, edit(func(string) string { return ".." }), auth.ReasonMalformed},
		{"another typ", key, header("typ", "logout+jwt"), auth.ReasonType},
		{"typ with a blank", key, header("typ", "at+jwt "), auth.ReasonType},
		{"typ in a list", key, header("typ", []string{"at+jwt"}), auth.ReasonMalformed},

		// One spelling only.
		{"padding", key, edit(func(raw string) string { return raw + "=" }), auth.ReasonMalformed},
		{"line break at the end", key, edit(func(raw string) string { return raw + "\n" }), auth.ReasonMalformed},
		{"line break inside", key, edit(func(raw string) string { return raw[:9] + "\r\n" + raw[9:] }), auth.ReasonMalformed},
		{"blank before", key, edit(func(raw string) string { return " " + raw }), auth.ReasonMalformed},
		{"quotes", key, edit(func(raw string) string { return `"` + raw + `"` }), auth.ReasonMalformed},
		{"NUL", key, edit(func(raw string) string { return raw + "\x00" }), auth.ReasonMalformed},
		{"base64 of the other alphabet", key, edit(parts(func(p []string) { p[2] = "+/" + p[2][2:] })), auth.ReasonMalformed},
		{"stray bits in the header", key, edit(parts(func(p []string) { p[0] = encode(`{} `)[:3] + "x" })), auth.ReasonMalformed},
		{"stray bits in the signature", key, edit(parts(func(p []string) { p[2] = "AB" })), auth.ReasonMalformed},

		// Parsers that disagree.
		{"header is a list", key, rawHeader(`[]`), auth.ReasonMalformed},
		{"header is null", key, rawHeader(`null`), auth.ReasonMalformed},
		{"header with data after it", key, rawHeader(`{TYP"alg":"ES384","kid":"k"}{}`), auth.ReasonMalformed},
		{"header with alg twice", key, rawHeader(`{TYP"alg":"none","kid":"k","alg":"ES384"}`), auth.ReasonMalformed},
		{"header with ALG", key, rawHeader(`{TYP"ALG":"ES384","kid":"k"}`), auth.ReasonAlgorithm},
		{"header cut short", key, rawHeader(`{TYP"alg":"ES384","kid":"k"`), auth.ReasonMalformed},
		{"sub twice", key, rawClaims(`{GOOD,"sub":"g9d14dolqbkh"}`), auth.ReasonMalformed},
		{"sub twice, once escaped", key, rawClaims(`{GOOD,"s\u0075b":"g9d14dolqbkh"}`), auth.ReasonMalformed},
		{"not UTF-8", key, rawClaims("{GOOD,\"x\":\"\xff\"}"), auth.ReasonMalformed},
		{"claims with data after them", key, rawClaims(`{GOOD} {}`), auth.ReasonMalformed},
		{"claims are a string", key, rawClaims(`"GOOD"`), auth.ReasonMalformed},
		{"header nested deeply", key, rawHeader(`{TYP"alg":"ES384","kid":"k","x":` + strings.Repeat("[", 32) + strings.Repeat("]", 32) + `}`), auth.ReasonMalformed},
		{"claims nested deeply", key, rawClaims(`{GOOD,"x":` + strings.Repeat(`{"a":`, 32) + "1" + strings.Repeat("}", 32) + `}`), auth.ReasonMalformed},
		{"many claims", key, forge{claims: manyClaims(101)}, auth.ReasonMalformed},
		{"number without bounds", key, rawClaims(`{GOOD,"nbf":1e999}`), auth.ReasonMalformed},

		// Keys and extensions that the token brings along.
		{"jwk", key, header("jwk", other.jwk(t, nil)), auth.ReasonHeader},
		{"jwk, signed with it", other, header("jwk", other.jwk(t, nil)), auth.ReasonHeader},
		{"jku", key, header("jku", "https://evil.example/jwks"), auth.ReasonHeader},
		{"x5u", key, header("x5u", "https://evil.example/cert"), auth.ReasonHeader},
		{"x5c", key, header("x5c", []string{"AAAA"}), auth.ReasonHeader},
		{"crit", key, forge{header: map[string]any{"crit": []string{"exp"}, "exp": 1}}, auth.ReasonHeader},
		{"empty crit", key, header("crit", []string{}), auth.ReasonHeader},
		{"crit b64", key, forge{header: map[string]any{"crit": []string{"b64"}, "b64": false}}, auth.ReasonHeader},
		{"crit null", key, rawHeader(`{TYP"alg":"ES384","kid":"k","crit":null}`), auth.ReasonHeader},

		// Algorithms.
		{"none, signature stripped", key, forge{rawHeader: none, edit: parts(func(p []string) { p[2] = "" })}, auth.ReasonAlgorithm},
		{"none, signature left", key, rawHeader(none), auth.ReasonAlgorithm},
		{"none in capitals", key, header("alg", "NONE"), auth.ReasonAlgorithm},
		{"no alg", key, header("alg", nil), auth.ReasonAlgorithm},
		{"alg is a number", key, header("alg", 384), auth.ReasonMalformed},
		{"alg in lower case", key, header("alg", "es384"), auth.ReasonAlgorithm},
		{"HS256 with the public key as PEM", hmacOf(pemOf(t, key)), forge{}, auth.ReasonAlgorithm},
		{"HS256 with the public key as JSON", hmacOf([]byte(toJSON(t, key.jwk(t, nil)))), forge{}, auth.ReasonAlgorithm},
		{"HS256 that says ES384", hmacOf(pemOf(t, key)), header("alg", "ES384"), auth.ReasonBadSignature},
		{"ES512", ecSigner(t, "k", elliptic.P521()), forge{}, auth.ReasonAlgorithm},
		{"PS384", rsaKey.with(jwa.PS384), forge{}, auth.ReasonAlgorithm},
		{"RS256 with an EC key's kid", rsaKey, header("kid", "k"), auth.ReasonAlgorithm},
		{"ES256 with a P-384 key's kid", small, header("kid", "k"), auth.ReasonAlgorithm},
		{"ES384 with a P-256 key", signer{jwa.ES384, "small", small.key}, forge{}, auth.ReasonAlgorithm},
		{"PS256 with a key that says RS256", rsaKey.with(jwa.PS256), forge{}, auth.ReasonAlgorithm},

		// Signatures.
		{"signed by another key", other, forge{}, auth.ReasonBadSignature},
		{"stripped signature", key, edit(parts(func(p []string) { p[2] = "" })), auth.ReasonBadSignature},
		{"zeros as a signature", key, edit(parts(func(p []string) { p[2] = encode(string(make([]byte, 96))) })), auth.ReasonBadSignature},
		{"longer signature", key, edit(parts(func(p []string) { p[2] += "AAAA" })), auth.ReasonBadSignature},
		{"another token's signature", key, edit(parts(func(p []string) {
			p[2] = strings.Split(key.mint(t, claim("sub", "g9d14dolqbkh")), ".")[2]
		})), auth.ReasonBadSignature},
		{"claims changed after signing", key, forge{claims: map[string]any{"sub": "g9d14dolqbkh"}, edit: parts(func(p []string) {
			p[1] = encode(strings.Replace(decode(t, p[1]), "g9d14dolqbkh", subject, 1))
		})}, auth.ReasonBadSignature},
		{"unknown kid", key, header("kid", "unheard-of"), auth.ReasonUnknownKey},
		{"no kid", key, header("kid", nil), auth.ReasonMalformed},
		{"kid is a number", key, header("kid", 1), auth.ReasonMalformed},

		// Parties.
		{"delegated", key, claim("act", map[string]any{"sub": "x"}), auth.ReasonDelegated},
		{"delegated to null", key, rawClaims(`{GOOD,"act":null}`), auth.ReasonDelegated},
		{"no issuer", key, claim("iss", nil), auth.ReasonIssuer},
		{"another issuer", key, claim("iss", "https://evil.example/oidc"), auth.ReasonIssuer},
		{"issuer with a slash more", key, claim("iss", issuer+"/"), auth.ReasonIssuer},
		{"endpoint as issuer", key, claim("iss", server.URL+"/oidc"), auth.ReasonIssuer},

		// Times.
		{"expired", key, forge{claims: map[string]any{"iat": now - 3600, "exp": now - 30}}, auth.ReasonExpired},
		{"no exp", key, claim("exp", nil), auth.ReasonMalformed},
		{"exp null", key, claim("exp", json.RawMessage("null")), auth.ReasonMalformed},
		{"exp as a string", key, claim("exp", fmt.Sprint(now+3600)), auth.ReasonMalformed},
		{"exp below zero", key, claim("exp", -1), auth.ReasonMalformed},
		{"exp in milliseconds", key, claim("exp", (now+3600)*1000), auth.ReasonMalformed},
		{"not yet valid", key, claim("nbf", now+31), auth.ReasonNotYetValid},
		{"nbf as a string", key, claim("nbf", "0"), auth.ReasonMalformed},
		{"issued in the future", key, claim("iat", now+31), auth.ReasonNotYetValid},
		{"no iat", key, claim("iat", nil), auth.ReasonMalformed},
		{"expired before it was issued", key, forge{claims: map[string]any{"iat": now, "exp": now - 5}}, auth.ReasonMalformed},
	}
}

// manyClaims are claims that nobody asks for.
func manyClaims(n int) map[string]any {
	claims := map[string]any{}
	for i := range n {
		claims[fmt.Sprint("x", i)] = i
	}
	return claims
}

// pemOf is the public key in the form that a verifier open to key confusion takes for an HMAC's secret.
func pemOf(t *testing.T, s signer) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(s.key.(crypto.Signer).Public())
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// decode is a token's part in the clear.
func decode(t *testing.T, part string) string {
	t.Helper()
	data, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
