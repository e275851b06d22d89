package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

// refused is a 401 as it should be. challenged says that a bearer token came.
func refused(message string, challenged bool) string {
	challenge := `Bearer realm="account"`
	if challenged {
		challenge += fmt.Sprintf(`, error="invalid_token", error_description="%s"`, message)
	}
	return fmt.Sprintf("401\n%s\n"+`{"errors":[{"message":%q,"extensions":{"code":"UNAUTHENTICATED"}}]}`, challenge, message)
}

func describe(r reply) string {
	return fmt.Sprintf("%d\n%s\n%s", r.status, r.header.Get("WWW-Authenticate"), r.body)
}

func newKey(t *testing.T, algorithm string) *logtotest.Key {
	t.Helper()
	key, err := logtotest.NewKey(algorithm)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// TestBadTokens sends every token with a good request, with a document that can't
// be parsed and with a body that is too large: it is refused all the same, and
// before anything else is looked at.
func TestBadTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	logto, alice := w.logto, w.id("alice")
	token := func(options ...logtotest.TokenOption) string { return logto.AccessToken(alice, options...) }
	good := token()
	stranger := newKey(t, "ES384")
	signature := "the token's signature is wrong: it was changed, or is not from this API's Logto"
	resource := "with the resource parameter set to " + logtotest.AccountResource
	for _, test := range []struct {
		name, authorization string
		message             string
		challenged          bool
	}{
		{"none", "", "send an access token: Authorization: Bearer <token>", false},
		{"Basic", "Basic YWxpY2U6c2VjcmV0", "the Authorization header must be: Bearer <token>", false},
		{"no scheme", good, "the Authorization header must be: Bearer <token>", false},
		{"empty", "Bearer ", "there is no token after Bearer: wait for the access token, then send the request", false},
		{"undefined", "Bearer undefined", "there is no token after Bearer: wait for the access token, then send the request", false},
		{"opaque", "Bearer " + logto.OpaqueToken(alice), "this is an opaque token: ask for one " + resource, true},
		{"ID token", "Bearer " + logto.IDToken(alice), "this is an ID token: send an access token, asked for " + resource, true},
		{"machine's", "Bearer " + logto.MachineToken(), "this is a machine's token (client_credentials): send the token of a signed-in user", true},
		{
			"another client's", "Bearer " + token(logtotest.Claim("client_id", logto.OtherClientID)),
			"the token's client is not allowed here: its id (client_id) is not in ALLOWED_CLIENT_IDS", true,
		},
		{
			"for another API", "Bearer " + token(logtotest.Claim("aud", "https://other.example.com")),
			"the token is for another API: ask for one " + resource, true,
		},
		{
			"for the Management API", "Bearer " + token(logtotest.Claim("aud", logtotest.ManagementResource)),
			"the token is for another API: ask for one " + resource, true,
		},
		{
			"another issuer's", "Bearer " + token(logtotest.Claim("iss", "https://evil.example.com/oidc")),
			"the token comes from another issuer than this API's Logto", true,
		},
		{
			"expired", "Bearer " + token(logtotest.Claim("iat", 1577836800), logtotest.Claim("exp", 1577840400)),
			"the token expired at 2020-01-01T01:00:00Z: renew it", true,
		},
		{
			"not valid yet", "Bearer " + token(logtotest.Claim("nbf", time.Now().Add(time.Hour).Unix())),
			"the token is not valid yet: check the clocks of Logto and of this API", true,
		},
		{"somebody's on behalf", "Bearer " + token(logtotest.Claim("act", object{"sub": "x"})), "this token was got on behalf of the user (act): send the token of the user's own sign-in", true},
		{"without a subject", "Bearer " + token(logtotest.WithoutClaim("sub")), "the token is malformed: its sub is no user's id", true},
		{"with a path for a subject", "Bearer " + token(logtotest.Claim("sub", "../"+w.id("bob"))), "the token is malformed: its sub is no user's id", true},
		{"unsigned", "Bearer " + token(logtotest.Unsigned()), "the token's signature algorithm (alg) is not one that this API accepts", true},
		{"HS256 with the public key", "Bearer " + token(logtotest.KeyConfusion(logto.CurrentKey())), "the token's signature algorithm (alg) is not one that this API accepts", true},
		{"a stranger's key", "Bearer " + token(logtotest.SignedWith(stranger)), "the token is signed with a key that Logto does not publish (any more): get a new token", true},
		{
			"a stranger's key under a known kid", "Bearer " + token(logtotest.SignedWith(stranger), logtotest.Header("kid", logto.CurrentKey().ID)),
			signature, true,
		},
		{"crit", "Bearer " + token(logtotest.Header("crit", []string{"exp"})), "the token's header has crit, which this API never accepts", true},
		{"jwk", "Bearer " + token(logtotest.Header("jwk", object{"kty": "EC"})), "the token's header has jwk, which this API never accepts", true},
		{"jku", "Bearer " + token(logtotest.Header("jku", logto.Endpoint+"/evil")), "the token's header has jku, which this API never accepts", true},
		{"without its signature", "Bearer " + good[:strings.LastIndex(good, ".")+1], signature, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, content := range []string{`{"query":"{ me { id } }"}`, `{"query":"}{"`, strings.Repeat("x", 128<<10+1)} {
				header := http.Header{"Content-Type": {"application/json"}}
				if test.authorization != "" {
					header.Set("Authorization", test.authorization)
				}
				got := describe(send(t, http.MethodPost, w.url+"/graphql", header, strings.NewReader(content)))
				if diff := cmp.Diff(refused(test.message, test.challenged), got); diff != "" {
					t.Errorf("body %.20s (-want +got):\n%s", content, diff)
				}
			}
		})
	}
	w.wantCalls()
}

