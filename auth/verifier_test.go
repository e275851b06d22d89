package auth_test

import (
	"bytes"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/lestrrat-go/jwx/v2/jwa"

	"accountql/auth"
)

func TestVerifyReadsToken(t *testing.T) {
	t.Parallel()
	key := ecSigner(t, "k", elliptic.P384())
	v, _ := newKeyServer(t, key.jwk(t, nil)).verifier(t)

	token, err := v.Verify(t.Context(), key.mint(t, forge{}))
	if err != nil {
		t.Fatal(err)
	}
	want := &auth.Token{
		Subject: subject, ClientID: client, Issuer: issuer, ID: "-IDdea0aM3qNVncTeTv4uw2eZwb0XfbF6CTI-ng2UMl",
		Scopes: []string{"account:read", "account:write"}, IssuedAt: started, ExpiresAt: started.Add(time.Hour),
	}
	if diff := cmp.Diff(want, token); diff != "" {
		t.Errorf("token (-want +got):\n%s", diff)
	}
	for scope, has := range map[string]bool{"account:read": true, "account:write": true, "account": false, "": false} {
		if token.HasScope(scope) != has {
			t.Errorf("HasScope(%q) = %t", scope, !has)
		}
	}
}

// TestVerifyAccepts holds what must not be refused by too much care.
func TestVerifyAccepts(t *testing.T) {
	t.Parallel()
	key := ecSigner(t, "k", elliptic.P256())
	v, _ := newKeyServer(t, key.jwk(t, nil)).verifier(t)
	for name, f := range map[string]forge{
		"no scope":                {claims: map[string]any{"scope": nil}},
		"empty scope":             {claims: map[string]any{"scope": ""}},
		"no jti":                  {claims: map[string]any{"jti": nil}},
		"typ in capitals":         {header: map[string]any{"typ": "AT+JWT"}},
		"typ as a media type":     {header: map[string]any{"typ": "application/at+jwt"}},
		"audience in a list":      {claims: map[string]any{"aud": []string{audience}}},
		"exp within the leeway":   {claims: map[string]any{"iat": started.Unix() - 3600, "exp": started.Unix() - 29}},
		"nbf within the leeway":   {claims: map[string]any{"nbf": started.Unix() + 30}},
		"iat within the leeway":   {claims: map[string]any{"iat": started.Unix() + 30}},
		"fractions of a second":   {claims: map[string]any{"exp": float64(started.Unix()) + 60.5}},
		"claims not asked for":    {claims: map[string]any{"organization_id": "o", "nested": map[string]any{"act": true}}},
		"claims by the dozen":     {claims: manyClaims(80)},
		"claims in claims":        {claims: map[string]any{"nested": json.RawMessage(strings.Repeat("[", 31) + strings.Repeat("]", 31))}},
		"certificate fingerprint": {header: map[string]any{"x5t": "AAAA"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			accepts(t.Context(), t, v, key.mint(t, f))
		})
	}
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	key := ecSigner(t, "k", elliptic.P384())
	server, tests := forgeries(t, key)
	var log bytes.Buffer
	v, _ := server.verifier(t, func(c *auth.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })

	tests = append(tests, []forgery{
		// Not the right kind of thing.
		{"opaque", key, edit(func(string) string { return "H0pRDkYXPEJLFPjoQlcTBCl0bnT5fDeahOJrQ0DQhoz" }), auth.ReasonOpaque},
		{"personal access token", key, edit(func(string) string { return "pat_LjlSHdsfVcMGWlBcOW42O0LthvXqhnXg" }), auth.ReasonPersonalAccessToken},
		{"ID token", key, forge{idToken: true}, auth.ReasonIDToken},
		{"ID token for this API", key, forge{idToken: true, claims: map[string]any{"aud": audience, "scope": "account:write"}}, auth.ReasonIDToken},
		{"ID token that says JWT", key, forge{header: map[string]any{"typ": "JWT"}, claims: map[string]any{"client_id": nil}}, auth.ReasonIDToken},
		{"no typ", key, header("typ", nil), auth.ReasonType},
		{"ID token with a client_id", key, forge{idToken: true, claims: map[string]any{"client_id": client}}, auth.ReasonType},

		// Parties.
		{"machine", key, claim("sub", client), auth.ReasonMachine},
		{"machine for another API", key, forge{claims: map[string]any{"sub": client, "aud": "https://default.logto.app/api"}}, auth.ReasonMachine},
		{"bound to a key", key, claim("cnf", map[string]any{"jkt": "x"}), auth.ReasonBound},
		{"no audience", key, claim("aud", nil), auth.ReasonAudience},
		{"another audience", key, claim("aud", "https://default.logto.app/api"), auth.ReasonAudience},
		{"audience with a slash more", key, claim("aud", audience+"/"), auth.ReasonAudience},
		{"audience in capitals", key, claim("aud", strings.ToUpper(audience)), auth.ReasonAudience},
		{"several audiences", key, claim("aud", []string{audience, "https://other.example"}), auth.ReasonAudience},
		{"an empty list as the audience", key, claim("aud", []string{}), auth.ReasonAudience},
		{"a list in a list as the audience", key, claim("aud", []any{[]string{audience}}), auth.ReasonAudience},
		{"an object as the audience", key, claim("aud", map[string]any{}), auth.ReasonAudience},
		{"client not allowed", key, claim("client_id", "57wgg4c6bqawm1zkus45z"), auth.ReasonClient},
		{"client in capitals", key, claim("client_id", strings.ToUpper(client)), auth.ReasonClient},
		{"no client", key, claim("client_id", nil), auth.ReasonMalformed},
		{"empty client", key, claim("client_id", ""), auth.ReasonMalformed},
		{"clients in a list", key, claim("client_id", []string{client}), auth.ReasonMalformed},
		{"no subject", key, claim("sub", nil), auth.ReasonMalformed},
		{"empty subject", key, claim("sub", ""), auth.ReasonMalformed},
		{"subject is a number", key, claim("sub", 7), auth.ReasonMalformed},
		{"subject null", key, claim("sub", json.RawMessage("null")), auth.ReasonMalformed},
		{"SUB instead of sub", key, forge{claims: map[string]any{"SUB": subject, "sub": nil}}, auth.ReasonMalformed},
		{"subject with a path", key, claim("sub", "me/../g9d14dolqbkh"), auth.ReasonMalformed},
		{"subject of dots", key, claim("sub", ".."), auth.ReasonMalformed},
		{"subject escaped", key, claim("sub", "g9d14dolqbkh%2Froles"), auth.ReasonMalformed},
		{"subject with a query", key, claim("sub", "g9d14dolqbkh?x=1"), auth.ReasonMalformed},
		{"subject with a line break", key, claim("sub", "g9d14dolqbkh\n"), auth.ReasonMalformed},
		{"subject not in ASCII", key, claim("sub", "g9d14dolqbkħ"), auth.ReasonMalformed},
		{"subject too long", key, claim("sub", strings.Repeat("a", 129)), auth.ReasonMalformed},
		{"scope in a list", key, claim("scope", []string{"account:write"}), auth.ReasonMalformed},
	}...)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			raw := test.signer.mint(t, test.forge)
			token, err := v.Verify(t.Context(), raw)
			refused(t, raw, token, err, test.want)
		})
	}
	accepts(t.Context(), t, v, key.mint(t, forge{}))
	if log.Len() != 0 {
		t.Errorf("tokens left something in the log: %s", &log)
	}
}

