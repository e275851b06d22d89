package quiet_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"testing"

	"accountql/quiet"
)

func TestText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                          "",
		"connection refused":        "connection refused",
		`a "b" c "d"`:               `a "…" c "…"`,
		`line: "a \"b\" \\"; "c" d`: `line: "…"; "…" d`,
		`cut off "a \"b`:            `cut off "…"`,
		`cut off "a \`:              `cut off "…"`,
		`""`:                        `"…"`,
		"over \"two\nlines\" of it": `over "…" of it`,
	} {
		if got := quiet.Text(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestError(t *testing.T) {
	t.Parallel()
	if quiet.Error(nil) != nil {
		t.Error("no error became one")
	}
	if got := quiet.Error(io.EOF); got != io.EOF { //nolint:errorlint // It is to be the very same.
		t.Errorf("got %#v", got)
	}
	unreadable := fmt.Errorf("malformed %q: %w", "planted", context.DeadlineExceeded)
	for err, want := range map[error]string{
		unreadable: `malformed "…": context deadline exceeded`,
		&url.Error{Op: "Get", URL: "https://logto.example.com", Err: unreadable}:        `Get "https://logto.example.com": malformed "…": context deadline exceeded`,
		fmt.Errorf("twice: %w", &url.Error{Op: "Get", URL: "planted", Err: unreadable}): `twice: Get "…": malformed "…": context deadline exceeded`,
	} {
		if got := quiet.Error(err); got.Error() != want || !errors.Is(got, context.DeadlineExceeded) {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
