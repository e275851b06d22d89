package main

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"accountql/doctor"
)

// doctorRow is a tenant or an environment in which one thing is wrong.
type doctorRow struct {
	name    string
	arrange func(*shell)
}

// TestDoctor compares the whole of what doctor says, with one thing wrong at a time.
func TestDoctor(t *testing.T) {
	t.Parallel()
	for _, row := range doctorRows() {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newShell(t)
			// What would be told in each row.
			s.env["CUSTOM_DATA_WRITABLE"] = "theme"
			row.arrange(s)
			s.logto.ResetCalls()
			golden(t, row.name, s.run("doctor"))
			for _, call := range s.logto.Calls() {
				if call.Method != http.MethodGet && !strings.HasSuffix(call.Path, "/check-password") {
					t.Errorf("doctor made %s %s", call.Method, call.Path)
				}
			}
		})
	}
}

func doctorRows() []doctorRow {
	return slices.Concat(
		environmentRows(), endpointRows(), logtoRows(), accessRows(), clientRows(), pageRows(), tenantRows(), redirectRows(), redisRows(),
	)
}

func (r doctorRow) with(variables env) doctorRow {
	r.arrange = func(s *shell) { s.env = merged(s.env, variables) }
	return r
}

func environmentRows() []doctorRow {
	return []doctorRow{
		{"all is well", func(*shell) {}},
		{"nothing is set", func(s *shell) { s.env = nil }},
		doctorRow{name: "settings that can't be read"}.with(env{
			"LOGTO_ENDPOINT": "http://logto.example.com/api", "SECRET_KEY": "dG9vIHNob3J0", "REDIS_URL": "planted://planted",
			"ALLOWED_CLIENT_IDS": "", "PLAYGROUND": "perhaps", "REDIRECT_URIS": "/callback", "EVENTS_WEBHOOK_URL": "https://planted",
			"ACCOUNT_API_RESOURCE": "https://default.logto.app/api",
		}),
		doctorRow{name: "dangerous settings"}.with(env{
			"SECRET_KEY": "", "CUSTOM_DATA_WRITABLE": "*", "CORS_ALLOWED_ORIGINS": "http://app.example.com",
			"CONNECTOR_DATA_KEYS": "google:credential",
		}),
		doctorRow{name: "a file that isn't there"}.with(env{"PERSISTED_OPERATIONS": "testdata/none.json"}),
		doctorRow{name: "a Redis with parameters"}.with(env{"REDIS_URL": "redis://:planted@127.0.0.1/0?skip_verify=true"}),
		doctorRow{name: "one port for two"}.with(env{"ADDR": ":8080", "METRICS_ADDR": "127.0.0.1:8080"}),
	}
}

