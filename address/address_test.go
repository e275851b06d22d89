package address_test

import (
	"testing"
	"unicode/utf8"

	"accountql/address"
)

func TestMask(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"alice@example.com":             "a***@e***.com",
		"Bo@corp.co.uk":                 "B***@c***.uk",
		"a@b.io":                        "***@***.io",
		"alice@localhost":               "a***@l***",
		"a@evil.example,b@corp.example": "a***@c***.example",
		"élise@école.fr":                "***@***.fr",
		"alice@example.\x1b[31m":        "a***@e***",
		"@":                             "***@***",
		"15557776634":                   "***34",
		"123456":                        "***56",
		"12345":                         "***",
		"12":                            "***",
		"":                              "***",
		"1234567\xff\x00":               "***",
	} {
		if got := address.Mask(target); got != want {
			t.Errorf("%q: got %q, want %q", target, got, want)
		}
	}
}

func FuzzMask(f *testing.F) {
	f.Add("alice@example.com")
	f.Add("15557776634")
	f.Add("é@\xff.\n")
	f.Fuzz(func(t *testing.T, target string) {
		masked := address.Mask(target)
		if !utf8.ValidString(masked) {
			t.Errorf("%q: %q is not UTF-8", target, masked)
		}
		for _, r := range masked {
			if r < ' ' || r > '~' {
				t.Errorf("%q: %q has %q", target, masked, r)
			}
		}
	})
}
