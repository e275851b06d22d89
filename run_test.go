package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// program is a run of the whole program.
type program struct {
	stdout, stderr *output
	stop           context.CancelFunc
	ended          chan struct{}
	err            error
}

// start runs the program. It ends with the test, if not before.
func start(t *testing.T, variables env, args ...string) *program {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	p := &program{stdout: newOutput(), stderr: newOutput(), stop: stop, ended: make(chan struct{})}
	go func() {
		defer close(p.ended)
		p.err = run(ctx, args, variables.get, strings.NewReader(""), p.stdout, p.stderr)
		p.stdout.close()
		p.stderr.close()
	}()
	t.Cleanup(func() { _ = p.end() })
	return p
}

// end does what SIGTERM does, and waits.
func (p *program) end() error {
	p.stop()
	<-p.ended
	return p.err
}

// address waits until the program listens.
func (p *program) address(t *testing.T) string {
	t.Helper()
	return "http://" + p.stderr.await(t, `msg=listening address=(\S+)`)[1]
}

const free = "127.0.0.1:0"

func TestRunServesUntilItIsTold(t *testing.T) {
	t.Parallel()
	logto := newLogto(t)
	p := start(t, merged(serverEnv(logto), env{"ADDR": free, "ALLOWED_CLIENT_IDS": "*"}))
	w := &world{t: t, logto: logto, url: p.address(t)}
	p.stderr.await(t, `level=WARN msg="ALLOWED_CLIENT_IDS is \*`)
	for path, want := range map[string]string{"/healthz": "200 ok\n", "/readyz": "200 ready\n", "/": "404 404 page not found\n"} {
		got := get(t, w.url+path)
		if diff := cmp.Diff(want, fmt.Sprint(got.status, " ", got.body)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", path, diff)
		}
	}
	if got := w.ask(w.token("bob"), `{ me { username } }`, nil); !strings.Contains(got, `"bob"`) {
		t.Errorf("me: %s", got)
	}
	if err := p.end(); err != nil {
		t.Errorf("end: %v", err)
	}
	if p.stdout.String() != "" {
		t.Errorf("standard output: %s", p.stdout)
	}
}

func TestRunReportsAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	p := start(t, env{"ADDR": "nowhere", "LOGTO_APP_SECRET": "a secret", "PLAYGROUND": "perhaps"})
	<-p.ended
	if p.err == nil {
		t.Fatal("it ran")
	}
	for _, setting := range []string{
		"LOGTO_ENDPOINT", "LOGTO_APP_ID", "LOGTO_APP_SECRET", "ACCOUNT_API_RESOURCE", "ALLOWED_CLIENT_IDS", "ADDR", "PLAYGROUND",
	} {
		if got := strings.Count(p.err.Error(), "\n"+setting+" "); got != 1 {
			t.Errorf("%s is named %d times in:\n%v", setting, got, p.err)
		}
	}
	if strings.Contains(p.err.Error(), "a secret") {
		t.Errorf("a secret is told: %v", p.err)
	}
}

func TestRunRefusesArguments(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"serve"}, "there is no command serve"},
		{[]string{"-addr", ":1"}, "flag provided but not defined: -addr"},
		{[]string{"demo", "more"}, "accountql demo takes flags only: accountql demo -h tells which"},
		{[]string{"demo", "-port", "1"}, "flag provided but not defined: -port"},
		{[]string{"-h"}, flag.ErrHelp.Error()},
		{[]string{"demo", "-h"}, flag.ErrHelp.Error()},
	} {
		p := start(t, nil, test.args...)
		<-p.ended
		if p.err == nil || p.err.Error() != test.want {
			t.Errorf("%v: got %v, want %s", test.args, p.err, test.want)
		}
		if test.want == flag.ErrHelp.Error() && !strings.Contains(strings.ToLower(p.stderr.String()), "usage") {
			t.Errorf("%v: no usage in %s", test.args, p.stderr)
		}
	}
}

func TestRunTellsThatTheAddressIsTaken(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", free)
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	p := start(t, merged(serverEnv(newLogto(t)), env{"ADDR": taken.Addr().String()}))
	<-p.ended
	if p.err == nil || !strings.HasPrefix(p.err.Error(), "listen on "+taken.Addr().String()) {
		t.Errorf("got %v", p.err)
	}
	if strings.Contains(p.stderr.String(), "listening") {
		t.Errorf("it says that it listens: %s", p.stderr)
	}
}

// TestRunStartsWithoutLogto and becomes ready when Logto comes.
func TestRunStartsWithoutLogto(t *testing.T) {
	t.Parallel()
	logto := newLogto(t)
	proxy := newProxy(t, logto.Endpoint)
	var up atomic.Bool
	proxy.intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		if !up.Load() {
			panic(http.ErrAbortHandler)
		}
		next.ServeHTTP(rw, r)
	})
	p := start(t, merged(serverEnv(logto), env{"ADDR": free, "LOGTO_ENDPOINT": proxy.URL}))
	w := &world{t: t, logto: logto, url: p.address(t)}
	for path, want := range map[string]int{"/healthz": http.StatusOK, "/readyz": http.StatusServiceUnavailable} {
		if got := get(t, w.url+path); got.status != want {
			t.Errorf("%s without Logto: got %d, want %d", path, got.status, want)
		}
	}
	if got := w.query(w.token("alice"), `{ me { username } }`, nil); got.status != http.StatusServiceUnavailable {
		t.Errorf("a query without Logto: %v", got)
	}
	up.Store(true)
	for get(t, w.url+"/readyz").status != http.StatusOK {
		time.Sleep(10 * time.Millisecond) // Only so that the processor does something else.
	}
	if got := w.ask(w.token("alice"), `{ me { username } }`, nil); !strings.Contains(got, `"alice"`) {
		t.Errorf("a query with Logto: %s", got)
	}
}

// TestReadinessFollowsCredentials: with a wrong secret nothing can be served.
func TestReadinessFollowsCredentials(t *testing.T) {
	t.Parallel()
	logto := newLogto(t)
	for name, variables := range map[string]env{
		"wrong secret":  {"LOGTO_APP_SECRET": "wrong"},
		"no permission": {"LOGTO_APP_ID": logto.PowerlessAppID, "LOGTO_APP_SECRET": logto.PowerlessAppSecret},
	} {
		p := start(t, merged(merged(serverEnv(logto), env{"ADDR": free}), variables))
		w := &world{t: t, logto: logto, url: p.address(t)}
		if got := get(t, w.url+"/readyz"); got.status != http.StatusServiceUnavailable || got.body != "not ready\n" {
			t.Errorf("%s: readyz: %v", name, got)
		}
		got := w.ask(w.token("alice"), `{ me { username } }`, nil)
		if !strings.Contains(got, "UPSTREAM_MISCONFIGURED") || strings.Contains(got+p.stderr.String(), logto.PowerlessAppSecret) {
			t.Errorf("%s: me: %s", name, got)
		}
		if err := p.end(); err != nil {
			t.Errorf("%s: end: %v", name, err)
		}
	}
}
