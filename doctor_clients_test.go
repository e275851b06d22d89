package main

import (
	"net/http"
	"slices"
	"strings"
)

func clientRows() []doctorRow {
	return []doctorRow{
		{"an unknown client", func(s *shell) { s.env["ALLOWED_CLIENT_IDS"] += ",nope" }},
		{"a machine as client", func(s *shell) { s.env["ALLOWED_CLIENT_IDS"] = s.logto.AppID }},
		{"a client of SAML", func(s *shell) { s.env["ALLOWED_CLIENT_IDS"] = s.application("SAML") }},
		{"a client that exchanges tokens", func(s *shell) { s.env["ALLOWED_CLIENT_IDS"] = s.logto.ExchangeClientID }},
		{"a machine that exchanges tokens", func(s *shell) {
			s.env["ALLOWED_CLIENT_IDS"] = s.logto.AppID
			s.manage("PATCH", "/api/applications/"+s.logto.AppID, object{"customClientMetadata": object{"allowTokenExchange": true}})
		}},
		{"a third party as client", func(s *shell) { s.env["ALLOWED_CLIENT_IDS"] = s.logto.ThirdPartyClientID }},
		{"a client without redirect URIs", func(s *shell) {
			s.manage("PATCH", "/api/applications/"+s.logto.ClientID, object{"oidcClientMetadata": object{"redirectUris": []any{}}})
		}},
		doctorRow{name: "any client"}.with(env{"ALLOWED_CLIENT_IDS": "*"}),
		{"any client and no exchange", func(s *shell) {
			s.env["ALLOWED_CLIENT_IDS"] = "*"
			s.manage("DELETE", "/api/applications/"+s.logto.ExchangeClientID, nil)
		}},
		{"a client with an odd name", func(s *shell) {
			s.manage("PATCH", "/api/applications/"+s.logto.ClientID, object{"name": "odd\x1b[2J\nname"})
		}},
		{"a page that may not call", func(s *shell) {
			s.env["CORS_ALLOWED_ORIGINS"] = "http://localhost:5173"
			s.signsIn(s.logto.ClientID, []any{
				"http://localhost:5173/a", "https://App.example.com:443/a", "https://app.example.com/b", "https://*.example.com/a",
				"http://localhost:3000/a", "com.example.app://a", "https://app.example.com:8443/a",
			}, nil)
		}},
		{"pages of the server's own address", func(s *shell) {
			s.env["CORS_ALLOWED_ORIGINS"] = ""
			s.env["ALLOWED_CLIENT_IDS"] = s.logto.ThirdPartyClientID
		}},
	}
}

// application makes one of a type, and returns its id.
func (s *shell) application(kind string) string {
	id := s.manage("POST", "/api/applications", object{"name": "another", "type": kind}).(object)["id"].(string)
	s.names[id] = "<another>"
	return id
}

// signsIn has Logto send people back to addresses after signing in and out.
func (s *shell) signsIn(application string, in, out []any) {
	s.manage("PATCH", "/api/applications/"+application, object{
		"oidcClientMetadata": object{"redirectUris": in, "postLogoutRedirectUris": slices.Clone(out)},
	})
}

const (
	pageCallback  = "https://account.example.com/account/callback"
	pageSignedOut = "https://account.example.com/account/"
	pageLink      = "https://account.example.com/account/link"
)

// page has everything that the account page needs.
func (s *shell) page() {
	s.env["ACCOUNT_PAGE_APP_ID"] = s.application("SPA")
	s.env["ALLOWED_CLIENT_IDS"] += "," + s.env["ACCOUNT_PAGE_APP_ID"]
	s.env["LOGTO_ISSUER"] = s.logto.Endpoint + "/oidc"
	s.env["REDIRECT_URIS"] += "," + pageLink
	s.signsIn(s.env["ACCOUNT_PAGE_APP_ID"], []any{pageCallback}, []any{pageSignedOut})
}

