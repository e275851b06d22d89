package logtotest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	bob := server.Account("bob")
	tokens, err := server.SignIn("bob", "n-1")
	if err != nil {
		t.Fatal(err)
	}
	_, claims := decode(t, tokens.IDToken)
	_, sessions := server.Manage(http.MethodGet, "/api/users/"+bob.ID+"/sessions", nil)
	session := sessions.(object)["sessions"].([]any)[0].(object)["payload"].(object)
	if claims["nonce"] != "n-1" || claims["auth_time"] != session["loginTs"] {
		t.Errorf("ID token %v of session %v", claims, session)
	}
	if _, user := server.Manage(http.MethodGet, "/api/users/"+bob.ID, nil); user.(object)["lastSignInAt"] == nil {
		t.Errorf("user: %v", user)
	}

	refresh := url.Values{
		"grant_type": {"refresh_token"}, "client_id": {server.ClientID}, "refresh_token": {tokens.RefreshToken},
		"resource": {logtotest.AccountResource},
	}
	server.Advance(time.Hour)
	refreshed := token(t, server, refresh)
	if refreshed.status != http.StatusOK {
		t.Fatalf("refresh: %v", refreshed)
	}
	_, later := decode(t, refreshed.body.(object)["id_token"].(string))
	if later["nonce"] != "n-1" || later["auth_time"] != claims["auth_time"] || later["iat"] == claims["iat"] {
		t.Errorf("refreshed ID token: %v", later)
	}
	grantID := session["authorizations"].(object)[server.ClientID].(object)["grantId"].(string)
	if status, _ := server.Manage(http.MethodDelete, "/api/users/"+bob.ID+"/grants/"+grantID, nil); status != http.StatusNoContent {
		t.Fatalf("delete grant: %d", status)
	}
	if got := token(t, server, refresh); got.code() != "oidc.invalid_grant" {
		t.Errorf("refresh without grant: %v", got)
	}
}

func TestSuspensionEndsAllButJWTs(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	bob := server.Account("bob")
	tokens, err := server.SignIn("bob", "")
	if err != nil {
		t.Fatal(err)
	}
	opaque := server.OpaqueToken(bob.ID)
	for _, suspended := range []bool{true, false} {
		server.Manage(http.MethodPatch, "/api/users/"+bob.ID+"/is-suspended", object{"isSuspended": suspended})
		if got := send(t, http.MethodGet, server.Endpoint+"/oidc/me", nil, bearer(opaque)); got.status != http.StatusUnauthorized {
			t.Errorf("opaque token, suspended %v: %v", suspended, got)
		}
		got := token(t, server, url.Values{
			"grant_type": {"refresh_token"}, "client_id": {server.ClientID}, "refresh_token": {tokens.RefreshToken},
		})
		if got.code() != "oidc.invalid_grant" {
			t.Errorf("refresh token, suspended %v: %v", suspended, got)
		}
		if _, err := server.SignIn("bob", ""); (err != nil) != suspended {
			t.Errorf("sign in, suspended %v: %v", suspended, err)
		}
	}
	if !verifies(t, server, tokens.AccessToken) {
		t.Error("the JWT died")
	}
}

func TestTokenExchange(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	bob := server.Account("bob")
	exchange := func(client, secret, kind, subject string) reply {
		return token(t, server, url.Values{
			"grant_type": {"urn:ietf:params:oauth:grant-type:token-exchange"}, "client_id": {client}, "client_secret": {secret},
			"resource": {logtotest.AccountResource}, "scope": {"account:read"}, "subject_token": {subject}, "subject_token_type": {kind},
		})
	}
	const (
		personalType = "urn:logto:token-type:personal_access_token"
		accessType   = "urn:ietf:params:oauth:token-type:access_token"
	)
	soon := float64(server.Now().Add(time.Minute).UnixMilli())
	_, personal := server.Manage(http.MethodPost, "/api/users/"+bob.ID+"/personal-access-tokens", object{"name": "ci", "expiresAt": soon})
	value := personal.(object)["value"].(string)
	got := exchange(server.ExchangeClientID, server.ExchangeClientSecret, personalType, value)
	if got.status != http.StatusOK {
		t.Fatalf("exchange: %v", got)
	}
	access := got.body.(object)["access_token"].(string)
	if _, claims := decode(t, access); claims["sub"] != bob.ID || claims["client_id"] != server.ExchangeClientID || claims["scope"] != "account:read" {
		t.Errorf("exchanged token: %v", claims)
	}
	if got := exchange(server.ClientID, "", personalType, value); got.status != http.StatusBadRequest {
		t.Errorf("client that may not exchange: %v", got)
	}
	server.Advance(2 * time.Minute)
	if got := exchange(server.ExchangeClientID, server.ExchangeClientSecret, personalType, value); got.code() != "oidc.invalid_grant" {
		t.Errorf("expired personal access token: %v", got)
	}
	// A JWT can be exchanged for a later one, again and again.
	server.Advance(50 * time.Minute)
	got = exchange(server.ExchangeClientID, server.ExchangeClientSecret, accessType, access)
	if got.status != http.StatusOK {
		t.Fatalf("exchange a JWT: %v", got)
	}
	_, first := decode(t, access)
	if _, second := decode(t, got.body.(object)["access_token"].(string)); second["exp"].(float64) <= first["exp"].(float64) {
		t.Errorf("exp went from %v to %v", first["exp"], second["exp"])
	}
	if _, grants := server.Manage(http.MethodGet, "/api/users/"+bob.ID+"/grants", nil); len(grants.(object)["grants"].([]any)) != 2 {
		t.Errorf("grants: %v", grants)
	}
}

// TestExchangeWithActor shows how a token comes to have act.
func TestExchangeWithActor(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	alice, bob := server.Account("alice").ID, server.Account("bob").ID
	subject := must(t, server, http.StatusCreated, "POST", "/api/subject-tokens", object{"userId": bob}).(object)["subjectToken"].(string)
	got := token(t, server, url.Values{
		"grant_type":    {"urn:ietf:params:oauth:grant-type:token-exchange"},
		"client_id":     {server.ExchangeClientID},
		"client_secret": {server.ExchangeClientSecret},
		"resource":      {logtotest.AccountResource},
		"subject_token": {subject}, "subject_token_type": {"urn:ietf:params:oauth:token-type:access_token"},
		"actor_token": {server.OpaqueToken(alice)}, "actor_token_type": {"urn:ietf:params:oauth:token-type:access_token"},
	})
	if got.status != http.StatusOK {
		t.Fatalf("exchange: %v", got)
	}
	_, claims := decode(t, got.body.(object)["access_token"].(string))
	if claims["sub"] != bob || !cmp.Equal(claims["act"], object{"sub": alice}) {
		t.Errorf("claims: %v", claims)
	}
}

func TestDiscoveryFollowsTheHost(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	byName := strings.Replace(server.Endpoint, "127.0.0.1", "localhost", 1)
	found := send(t, http.MethodGet, byName+"/oidc/.well-known/openid-configuration", nil, nil).body.(object)
	if found["issuer"] != server.Issuer || found["jwks_uri"] != byName+"/oidc/jwks" {
		t.Errorf("issuer %v, jwks_uri %v", found["issuer"], found["jwks_uri"])
	}
}
