package main

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
)

// endpointRows have something else at LOGTO_ENDPOINT than Logto, or nothing.
func endpointRows() []doctorRow {
	page := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(status)
			_, _ = w.Write([]byte("<!doctype html>")) // The client may be gone.
		}
	}
	return []doctorRow{
		{"slashes after the endpoint", func(s *shell) { s.env["LOGTO_ENDPOINT"] += "//" }},
		doctorRow{name: "nobody at the endpoint"}.with(env{"LOGTO_ENDPOINT": "http://127.0.0.1:1"}),
		{"something else at the endpoint", func(s *shell) { s.elsewhere(http.NotFoundHandler()) }},
		{"a page for everything at the endpoint", func(s *shell) { s.elsewhere(page(http.StatusOK)) }},
		{"a proxy that reaches no Logto", func(s *shell) { s.elsewhere(page(http.StatusBadGateway)) }},
		{"a redirect at the endpoint", func(s *shell) {
			s.elsewhere(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "https://logto.example.com"+r.URL.Path, http.StatusMovedPermanently)
			}))
		}},
		{"http where there is TLS", func(s *shell) {
			s.env["LOGTO_ENDPOINT"] = strings.Replace(s.encrypted(), "https:", "http:", 1)
		}},
		{"https where there is no TLS", func(s *shell) {
			s.env["LOGTO_ENDPOINT"] = strings.Replace(s.env["LOGTO_ENDPOINT"], "http:", "https:", 1)
		}},
		{"a certificate that nobody knows", func(s *shell) { s.env["LOGTO_ENDPOINT"] = s.encrypted() }},
		{"Logto's console at the endpoint", func(s *shell) {
			s.answer("/api/.well-known/sign-in-exp", http.StatusOK, "application/json", `{"tenantId": "admin"}`)
		}},
		{"tenant isn't told", func(s *shell) { s.breaks("/api/.well-known/sign-in-exp", http.StatusInternalServerError) }},
	}
}

// elsewhere has another server at LOGTO_ENDPOINT.
func (s *shell) elsewhere(handler http.Handler) {
	other := httptest.NewServer(handler)
	s.t.Cleanup(other.Close)
	s.env["LOGTO_ENDPOINT"] = other.URL
}

// encrypted starts a server whose certificate only this test knows.
func (s *shell) encrypted() (address string) {
	other := httptest.NewUnstartedServer(http.NotFoundHandler())
	other.Config.ErrorLog = log.New(io.Discard, "", 0)
	other.StartTLS()
	s.t.Cleanup(other.Close)
	return other.URL
}
