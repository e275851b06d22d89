package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/config"
	"accountql/logto/logtotest"
)

// collector takes traces as OpenTelemetry's do, in JSON.
type collector struct {
	*httptest.Server
	mu     sync.Mutex
	bodies strings.Builder
	spans  []collected
}

// collected is a span as it is told.
type collected struct {
	TraceID      string `json:"traceId"`
	SpanID       string `json:"spanId"`
	ParentSpanID string `json:"parentSpanId"`
	Name         string `json:"name"`
}

func newCollector(t *testing.T) *collector {
	t.Helper()
	c := new(collector)
	c.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var told struct {
			ResourceSpans []struct {
				ScopeSpans []struct{ Spans []collected }
			}
		}
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = json.Unmarshal(body, &told)
		}
		if err != nil {
			t.Errorf("traces: %v in %s", err, body)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.bodies.Write(body)
		for _, resource := range told.ResourceSpans {
			for _, scope := range resource.ScopeSpans {
				for _, s := range scope.Spans {
					// OTLP leaves the case open.
					s.TraceID, s.SpanID, s.ParentSpanID = strings.ToLower(s.TraceID), strings.ToLower(s.SpanID), strings.ToLower(s.ParentSpanID)
					c.spans = append(c.spans, s)
				}
			}
		}
	}))
	t.Cleanup(c.Close)
	return c
}

// telling is a run of the program that tells all it can, and its Logto.
type telling struct {
	*world
	*program
	metricsURL string
	// sent are the headers of all requests to Logto.
	sent *output
}

// startTelling runs the program with metrics, and with traces if environment says so.
func startTelling(t *testing.T, environment env) telling {
	t.Helper()
	logto := newLogto(t)
	proxy := newProxy(t, logto.Endpoint)
	tell := telling{sent: newOutput()}
	proxy.intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		_ = r.Header.Write(tell.sent) // It never fails.
		next.ServeHTTP(rw, r)
	})
	tell.program = start(t, merged(merged(serverEnv(logto), env{
		"ADDR": free, "METRICS_ADDR": free, "LOGTO_ENDPOINT": proxy.URL, "LOG_FORMAT": "json",
	}), environment))
	tell.metricsURL = "http://" + tell.stderr.await(t, `"msg":"serving metrics","address":"([^"]+)"`)[1] + "/metrics"
	tell.world = &world{t: t, logto: logto, clock: newClock(), url: "http://" + tell.stderr.await(t, `"msg":"listening","address":"([^"]+)"`)[1]}
	return tell
}

// metrics are all lines but comments.
func (tell telling) metrics(t *testing.T) string {
	t.Helper()
	r := get(t, tell.metricsURL)
	if r.status != http.StatusOK {
		t.Fatalf("metrics: %v", r)
	}
	return regexp.MustCompile(`(?m)^#.*\n`).ReplaceAllString(r.body, "")
}

// series are the names and labels of all metrics.
func (tell telling) series(t *testing.T) []string {
	t.Helper()
	series := regexp.MustCompile(`(?m) \S+$`).ReplaceAllString(tell.metrics(t), "")
	return strings.Split(strings.TrimSpace(series), "\n")
}

const (
	browsersTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	browsersSpan  = "00f067aa0ba902b7"
)