func logtoRows() []doctorRow {
	return []doctorRow{
		{"Logto by its own address", func(s *shell) { s.env["LOGTO_ENDPOINT"] = s.logto.Endpoint }},
		{"no discovery", func(s *shell) {
			s.breaks("/oidc/.well-known/openid-configuration", http.StatusBadGateway)
		}},
		{"no keys", func(s *shell) { s.answer("/oidc/jwks", http.StatusOK, "text/html", "<html>") }},
		doctorRow{name: "another issuer is pinned"}.with(env{"LOGTO_ISSUER": "https://logto.example.com/oidc"}),
		{"another domain's issuer is pinned", func(s *shell) {
			s.answer("/api/.well-known/sign-in-exp", http.StatusOK, "application/json", `{"tenantId": "abc123"}`)
			s.env["LOGTO_ISSUER"] = "https://login.example.com/oidc"
		}},
		doctorRow{name: "wrong secret"}.with(env{"LOGTO_APP_SECRET": "planted-secret"}),
		doctorRow{name: "unknown app id"}.with(env{"LOGTO_APP_ID": "nope"}),
		{"app id of an app of another kind", func(s *shell) {
			s.env["LOGTO_APP_ID"], s.env["LOGTO_APP_SECRET"] = s.logto.ExchangeClientID, s.logto.ExchangeClientSecret
		}},
		doctorRow{name: "unknown Management API"}.with(env{"LOGTO_MANAGEMENT_API_RESOURCE": "https://nope.example.com/api"}),
		{"Management API of Logto Cloud", func(s *shell) {
			s.answer("/api/.well-known/sign-in-exp", http.StatusOK, "application/json", `{"tenantId": "abc123"}`)
			s.env["LOGTO_MANAGEMENT_API_RESOURCE"] = "https://xyz.logto.app/api"
		}},
		{"another API than the Management API", func(s *shell) {
			s.manage("POST", "/api/resources", object{"name": "Orders", "indicator": "https://orders.example.com"})
			s.env["LOGTO_MANAGEMENT_API_RESOURCE"] = "https://orders.example.com"
		}},
		{"app id of an app without secrets", func(s *shell) { s.env["LOGTO_APP_ID"] = s.logto.ClientID }},
		{"app without a role", func(s *shell) {
			s.env["LOGTO_APP_ID"], s.env["LOGTO_APP_SECRET"] = s.logto.PowerlessAppID, s.logto.PowerlessAppSecret
		}},
		{"no token", func(s *shell) {
			s.logto.Fail(fault{Path: "/oidc/token", Status: http.StatusServiceUnavailable, Body: object{"error": s.logto.AppSecret}, Times: 1000})
		}},
		{"token without JSON", func(s *shell) {
			s.logto.Fail(fault{Path: "/oidc/token", Status: http.StatusOK, Body: s.logto.AppSecret, Times: 1000})
		}},
		{"old Logto", func(s *shell) {
			s.answer("/api/users/nobody/grants", http.StatusNotFound, "text/plain", "Not Found")
		}},
		{"a proxy that keeps the API to itself", func(s *shell) {
			s.intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				if !strings.HasPrefix(r.URL.Path, "/api/users") {
					next.ServeHTTP(w, r)
					return
				}
				http.Error(w, "<html>forbidden", http.StatusForbidden)
			})
		}},
		{"Logto fails", func(s *shell) {
			for _, path := range []string{"/api/users", "/api/users/{userId}/grants", "/api/roles", "/api/applications/{id}", "/api/connectors", "/api/sign-in-exp"} {
				s.breaks(path, http.StatusInternalServerError)
			}
		}},
		{"answers without form", func(s *shell) {
			for _, path := range []string{"/api/users", "/api/roles", "/api/applications/{id}", "/api/connectors", "/api/sign-in-exp"} {
				s.logto.Fail(fault{Method: "GET", Path: path, Status: http.StatusOK, Body: "<" + s.logto.AppSecret, Times: 1000})
			}
		}},
	}
}

func accessRows() []doctorRow {
	return []doctorRow{
		doctorRow{name: "no API resource"}.with(env{"ACCOUNT_API_RESOURCE": "https://account.example.org"}),
		doctorRow{name: "API resource but for a slash"}.with(env{"ACCOUNT_API_RESOURCE": "https://account.example.com/GraphQL/"}),
		{"a scope is missing", func(s *shell) {
			s.manage("DELETE", "/api/resources/"+s.resource(), nil)
			made := s.manage("POST", "/api/resources", object{"name": "Account", "indicator": s.env["ACCOUNT_API_RESOURCE"]}).(object)
			for _, name := range []string{"account:read", "account:write"} {
				s.manage("POST", "/api/resources/"+made["id"].(string)+"/scopes", object{"name": name})
			}
		}},
		{"role isn't default", func(s *shell) { s.manage("PATCH", "/api/roles/"+s.role(), object{"isDefault": false}) }},
		{"default role lacks a scope", func(s *shell) {
			s.manage("DELETE", "/api/roles/"+s.role(), nil)
			scopes := "/api/resources/" + s.resource() + "/scopes"
			s.manage("POST", "/api/roles", object{
				"name": "reader", "description": "Reads", "isDefault": true, "scopeIds": []any{s.find(scopes, "name", "account:read")},
			})
		}},
		{"default role is beyond the first page", func(s *shell) {
			s.manage("PATCH", "/api/roles/"+s.role(), object{"isDefault": false})
			for i := range 120 {
				s.manage("POST", "/api/roles", object{"name": strings.Repeat("r", i+1), "description": "None of ours"})
			}
			s.manage("POST", "/api/roles", object{"name": "everybody", "description": "Last", "isDefault": true, "scopeIds": s.scopeIDs()})
		}},
		{"a user without the role", func(s *shell) {
			s.manage("DELETE", "/api/users/"+s.logto.Account("bob").ID+"/roles/"+s.role(), nil)
		}},
	}
}

func (s *shell) without(kind string) {
	s.manage("DELETE", "/api/connectors/"+s.find("/api/connectors", "type", kind), nil)
}