// refused fails the test unless a token was refused for a reason, in words that a challenge can carry and that give
// nothing of the token away.
func refused(t *testing.T, raw string, token *auth.Token, err error, want auth.Reason) {
	t.Helper()
	var refusal *auth.Error
	if token != nil || !errors.As(err, &refusal) {
		t.Fatalf("got (%v, %v), want a refusal for %q", token, err, want)
	}
	if refusal.Reason != want {
		t.Errorf("refused for %q (%s), want %q", refusal.Reason, refusal.Message, want)
	}
	if refusal.Message == "" || strings.ContainsFunc(refusal.Message, func(r rune) bool {
		return r < ' ' || r > '~' || r == '"' || r == '\\'
	}) {
		t.Errorf("a challenge can't carry the message %q", refusal.Message)
	}
	for part := range strings.SplitSeq(raw, ".") {
		if len(part) > 8 && strings.Contains(refusal.Error()+refusal.Challenge(), part) {
			t.Errorf("the error repeats the token: %v", refusal)
		}
	}
	if strings.Contains(refusal.Error()+refusal.Challenge(), subject) {
		t.Errorf("the error repeats a claim: %v", refusal)
	}
}

// TestVerifyRefusesFlippedBits changes every bit of a signature and of the last bytes of what it covers.
func TestVerifyRefusesFlippedBits(t *testing.T) {
	t.Parallel()
	key := ecSigner(t, "k", elliptic.P256())
	v, _ := newKeyServer(t, key.jwk(t, nil)).verifier(t)
	v.LiftPace()
	raw := key.mint(t, forge{})
	accepts(t.Context(), t, v, raw)
	signature, err := base64.RawURLEncoding.DecodeString(raw[strings.LastIndex(raw, ".")+1:])
	if err != nil {
		t.Fatal(err)
	}
	for bit := range 8 * len(signature) {
		flipped := bytes.Clone(signature)
		flipped[bit/8] ^= 1 << (bit % 8)
		forged := raw[:strings.LastIndex(raw, ".")+1] + encode(string(flipped))
		token, err := v.Verify(t.Context(), forged)
		refused(t, forged, token, err, auth.ReasonBadSignature)
	}
	// One claim that nothing else checks, changed in one place.
	token, err := v.Verify(t.Context(), key.mint(t, forge{edit: parts(func(p []string) {
		p[1] = encode(strings.Replace(toJSON(t, goodClaims()), "account:write", "account:admin", 1))
	})}))
	refused(t, raw, token, err, auth.ReasonBadSignature)
}

