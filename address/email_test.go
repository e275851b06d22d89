package address_test

import (
	"errors"
	"net/mail"
	"strings"
	"testing"

	"accountql/address"
)

// evil are texts that Logto takes, or that mail programs read in more than one
// way. A code for the second address in one goes to the first.
var evil = []string{
	"a@evil.example,b@corp.example",
	"a@evil.example;b@corp.example",
	"a@evil.example b@corp.example",
	"b@corp.example<a@evil.example>",
	"<b@corp.example>",
	"Bob <b@corp.example>",
	"b@corp.example(a@evil.example)",
	"(comment)b@corp.example",
	`"b"@corp.example`,
	`"a@evil.example,"@corp.example`,
	`a\@evil.example@corp.example`,
	"a@evil.example@corp.example",
	"@evil.example:b@corp.example",
	"group:a@evil.example;",
	"mailto:b@corp.example?cc=a@evil.example",
	"b@corp.example\r\nBcc:a@evil.example",
	"b@corp.example\n", "\tb@corp.example", " b@corp.example", "b@corp.example ", "b@corp.example\x00", "b@corp.example\u00a0",
	"b@[192.0.2.1]", "b@[IPv6:2001:db8::1]", "b@192.0.2.1", "b@0x7f.1",
	"b@corp.example.", "b@.corp.example", "b@corp..example", ".b@corp.example", "b.@corp.example", "b..c@corp.example",
	"b@-corp.example", "b@corp-.example", "b@corp.-example", "b@corp_.example", "b@corp", "b@", "@corp.example", "@", "",
	"b@corp.example/x", "b@corp.example:25", "b@corp.example?", "b@corp.example#", "b@corp%00.example",
	"b@cörp.example", "b@corp。example", "ｂ@corp.example", "bö@corp.example", "b\u200b@corp.example", "b＠corp.example", "b@\u212aorp.example",
	"\xff@corp.example", "b@corp.\xffexample",
	"b@" + strings.Repeat("a", 64) + ".example",
	strings.Repeat("a", 117) + "@example.com",
}

func TestParseEmail(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"b@corp.example", "B.c@Corp.Example", "b+tag@sub.corp.example", "o'brien@corp.example", "a!#$%&'*+-/=?^_`{|}~z@corp.example",
		"1@2.example", "b@xn--crp-sna.example", "b@c-o--rp.e2", "b@" + strings.Repeat("a", 63) + ".example",
		strings.Repeat("a", 116) + "@example.com",
	} {
		email, err := address.ParseEmail(text)
		if err != nil || email.String() != text || email.Local+"@"+email.Domain != text {
			t.Errorf("%q: got %+v, %v", text, email, err)
		}
	}
	for _, text := range evil {
		email, err := address.ParseEmail(text)
		if _, ok := errors.AsType[address.Error](err); !ok || email != (address.Email{}) {
			t.Errorf("%q: got %+v, %v", text, email, err)
		}
	}
	_, err := address.ParseEmail(strings.Repeat("a", 117) + "@example.com")
	if want := address.Error("An email address has at most 128 characters."); !errors.Is(err, want) {
		t.Errorf("129 characters: %v, want %v", err, want)
	}
	_, err = address.ParseEmail("a@evil.example,b@corp.example")
	if want := address.Error("This is not an email address. Enter one such as name@example.com, and nothing else."); !errors.Is(err, want) {
		t.Errorf("two addresses: %v, want %v", err, want)
	}
}

func TestSameEmail(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b string
		want bool
	}{
		{"kim@example.com", "KIM@Example.COM", true},
		{"", "", true},
		{"kim@example.com", "kim@example.co", false},
		{"kim@example.com", "\u212aim@example.com", false}, // The Kelvin sign.
		{"sam@example.com", "\u017fam@example.com", false}, // The long s.
		{"\u00e9@example.com", "\u00c9@example.com", false},
		{"[@example.com", "{@example.com", false}, // 32 apart, as letters are.
		{"@@example.com", "`@example.com", false},
	} {
		if address.SameEmail(test.a, test.b) != test.want || address.SameEmail(test.b, test.a) != test.want {
			t.Errorf("%q and %q: not %t", test.a, test.b, test.want)
		}
	}
}

// FuzzParseEmail holds what is taken against another parser and against what
// would let an address become several.
func FuzzParseEmail(f *testing.F) {
	for _, text := range append(evil, "b+tag@sub.corp.example", "o'brien@corp.example") {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		email, err := address.ParseEmail(text)
		if err != nil {
			return
		}
		if email.String() != text || len(text) > 128 || strings.Count(text, "@") != 1 || strings.ContainsAny(text, " \t\r\n\x00,;:<>()[]\\\"") {
			t.Errorf("%q was taken, as %+v", text, email)
		}
		list, err := mail.ParseAddressList(text)
		if err != nil || len(list) != 1 || *list[0] != (mail.Address{Address: text}) {
			t.Errorf("net/mail reads %q as %v, %v", text, list, err)
		}
	})
}