func tenantRows() []doctorRow {
	return []doctorRow{
		doctorRow{name: "account center is disabled"}.with(env{"FIELD_ACCESS": "logto"}),
		{"account center is enabled", func(s *shell) {
			s.env["FIELD_ACCESS"] = "logto"
			s.manage("PATCH", "/api/account-center", object{"enabled": true, "fields": object{"email": "Edit"}})
			s.without("Sms")
		}},
		{"account center isn't told", func(s *shell) {
			s.env["FIELD_ACCESS"] = "logto"
			s.breaks("/api/account-center", http.StatusInternalServerError)
		}},
		{"no connectors for codes", func(s *shell) { s.without("Email"); s.without("Sms") }},
		{"no connectors that are needed", func(s *shell) {
			s.env["FIELD_ACCESS"] = "email=off,phone=off"
			s.without("Email")
			s.without("Sms")
		}},
		{"breach check is out of reach", func(s *shell) { s.logto.BreachedPasswords(false) }},
		{"no breach check", func(s *shell) {
			s.manage("PATCH", "/api/sign-in-exp", object{"passwordPolicy": object{"rejects": object{"pwned": false}}})
		}},
		{"a policy for short passwords", func(s *shell) {
			s.manage("PATCH", "/api/sign-in-exp", object{"passwordPolicy": object{"length": object{"min": 1, "max": 3}}})
		}},
		{"a policy for long passwords", func(s *shell) {
			s.manage("PATCH", "/api/sign-in-exp", object{"passwordPolicy": object{"length": object{"min": 250, "max": 256}}})
		}},
		{"no users", func(s *shell) {
			for _, name := range people {
				s.manage("DELETE", "/api/users/"+s.logto.Account(name).ID, nil)
			}
		}},
	}
}

// TestDoctorAsJSON says the same as the text.
func TestDoctorAsJSON(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.env["LOGTO_APP_SECRET"] = "planted-secret"
	text := s.run("doctor", "-json")
	golden(t, "as JSON", text)
	body, rest, _ := strings.Cut(text, "\n}\n")
	var report doctorReport
	strictly(t, body+"}", &report)
	if report.OK || !strings.HasPrefix(rest, "accountql: doctor: 1 failed\nexit 1") {
		t.Errorf("ok is %v, and then %s", report.OK, rest)
	}
	for _, f := range report.Findings {
		if needsMend := f.Status == doctor.Fail || f.Status == doctor.Warn; needsMend != (f.Mend != "") {
			t.Errorf("the mend of %+v", f)
		}
	}
}

// TestDoctorFindsWhatKeepsTheServerFromStarting in the variables that OpenTelemetry
// reads from the process itself.
func TestDoctorFindsWhatKeepsTheServerFromStarting(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	p := startProcess(t, merged(s.env, env{"OTEL_TRACES_EXPORTER": "console", "OTEL_RESOURCE_ATTRIBUTES": "team"}), "doctor", "-json")
	report := failedReport(t, p)
	if first := report.Findings[0]; report.OK || first.Status != doctor.Fail || first.Setting != "OTEL_TRACES_EXPORTER" ||
		!strings.Contains(first.Message, "OTEL_RESOURCE_ATTRIBUTES") || first.Mend == "" {
		t.Errorf("got %s", p.stdout)
	}
}

// TestDoctorIsInterrupted without a report that would put it down to Logto.
func TestDoctorIsInterrupted(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	ctx, interrupt := context.WithCancel(t.Context())
	s.intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.URL.Path == "/api/resources" {
			interrupt()
		}
		next.ServeHTTP(w, r)
	})
	stdout := newOutput()
	if err := run(ctx, []string{"doctor"}, s.env.get, nil, stdout, newOutput()); exitCode(err) != 1 || stdout.String() != "" {
		t.Errorf("got %v and %s", err, stdout)
	}
}

// TestDoctorFindsNothingWrongWithTheDemo by the environment that it prints.
func TestDoctorFindsNothingWrongWithTheDemo(t *testing.T) {
	t.Parallel()
	_, d := startDemo(t)
	p := start(t, d.Env, "doctor", "-json")
	<-p.ended
	if p.err != nil {
		t.Error(p.err)
	}
	var report doctorReport
	if err := json.Unmarshal([]byte(p.stdout.String()), &report); err != nil {
		t.Fatal(err)
	}
	if !report.OK || len(report.Findings) < 20 {
		t.Errorf("got %s", p.stdout)
	}
}

// doctorReport is what doctor -json prints.
type doctorReport struct {
	OK       bool
	Findings []doctor.Finding
}

// failedReport waits for a doctor who finds something that fails, and reads his report.
func failedReport(t *testing.T, p *process) doctorReport {
	t.Helper()
	if err := p.wait(); err == nil {
		t.Error("it exits with 0")
	}
	var report doctorReport
	strictly(t, p.stdout.String(), &report)
	return report
}
