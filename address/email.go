package address

import "strings"

// maxEmailLength is what Logto's column takes, in characters.
const maxEmailLength = 128

// Email is an address that names one mailbox.
type Email struct {
	// Local is what stands before the @. Its letter case is the mailbox's own affair.
	Local string
	// Domain is what stands after it, as it was typed.
	Domain string
}

// String returns local@domain.
func (e Email) String() string { return e.Local + "@" + e.Domain }

// ParseEmail takes one ASCII local@domain of at most 128 characters: a local part
// in dot-atom form (RFC 5322, section 3.2.3) and a domain of at least two labels
// of letters, digits and inner hyphens (RFC 1123, section 2.1), the last of which
// begins with a letter and so is no part of an IP address. Display names, lists,
// comments, quotes, address literals and spaces are refused: mail programs
// disagree on whom such a text names, and the code could go to somebody else.
// Its error is an Error.
func ParseEmail(text string) (Email, error) {
	if len(text) > maxEmailLength {
		return Email{}, Error("An email address has at most 128 characters.")
	}
	local, domain, found := strings.Cut(text, "@")
	if !found || !isDotAtom(local) || !isDomain(domain) {
		return Email{}, Error("This is not an email address. Enter one such as name@example.com, and nothing else.")
	}
	return Email{Local: local, Domain: domain}, nil
}

// isDotAtom reports whether text is atoms joined by single dots.
func isDotAtom(text string) bool {
	for atom := range strings.SplitSeq(text, ".") {
		if atom == "" || strings.ContainsFunc(atom, func(r rune) bool {
			return !isLetter(r) && !isDigit(r) && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
		}) {
			return false
		}
	}
	return true
}

// isDomain reports whether text is the name of a host below a top-level domain.
func isDomain(text string) bool {
	labels := strings.Split(text, ".")
	for _, label := range labels {
		if !isLabel(label) {
			return false
		}
	}
	return len(labels) > 1 && isLetter(rune(labels[len(labels)-1][0]))
}

func isLabel(text string) bool {
	const maxLength = 63
	return text != "" && len(text) <= maxLength && text[0] != '-' && text[len(text)-1] != '-' &&
		!strings.ContainsFunc(text, func(r rune) bool { return !isLetter(r) && !isDigit(r) && r != '-' })
}

func isLetter(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

// SameEmail reports whether two emails are the same, ignoring the case of ASCII
// letters alone. Folding all of Unicode, as strings.EqualFold does, would take
// the Kelvin sign for a k, and a stranger's stored address for the person's own.
func SameEmail(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + ('a' - 'A')
	}
	return c
}
