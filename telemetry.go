package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"accountql/config"
	"accountql/graph"
	"accountql/graphqlhttp"
	"accountql/logto"
	"accountql/metrics"
	"accountql/tracing"
	"accountql/upstream"
)

// telemetry is what the server tells the operator beside its log. The zero value
// tells nothing, and costs nothing.
type telemetry struct {
	metrics     *metrics.Metrics
	metricsAddr string
	tracer      *tracing.Tracer

	// These observe the layers.
	requests       []graphqlhttp.Observer
	rootFields     []graph.Observer
	calls          []upstream.Observer
	documentLookup func(known bool)
}

// newTelemetry makes what the configuration asks for. console is where the exporter
// of that name writes to.
func newTelemetry(ctx context.Context, cfg *config.Config, console io.Writer, logger *slog.Logger) (telemetry, error) {
	var t telemetry
	if cfg.MetricsAddr != "" {
		t.metrics, t.metricsAddr = metrics.New(), cfg.MetricsAddr
		t.requests = append(t.requests, t.metrics.Request)
		t.rootFields = append(t.rootFields, t.metrics.RootField)
		t.calls = append(t.calls, t.metrics.Call)
		t.documentLookup = t.metrics.DocumentLookup
	}
	if cfg.Tracing.Exporter != "none" {
		tracer, err := newTracer(ctx, cfg, console, logger)
		if err != nil {
			return telemetry{}, config.Problem{
				Setting: "OTEL_TRACES_EXPORTER", What: "can't be followed: " + err.Error(),
				Mend: "mend the variable that this is about, or set OTEL_SDK_DISABLED=true to do without traces",
			}
		}
		t.tracer = tracer
		t.requests = append(t.requests, tracer.Request)
		t.rootFields = append(t.rootFields, tracer.RootField)
		t.calls = append(t.calls, tracer.Call)
	}
	return t, nil
}

// newTracer fails where the SDK would panic, as it does of OTEL_BSP_MAX_QUEUE_SIZE=-1.
func newTracer(ctx context.Context, cfg *config.Config, console io.Writer, logger *slog.Logger) (tracer *tracing.Tracer, err error) {
	defer func() {
		if value := recover(); value != nil {
			err = fmt.Errorf("set up OpenTelemetry, whose OTEL_BSP_ variables may be out of range: %v", value)
		}
	}()
	return tracing.New(ctx, tracing.Config{
		Exporter: cfg.Tracing.Exporter, Protocol: cfg.Tracing.Protocol, Console: console,
		Sampler: cfg.Tracing.Sampler, SamplerArg: cfg.Tracing.SamplerArg,
		Path: graphQLPath, Logger: logger,
	})
}

// start serves the metrics at an address of their own, since they are not for whom
// the rest is for. stop ends it all; what is left of the traces is handed on.
func (t telemetry) start(ctx context.Context, logger *slog.Logger) (stop func(), err error) {
	stopMetrics := func() {}
	if t.metrics != nil {
		if stopMetrics, err = t.serveMetrics(ctx, logger); err != nil {
			return nil, err
		}
	}
	return func() {
		stopMetrics()
		if t.tracer == nil {
			return
		}
		if err := t.tracer.Shutdown(context.WithoutCancel(ctx)); err != nil {
			logger.Warn("some traces are lost", "error", err)
		}
	}, nil
}

func (t telemetry) serveMetrics(ctx context.Context, logger *slog.Logger) (stop func(), err error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", t.metricsAddr)
	if err != nil {
		return nil, fmt.Errorf("listen on METRICS_ADDR %s: %w", t.metricsAddr, err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", t.metrics.Handler())
	server := &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			logger.Error("metrics are served no more", "error", err)
		}
	}()
	logger.InfoContext(ctx, "serving metrics", "address", listener.Addr().String())
	return func() {
		_ = server.Close() // A scrape that is cut off is made again.
		<-ended
	}, nil
}

// keysEndpoint names the endpoint of a request of package auth, which asks Logto
// for two things.
func keysEndpoint(r *http.Request) string {
	if strings.HasSuffix(r.URL.Path, "/.well-known/openid-configuration") {
		return "GET /oidc/.well-known/openid-configuration"
	}
	return "GET /oidc/jwks"
}

// managementEndpoint names the endpoint of a request of package logto.
func managementEndpoint(r *http.Request) string { return logto.Endpoint(r.Context()) }
