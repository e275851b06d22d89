package logtotest_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jws"

	"accountql/logto/logtotest"
)

// decode reads a JWT without checking it.
func decode(t *testing.T, token string) (header, claims object) {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("not a JWT: %q", token)
	}
	for i, target := range []*object{&header, &claims} {
		raw, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, target); err != nil {
			t.Fatal(err)
		}
	}
	return header, claims
}

// verifies tells whether another implementation takes the token with the
// server's JWKS.
func verifies(t *testing.T, server *logtotest.Server, token string) bool {
	t.Helper()
	set, err := jwk.Fetch(t.Context(), server.Endpoint+"/oidc/jwks")
	if err != nil {
		t.Fatal(err)
	}
	_, err = jws.Verify([]byte(token), jws.WithKeySet(set, jws.WithInferAlgorithmFromKey(true)))
	return err == nil
}

func TestAccessToken(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	token := server.AccessToken("someone", logtotest.Claim("extra", true), logtotest.WithoutClaim("jti"), logtotest.Header("x", 1))
	header, claims := decode(t, token)
	issued, _ := claims["iat"].(float64)
	if age := server.Now().Sub(time.Unix(int64(issued), 0)); age < 0 || age > time.Hour {
		t.Errorf("issued %v ago", age)
	}
	wantHeader := object{"alg": "ES384", "typ": "at+jwt", "kid": server.CurrentKey().ID, "x": 1.0}
	if diff := cmp.Diff(wantHeader, header); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	wantClaims := object{
		"sub": "someone", "iat": issued, "exp": issued + 3600, "scope": "account:read account:write account:security",
		"client_id": server.ClientID, "iss": server.Issuer, "aud": logtotest.AccountResource, "extra": true,
	}
	if diff := cmp.Diff(wantClaims, claims); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
	if !verifies(t, server, token) {
		t.Error("does not verify")
	}
}

func TestOtherTokens(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	alice := server.Account("alice")
	header, claims := decode(t, server.IDToken(alice.ID))
	for _, absent := range []string{"client_id", "scope", "auth_time", "nonce"} {
		if _, present := claims[absent]; present {
			t.Errorf("ID token has %s", absent)
		}
	}
	if header["typ"] != nil || claims["aud"] != server.ClientID || claims["email"] != alice.Email {
		t.Errorf("ID token: %v %v", header, claims)
	}
	if _, claims := decode(t, server.MachineToken()); claims["sub"] != claims["client_id"] || claims["aud"] != logtotest.AccountResource {
		t.Errorf("machine token: %v", claims)
	}
	opaque := server.OpaqueToken(alice.ID)
	if len(opaque) != 43 || strings.Contains(opaque, ".") {
		t.Errorf("opaque token: %s", opaque)
	}
	if got := send(t, http.MethodGet, server.Endpoint+"/oidc/me", nil, bearer(opaque)); got.status != http.StatusOK || got.body.(object)["sub"] != alice.ID {
		t.Errorf("userinfo: %v", got)
	}
}

// TestForgeries checks that what is meant to be forged doesn't verify by accident.
func TestForgeries(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	stranger, err := logtotest.NewKey("ES384")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		options []logtotest.TokenOption
		header  object
	}{
		"unsigned":  {[]logtotest.TokenOption{logtotest.Unsigned()}, object{"alg": "none"}},
		"confusion": {[]logtotest.TokenOption{logtotest.KeyConfusion(server.CurrentKey())}, object{"alg": "HS256", "kid": server.CurrentKey().ID}},
		"stranger":  {[]logtotest.TokenOption{logtotest.SignedWith(stranger)}, object{"alg": "ES384", "kid": stranger.ID}},
		"stolen kid": {
			[]logtotest.TokenOption{logtotest.SignedWith(stranger), logtotest.Header("kid", server.CurrentKey().ID)},
			object{"kid": server.CurrentKey().ID},
		},
		"embedded key": {
			[]logtotest.TokenOption{logtotest.SignedWith(stranger), logtotest.WithoutHeader("kid"), logtotest.Header("jwk", stranger.JWK())},
			object{"kid": nil},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			token := server.AccessToken("someone", test.options...)
			header, _ := decode(t, token)
			for key, want := range test.header {
				if header[key] != want {
					t.Errorf("%s is %v, want %v", key, header[key], want)
				}
			}
			if verifies(t, server, token) {
				t.Error("verifies")
			}
		})
	}
}

func TestEveryAlgorithmVerifies(t *testing.T) {
	t.Parallel()
	for _, algorithm := range []string{"ES256", "ES384", "RS256", "RS384", "RS512", "PS256", "EdDSA"} {
		t.Run(algorithm, func(t *testing.T) {
			t.Parallel()
			server := start(t, logtotest.Options{})
			key, err := logtotest.NewKey(algorithm)
			if err != nil {
				t.Fatal(err)
			}
			server.RotateTo(key)
			token := server.AccessToken("someone")
			if header, _ := decode(t, token); header["alg"] != algorithm {
				t.Errorf("header: %v", header)
			}
			if !verifies(t, server, token) {
				t.Error("does not verify")
			}
			// The server must take what it signs.
			managementToken(t, server)
			if got := manage(t, server, http.MethodGet, "/api/account-center", nil); got.status != http.StatusOK {
				t.Errorf("Management API: %v", got)
			}
		})
	}
	if _, err := logtotest.NewKey("HS256"); err == nil {
		t.Error("made a key for HS256")
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	original := managementToken(t, server)
	call := func() reply { return send(t, http.MethodGet, server.Endpoint+"/api/roles", nil, bearer(original)) }
	rotate := func(algorithm string) {
		got := manage(t, server, http.MethodPost, "/api/configs/oidc/private-keys/rotate", object{"signingKeyAlgorithm": algorithm})
		if got.status != http.StatusOK || len(got.body.([]any)) != 2 {
			t.Fatalf("rotate: %v", got)
		}
	}
	rotate("RSA")
	keys := send(t, http.MethodGet, server.Endpoint+"/oidc/jwks", nil, nil).body.(object)["keys"].([]any)
	if newest := keys[0].(object); newest["kty"] != "RSA" || newest["alg"] != nil {
		t.Errorf("RSA key: %v", newest)
	}
	if header, _ := decode(t, server.AccessToken("someone")); header["alg"] != "RS256" {
		t.Errorf("header after rotation: %v", header)
	}
	if got := call(); got.status != http.StatusOK {
		t.Errorf("one rotation later: %v", got)
	}
	rotate("EC")
	got := call()
	if got.status != http.StatusUnauthorized || got.body.(object)["data"].(object)["code"] != "ERR_JWKS_NO_MATCHING_KEY" {
		t.Errorf("two rotations later: %v", got)
	}
}