// TestVerifyAlgorithms accepts each allowed algorithm with a key that names it and one that names none.
func TestVerifyAlgorithms(t *testing.T) {
	t.Parallel()
	rsaKey := rsaSigner(t, "rsa", 2048)
	for _, key := range []signer{
		ecSigner(t, "p384", elliptic.P384()), ecSigner(t, "p256", elliptic.P256()), edSigner(t, "ed"),
		rsaKey, rsaKey.with(jwa.RS384), rsaKey.with(jwa.RS512), rsaKey.with(jwa.PS256),
	} {
		for _, named := range []any{nil, key.algorithm.String()} {
			t.Run(fmt.Sprint(key.algorithm, " published as ", named), func(t *testing.T) {
				t.Parallel()
				v, _ := newKeyServer(t, key.jwk(t, map[string]any{"alg": named})).verifier(t)
				accepts(t.Context(), t, v, key.mint(t, forge{}))
			})
		}
	}
}

// TestMessages holds the words for the commonest mistakes.
func TestMessages(t *testing.T) {
	t.Parallel()
	key := ecSigner(t, "k", elliptic.P256())
	v, _ := newKeyServer(t, key.jwk(t, nil)).verifier(t)
	for want, f := range map[string]forge{
		"this is an opaque token: ask for one with the resource parameter set to " + audience: {
			edit: func(string) string { return "H0pRDkYXPEJLFPjoQlcTBCl0bnT5fDeahOJrQ0DQhoz" },
		},
		"this is a personal access token: exchange it for an access token first": {
			edit: func(string) string { return "pat_LjlSHdsfVcMGWlBcOW42O0LthvXqhnXg" },
		},
		"this is an ID token: send an access token, asked for with the resource parameter set to " + audience: {
			idToken: true,
		},
		"this is a machine's token (client_credentials): send the token of a signed-in user": {
			claims: map[string]any{"sub": client},
		},
		"the token's client is not allowed here: its id (client_id) is not in ALLOWED_CLIENT_IDS": {
			claims: map[string]any{"client_id": "57wgg4c6bqawm1zkus45z"},
		},
		"the token expired at 2026-10-22T11:59:00Z: renew it": {
			claims: map[string]any{"iat": started.Unix() - 3600, "exp": started.Unix() - 60},
		},
	} {
		_, err := v.Verify(t.Context(), key.mint(t, f))
		var refusal *auth.Error
		if !errors.As(err, &refusal) || refusal.Message != want {
			t.Errorf("got %v, want %s", err, want)
		}
		challenge := `Bearer realm="account", error="invalid_token", error_description="` + want + `"`
		if refusal != nil && refusal.Challenge() != challenge {
			t.Errorf("challenge %s, want %s", refusal.Challenge(), challenge)
		}
	}
}

