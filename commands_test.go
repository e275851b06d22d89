package main

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

// shell runs commands against a Logto, and sees to it that none tells a secret.
type shell struct {
	t     *testing.T
	logto *logtotest.Server
	// front stands before Logto.
	front *proxy
	env   env
	stdin string
	// names are what to write for what is another each time.
	names map[string]string

	mu      sync.Mutex
	secrets map[string]bool
}

// newShell has the environment that the demo prints.
func newShell(t *testing.T) *shell {
	t.Helper()
	logto := newLogto(t)
	s := &shell{t: t, logto: logto, front: newProxy(t, logto.Endpoint), env: demoEnv(logto), secrets: map[string]bool{}}
	s.env["LOGTO_ENDPOINT"] = s.front.URL
	s.names = map[string]string{
		s.front.URL: "<endpoint>", logto.Endpoint: "<logto>",
		logto.ClientID: "<client>", logto.OtherClientID: "<other client>", logto.ThirdPartyClientID: "<third-party client>",
		logto.ExchangeClientID: "<exchange client>", logto.AppID: "<app>", logto.PowerlessAppID: "<powerless app>",
	}
	for _, name := range people {
		s.names[logto.Account(name).ID] = "<" + name + ">"
	}
	for _, secret := range []string{logto.AppSecret, logto.PowerlessAppSecret, logto.ExchangeClientSecret} {
		s.hide(secret)
	}
	s.intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) { next.ServeHTTP(w, r) })
	return s
}

// hide makes a text a secret.
func (s *shell) hide(secret string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.secrets[secret] = true
	return secret
}

// intercept stands before Logto. What authorizes a request is a secret.
func (s *shell) intercept(handle interceptor) {
	s.front.intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if _, credentials, found := strings.Cut(r.Header.Get("Authorization"), " "); found {
			s.hide(credentials)
		}
		handle(w, r, next)
	})
}

// answer has Logto's answer to a GET replaced.
func (s *shell) answer(path string, status int, contentType, body string) {
	s.intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method != http.MethodGet || r.URL.Path != path {
			next.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body)) // The client may be gone.
	})
}

// breaks makes Logto fail at a GET, however often it is asked.
func (s *shell) breaks(path string, status int) {
	s.logto.Fail(fault{Method: http.MethodGet, Path: path, Status: status, Times: 1000, Body: object{"message": s.logto.AppSecret}})
}

// hangs makes Logto take some requests and never answer them.
func (s *shell) hangs(at func(*http.Request) bool) {
	s.intercept(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if at(r) {
			_, _ = io.Copy(io.Discard, r.Body) // Otherwise nobody sees that the client goes.
			<-r.Context().Done()               // It has waited long enough.
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *shell) manage(method, path string, body any) any {
	s.t.Helper()
	status, result := s.logto.Manage(method, path, body)
	if status >= http.StatusMultipleChoices {
		s.t.Fatalf("%s %s: status %d: %v", method, path, status, result)
	}
	return result
}

// find returns the id of what has a value in one of Logto's lists.
func (s *shell) find(path, key, value string) string {
	s.t.Helper()
	for _, one := range s.manage("GET", path, nil).([]any) {
		if entry := one.(object); entry[key] == value {
			return entry["id"].(string)
		}
	}
	s.t.Fatalf("%s has no %s %s", path, key, value)
	return ""
}

func (s *shell) resource() string {
	return s.find("/api/resources", "indicator", logtotest.AccountResource)
}
func (s *shell) role() string { return s.find("/api/roles", "name", "account-user") }

// run runs a command as main does, and returns all that one sees of it.
func (s *shell) run(args ...string) string {
	s.t.Helper()
	stdout, stderr := newOutput(), newOutput()
	err := run(s.t.Context(), args, s.env.get, strings.NewReader(s.stdin), stdout, stderr)
	seen := stdout.String() + stderr.String()
	if code := exitCode(err); err != nil {
		seen += fmt.Sprintf("accountql: %v\nexit %d\n", err, code)
	}
	for _, name := range []string{"LOGTO_APP_SECRET", "SECRET_KEY", "EVENTS_WEBHOOK_SECRET"} {
		if secret := s.env[name]; secret != "" {
			s.hide(secret)
		}
	}
	for secret := range s.secrets {
		if strings.Contains(seen, secret) {
			s.t.Errorf("%q is told:\n%s", secret, seen)
		}
	}
	return s.stable(seen)
}

var (
	anyMoment = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)
	anyID     = regexp.MustCompile(`\b[0-9a-z]{21}\b`)
	anyPort   = regexp.MustCompile(`127\.0\.0\.1:\d+`)
)

// stable writes the same for what is another each time.
func (s *shell) stable(text string) string {
	for value, name := range s.names {
		text = strings.ReplaceAll(text, value, name)
	}
	text = anyMoment.ReplaceAllString(text, "<time>")
	return anyPort.ReplaceAllString(anyID.ReplaceAllString(text, "<id>"), "127.0.0.1:<port>")
}

func goldenFile(name string) string {
	return filepath.Join("testdata", "commands", strings.NewReplacer(" ", "_", "'", "").Replace(name)+".txt")
}

// golden compares with a file, or with -update writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := goldenFile(name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("go test -run %s -update writes %s anew (-want +got):\n%s", t.Name(), file, diff)
	}
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args []string
		want int
	}{
		{[]string{"help"}, 0},
		{[]string{"version"}, 0},
		{[]string{"-h"}, 0},
		{[]string{"doctor", "-h"}, 0},
		{[]string{"setup", "-h"}, 0},
		{nil, 1}, // Nothing is configured.
		{[]string{"doctor"}, 1},
		{[]string{"setup"}, 1},
		{[]string{"serve"}, 2},
		{[]string{"-x"}, 2},
		{[]string{"demo", "more"}, 2},
		{[]string{"doctor", "-x"}, 2},
		{[]string{"doctor", "-token"}, 2},
		{[]string{"doctor", "-token", ""}, 2},
		{[]string{"doctor", "-token", "-"}, 2}, // Nothing comes.
		{[]string{"doctor", "-token", "Bearer "}, 2},
		{[]string{"setup", "now"}, 2},
		{[]string{"health", "-h"}, 0},
		{[]string{"health", "now"}, 2},
	} {
		p := start(t, nil, test.args...)
		<-p.ended
		if got := exitCode(p.err); got != test.want {
			t.Errorf("%v: got %d, want %d: %v", test.args, got, test.want, p.err)
		}
	}
}

