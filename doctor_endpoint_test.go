package main

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"accountql/doctor"
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

// TestDoctorNamesTheProxy that stands between, and not its password. It is read once
// in a process, so this takes one of its own.
func TestDoctorNamesTheProxy(t *testing.T) {
	t.Parallel()
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
	}))
	t.Cleanup(refusing.Close)
	for _, row := range []struct{ endpoint, variable, proxy, message string }{
		{"https://logto.example.com", "HTTPS_PROXY", "127.0.0.1:1", "can't be reached: GET /api/status: proxyconnect "},
		{"https://logto.example.com", "HTTPS_PROXY", refusing.Listener.Addr().String(), "can't be reached: GET /api/status: Forbidden"},
		{"http://logto.example.com", "HTTP_PROXY", refusing.Listener.Addr().String(), "is no Logto: it answers GET /api/status with status 403"},
	} {
		s := newShell(t)
		p := startProcess(t, merged(s.env, env{
			"LOGTO_ENDPOINT": row.endpoint, "ALLOW_INSECURE_LOGTO": "true", row.variable: "http://user:planted@" + row.proxy,
		}), "doctor", "-json")
		report := failedReport(t, p)
		mend := "name Logto's host in NO_PROXY, unless only the proxy that " + row.variable + " names reaches it; or set LOGTO_ENDPOINT"
		if !slices.ContainsFunc(report.Findings, func(f doctor.Finding) bool {
			return f.Check == "endpoint" && f.Status == doctor.Fail && f.Setting == "LOGTO_ENDPOINT" &&
				strings.HasPrefix(f.Message, row.endpoint+" "+row.message) && strings.HasPrefix(f.Mend, mend)
		}) {
			t.Errorf("%s by %s: got %s", row.endpoint, row.proxy, p.stdout)
		}
		if strings.Contains(p.stdout.String()+p.stderr.String(), "planted") {
			t.Errorf("the proxy's password is told: %s%s", p.stdout, p.stderr)
		}
	}
}