func TestAuthenticate(t *testing.T) {
	t.Parallel()
	key := ecSigner(t, "k", elliptic.P256())
	v, _ := newKeyServer(t, key.jwk(t, nil)).verifier(t)
	good := key.mint(t, forge{})
	for name, test := range map[string]struct {
		authorization []string
		want          auth.Reason // Empty for a good one.
		silent        bool        // The challenge names no error.
	}{
		"good":                  {[]string{"Bearer " + good}, "", false},
		"scheme in lower case":  {[]string{"bearer " + good}, "", false},
		"several blanks":        {[]string{"Bearer   " + good}, "", false},
		"no header":             {nil, auth.ReasonMissing, true},
		"empty":                 {[]string{""}, auth.ReasonNotBearer, true},
		"no token":              {[]string{"Bearer"}, auth.ReasonMissing, true},
		"blank token":           {[]string{"Bearer "}, auth.ReasonMissing, true},
		"undefined":             {[]string{"Bearer undefined"}, auth.ReasonMissing, true},
		"null":                  {[]string{"Bearer null"}, auth.ReasonMissing, true},
		"basic":                 {[]string{"Basic " + good}, auth.ReasonNotBearer, true},
		"no scheme":             {[]string{good}, auth.ReasonNotBearer, true},
		"scheme with a colon":   {[]string{"Bearer: " + good}, auth.ReasonNotBearer, true},
		"tab":                   {[]string{"Bearer\t" + good}, auth.ReasonNotBearer, true},
		"twice":                 {[]string{"Bearer " + good, "Bearer " + good}, auth.ReasonSeveral, false},
		"twice, once empty":     {[]string{"", "Bearer " + good}, auth.ReasonSeveral, false},
		"joined by a proxy":     {[]string{"Bearer " + good + ", Bearer " + good}, auth.ReasonMalformed, false},
		"something after it":    {[]string{"Bearer " + good + " x"}, auth.ReasonMalformed, false},
		"a token that is wrong": {[]string{"Bearer " + good + "A"}, auth.ReasonBadSignature, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := http.Header{"Authorization": test.authorization}
			// Nothing but the Authorization header may bring a token.
			header.Set("Cookie", "access_token="+good)
			header.Set("X-Access-Token", good)
			token, err := v.Authenticate(t.Context(), header)
			if test.want == "" {
				if err != nil || token.Subject != subject {
					t.Fatalf("got (%v, %v), want a token", token, err)
				}
				return
			}
			refused(t, good, token, err, test.want)
			var refusal *auth.Error
			if errors.As(err, &refusal) && strings.Contains(refusal.Challenge(), "error") == test.silent {
				t.Errorf("challenge: %s", refusal.Challenge())
			}
		})
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	key := ecSigner(t, "k", elliptic.P256())
	server := newKeyServer(t, key.jwk(t, nil))

	t.Run("pinned issuer", func(t *testing.T) {
		t.Parallel()
		v, _ := server.verifier(t, func(c *auth.Config) { c.Issuer = "https://pinned.example/oidc" })
		accepts(t.Context(), t, v, key.mint(t, forge{claims: map[string]any{"iss": "https://pinned.example/oidc"}}))
		token, err := v.Verify(t.Context(), key.mint(t, forge{}))
		refused(t, "", token, err, auth.ReasonIssuer)
	})
	t.Run("any client", func(t *testing.T) {
		t.Parallel()
		v, _ := server.verifier(t, func(c *auth.Config) { c.AllowedClientIDs, c.AllowAnyClient = nil, true })
		accepts(t.Context(), t, v, key.mint(t, forge{claims: map[string]any{"client_id": "whoever"}}))
		token, err := v.Verify(t.Context(), key.mint(t, forge{claims: map[string]any{"sub": client}}))
		refused(t, "", token, err, auth.ReasonMachine)
	})
	t.Run("endpoint with a slash", func(t *testing.T) {
		t.Parallel()
		v, _ := server.verifier(t, func(c *auth.Config) { c.Endpoint += "/" })
		accepts(t.Context(), t, v, key.mint(t, forge{}))
	})
	for name, change := range map[string]func(*auth.Config){
		"no endpoint":              func(c *auth.Config) { c.Endpoint = "" },
		"endpoint without scheme":  func(c *auth.Config) { c.Endpoint = "auth.example.com" },
		"endpoint not http":        func(c *auth.Config) { c.Endpoint = "file:///etc" },
		"endpoint malformed":       func(c *auth.Config) { c.Endpoint = "https://auth.example.com:x" },
		"no audience":              func(c *auth.Config) { c.Audience = "" },
		"audience with a quote":    func(c *auth.Config) { c.Audience = `https://a"b` },
		"audience not in ASCII":    func(c *auth.Config) { c.Audience = "https://é.example" },
		"no client":                func(c *auth.Config) { c.AllowedClientIDs = nil },
		"audience with line break": func(c *auth.Config) { c.Audience = "https://a.example\n" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := auth.Config{Endpoint: server.URL, Audience: audience, AllowedClientIDs: []string{client}}
			change(&config)
			if v, err := auth.New(config); err == nil {
				t.Errorf("got %v, want an error", v)
			}
		})
	}
}

func TestContext(t *testing.T) {
	t.Parallel()
	if token, ok := auth.TokenFrom(t.Context()); ok || token != nil {
		t.Errorf("got (%v, %t) from an empty context", token, ok)
	}
	want := &auth.Token{Subject: subject}
	if got, ok := auth.TokenFrom(auth.WithToken(t.Context(), want)); !ok || got != want {
		t.Errorf("got (%v, %t), want what was put in", got, ok)
	}
}
