// Package tracing makes OpenTelemetry traces of requests: a span for each GraphQL
// request, below it one for each root field, below that one for each request to
// Logto. Where they go, and how many of them, the standard variables OTEL_* say.
//
// A span holds names that are written in this program's code and schema, statuses
// and codes, and nothing that a client or Logto has said: no document, no name of
// an operation, no variables, no ids, no addresses of people, no messages of
// errors.
//
// Traces join those of callers by the header traceparent (W3C Trace Context), which
// Logto is sent too. Of what callers may send besides, nothing is read: tracestate
// and baggage hold anything, and end here.
package tracing

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/exporters/stdout/stdouttrace"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Config is what a tracer is made of. The SDK reads the rest from the process's
// environment: where the collector is (OTEL_EXPORTER_OTLP_*), the service's name
// (OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES), batches (OTEL_BSP_*).
type Config struct {
	// Exporter is otlp or console.
	Exporter string
	// Protocol is OTLP's: grpc, http/protobuf or http/json.
	Protocol string
	// Console is where the exporter console writes to.
	Console io.Writer
	// Sampler and SamplerArg are what OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG
	// name; see newSampler.
	Sampler    string
	SamplerArg float64
	// Path is the path whose requests are traced. Those of probes tell nothing.
	Path   string
	Logger *slog.Logger
}

// Tracer makes spans and hands them on in the background. Its methods may be called
// from many goroutines.
type Tracer struct {
	path     string
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
}

// shutdownTimeout bounds how long Shutdown waits for the collector.
const shutdownTimeout = 5 * time.Second

// New makes a tracer. It waits for no collector: one that can't be reached is
// logged, and what was meant for it is lost.
func New(ctx context.Context, config Config) (*Tracer, error) {
	exporter, err := newExporter(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("make exporter of traces: %w", err)
	}
	service, err := resource.New(ctx, resource.WithTelemetrySDK(),
		resource.WithAttributes(attribute.String("service.name", "accountql")), resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("read OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(&reporting{SpanExporter: exporter, logger: config.Logger}),
		sdktrace.WithResource(service),
		sdktrace.WithSampler(newSampler(config.Sampler, config.SamplerArg)),
	)
	return &Tracer{path: config.Path, provider: provider, tracer: provider.Tracer("accountql")}, nil
}

func newExporter(ctx context.Context, config Config) (sdktrace.SpanExporter, error) {
	switch {
	case config.Exporter == "console":
		return stdouttrace.New(stdouttrace.WithWriter(config.Console))
	case config.Protocol == "grpc":
		return otlptracegrpc.New(ctx)
	default:
		return otlptracehttp.New(ctx)
	}
}

// Shutdown hands on what is left, for at most five seconds.
func (t *Tracer) Shutdown(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, shutdownTimeout)
	defer cancel()
	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("hand on the last spans: %w", err)
	}
	return nil
}
