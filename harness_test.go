package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"go.uber.org/goleak"

	"accountql/config"
	"accountql/logto/logtotest"
	"accountql/tenant"
)

func TestMain(m *testing.M) {
	if os.Getenv(isProgram) != "" {
		main()
		return
	}
	// The client of Redis looks once a second whether it is closed by now, and the one of Logto every four seconds
	// whether it has connections left.
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/redis/go-redis/v9/internal/pool.(*ConnPool).tryDial"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*HostClient).connsCleaner"))
}

// world is an embedded Logto with the demo's accounts and a server in front of
// it, both on loopback. The tenant's settings are loaded and age by clock alone.
type world struct {
	t     *testing.T
	logto *logtotest.Server
	url   string
	log   *output
	clock *clock
	// redis is the server's, in tests of it.
	redis *miniredis.Miniredis
}

// fault is a failure of Logto's.
type fault = logtotest.Fault

// env is a part of a server's environment.
type env map[string]string

// newWorld starts both. What is given is laid over an environment in which all
// custom data may be written.
func newWorld(t *testing.T, given env) *world {
	t.Helper()
	return newWorldOn(t, newLogto(t), given)
}

func newWorldOn(t *testing.T, logto *logtotest.Server, given env) *world {
	t.Helper()
	w := &world{t: t, logto: logto, log: newOutput(), clock: newClock()}
	cfg, err := config.FromEnv(env(merged(serverEnv(w.logto), given)).get)
	if err != nil {
		t.Fatal(err)
	}
	s, err := newServer(cfg, newLogger(cfg, w.log), w.clock.running, nil, telemetry{})
	if err != nil {
		t.Fatal(err)
	}
	s.tenant = tenant.New(s.client, s.logger, w.clock.read, cfg.FieldAccess.FollowTenant)
	if s.handler, err = s.routes(cfg, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.tenant.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.logto.ResetCalls()
	front := httptest.NewServer(s.handler)
	running, stop := context.WithCancel(context.Background())
	var events sync.WaitGroup
	events.Go(func() { s.events.Run(running) })
	t.Cleanup(func() {
		front.Close()
		stop()
		events.Wait()
		s.client.CloseIdleConnections()
		if err := s.store.Close(); err != nil {
			t.Error(err)
		}
	})
	w.url = front.URL
	return w
}

func newLogto(t testing.TB) *logtotest.Server {
	t.Helper()
	server, err := logtotest.New(logtotest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server
}

// serverEnv is the least with which a server joins the Logto.
func serverEnv(server *logtotest.Server) env {
	return env{
		"LOGTO_ENDPOINT": server.Endpoint, "LOGTO_APP_ID": server.AppID, "LOGTO_APP_SECRET": server.AppSecret,
		"ACCOUNT_API_RESOURCE": logtotest.AccountResource, "ALLOWED_CLIENT_IDS": server.ClientID,
		"CUSTOM_DATA_WRITABLE": "*", "LOG_LEVEL": "debug", "SHUTDOWN_GRACE": "0s",
	}
}

func (e env) get(name string) string { return e[name] }

// id is the id of a demo account.
func (w *world) id(name string) string { return w.logto.Account(name).ID }

// token is an access token of a demo account; scopes, if any, are all it has.
func (w *world) token(name string, scopes ...string) string {
	if len(scopes) > 0 {
		return w.logto.AccessToken(w.id(name), logtotest.Claim("scope", strings.Join(scopes, " ")))
	}
	return w.logto.AccessToken(w.id(name))
}

// manage changes or reads Logto's state past the server. The path may name demo
// accounts: /api/users/{alice}.
func (w *world) manage(method, path string, body any) any {
	w.t.Helper()
	status, result := w.logto.Manage(method, w.expand(path), body)
	if status >= http.StatusMultipleChoices {
		w.t.Fatalf("%s %s: status %d: %v", method, path, status, result)
	}
	return result
}

func (w *world) expand(path string) string {
	for _, name := range people {
		path = strings.ReplaceAll(path, "{"+name+"}", w.id(name))
	}
	return path
}

var people = []string{"alice", "bob", "carol"}

// calls lists the Management API calls since the last reset, users named by name.
func (w *world) calls() []string {
	calls := []string{}
	for _, call := range w.logto.Calls() {
		text := fmt.Sprintf("%s %s", call.Method, call.Path)
		if call.Query != "" {
			text += "?" + call.Query
		}
		for _, name := range people {
			text = strings.ReplaceAll(text, w.id(name), "{"+name+"}")
		}
		calls = append(calls, text)
	}
	return calls
}

// advance moves the clocks of the server, of Logto, and of Redis if there is one.
func (w *world) advance(d time.Duration) {
	w.clock.advance(d)
	w.logto.Advance(d)
	if w.redis != nil {
		w.redis.FastForward(d)
		w.redis.SetTime(w.clock.running())
	}
}

// reply is a whole answer.
type reply struct {
	status int
	header http.Header
	body   string
}

// query sends a GraphQL request by POST. Variables are any JSON, nil for none.
func (w *world) query(token, document string, variables any) reply {
	w.t.Helper()
	r, err := w.try(token, document, variables)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// try is query for other goroutines than the test's.
func (w *world) try(token, document string, variables any) (reply, error) {
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		return reply{}, err
	}
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url+"/graphql", bytes.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	request.Header = bearer(token)
	return exchange(request)
}

// inParallel sends the document as every demo account at the same time, several
// times over, and returns the answers by account.
func (w *world) inParallel(times int, document string) map[string][]reply {
	w.t.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	answers := map[string][]reply{}
	for _, name := range people {
		token := w.token(name)
		for range times {
			wg.Go(func() {
				answer, err := w.try(token, document, nil)
				for err == nil && strings.Contains(answer.body, messageBusy) { // This machine is a slow one.
					answer, err = w.try(token, document, nil)
				}
				if err != nil {
					w.t.Errorf("%s: %v", name, err)
				}
				mu.Lock()
				defer mu.Unlock()
				answers[name] = append(answers[name], answer)
			})
		}
	}
	wg.Wait()
	return answers
}

// ask is a query that is answered with status 200, its body made comparable.
func (w *world) ask(token, document string, variables any) string {
	w.t.Helper()
	r := w.query(token, document, variables)
	if r.status != http.StatusOK {
		w.t.Errorf("status %d", r.status)
	}
	return w.stable(r.body)
}

func bearer(token string) http.Header {
	return http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer " + token}}
}

func get(t *testing.T, address string) reply {
	t.Helper()
	return send(t, http.MethodGet, address, nil, nil)
}

func send(t *testing.T, method, address string, header http.Header, body io.Reader) reply {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header = header
	r, err := exchange(request)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func exchange(request *http.Request) (reply, error) {
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return reply{status: response.StatusCode, header: response.Header, body: string(body)}, err
}

func encode(t *testing.T, value any) string {
	t.Helper()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(text.String())
}

func decode(t *testing.T, text string) any {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return value
}

// clock is moved by hand. It tells two times: one that goes by the hand alone, and
// one that runs besides.
type clock struct {
	start time.Time

	mu    sync.Mutex
	moved time.Duration
}

func newClock() *clock { return &clock{start: time.Now()} }

func (c *clock) read() time.Time { return c.start.Add(c.offset()) }

func (c *clock) running() time.Time { return time.Now().Add(c.offset()) }

func (c *clock) offset() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.moved
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.moved += d
}
