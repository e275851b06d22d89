package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/oauth2/clientcredentials"

	"accountql/logto/logtotest"
)

// landscape is what one has to know of an upstream.
type landscape struct {
	Address string `json:"address"`
	// Env is the environment of a server in front of it.
	Env map[string]string `json:"env"`
	// ManagementToken is for those who call the Management API themselves.
	ManagementToken string             `json:"managementToken"`
	Accounts        map[string]account `json:"accounts"`
}

// account is one to ask about, and the access tokens of those who ask.
type account struct {
	ID     string   `json:"id"`
	Tokens []string `json:"tokens"`
}

// The accounts. The typical one has four personal access tokens, three factors, two
// social identities and a full profile.
const (
	typical     = "typical"
	noTokens    = "0 tokens"
	tenTokens   = "10 tokens"
	manyTokens  = "100 tokens"
	largeCustom = "1 MB of custom data"
)

// newLandscape makes the accounts, with a token for each of so many clients.
func newLandscape(ctx context.Context, logto *logtotest.Server, address string, clients int) (*landscape, error) {
	management, err := (&clientcredentials.Config{
		ClientID: logto.AppID, ClientSecret: logto.AppSecret, TokenURL: logto.Endpoint + "/oidc/token",
		Scopes: []string{"all"}, EndpointParams: url.Values{"resource": {logtotest.ManagementResource}},
	}).Token(ctx)
	if err != nil {
		return nil, err
	}
	l := &landscape{
		Address: address,
		Env: map[string]string{
			"LOGTO_ENDPOINT": "http://" + address, "LOGTO_APP_ID": logto.AppID, "LOGTO_APP_SECRET": logto.AppSecret,
			"ACCOUNT_API_RESOURCE": logtotest.AccountResource, "ALLOWED_CLIENT_IDS": logto.ClientID, "LOG_LEVEL": "error", "SHUTDOWN_GRACE": "0s",
		},
		ManagementToken: management.AccessToken,
		Accounts:        map[string]account{},
	}
	builder := &builder{logto: logto}
	for name, id := range map[string]string{
		typical:     logto.Account("alice").ID,
		noTokens:    builder.user("none", 0),
		tenTokens:   builder.user("ten", 10),
		manyTokens:  builder.user("many", 100),
		largeCustom: builder.user("large", 0),
	} {
		tokens := clients
		if name != typical {
			tokens = min(clients, usualClients)
		}
		a := account{ID: id}
		for range tokens {
			a.Tokens = append(a.Tokens, logto.AccessToken(id))
		}
		l.Accounts[name] = a
	}
	builder.manage(http.MethodPatch, "/api/users/"+l.Accounts[largeCustom].ID+"/custom-data", map[string]any{"customData": megabyte()})
	return l, builder.err
}

// builder changes the embedded Logto until something fails.
type builder struct {
	logto *logtotest.Server
	err   error
}

func (b *builder) manage(method, path string, body any) any {
	if b.err != nil {
		return nil
	}
	status, result := b.logto.Manage(method, path, body)
	if status >= http.StatusMultipleChoices {
		b.err = fmt.Errorf("%s %s: status %d: %v", method, path, status, result)
	}
	return result
}

// user makes a user with so many personal access tokens.
func (b *builder) user(name string, tokens int) string {
	created, _ := b.manage(http.MethodPost, "/api/users", map[string]any{
		"username": name, "primaryEmail": name + "@example.com", "name": "Bench " + name,
	}).(map[string]any)
	id, _ := created["id"].(string)
	for i := range tokens {
		b.manage(http.MethodPost, "/api/users/"+id+"/personal-access-tokens", map[string]any{"name": fmt.Sprintf("token %03d", i)})
	}
	return id
}

// megabyte is custom data that makes a megabyte of JSON.
func megabyte() map[string]any {
	const entries, size = 1000, 1000
	list := make([]any, entries)
	for i := range list {
		list[i] = map[string]any{"number": i, "done": i%2 == 0, "text": strings.Repeat("x", size-len(`{"number":100,"done":false,"text":""},`))}
	}
	return map[string]any{"entries": list}
}
