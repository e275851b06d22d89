package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"accountql/logto/logtotest"
)

// changes are the calls that changed Logto since they were last asked for.
func (s *shell) changes() []string {
	var changes []string
	for _, call := range s.logto.Calls() {
		if call.Method != http.MethodGet {
			changes = append(changes, fmt.Sprint(call.Method, " ", call.Path, " ", call.Status))
		}
	}
	s.logto.ResetCalls()
	return changes
}

// newcomer has a Logto in which nothing was set up, and knows no more than how to
// reach it.
func newcomer(t *testing.T) *shell {
	s := newShell(t)
	s.manage("DELETE", "/api/roles/"+s.role(), nil)
	s.manage("DELETE", "/api/resources/"+s.resource(), nil)
	s.env = env{
		"LOGTO_ENDPOINT": s.env["LOGTO_ENDPOINT"], "LOGTO_APP_ID": s.env["LOGTO_APP_ID"], "LOGTO_APP_SECRET": s.env["LOGTO_APP_SECRET"],
		"ACCOUNT_API_RESOURCE": logtotest.AccountResource,
	}
	s.logto.ResetCalls()
	return s
}

// TestSetup goes from nothing to a tenant that doctor finds nothing wrong with.
func TestSetup(t *testing.T) {
	t.Parallel()
	s := newcomer(t)
	golden(t, "setup asks nobody", s.run("setup"))
	golden(t, "setup -dry-run", s.run("setup", "-dry-run"))
	if made := s.changes(); made != nil {
		t.Errorf("without a yes it made %q", made)
	}
	golden(t, "setup -yes", s.run("setup", "-yes"))
	if made := s.changes(); len(made) != 5 {
		t.Errorf("it made %q", made)
	}

	golden(t, "setup again", s.run("setup", "-yes"))
	if made := s.changes(); made != nil {
		t.Errorf("the second time it made %q", made)
	}
	s.env["ALLOWED_CLIENT_IDS"], s.env["SECRET_KEY"] = s.logto.ClientID, demoEnv(s.logto)["SECRET_KEY"]
	golden(t, "doctor after setup", s.run("doctor"))

	dave := s.manage("POST", "/api/users", object{"username": "dave"}).(object)["id"].(string)
	if roles := s.manage("GET", "/api/users/"+dave+"/roles", nil).([]any); len(roles) != 1 {
		t.Errorf("a new user has the roles %v", roles)
	}
}

// TestSetupFailsHalfway tells what was made, and goes on from there the next time.
func TestSetupFailsHalfway(t *testing.T) {
	t.Parallel()
	for endpoint, made := range map[string]int{
		"/api/resources":             0,
		"/api/resources/{id}/scopes": 1,
		"/api/roles":                 4,
	} {
		s := newcomer(t)
		s.logto.Fail(fault{Method: "POST", Path: endpoint, Status: http.StatusInternalServerError, Body: object{"message": s.logto.AppSecret}})
		got := s.run("setup", "-yes")
		golden(t, "setup fails at "+strings.Trim(strings.NewReplacer("/", " ", "{", "", "}", "").Replace(endpoint), " "), got)
		if count := strings.Count(got, "\nmade "); count != made {
			t.Errorf("%s: it says that it made %d, want %d", endpoint, count, made)
		}
		s.changes()
		if again := s.run("setup", "-yes"); strings.Contains(again, "exit") || len(s.changes()) != 5-made {
			t.Errorf("%s: the second time: %s", endpoint, again)
		}
	}
}

// TestSetupLosesAnAnswer doesn't tell that what was made has failed, and goes on from
// there the next time.
func TestSetupLosesAnAnswer(t *testing.T) {
	t.Parallel()
	s := newcomer(t)
	lost := false
	s.intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/scopes") || lost {
			next.ServeHTTP(w, r)
			return
		}
		lost = true
		next.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	})
	// How the connection ended is told in other words by each system.
	told := regexp.MustCompile(`(?m)(POST .*/scopes: ).*$`).ReplaceAllString(s.run("setup", "-yes"), "$1<cause>")
	golden(t, "setup loses an answer", told)
	s.changes()
	if again := s.run("setup", "-yes"); strings.Contains(again, "exit") || len(s.changes()) != 3 {
		t.Errorf("the second time: %s", again)
	}
}

