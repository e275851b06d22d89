package main

import (
	"log/slog"
	"strings"

	"accountql/quiet"
)

// libraries logs what libraries have to say by package log, as net/http does when a
// server goes on after its answer. It quotes what comes then.
type libraries struct{ logger *slog.Logger }

// Write implements io.Writer.
func (l libraries) Write(text []byte) (int, error) {
	l.logger.Warn("a library reports", "report", quiet.Text(strings.TrimSpace(string(text))))
	return len(text), nil
}
