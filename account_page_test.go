package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/accountpage"
	"accountql/logto/logtotest"
)

// pageSettings are config.json of the account page.
type pageSettings struct {
	GraphQL        string `json:"graphql"`
	SelfSuspension bool   `json:"selfSuspension"`
	Logto          struct {
		Endpoint, AppID, Resource string
	} `json:"logto"`
	Demo struct {
		Users []accountpage.User `json:"users"`
	} `json:"demo"`
}

// TestDemoServesTheAccountPage with what the page needs to act as each demo user.
func TestDemoServesTheAccountPage(t *testing.T) {
	t.Parallel()
	p, d := startDemo(t)
	page := get(t, d.AccountURL)
	if page.status != http.StatusOK || !strings.Contains(page.body, `<div id="root">`) {
		t.Errorf("page: %v", page)
	}
	var settings pageSettings
	strictly(t, get(t, d.AccountURL+"/config.json").body, &settings)
	var names []string
	for _, user := range settings.Demo.Users {
		names = append(names, user.Name)
		if answer := ask(t, d.GraphqlURL, user.Token, `{ me { id } }`); !strings.Contains(answer.body, d.user(t, user.Name).ID) {
			t.Errorf("the token of %s: %s", user.Name, answer.body)
		}
		if user.Password != d.user(t, user.Name).Password {
			t.Errorf("the password of %s is %q", user.Name, user.Password)
		}
	}
	if diff := cmp.Diff(people, names); diff != "" {
		t.Errorf("users (-want +got):\n%s", diff)
	}

	var tokens logtotest.Tokens
	signIn := send(t, http.MethodPost, d.AccountURL+"/simulator/sign-in", http.Header{"Content-Type": {"application/json"}},
		strings.NewReader(`{"user":"carol","nonce":"n"}`))
	strictly(t, signIn.body, &tokens)
	if got := get(t, d.AccountURL+"/simulator/messages"); got.body != "[]" {
		t.Errorf("messages: %v", got)
	}
	if back := strings.TrimSuffix(d.AccountURL, "/account") + "/account/link"; !strings.Contains(d.Env["REDIRECT_URIS"], back) {
		t.Errorf("REDIRECT_URIS lacks %s: %s", back, d.Env["REDIRECT_URIS"])
	}
	if err := p.end(); err != nil {
		t.Errorf("end: %v", err)
	}
}

// TestAccountPageIsOnWhereItIsAskedFor, with the Logto that browsers reach.
func TestAccountPageIsOnWhereItIsAskedFor(t *testing.T) {
	t.Parallel()
	logto := newLogto(t)
	for _, test := range []struct {
		given    env
		endpoint string
	}{
		{env{}, logto.Endpoint},
		{env{"LOGTO_ISSUER": "https://sign-in.example.com/oidc"}, "https://sign-in.example.com"},
	} {
		w := newWorldOn(t, logto, env(merged(test.given, env{"ACCOUNT_PAGE_APP_ID": logto.ClientID})))
		var got pageSettings
		strictly(t, get(t, w.url+"/account/config.json").body, &got)
		want := pageSettings{GraphQL: "/graphql"}
		want.Logto.Endpoint, want.Logto.AppID, want.Logto.Resource = test.endpoint, logto.ClientID, logtotest.AccountResource
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("config.json (-want +got):\n%s", diff)
		}
		if policy := get(t, w.url+"/account").header.Get("Content-Security-Policy"); !strings.Contains(policy, "connect-src 'self' "+test.endpoint+";") {
			t.Errorf("policy: %s", policy)
		}
	}
	if got := get(t, newWorldOn(t, logto, nil).url+"/account"); got.status != http.StatusNotFound {
		t.Errorf("page where it is off: %v", got)
	}
}