// TestTokenStandsInTheHeaderAlone puts a good token everywhere else.
func TestTokenStandsInTheHeaderAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	token := w.token("alice")
	want := refused("send an access token: Authorization: Bearer <token>", false)
	query := "?access_token=" + token + "&token=" + token + "&query=" + url.QueryEscape("{ me { id } }")
	cookie := http.Header{"Cookie": {"access_token=" + token + "; Authorization=Bearer " + token}, "X-Authorization": {"Bearer " + token}}
	for _, request := range []struct{ method, contentType, body string }{
		{http.MethodGet, "", ""},
		{http.MethodPost, "application/json", `{"query":"{ me { id } }","access_token":"` + token + `"}`},
		{http.MethodPost, "application/x-www-form-urlencoded", "access_token=" + token},
	} {
		header := cookie.Clone()
		header.Set("Content-Type", request.contentType)
		got := describe(send(t, request.method, w.url+"/graphql"+query, header, strings.NewReader(request.body)))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", request.method, request.contentType, diff)
		}
	}
}

// TestKeyRotation rotates to RSA, whose keys Logto publishes without alg, while
// the server runs. Tokens of the key before stay good.
func TestKeyRotation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	const query = `{ me { username } }`
	old := w.token("alice")
	want := w.ask(old, query, nil)
	w.logto.RotateTo(newKey(t, "RS256"))
	for kind, token := range map[string]string{"new": w.token("alice"), "old": old} {
		if diff := cmp.Diff(want, w.ask(token, query, nil)); diff != "" {
			t.Errorf("%s token after the rotation (-want +got):\n%s", kind, diff)
		}
	}
}

// TestKeysSurviveAnOutage of Logto's key endpoint, once they are there. Before
// that, a token can be called neither good nor bad.
func TestKeysSurviveAnOutage(t *testing.T) {
	t.Parallel()
	w, p := newProxiedWorld(t)
	var out atomic.Bool
	out.Store(true)
	p.intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		if out.Load() && strings.HasPrefix(r.URL.Path, "/oidc/") && r.URL.Path != "/oidc/token" {
			rw.WriteHeader(http.StatusBadGateway)
			return
		}
		next.ServeHTTP(rw, r)
	})
	before := w.query(w.token("alice"), `{ me { username } }`, nil)
	const want = `{"errors":[{"message":"Tokens can't be verified now. Try again in a moment.",` +
		`"extensions":{"code":"UPSTREAM_UNAVAILABLE","retryAfterSeconds":5}}]}`
	if diff := cmp.Diff("503 5 "+want, fmt.Sprint(before.status, " ", before.header.Get("Retry-After"), " ", before.body)); diff != "" {
		t.Errorf("before there are keys (-want +got):\n%s", diff)
	}
	if got := describe(w.query(w.logto.OpaqueToken(w.id("alice")), "{ me { id } }", nil)); !strings.HasPrefix(got, "401\n") {
		t.Errorf("a token that needs no keys to be refused: %s", got)
	}

	out.Store(false)
	recovered := newWorldOn(t, w.logto, env{"LOGTO_ENDPOINT": p.URL})
	ask := func() string { return recovered.ask(recovered.token("alice"), `{ me { username } }`, nil) }
	good := ask()
	out.Store(true)
	if diff := cmp.Diff(good, ask()); diff != "" {
		t.Errorf("during the outage (-before +during):\n%s", diff)
	}
}

// TestTokenOfAnUnknownUser reaches nobody, not even one whose id differs in case
// alone.
func TestTokenOfAnUnknownUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, id := range []string{"nobodyatall0", strings.ToUpper(w.id("alice"))} {
		got := w.query(w.logto.AccessToken(id), `{ me { name } }`, nil)
		if !strings.Contains(got.body, "ACCOUNT_NOT_FOUND") || !strings.Contains(got.body, `"me":null`) {
			t.Errorf("%s: %s", id, got.body)
		}
	}
}
