package tracing

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"

	"accountql/quiet"
)

// reporting logs when exporting begins to fail and when it works again. The SDK
// would write every failure to standard error, through a global.
type reporting struct {
	sdktrace.SpanExporter
	logger  *slog.Logger
	failing atomic.Bool
}

// ExportSpans implements sdktrace.SpanExporter.
func (e *reporting) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	err := e.SpanExporter.ExportSpans(ctx, spans)
	if failed := err != nil; e.failing.Swap(failed) != failed {
		if failed {
			e.logger.WarnContext(ctx, "traces can't be exported", "error", reason(err))
		} else {
			e.logger.InfoContext(ctx, "traces are exported again")
		}
	}
	return nil
}

// collector is its address in an error of the exporter's.
var collector = regexp.MustCompile(` to https?://\S+:`)

// reason is what may be logged of an error. The collector's own words may repeat the
// key that it was sent, and the path of its address may be one.
func reason(err error) string {
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return quiet.Error(failed.Err).Error()
	}
	text := err.Error()
	// gRPC has one form for what the collector says and for what keeps it from saying
	// anything, which is told.
	if said, description, _ := strings.Cut(text, " desc = "); !strings.HasPrefix(description, "connection error: ") {
		text = said
	}
	text, _, _ = strings.Cut(text, "body: ")
	return strings.TrimRight(collector.ReplaceAllString(text, ":"), " (:")
}
