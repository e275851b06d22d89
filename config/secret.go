package config

import (
	"fmt"
	"io"
)

// A Secret is a string that no formatting, logging or encoding reveals.
type Secret string

const redacted = "[redacted]"

// Reveal returns the secret itself, for the place that needs it.
func (s Secret) Reveal() string {
	return string(s)
}

// Format implements [fmt.Formatter] rather than fmt.Stringer, because fmt
// prints the bare value of a Stringer under a verb that doesn't fit it, %d.
func (Secret) Format(f fmt.State, _ rune) {
	// A fmt.State reports no errors worth handling: fmt itself buffers.
	_, _ = io.WriteString(f, redacted)
}

// MarshalText implements [encoding.TextMarshaler] for encoding/json and slog.
func (Secret) MarshalText() ([]byte, error) {
	return []byte(redacted), nil
}
