package address

import (
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// ParsePhone takes a phone number with + and country code (E.164) that may be
// grouped by spaces, dots, hyphens, slashes and parentheses, and returns its
// digits without the +, as Logto stores them. The number must be possible, that
// is of a length that its country has; whether it has been assigned is not
// asked. countries, ISO 3166 alpha-2 codes in upper case, are where it may
// belong; none means everywhere. Its error is an Error.
func ParsePhone(text string, countries []string) (digits string, err error) {
	number := parsePossible(text)
	if number == nil {
		return "", Error("This is not a phone number. Enter it with + and the country code, such as +14155550123.")
	}
	if len(countries) > 0 && !slices.Contains(countries, country(number)) {
		return "", Error("Phone numbers of this country can't be used here.")
	}
	return digitsOf(number), nil
}

// parsePossible returns nil for what is no possible number. Logto drops a
// national prefix (+49 0170 … becomes +49 170 …), and so does the library. A
// number that would change again when Logto reads it is refused, since the code
// would be sent to one number and another be stored.
func parsePossible(text string) *phonenumbers.PhoneNumber {
	compact, ok := compactPhone(text)
	if !ok {
		return nil
	}
	number, err := phonenumbers.Parse(compact, "")
	if err != nil || !phonenumbers.IsPossibleNumber(number) {
		return nil
	}
	again, err := phonenumbers.Parse("+"+digitsOf(number), "")
	if err != nil || digitsOf(again) != digitsOf(number) {
		return nil
	}
	return number
}

// compactPhone removes what people group digits with, and refuses anything but
// + and digits. The library would go on to read letters, extensions and the
// digits of other scripts.
func compactPhone(text string) (string, bool) {
	const maxLength = 64
	if len(text) > maxLength || !strings.HasPrefix(text, "+") {
		return "", false
	}
	compact := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" .-/()", r) {
			return -1
		}
		return r
	}, text[1:])
	return "+" + compact, compact != "" && !strings.ContainsFunc(compact, func(r rune) bool { return !isDigit(r) })
}

func digitsOf(number *phonenumbers.PhoneNumber) string {
	return strings.TrimPrefix(phonenumbers.Format(number, phonenumbers.E164), "+")
}

// country tells where a number belongs. Several countries share a code such as
// +1; the main one stands in for numbers that are possible but not assigned in
// any of them.
func country(number *phonenumbers.PhoneNumber) string {
	if region := phonenumbers.GetRegionCodeForNumber(number); region != "" {
		return region
	}
	return phonenumbers.GetRegionCodeForCountryCode(int(number.GetCountryCode()))
}

// IsCountry reports whether code is the ISO 3166 alpha-2 code, in upper case, of
// a country that has phone numbers.
func IsCountry(code string) bool { return phonenumbers.GetCountryCodeForRegion(code) != 0 }
