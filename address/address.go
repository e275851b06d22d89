// Package address parses and compares the addresses of people: emails and phone
// numbers. It stands between what a person types and what Logto, whose own
// checks let nearly anything through, takes for an address.
package address

import "strings"

// Error says what is wrong with an address, in words for the person who typed
// it. It never repeats the address.
type Error string

// Error implements error.
func (e Error) Error() string { return string(e) }

// Mask returns an email, or the digits of a phone number, in a form that its
// owner recognises and nobody else learns it from: a***@e***.com, ***34. It takes
// whatever Logto stores, which need not be an address that this package parses.
func Mask(target string) string {
	const hidden = "***"
	at := strings.LastIndexByte(target, '@')
	if at < 0 {
		const shown = 2
		if len(target) < 3*shown {
			return hidden
		}
		return hidden + asciiOnly(target[len(target)-shown:])
	}
	domain, ending := target[at+1:], ""
	if dot := strings.LastIndexByte(domain, '.'); dot >= 0 {
		domain, ending = domain[:dot], domain[dot:]
	}
	return initial(target[:at]) + hidden + "@" + initial(domain) + hidden + asciiOnly(ending)
}

// initial is the first character, unless it is all that there is.
func initial(text string) string {
	if len(text) < 2 {
		return ""
	}
	return asciiOnly(text[:1])
}

// asciiOnly drops a text with anything but visible ASCII, half a character for
// instance.
func asciiOnly(text string) string {
	if strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return ""
	}
	return text
}
