package logto

import (
	"errors"
	"strconv"
	"time"
)

// Time is a moment as Logto writes it: milliseconds since 1970 or, with MFA
// verifications, RFC 3339 text. Null and 0 are the zero time, which means that
// there is none: never signed in, never expires.
type Time struct{ time.Time }

// UnmarshalJSON accepts every form in which Logto writes a moment.
func (t *Time) UnmarshalJSON(data []byte) error {
	*t = Time{}
	if string(data) == "null" {
		return nil
	}
	if data[0] == '"' {
		if err := t.Time.UnmarshalJSON(data); err != nil {
			return errors.New("text is not an RFC 3339 time")
		}
		t.Time = t.UTC()
		return nil
	}
	milliseconds, err := strconv.ParseFloat(string(data), 64)
	if err != nil {
		return errors.New("neither text nor a number")
	}
	*t = fromUnix(milliseconds / 1000)
	return nil
}

// fromUnix takes seconds since 1970, to the millisecond.
func fromUnix(seconds float64) Time {
	if seconds == 0 {
		return Time{}
	}
	return Time{time.UnixMilli(int64(seconds * 1000)).UTC()}
}
