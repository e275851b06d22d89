package address_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"accountql/address"
)

func TestParsePhone(t *testing.T) {
	t.Parallel()
	const (
		noPhone   = address.Error("This is not a phone number. Enter it with + and the country code, such as +14155550123.")
		elsewhere = address.Error("Phone numbers of this country can't be used here.")
	)
	for _, test := range []struct {
		text      string
		countries []string
		digits    string
		err       error
	}{
		{text: "+14155550123", digits: "14155550123"},
		{text: "+15557776634", digits: "15557776634"}, // Possible; no such area code is assigned.
		{text: "+1 (415) 555-0123", digits: "14155550123"},
		{text: "+44 20.7946/0958", digits: "442079460958"},
		{text: "+49 (0)170 1234567", digits: "491701234567"},
		{text: "+390612345678", digits: "390612345678"}, // Italy's leading zero belongs to the number.
		{text: "+5491112345678", digits: "5491112345678"},
		{text: "+881612345678", digits: "881612345678"}, // By satellite, of no country.

		{text: "", err: noPhone},
		{text: "+", err: noPhone},
		{text: "+()", err: noPhone},
		{text: "14155550123", err: noPhone},
		{text: "0014155550123", err: noPhone},
		{text: " +14155550123", err: noPhone},
		{text: "++14155550123", err: noPhone},
		{text: "+14155550123+", err: noPhone},
		{text: "\uff0b14155550123", err: noPhone},
		{text: "+1415555\u0660\u0661\u0662\u0663", err: noPhone}, // Arabic digits.
		{text: "+1415555０123", err: noPhone},
		{text: "+14155550123,+14155550124", err: noPhone},
		{text: "+14155550123;ext=9", err: noPhone},
		{text: "+14155550123 x9", err: noPhone},
		{text: "+1800FLOWERS", err: noPhone},
		{text: "tel:+14155550123", err: noPhone},
		{text: "+14155550123\n", err: noPhone},
		{text: "+14155550123\x00", err: noPhone},
		{text: "+123", err: noPhone},
		{text: "+999123456789", err: noPhone},
		{text: "+1415555012345678", err: noPhone},
		{text: "+490 01701234567", err: noPhone}, // Would lose one zero here and one at Logto.
		{text: "+" + strings.Repeat(" ", 64) + "14155550123", err: noPhone},

		{text: "+14155550123", countries: []string{"DE", "US"}, digits: "14155550123"},
		{text: "+15557776634", countries: []string{"US"}, digits: "15557776634"},
		{text: "+16135550123", countries: []string{"US"}, err: elsewhere}, // Canada.
		{text: "+18765550123", countries: []string{"US"}, err: elsewhere}, // Jamaica.
		{text: "+18765550123", countries: []string{"JM"}, digits: "18765550123"},
		{text: "+441534123456", countries: []string{"GB"}, err: elsewhere}, // Jersey.
		{text: "+4901701234567", countries: []string{"US"}, err: elsewhere},
		{text: "+881612345678", countries: []string{"US"}, err: elsewhere},
		{text: "nonsense", countries: []string{"US"}, err: noPhone},
	} {
		digits, err := address.ParsePhone(test.text, test.countries)
		if digits != test.digits || !errors.Is(err, test.err) {
			t.Errorf("%q in %v: got %q, %v, want %q, %v", test.text, test.countries, digits, err, test.digits, test.err)
		}
	}
}

// TestParsePhoneAsLogto parses the number of a recorded exchange in which Logto
// stored another one than it was sent.
func TestParsePhoneAsLogto(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../logto/testdata/exchanges/user-patch-phone-leading-zero.json")
	if err != nil {
		t.Fatal(err)
	}
	type body struct {
		Body struct {
			PrimaryPhone string `json:"primaryPhone"`
		} `json:"body"`
	}
	var recorded struct{ Request, Response body }
	if err := json.Unmarshal(text, &recorded); err != nil {
		t.Fatal(err)
	}
	sent, stored := recorded.Request.Body.PrimaryPhone, recorded.Response.Body.PrimaryPhone
	if sent == stored {
		t.Fatalf("sent and stored are both %q: nothing is compared", sent)
	}
	for _, digits := range []string{sent, stored} {
		if got, err := address.ParsePhone("+"+digits, nil); got != stored || err != nil {
			t.Errorf("+%s: got %q, %v, Logto stored %q", digits, got, err, stored)
		}
	}
}

func TestIsCountry(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{"US": true, "GB": true, "JE": true, "UK": false, "us": false, "001": false, "ZZ": false, "": false} {
		if address.IsCountry(code) != want {
			t.Errorf("%q: not %t", code, want)
		}
	}
}

// FuzzParsePhone wants digits that stay the same when they are read again, as
// Logto does.
func FuzzParsePhone(f *testing.F) {
	for _, text := range []string{"+14155550123", "+1 (415) 555-0123", "+4901701234567", "+490 01701234567", "+390612345678", "+52 1 55 1234 5678", "+", "x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		digits, err := address.ParsePhone(text, nil)
		if err != nil {
			return
		}
		if digits == "" || len(digits) > 20 || strings.Trim(digits, "0123456789") != "" {
			t.Fatalf("%q: got %q", text, digits)
		}
		if again, err := address.ParsePhone("+"+digits, nil); again != digits || err != nil {
			t.Errorf("%q: got %q, and from that %q, %v", text, digits, again, err)
		}
	})
}