func pageRows() []doctorRow {
	rows := []doctorRow{
		{"page is well", func(*shell) {}},
		{"page for several addresses", func(s *shell) {
			s.signsIn(s.env["ACCOUNT_PAGE_APP_ID"], []any{pageCallback, "https://*.example.net/account/callback"},
				[]any{pageSignedOut, "https://*.example.net/account/"})
		}},
		{"page with an unknown app", func(s *shell) { s.env["ACCOUNT_PAGE_APP_ID"], s.env["ALLOWED_CLIENT_IDS"] = "nope", "nope" }},
		{"page with an unknown app and any client", func(s *shell) {
			s.env["ACCOUNT_PAGE_APP_ID"], s.env["ALLOWED_CLIENT_IDS"] = "nope", "*"
		}},
		{"page that isn't allowed", func(s *shell) { s.env["ALLOWED_CLIENT_IDS"] = s.logto.ClientID }},
		{"page with a secret", func(s *shell) {
			s.env["ACCOUNT_PAGE_APP_ID"] = s.application("Traditional")
			s.env["ALLOWED_CLIENT_IDS"] = s.env["ACCOUNT_PAGE_APP_ID"]
			s.signsIn(s.env["ACCOUNT_PAGE_APP_ID"], []any{pageCallback}, []any{pageSignedOut})
		}},
		{"page without redirect URIs", func(s *shell) { s.signsIn(s.env["ACCOUNT_PAGE_APP_ID"], []any{}, []any{}) }},
		{"page with another callback", func(s *shell) {
			s.signsIn(s.env["ACCOUNT_PAGE_APP_ID"], []any{"https://account.example.com/callback"}, []any{pageSignedOut})
		}},
		{"page that can't sign out", func(s *shell) {
			s.signsIn(s.env["ACCOUNT_PAGE_APP_ID"], []any{pageCallback}, []any{"https://account.example.com/account"})
		}},
		{"page that can't link", func(s *shell) { s.env["REDIRECT_URIS"] = "https://app.example.com/callback" }},
		{"page that needn't link", func(s *shell) {
			s.env["REDIRECT_URIS"], s.env["FIELD_ACCESS"] = "https://app.example.com/callback", "social=readOnly"
		}},
		{"page that sends people elsewhere", func(s *shell) { s.env["LOGTO_ISSUER"] = "" }},
		{"page while Logto fails", func(s *shell) { s.breaks("/api/applications/{id}", http.StatusInternalServerError) }},
	}
	for i, row := range rows {
		rows[i].arrange = func(s *shell) {
			s.page()
			row.arrange(s)
		}
	}
	return rows
}

func redirectRows() []doctorRow {
	return []doctorRow{
		doctorRow{name: "no redirect URIs"}.with(env{"REDIRECT_URIS": ""}),
		doctorRow{name: "no redirect URIs that are needed"}.with(env{"REDIRECT_URIS": "", "FIELD_ACCESS": "social=readOnly"}),
		{"redirect URIs that are wrong", func(s *shell) {
			s.env["REDIRECT_URIS"] = s.env["LOGTO_ENDPOINT"] + "/callback/google," + s.logto.Endpoint + "/callback," + s.logto.Endpoint +
				"/link,myapp://callback,com.example.app://callback"
		}},
		{"redirect URI on the user's machine", func(s *shell) {
			s.env["REDIRECT_URIS"] = "https://app.example.com/callback,http://localhost:3000/callback"
			// An address of this machine that isn't on loopback by its looks.
			s.env["LOGTO_ENDPOINT"] = strings.Replace(s.env["LOGTO_ENDPOINT"], "127.0.0.1", "0.0.0.0", 1)
			s.env["ALLOW_INSECURE_LOGTO"] = "true"
			s.names[s.env["LOGTO_ENDPOINT"]] = "<endpoint>"
			s.answer("/oidc/.well-known/openid-configuration", http.StatusOK, "application/json",
				`{"issuer": "https://logto.example.com/oidc", "jwks_uri": "https://logto.example.com/oidc/jwks"}`)
		}},
	}
}
