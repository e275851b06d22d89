package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"accountql/config"
)

// TestDraining has a request under way, held at Logto, when the server is told to
// end, and lets the grace end by hand.
func TestDraining(t *testing.T) {
	t.Parallel()
	logto := newLogto(t)
	proxy := newProxy(t, logto.Endpoint)
	arrived, release := proxy.hold("/api/users/" + logto.Account("alice").ID)
	variables := merged(serverEnv(logto), env{"ADDR": free, "LOGTO_ENDPOINT": proxy.URL, "SHUTDOWN_GRACE": "1m"})
	cfg, err := config.FromEnv(env(variables).get)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newServer(cfg, newLogger(cfg, newOutput()), time.Now, nil, telemetry{})
	if err != nil {
		t.Fatal(err)
	}
	asked, over := make(chan time.Duration, 3), make(chan time.Time)
	s.after = func(d time.Duration) <-chan time.Time { asked <- d; return over }
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	listening, ended := make(chan string, 1), make(chan error, 1)
	go func() { ended <- s.serve(ctx, func(addr net.Addr) { listening <- addr.String() }) }()
	address := <-listening
	w := &world{t: t, logto: logto, url: "http://" + address}
	held := w.later("alice")
	<-arrived

	if status, closes := w.readiness(); status != http.StatusOK || closes {
		t.Errorf("readyz before: status %d, closes its connection: %t", status, closes)
	}
	stop()
	if grace := <-asked; grace != time.Minute {
		t.Errorf("the grace is %v", grace)
	}
	if status, closes := w.readiness(); status != http.StatusServiceUnavailable || !closes {
		t.Errorf("readyz in the grace: status %d, closes its connection: %t", status, closes)
	}
	if got := w.ask(w.token("bob"), `{ me { username } }`, nil); !strings.Contains(got, `"bob"`) {
		t.Errorf("a request in the grace: %s", got)
	}
	close(over)
	awaitClosed(address)
	select {
	case err := <-ended:
		t.Fatalf("it ended before the request: %v", err)
	default:
	}
	release()
	if got := <-held; got.body != `{"data":{"me":{"username":"alice"}}}` {
		t.Errorf("the request under way: %v", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("end: %v", err)
	}
}

// TestTerminatingUnderLoad sends SIGTERM to a process that clients ask as a load
// balancer lets them: as long as it says that it is ready. Each gets its answer.
func TestTerminatingUnderLoad(t *testing.T) {
	t.Parallel()
	logto := newLogto(t)
	p := startProcess(t, merged(serverEnv(logto), env{"ADDR": free, "SHUTDOWN_GRACE": "2s"}))
	w := &world{t: t, logto: logto, url: "http://" + p.stderr.await(t, `msg=listening address=(\S+)`)[1]}

	const clients, enough = 8, 200
	var answered atomic.Int64
	underLoad := make(chan struct{})
	var wg sync.WaitGroup
	for range clients {
		token := w.token("alice")
		wg.Go(func() {
			for status, _ := w.readiness(); status == http.StatusOK; status, _ = w.readiness() {
				got, err := w.try(token, `{ me { username } }`, nil)
				if errors.Is(err, syscall.ECONNREFUSED) {
					return // The grace has passed since the look at readyz, on a very slow machine.
				}
				// A slow machine may have more clients than its Logto bears.
				if err != nil || got.body != `{"data":{"me":{"username":"alice"}}}` && !strings.Contains(got.body, messageBusy) {
					t.Errorf("request lost: %v %v", got, err)
				}
				if answered.Add(1) == enough {
					close(underLoad)
				}
			}
		})
	}
	gone := make(chan struct{})
	go func() { wg.Wait(); close(gone) }()
	select {
	case <-underLoad:
	case <-gone:
		t.Fatalf("the server was lost after %d requests", answered.Load())
	}
	p.signal(t, syscall.SIGTERM)
	<-gone
	if err := p.wait(); err != nil {
		t.Errorf("the process ended with %v:\n%s", err, p.stderr)
	}
}

func TestSecondSignalEndsAtOnce(t *testing.T) {
	t.Parallel()
	p := startProcess(t, merged(serverEnv(newLogto(t)), env{"ADDR": free, "SHUTDOWN_GRACE": "5m"}))
	p.stderr.await(t, "msg=listening")
	p.signal(t, syscall.SIGTERM)
	p.stderr.await(t, "msg=draining")
	p.signal(t, syscall.SIGTERM)
	if err := p.wait(); err == nil || err.Error() != "signal: terminated" {
		t.Errorf("the process ended with %v", err)
	}
}

func TestDemoEndsByInterrupt(t *testing.T) {
	t.Parallel()
	p := startProcess(t, nil, "demo", "-addr", free)
	p.stdout.await(t, "GraphQL  ")
	p.signal(t, syscall.SIGINT)
	if err := p.wait(); err != nil {
		t.Errorf("the process ended with %v", err)
	}
	p.stderr.await(t, "msg=draining grace=0s")
}

// hold holds the requests of a path until they are released, and tells of the
// first.
func (p *proxy) hold(path string) (arrived <-chan struct{}, release func()) {
	came, released := make(chan struct{}), make(chan struct{})
	var once sync.Once
	p.intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.URL.Path == path {
			once.Do(func() { close(came) })
			<-released
		}
		next.ServeHTTP(rw, r)
	})
	return came, func() { close(released) }
}

// later asks in the background for an account's username.
func (w *world) later(name string) <-chan reply {
	token, answered := w.token(name), make(chan reply, 1)
	go func() {
		got, err := w.try(token, `{ me { username } }`, nil)
		if err != nil {
			w.t.Error(err)
		}
		answered <- got
	}()
	return answered
}

// readiness is what a load balancer sees, status 0 if nobody listens, and whether
// the connection closes.
func (w *world) readiness() (status int, closes bool) {
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.url+"/readyz", nil)
	if err != nil {
		w.t.Error(err)
		return 0, false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, false
	}
	_ = response.Body.Close()
	return response.StatusCode, response.Close
}

// awaitClosed waits until nobody listens at the address.
func awaitClosed(address string) {
	for {
		connection, err := net.Dial("tcp", address)
		if err != nil {
			return
		}
		_ = connection.Close()
	}
}

// isProgram is the variable that makes the test's binary the program.
const isProgram = "ACCOUNTQL_TEST_IS_PROGRAM"

// process is the program as a process of its own, which gets signals.
type process struct {
	command        *exec.Cmd
	stdout, stderr *output
	ended          chan struct{}
	err            error
}

func startProcess(t *testing.T, variables env, args ...string) *process {
	t.Helper()
	command := exec.CommandContext(t.Context(), os.Args[0], args...)
	command.Env = []string{isProgram + "=true"}
	for name, value := range variables {
		command.Env = append(command.Env, name+"="+value)
	}
	return startCommand(t, command)
}

func startCommand(t *testing.T, command *exec.Cmd) *process {
	t.Helper()
	p := &process{command: command, stdout: newOutput(), stderr: newOutput(), ended: make(chan struct{})}
	p.command.Stdout, p.command.Stderr = p.stdout, p.stderr
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		p.err = p.command.Wait()
		p.stdout.close()
		p.stderr.close()
	}()
	t.Cleanup(func() {
		_ = p.command.Process.Kill() // It has ended, if the test went well.
		_ = p.wait()
	})
	return p
}

func (p *process) wait() error {
	<-p.ended
	return p.err
}

func (p *process) signal(t *testing.T, signal os.Signal) {
	t.Helper()
	if err := p.command.Process.Signal(signal); err != nil {
		t.Error(err)
	}
}
