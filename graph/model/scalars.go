package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// maxDateTime is the last instant that RFC 3339 can write. Logto stores any
// number of milliseconds, so a personal access token may outlive it.
var maxDateTime = time.Date(9999, time.December, 31, 23, 59, 59, 0, time.UTC)

// MarshalDateTime writes t as RFC 3339 in UTC, with milliseconds where there
// are any, since that is as fine as Logto's times are.
func MarshalDateTime(t time.Time) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) {
		t = t.UTC()
		if t.After(maxDateTime) {
			t = maxDateTime
		}
		buf := make([]byte, 0, len(time.RFC3339Nano)+2)
		buf = append(buf, '"')
		buf = t.Truncate(time.Millisecond).AppendFormat(buf, time.RFC3339Nano)
		_, _ = w.Write(append(buf, '"'))
	})
}

// UnmarshalDateTime takes an RFC 3339 time and nothing else: gqlgen's own Time
// takes an empty string and a few looser layouts as well.
func UnmarshalDateTime(v any) (time.Time, error) {
	s, ok := v.(string)
	if !ok {
		return time.Time{}, badValue(`DateTime must be a string such as "2027-01-31T12:00:00Z".`)
	}
	// time.Parse is laxer than RFC 3339 (a comma before the fraction, an offset
	// of 24 hours); time.Time's own text form is strict.
	var t time.Time
	if err := t.UnmarshalText([]byte(s)); err != nil {
		return time.Time{}, badValue(`DateTime must be an RFC 3339 time such as "2027-01-31T12:00:00Z".`)
	}
	return t.UTC(), nil
}

// MarshalURL writes an address that HTTPURL let through.
func MarshalURL(s string) graphql.Marshaler { return graphql.MarshalString(s) }

// UnmarshalURL takes any text. The operation decides which addresses will do,
// since a person who mistypes one needs the answer in the payload's errors.
func UnmarshalURL(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", badValue(`URL must be a string such as "https://example.com/picture.png".`)
	}
	return s, nil
}

// HTTPURL returns s when it is an absolute http or https address, and nil for
// everything else. Logto stores any text as an avatar, javascript: included, and
// a page that links to what is stored must not run it.
func HTTPURL(s string) *string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return nil
	}
	if scheme := strings.ToLower(u.Scheme); scheme != "http" && scheme != "https" {
		return nil
	}
	return &s
}

// MarshalJSON writes raw JSON as it is, so that numbers that Go can't hold
// survive.
func MarshalJSON(raw json.RawMessage) graphql.Marshaler {
	return graphql.WriterFunc(func(w io.Writer) { _, _ = w.Write(raw) })
}

// UnmarshalJSON takes any JSON value. Numbers in variables keep their digits.
func UnmarshalJSON(v any) (json.RawMessage, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("encode JSON: %w", err)
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// badValue is the error of a value that no program should send.
func badValue(message string) error {
	return &gqlerror.Error{Message: message, Extensions: map[string]any{"code": "BAD_REQUEST"}}
}