// TestSetupFinishesWhatIsThere rather than make a second role.
func TestSetupFinishesWhatIsThere(t *testing.T) {
	t.Parallel()
	for name, arrange := range map[string]func(*shell){
		"role isn't default": func(s *shell) { s.manage("PATCH", "/api/roles/"+s.role(), object{"isDefault": false}) },
		"role has nothing": func(s *shell) {
			s.manage("DELETE", "/api/roles/"+s.role(), nil)
			s.manage("POST", "/api/roles", object{"name": "account-user", "description": "Empty"})
		},
		"scopes are new": func(s *shell) {
			s.manage("DELETE", "/api/resources/"+s.resource(), nil)
		},
		"role is for machines": func(s *shell) {
			s.manage("DELETE", "/api/roles/"+s.role(), nil)
			s.manage("POST", "/api/roles", object{"name": "account-user", "description": "Robots", "type": "MachineToMachine"})
		},
		"resource is almost there": func(s *shell) { s.env["ACCOUNT_API_RESOURCE"] += "/" },
		"wrong secret":             func(s *shell) { s.env["LOGTO_APP_SECRET"] = "planted-secret" },
		"no settings":              func(s *shell) { s.env = nil },
		"another default role":     func(s *shell) { s.anotherDefaultRole() },
		"Logto is away":            func(s *shell) { s.env["LOGTO_ENDPOINT"] = "http://127.0.0.1:1" },
		"Logto tells nothing":      func(s *shell) { s.breaks("/api/roles", http.StatusInternalServerError) },
		"no applications":          func(s *shell) { s.breaks("/api/applications", http.StatusInternalServerError) },
	} {
		s := newShell(t)
		arrange(s)
		s.logto.ResetCalls()
		golden(t, "setup when "+name, s.run("setup", "-yes"))
		if roles := s.manage("GET", "/api/roles?search=account-user", nil).([]any); len(roles) != 1 {
			t.Errorf("%s: there are %d roles", name, len(roles))
		}
	}
}

// anotherDefaultRole has all scopes, by another name than setup's.
func (s *shell) anotherDefaultRole() {
	role := s.role()
	s.manage("POST", "/api/roles", object{"name": "everybody", "description": "All", "isDefault": true, "scopeIds": s.scopeIDs()})
	s.manage("PATCH", "/api/roles/"+role, object{"isDefault": false})
}

func (s *shell) scopeIDs() []any {
	ids := []any{}
	for _, scope := range s.manage("GET", "/api/resources/"+s.resource()+"/scopes", nil).([]any) {
		ids = append(ids, scope.(object)["id"])
	}
	return ids
}

// TestSetupAsks at a terminal. This one never answers.
func TestSetupAsks(t *testing.T) {
	t.Parallel()
	s := newcomer(t)
	nobody, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer nobody.Close()
	stdout := newOutput()
	err = run(t.Context(), []string{"setup"}, s.env.get, nobody, stdout, newOutput())
	if err == nil || !strings.Contains(err.Error(), "nothing was made") || !strings.HasSuffix(stdout.String(), "Type yes: ") {
		t.Errorf("got %v and %s", err, stdout)
	}
	if made := s.changes(); made != nil {
		t.Errorf("it made %q", made)
	}
}

// TestGoldenFiles: each is of a test, and no test shares one.
func TestGoldenFiles(t *testing.T) {
	t.Parallel()
	if *update {
		return // They are being written.
	}
	files, err := filepath.Glob("testdata/commands/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, row := range doctorRows() {
		rows = append(rows, goldenFile(row.name))
	}
	for name := range hangRows {
		rows = append(rows, goldenFile(name))
	}
	for _, row := range tokenRows() {
		rows = append(rows, goldenFile("token "+row.name))
	}
	for _, file := range files {
		if base := filepath.Base(file); strings.HasPrefix(base, "setup_") || base == "doctor_after_setup.txt" || strings.HasSuffix(base, "as_JSON.txt") {
			rows = append(rows, file)
		}
	}
	slices.Sort(rows)
	if !slices.Equal(rows, files) {
		t.Errorf("rows %q, files %q", rows, files)
	}
}
