package totp_test

import (
	"encoding/base32"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pquerna/otp"

	"accountql/totp"
)

// rfcSecret is the SHA-1 secret of RFC 6238, appendix B: the ASCII string 12345678901234567890.
const rfcSecret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

func TestNewSecret(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 100 {
		secret := totp.NewSecret()
		raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
		if err != nil || len(raw) != 20 || len(secret) != 32 {
			t.Fatalf("%d characters for %d bytes (%v), want 32 for 20", len(secret), len(raw), err)
		}
		if seen[secret] {
			t.Fatal("the same secret twice")
		}
		seen[secret] = true
	}
}

// TestMatchVectors holds the test vectors of RFC 6238, appendix B. They have 8 digits; the 6-digit codes are their ends,
// since both are the same number modulo a power of ten.
func TestMatchVectors(t *testing.T) {
	t.Parallel()
	for _, vector := range []struct {
		seconds int64
		step    int64
		code    string
	}{
		{59, 0x1, "94287082"},
		{1111111109, 0x23523EC, "07081804"},
		{1111111111, 0x23523ED, "14050471"},
		{1234567890, 0x273EF07, "89005924"},
		{2000000000, 0x3F940AA, "69279037"},
		{20000000000, 0x27BC86AA, "65353130"},
	} {
		step, ok, err := totp.Match(rfcSecret, vector.code[2:], time.Unix(vector.seconds, 0))
		if err != nil || !ok || step != vector.step {
			t.Errorf("at %d s: got (%d, %t, %v), want step %d", vector.seconds, step, ok, err, vector.step)
		}
	}
}

// TestMatchSteps offers one code over time: it fits in its own step and those next to it, and always names its own.
func TestMatchSteps(t *testing.T) {
	t.Parallel()
	const (
		code  = "005924"
		step  = 0x273EF07
		begin = step * 30
	)
	for _, test := range []struct {
		at   int64
		want bool
	}{
		{begin - 31, false},
		{begin - 30, true},
		{begin - 1, true},
		{begin, true},
		{begin + 29, true},
		{begin + 30, true},
		{begin + 59, true},
		{begin + 60, false},
		{begin + 3600, false},
	} {
		got, ok, err := totp.Match(rfcSecret, code, time.Unix(test.at, 999999999))
		want := int64(0)
		if test.want {
			want = step
		}
		if err != nil || ok != test.want || got != want {
			t.Errorf("%d s after its beginning: got (%d, %t, %v), want (%d, %t)", test.at-begin, got, ok, err, want, test.want)
		}
	}
}

func TestMatchRefuses(t *testing.T) {
	t.Parallel()
	now := time.Unix(1234567890, 0)
	for name, code := range map[string]string{
		"another code":             "005925",
		"8 digits":                 "89005924",
		"5 digits":                 "05924",
		"nothing":                  "",
		"a blank inside":           "005 924",
		"a blank after":            "005924 ",
		"a line break":             "005924\n",
		"a sign":                   "+05924",
		"digits of another script": "٠٠٥٩٢٤",
		"full-width digits":        "００５９２４",
		"much":                     strings.Repeat("005924", 1000),
	} {
		if step, ok, err := totp.Match(rfcSecret, code, now); ok || step != 0 || err != nil {
			t.Errorf("%s: got (%d, %t, %v), want no match", name, step, ok, err)
		}
	}
	if _, ok, err := totp.Match("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "005924", now); ok || err != nil {
		t.Errorf("another secret: got (%t, %v), want no match", ok, err)
	}
	for name, secret := range map[string]string{
		"empty": "", "short": "JBSWY3DP", "not base32": strings.Repeat("1", 32), "padded": rfcSecret + "========", "long": rfcSecret + "JBSWY3DP",
	} {
		if _, ok, err := totp.Match(secret, "005924", now); ok || err == nil {
			t.Errorf("%s secret: got (%t, %v), want an error", name, ok, err)
		} else if secret != "" && strings.Contains(err.Error(), secret) {
			t.Errorf("%s secret: the error repeats it: %v", name, err)
		}
	}
}

func TestURI(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long ", 20)
	shortened := "long long long long long long long long long lo…"
	for _, test := range []struct {
		issuer, account           string
		uri                       string // Without what precedes the label, and the secret.
		shownIssuer, shownAccount string
	}{
		{"Acme", "alice@example.com", "Acme:alice%40example.com issuer=Acme", "Acme", "alice@example.com"},
		{"Acme Corp", "Alice Smith", "Acme%20Corp:Alice%20Smith issuer=Acme%20Corp", "Acme Corp", "Alice Smith"},
		{"Acme: Staging", "a:b", "Acme%20Staging:a%20b issuer=Acme%20Staging", "Acme Staging", "a b"},
		{"A+B", "c+d@example.com", "A%2BB:c%2Bd%40example.com issuer=A%2BB", "A+B", "c+d@example.com"},
		{"A&secret=B", "c?issuer=D#e", "A%26secret%3DB:c%3Fissuer%3DD%23e issuer=A%26secret%3DB", "A&secret=B", "c?issuer=D#e"},
		{"A/B", "100%", "A%2FB:100%25 issuer=A%2FB", "A/B", "100%"},
		{"Bäckerei 🥨", "小明", "B%C3%A4ckerei%20%F0%9F%A5%A8:%E5%B0%8F%E6%98%8E issuer=B%C3%A4ckerei%20%F0%9F%A5%A8", "Bäckerei 🥨", "小明"},
		{" A\r\nB\x00\u202e\xff ", "\tc", "A%20B:c issuer=A%20B", "A B", "c"},
		{"", "alice", "alice ", "", "alice"},
		{" : ", "alice", "alice ", "", "alice"},
		{long, long, url.PathEscape(shortened) + ":" + url.PathEscape(shortened) + " issuer=" + url.PathEscape(shortened), shortened, shortened},
	} {
		uri := totp.URI(rfcSecret, test.issuer, test.account)
		label, issuer, _ := strings.Cut(test.uri, " ")
		want := "otpauth://totp/" + label + "?secret=" + rfcSecret
		if issuer != "" {
			want += "&" + issuer
		}
		if diff := cmp.Diff(want, uri); diff != "" {
			t.Errorf("URI for %q at %q (-want +got):\n%s", test.account, test.issuer, diff)
			continue
		}
		key, err := otp.NewKeyFromURL(uri)
		if err != nil {
			t.Fatal(err)
		}
		shown := []string{key.Type(), key.Secret(), key.Issuer(), key.AccountName()}
		if diff := cmp.Diff([]string{"totp", rfcSecret, test.shownIssuer, test.shownAccount}, shown); diff != "" {
			t.Errorf("%s as an app reads it (-want +got):\n%s", uri, diff)
		}
		if key.Digits() != otp.DigitsSix || key.Algorithm() != otp.AlgorithmSHA1 || key.Period() != 30 {
			t.Errorf("%s: %v digits, %v, %d s", uri, key.Digits(), key.Algorithm(), key.Period())
		}
	}
}
