package account

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxNameLength is the width of Logto's column for a name, in characters.
	maxNameLength = 128
	// maxURLLength is the width of Logto's column for an avatar, in characters.
	maxURLLength = 2048
	// maxProfileLength bounds what Logto doesn't: one text of the profile.
	maxProfileLength = 2048
)

// checkText refuses what Logto answers with a server error (NUL), and what is
// too long.
func checkText(value string, maxLength int, path ...string) *Error {
	if utf8.RuneCountInString(value) > maxLength {
		return &Error{
			Code: ValueTooLong, Path: path,
			Message: fmt.Sprintf("At most %d characters are allowed.", maxLength),
		}
	}
	if strings.ContainsRune(value, 0) {
		return &Error{Code: InvalidInput, Path: path, Message: "The text holds a NUL character. Remove it."}
	}
	return nil
}

// checkLink wants an https address without anything that changes how it is
// shown: Logto stores any text, and pages make links and images of it.
func checkLink(value string, path ...string) *Error {
	if err := checkText(value, maxURLLength, path...); err != nil {
		return err
	}
	if strings.ContainsFunc(value, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) {
		return &Error{
			Code: InvalidInput, Path: path,
			Message: "The address holds control characters or characters that change the direction of text. Remove them.",
		}
	}
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" {
		return &Error{
			Code: InvalidInput, Path: path,
			Message: "An address that starts with https:// is needed, such as https://example.com/me.",
		}
	}
	return nil
}

// sortedKeys makes the order of reported problems the same each time.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
