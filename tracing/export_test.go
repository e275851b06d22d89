package tracing_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"accountql/tracing"
)

// lines is a writer of which each line can be waited for.
type lines chan string

// Write implements io.Writer.
func (l lines) Write(text []byte) (int, error) {
	l <- string(text)
	return len(text), nil
}

// TestCollectorComesAndGoes: the log says so, once each time, and the collector's
// address is as the environment says.
func TestCollectorComesAndGoes(t *testing.T) {
	var status atomic.Int64
	exported := make(chan string, 1)
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(int(status.Load()))
		exported <- r.URL.Path + " " + r.Header.Get("Authorization")
	}))
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL+"/otel")
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20planted-key")
	t.Setenv("OTEL_BSP_SCHEDULE_DELAY", "1")
	log := make(lines, 10)
	tracer, err := tracing.New(t.Context(), tracing.Config{
		Exporter: "otlp", Protocol: "http/protobuf", Path: "/graphql", Logger: slog.New(slog.NewTextHandler(log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	export := func(answer int) {
		t.Helper()
		status.Store(int64(answer))
		_, answered := tracer.Request(httptest.NewRequest(http.MethodPost, "/graphql", nil))
		answered("/graphql", http.StatusOK, "")
		if got := <-exported; got != "/otel/v1/traces Bearer planted-key" {
			t.Errorf("exported to %s", got)
		}
	}
	for range 2 {
		export(http.StatusBadRequest)
		export(http.StatusBadRequest)
		if got := <-log; !strings.Contains(got, `level=WARN msg="traces can't be exported"`) || strings.Contains(got, "planted") {
			t.Errorf("logged: %s", got)
		}
		export(http.StatusOK)
		export(http.StatusOK)
		if got := <-log; !strings.Contains(got, `level=INFO msg="traces are exported again"`) {
			t.Errorf("logged: %s", got)
		}
	}
	if err := tracer.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if len(log) > 0 {
		t.Errorf("logged besides: %s", <-log)
	}
}

func TestMalformedResource(t *testing.T) {
	t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "planted")
	_, err := tracing.New(t.Context(), tracing.Config{Exporter: "otlp", Logger: slog.New(slog.DiscardHandler)})
	if err == nil || !strings.HasPrefix(err.Error(), "read OTEL_RESOURCE_ATTRIBUTES: ") {
		t.Errorf("got %v", err)
	}
}

// TestCollectorsWordsStayOutOfTheLog, for they may repeat the key that it was sent, and
// so does its address, whose path may be a key too.
func TestCollectorsWordsStayOutOfTheLog(t *testing.T) {
	const key = "Bearer planted-key"
	asked := make(chan string, 100)
	collector := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.URL.Path + " " + r.Header.Get("Authorization")
		if r.ProtoMajor == 2 {
			w.Header().Set("Content-Type", "application/grpc")
			w.Header().Set("Grpc-Status", "16")
			w.Header().Set("Grpc-Message", "no good: "+r.Header.Get("Authorization"))
			return
		}
		status := http.StatusUnauthorized
		if strings.HasPrefix(r.URL.Path, "/planted-busy") {
			status = http.StatusServiceUnavailable
		}
		http.Error(w, "no good: "+r.Header.Get("Authorization"), status)
	}))
	collector.Config.Protocols = new(http.Protocols)
	collector.Config.Protocols.SetHTTP1(true)
	collector.Config.Protocols.SetUnencryptedHTTP2(true)
	collector.Start()
	defer collector.Close()
	const nobody = "http://127.0.0.1:1"
	for _, test := range []struct{ protocol, endpoint, asked, logged string }{
		{"http/protobuf", collector.URL + "/planted", "/planted/v1/traces", "traces export: failed to send: 401 Unauthorized"},
		{"http/json", collector.URL + "/planted", "/planted/v1/traces", "traces export: failed to send: 401 Unauthorized"},
		{"http/protobuf", collector.URL + "/planted-busy", "/planted-busy/v1/traces", "traces export: processor export timeout: retry-able request failure"},
		{"http/protobuf", nobody + "/planted", "", "dial tcp 127.0.0.1:1: connect: connection refused"},
		{"grpc", collector.URL, "/opentelemetry.proto.collector.trace.v1.TraceService/Export", "traces export: rpc error: code = Unauthenticated"},
		{"grpc", nobody, "", "connect: connection refused"},
	} {
		t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", test.endpoint)
		t.Setenv("OTEL_EXPORTER_OTLP_PROTOCOL", test.protocol)
		t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20planted-key")
		t.Setenv("OTEL_BSP_EXPORT_TIMEOUT", "300") // Until then it is tried again.
		log := make(lines, 10)
		tracer, err := tracing.New(t.Context(), tracing.Config{
			Exporter: "otlp", Protocol: test.protocol, Path: "/graphql", Logger: slog.New(slog.NewTextHandler(log, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		_, answered := tracer.Request(httptest.NewRequest(http.MethodPost, "/graphql", nil))
		answered("/graphql", http.StatusOK, "")
		if err := tracer.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		if test.asked != "" {
			if got := <-asked; got != test.asked+" "+key {
				t.Errorf("%s %s: asked for %s", test.protocol, test.endpoint, got)
			}
		}
		if got := <-log; !strings.Contains(got, test.logged) || strings.Contains(got, "planted") || strings.Contains(got, "no good") {
			t.Errorf("%s %s: logged: %s", test.protocol, test.endpoint, got)
		}
		for len(asked) > 0 {
			<-asked
		}
	}
}

// TestGRPC: a collector by gRPC gets the spans.
func TestGRPC(t *testing.T) {
	spans := make(chan string, 1)
	collector := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		message, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		spans <- string(message)
		w.Header().Set("Content-Type", "application/grpc")
		w.Header().Set("Trailer", "Grpc-Status")
		_, _ = w.Write(make([]byte, 5)) // An empty message, which says that all is well.
		w.Header().Set("Grpc-Status", "0")
	}))
	collector.Config.Protocols = new(http.Protocols)
	collector.Config.Protocols.SetUnencryptedHTTP2(true)
	collector.Start()
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	log := make(lines, 10)
	tracer, err := tracing.New(t.Context(), tracing.Config{
		Exporter: "otlp", Protocol: "grpc", Path: "/graphql", Logger: slog.New(slog.NewTextHandler(log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	_, answered := tracer.Request(httptest.NewRequest(http.MethodPost, "/graphql", nil))
	answered("/graphql", http.StatusOK, "")
	if err := tracer.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if got := <-spans; !strings.Contains(got, "POST /graphql") || !strings.Contains(got, "accountql") {
		t.Errorf("the collector has got %q", got)
	}
	if len(log) > 0 {
		t.Errorf("logged: %s", <-log)
	}
}
