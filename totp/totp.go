// Package totp enrolls authenticator apps and checks their codes: time-based one-time passwords (RFC 6238) over HOTP
// (RFC 4226), with the parameters that Logto checks at sign-in and that every app assumes: HMAC-SHA-1, 6 digits, steps
// of 30 seconds. Secrets are spelled in base32 (RFC 4648, section 6) without padding.
//
// Nothing here counts tries or remembers used steps: that is the caller's.
package totp

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/pquerna/otp/hotp"
)

const (
	// secretBytes is the length that RFC 4226, section 4, recommends: 160 bits. Base32 needs no padding for it.
	secretBytes = 20

	// stepSeconds is the length of a time step.
	stepSeconds = 30

	// maxNameRunes bounds a name in a URI. Apps show less of it, and a long one makes a QR code that is hard to scan.
	maxNameRunes = 48
)

// NewSecret makes a secret of 160 random bits: 32 characters in base32, as Logto takes them.
func NewSecret() string {
	var secret [secretBytes]byte
	_, _ = rand.Read(secret[:]) // It never fails: see its documentation.
	return base32.StdEncoding.EncodeToString(secret[:])
}

// URI is the otpauth URI that an authenticator app reads a secret from, as Google's "Key Uri Format" has it. The app shows
// the issuer, which is the tenant's name, and the account. Neither may hold a colon there, which parts them, so colons
// become spaces. The parameters that every app takes as a default are left out: they would only make the QR code denser.
func URI(secret, issuer, account string) string {
	issuer, account = name(issuer), name(account)
	label, query := escape(account), "secret="+escape(secret)
	if issuer != "" {
		// The issuer stands twice: older apps read the one, newer apps the other.
		label, query = escape(issuer)+":"+label, query+"&issuer="+escape(issuer)
	}
	return "otpauth://totp/" + label + "?" + query
}

// name makes a text fit for an app to show: printable, on one line, without colons and not too long.
func name(text string) string {
	text = strings.Map(func(r rune) rune {
		if r == ':' || r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > maxNameRunes {
		text = strings.TrimSpace(string(runes[:maxNameRunes-1])) + "…"
	}
	return text
}

// escape escapes everything that has a meaning in any part of a URI, and spaces as %20: apps show a + as it stands.
func escape(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

// Match tells whether a code is one that the secret's app shows now, and which time step it is of: the number of 30 s
// periods since 1970. The steps before and after the present one count too, for clocks that differ and slow fingers
// (RFC 6238, section 5.2). The caller must take each step once, so that a code that somebody else has seen is worth
// nothing. Only a secret that NewSecret can't have made gives an error.
func Match(secret, code string, now time.Time) (step int64, ok bool, err error) {
	if len(secret) != base32.StdEncoding.EncodedLen(secretBytes) {
		return 0, false, errors.New("secret is not of 160 bits")
	}
	present := now.Unix() / stepSeconds
	// All three are compared, whichever fits, so that the time it takes tells nothing.
	for candidate := present - 1; candidate <= present+1; candidate++ {
		expected, err := hotp.GenerateCode(secret, uint64(candidate))
		if err != nil {
			return 0, false, fmt.Errorf("generate code: %w", err)
		}
		if subtle.ConstantTimeCompare([]byte(expected), []byte(code)) == 1 {
			step, ok = candidate, true
		}
	}
	return step, ok, nil
}
