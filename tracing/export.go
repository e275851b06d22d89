package tracing

import (
	"context"
	"log/slog"
	"sync/atomic"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
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
			e.logger.WarnContext(ctx, "traces can't be exported", "error", err)
		} else {
			e.logger.InfoContext(ctx, "traces are exported again")
		}
	}
	return nil
}
