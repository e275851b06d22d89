// Package quiet keeps what other servers have said out of the log. net/http and
// fasthttp quote the part of an answer that they can't read, and if the answer before
// was longer than it told, that part is what Logto has answered to somebody: a
// token, for one.
package quiet

import (
	"net/url"
	"regexp"
)

// quoted is a quotation with its marks, also one that was cut off.
var quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*(?:"|\\?$)`)

// Text returns a text without what is quoted in it.
func Text(text string) string { return quoted.ReplaceAllLiteralString(text, `"…"`) }

// Error returns an error of the network whose text quotes nothing, and which is the
// same to errors.Is and errors.As. Of a url.Error the address stays, since that is the
// caller's own.
func Error(err error) error {
	if wrapped, ok := err.(*url.Error); ok { //nolint:errorlint // One that is wrapped is quoted as a whole.
		return &url.Error{Op: wrapped.Op, URL: wrapped.URL, Err: Error(wrapped.Err)}
	}
	if err == nil || !quoted.MatchString(err.Error()) {
		return err
	}
	return &quietError{err}
}

type quietError struct{ err error }

func (e *quietError) Error() string { return Text(e.err.Error()) }

func (e *quietError) Unwrap() error { return e.err }