// TestMisplacedTokenIsNotRepeated: it may well be good.
func TestMisplacedTokenIsNotRepeated(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	token := s.hide(s.logto.AccessToken("somebody"))
	for _, args := range [][]string{{"doctor", token}, {"doctor", "-json", "token", token}, {"setup", token}, {"demo", token}} {
		if got := s.run(args...); !strings.Contains(got, "takes flags only") {
			t.Errorf("got %s", got)
		}
	}
	for _, misplaced := range []string{token, s.hide(s.logto.OpaqueToken("somebody"))} {
		if got := s.run(misplaced); !strings.HasSuffix(got, "accountql: there is no such command\nexit 2\n") {
			t.Errorf("got %s", got)
		}
	}
	if got := s.run("docter"); !strings.HasSuffix(got, "accountql: there is no command docter\nexit 2\n") {
		t.Errorf("got %s", got)
	}
}

// TestHelpListsCommands, and each command's flags are explained.
func TestHelpListsCommands(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	help := s.run("help")
	if got := s.run("-h"); got != help+"accountql: "+flag.ErrHelp.Error()+"\nexit 0\n" {
		t.Errorf("-h tells something else than help: %s", got)
	}
	for command, flags := range map[string][]string{
		"demo": {"-addr", "-json", "-public-demo"}, "doctor": {"-token TOKEN", "-json"}, "setup": {"-yes", "-dry-run"},
		"health": {"It takes no flags"}, "version": nil,
	} {
		if !strings.Contains(help, "\n  "+command+" ") {
			t.Errorf("%s isn't listed: %s", command, help)
		}
		for _, name := range flags {
			if got := s.run(command, "-h"); !strings.Contains(got, "\n  "+name) {
				t.Errorf("%s doesn't explain %s: %s", command, name, got)
			}
		}
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	if got := newShell(t).run("version"); !regexp.MustCompile(`^accountql \S+.*, go\S+ \w+/\w+\n$`).MatchString(got) {
		t.Errorf("got %q", got)
	}
	info := &debug.BuildInfo{Main: debug.Module{Version: "v0.1.0"}, Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "0123abc"}, {Key: "vcs.time", Value: "2027-01-31T12:00:00Z"}, {Key: "vcs.modified", Value: "true"},
	}}
	for _, test := range []struct {
		release, commit string
		info            *debug.BuildInfo
		want            string
	}{
		{"", "", nil, "accountql (devel)"},
		{"v1.2.3", "", nil, "accountql v1.2.3"},
		{"v1.2.3", "89abcde", &debug.BuildInfo{}, "accountql v1.2.3, commit 89abcde"},
		{"", "", info, "accountql v0.1.0, commit 0123abc of 2027-01-31T12:00:00Z with changes"},
		{"v1.2.3", "", info, "accountql v1.2.3, commit 0123abc of 2027-01-31T12:00:00Z with changes"},
	} {
		if got, _, _ := strings.Cut(describeBuild(test.release, test.commit, test.info), ", go1"); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}