// TestTelemetryTellsNoSecrets goes through the flows that handle secrets, and looks
// for these, for people and for clients' own words in the log, the metrics, the
// traces and what Logto is sent.
func TestTelemetryTellsNoSecrets(t *testing.T) {
	c := newCollector(t)
	environment := env{"OTEL_EXPORTER_OTLP_ENDPOINT": c.URL, "OTEL_EXPORTER_OTLP_PROTOCOL": "http/json", "OTEL_RESOURCE_ATTRIBUTES": "zone=a"}
	for name, value := range environment {
		t.Setenv(name, value) // The SDK reads it too.
	}
	tell := startTelling(t, environment)
	bob, stranger := tell.page("bob"), tell.token("bob", "planted")
	account := tell.logto.Account("bob")
	secrets := map[string]string{
		"application's secret": tell.logto.AppSecret, "token": bob.token, "password": account.Password,
		"new password": newPassword, "email": account.Email, "client's words": "planted",
	}

	proof := bob.byPassword()
	secrets["proof"] = proof
	bob.must("OK", bob.do("createPersonalAccessToken", object{"name": "planted", "stepUpProof": proof}))
	secrets["personal access token"] = tell.storedTokens("bob")["planted"]["value"].(string)
	e := bob.startEnrollment(proof)
	secrets["TOTP secret"], secrets["enrollment"] = e.secret, e.id
	bob.must("OK", bob.do("confirmTotpEnrollment", tell.confirm(e)))
	bob.must("OK", bob.do("changePassword", object{"newPassword": newPassword, "stepUpProof": proof}))
	challenge := bob.challenge(object{"email": account.Email})
	code := tell.code(account.Email)
	secrets["challenge"] = challenge
	bob.must("INVALID_CODE", bob.do("verifyCode", object{"challengeId": challenge, "code": notCode(code)}))
	secrets["proof by code"] = bob.must("OK", bob.do("verifyCode", object{"challengeId": challenge, "code": code})).proof()
	tell.beRude(t, bob, stranger)

	metrics := tell.metrics(t)
	for _, line := range []string{
		`accountql_root_fields_total{code="OK",field="verifyCode",operation="mutation"} 1`,
		`accountql_root_fields_total{code="INVALID_CODE",field="verifyCode",operation="mutation"} 1`,
		`accountql_root_fields_total{code="FORBIDDEN",field="me",operation="query"} 1`,
		`accountql_http_requests_total{refusal="UNAUTHENTICATED",route="/graphql",status="401"} 1`,
		`accountql_http_requests_total{refusal="",route="other",status="404"} 1`,
		`accountql_upstream_requests_total{endpoint="PATCH /api/users/{userId}/password",status="200"} 1`,
		`accountql_upstream_requests_total{endpoint="POST /oidc/token",status="200"} 1`,
		`accountql_upstream_requests_total{endpoint="GET /oidc/jwks",status="200"} 1`,
		`accountql_signatures_refused_total 0`,
		`accountql_events_total{result="lost"} 0`,
		`accountql_upstream_breaker{state="closed"} 1`,
		`accountql_upstream_refused_total{by="limiter"} 0`,
		`accountql_cache_requests_total{cache="document",result="hit"} 3`,
		`accountql_store_failures_total 0`,
	} {
		if !strings.Contains(metrics, line+"\n") {
			t.Errorf("the metrics lack %s:\n%s", line, metrics)
		}
	}
	if err := tell.end(); err != nil { // Which hands the last spans on.
		t.Error(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	told := map[string]string{"log": tell.stderr.String(), "metrics": metrics, "traces": c.bodies.String()}
	for where, text := range told {
		for _, kind := range slices.Sorted(maps.Keys(secrets)) {
			if i := strings.Index(text, secrets[kind]); i >= 0 {
				t.Errorf("%s in the %s: %.300s", kind, where, text[max(0, i-150):])
			}
		}
		if text == "" || where != "log" && strings.Contains(text, bob.id) { // The log is what audits are made of.
			t.Errorf("the %s: %s", where, text)
		}
	}
	if sent := strings.ToLower(tell.sent.String()); strings.Contains(sent, "planted") || strings.Contains(sent, "baggage") {
		t.Errorf("Logto is sent: %s", tell.sent)
	}
	c.check(t, tell)
}

// beRude sends what clients may name, wherever they may name it. stranger is a token of bob's without scopes that are known.
func (tell telling) beRude(t *testing.T, bob page, stranger string) {
	t.Helper()
	send := func(method, path, token, body string) {
		t.Helper()
		header := merged(bearer(token), map[string][]string{
			"Traceparent": {"00-" + browsersTrace + "-" + browsersSpan + "-01"}, "Tracestate": {"planted=planted"}, "Baggage": {"planted=planted"},
			"X-Apollo-Operation-Name": {"planted"}, "User-Agent": {"planted"}, "X-Request-Id": {"planted words"}, "Referer": {"http://planted"},
		})
		_ = send(t, method, tell.url+path, header, strings.NewReader(body))
	}
	document := encode(t, object{
		"operationName": "planted", "variables": object{"planted": true, "planted2": "planted"},
		"query": `query planted($planted: Boolean!) { planted: me @include(if: $planted) { planted: username } }`,
	})
	send(http.MethodPost, "/graphql", bob.token, document)
	send(http.MethodPost, "/graphql?planted", bob.token, document)
	send(http.MethodGet, "/graphql?operationName=planted&query=query+planted{me{username}}", bob.token, "")
	send(http.MethodPost, "/graphql", bob.token, `{"query": "{ planted }"}`)
	send(http.MethodPost, "/graphql", bob.token, `planted`)
	send(http.MethodPost, "/graphql", "planted", document)
	send(http.MethodPost, "/graphql", stranger, document)
	send("PLANTED", "/graphql", bob.token, document)
	send(http.MethodGet, "/planted", bob.token, "")
}

// check compares the traces of the browser's requests.
func (c *collector) check(t *testing.T, tell telling) {
	t.Helper()
	names := map[string]string{browsersSpan: "the browser"}
	for _, s := range c.spans {
		names[s.SpanID] = s.Name
	}
	got := map[string]int{}
	for _, s := range c.spans {
		if s.TraceID == browsersTrace {
			got[fmt.Sprintf("%s below %s", s.Name, names[s.ParentSpanID])]++
		}
	}
	want := map[string]int{
		"POST /graphql below the browser": 6, "GET /graphql below the browser": 1, "_OTHER /graphql below the browser": 1,
		"query me below POST /graphql": 3, "query me below GET /graphql": 1,
		"GET /api/users/{userId} below query me": 3,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the browser's traces (-want +got):\n%s", diff)
	}
	if !strings.Contains(c.bodies.String(), `"zone"`) {
		t.Error("the traces lack OTEL_RESOURCE_ATTRIBUTES")
	}
	for _, s := range c.spans {
		passedOn := "Traceparent: 00-" + s.TraceID + "-" + s.SpanID + "-01"
		if strings.HasPrefix(s.Name, "GET /api/users/") && !strings.Contains(tell.sent.String(), passedOn) {
			t.Errorf("Logto wasn't sent %s", passedOn)
		}
		logged := `"msg":"mutation"[^\n]*"trace_id":"` + s.TraceID + `","span_id":"` + s.SpanID + `"`
		if strings.HasPrefix(s.Name, "mutation ") && !regexp.MustCompile(logged).MatchString(tell.stderr.String()) {
			t.Errorf("the log lacks %s", logged)
		}
	}
}

// TestSeriesStayTheSame whatever clients name.
func TestSeriesStayTheSame(t *testing.T) {
	t.Parallel()
	tell := startTelling(t, nil)
	bob := tell.page("bob")
	tell.beRude(t, bob, tell.token("bob", "planted"))
	_ = tell.query(bob.token, settingsQuery(t), nil) // Which waits for all that is fetched at the start.
	before := tell.series(t)
	for i := range 500 {
		name := fmt.Sprint("name", i)
		if got := tell.query(bob.token, "query "+name+" { "+name+": me { "+name+": username } }", nil); got.status != http.StatusOK {
			t.Fatalf("%v", got)
		}
		_ = tell.query(bob.token, "{ "+name+" }", nil)
		_ = tell.query(name, "{ me { id } }", nil)
		_ = get(t, tell.url+"/"+name)
		_ = send(t, name, tell.url+"/graphql", bearer(bob.token), nil)
	}
	if diff := cmp.Diff(before, tell.series(t)); diff != "" {
		t.Errorf("(-before +after):\n%s", diff)
	}
}

// TestMetricsAddress: nothing but metrics is there, and it must be free.
func TestMetricsAddress(t *testing.T) {
	t.Parallel()
	tell := startTelling(t, nil)
	for _, path := range []string{"/", "/graphql", "/healthz", "/debug/pprof/"} {
		if got := get(t, strings.TrimSuffix(tell.metricsURL, "/metrics")+path); got.status != http.StatusNotFound {
			t.Errorf("%s beside the metrics: %v", path, got)
		}
	}
	if got := get(t, tell.url+"/metrics"); got.status != http.StatusNotFound {
		t.Errorf("/metrics at the main address: %v", got)
	}
	if err := tell.end(); err != nil {
		t.Error(err)
	}
	taken, err := net.Listen("tcp", free)
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	p := start(t, merged(serverEnv(tell.logto), env{"ADDR": free, "METRICS_ADDR": taken.Addr().String()}))
	<-p.ended
	if p.err == nil || !strings.HasPrefix(p.err.Error(), "listen on METRICS_ADDR "+taken.Addr().String()) {
		t.Errorf("got %v", p.err)
	}
}

// TestTracesOnTheConsole are for trying it out.
func TestTracesOnTheConsole(t *testing.T) {
	t.Parallel()
	tell := startTelling(t, env{"OTEL_TRACES_EXPORTER": "console"})
	_ = tell.query(tell.token("bob"), `{ me { username } }`, nil)
	if err := tell.end(); err != nil {
		t.Error(err)
	}
	if got := tell.stdout.String(); !strings.Contains(got, `"Name":"query me"`) {
		t.Errorf("standard output: %s", got)
	}
}

// BenchmarkTelemetry is what telling costs a query of one call. Traces go nowhere:
// the cost of sending them is the collector's to bear.
func BenchmarkTelemetry(b *testing.B) {
	for _, given := range []struct {
		name string
		env  env
	}{
		{"off", nil},
		{"metrics", env{"METRICS_ADDR": free}},
		{"traces", env{"OTEL_TRACES_EXPORTER": "console"}},
		{"traces-not-kept", env{"OTEL_TRACES_EXPORTER": "console", "OTEL_TRACES_SAMPLER": "always_off"}},
	} {
		b.Run(given.name, func(b *testing.B) {
			cfg, err := config.FromEnv(env(merged(serverEnv(&logtotest.Server{Endpoint: "http://localhost", AppID: "a", AppSecret: "s", ClientID: "c"}), given.env)).get)
			if err != nil {
				b.Fatal(err)
			}
			t, err := newTelemetry(b.Context(), cfg, io.Discard, slog.New(slog.DiscardHandler))
			if err != nil {
				b.Fatal(err)
			}
			ask := newFrontDoor(b, 0, `{ me { username } }`, t)
			ask()
			b.ReportAllocs()
			for b.Loop() {
				ask()
			}
			if t.tracer != nil {
				_ = t.tracer.Shutdown(context.Background()) // What is lost is lost.
			}
		})
	}
}

// TestTelemetryTellsWhereTheSDKPanics. It sets a variable that the SDK reads by itself.
func TestTelemetryTellsWhereTheSDKPanics(t *testing.T) {
	t.Setenv("OTEL_BSP_MAX_QUEUE_SIZE", "-4")
	p := start(t, merged(serverEnv(newLogto(t)), env{"OTEL_TRACES_EXPORTER": "console"}))
	<-p.ended
	if p.err == nil || !strings.Contains(p.err.Error(), "OTEL_BSP_") {
		t.Errorf("error %v", p.err)
	}
}
