package tracing_test

import (
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

// TestGRPC makes an exporter that needs no collector to begin with.
func TestGRPC(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
	tracer, err := tracing.New(t.Context(), tracing.Config{Exporter: "otlp", Protocol: "grpc", Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := tracer.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}
