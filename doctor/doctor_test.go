package doctor_test

import (
	"crypto/tls"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/auth"
	"accountql/doctor"
	"accountql/logto"
)

// TestEveryReasonHasItsMend, also those that package auth comes to have.
func TestEveryReasonHasItsMend(t *testing.T) {
	t.Parallel()
	otherwise := doctor.MendToken("some reason")
	reasons := reasons(t, "../auth/errors.go")
	if len(reasons) < 20 || !slices.Contains(reasons, auth.ReasonAudience) {
		t.Fatalf("reasons %q", reasons)
	}
	for _, reason := range reasons {
		if mend := doctor.MendToken(reason); mend == otherwise || mend == "" {
			t.Errorf("%s has no mend of its own", reason)
		}
	}
}

// reasons are the constants of type Reason in a file.
func reasons(t *testing.T, name string) []auth.Reason {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var found []auth.Reason
	ast.Inspect(file, func(node ast.Node) bool {
		spec, ok := node.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		if typ, ok := spec.Type.(*ast.Ident); !ok || typ.Name != "Reason" {
			return true
		}
		text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Error(err)
		}
		found = append(found, auth.Reason(text))
		return true
	})
	return found
}

// TestOutOfReach says what can't be had of a server on loopback: a name that nobody
// knows, and a connection that ends.
func TestOutOfReach(t *testing.T) {
	t.Parallel()
	lookup := fmt.Errorf("GET /api/status: %w", &net.DNSError{Err: "no such host", Name: "logto.example", IsNotFound: true})
	noTLS := fmt.Errorf("GET /api/status: %w", tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"})
	for _, test := range []struct {
		endpoint  string
		err       error
		what, say string
	}{
		{"https://logto.example", lookup, "can't be reached: GET /api/status: lookup logto.example: no such host", "by a name that can be looked up"},
		{"https://logto.example", noTLS, "has no TLS: GET", "begin LOGTO_ENDPOINT with http instead of https"},
		{"https://logto.example", io.EOF, "can't be reached: EOF", "see that Logto runs"},
		{"http://logto.example", io.EOF, "can't be reached: EOF", "with https if there is TLS"},
	} {
		what, mend := doctor.OutOfReach(test.endpoint, test.err)
		if !strings.HasPrefix(what, test.what) || !strings.Contains(mend, test.say) || !strings.Contains(mend, "LOGTO_ENDPOINT") {
			t.Errorf("%s, %v: got %s, mend: %s", test.endpoint, test.err, what, mend)
		}
	}
}

func TestRandomPasswordHasTheLengthThatIsAsked(t *testing.T) {
	t.Parallel()
	for _, bounds := range [][2]int{{1, 1}, {1, 3}, {8, 256}, {24, 24}, {250, 256}, {1024, 1024}} {
		var policy logto.PasswordPolicy
		policy.Length.Min, policy.Length.Max = bounds[0], bounds[1]
		password := doctor.RandomPassword(policy)
		if len(password) < bounds[0] || len(password) > bounds[1] || password == doctor.RandomPassword(policy) && bounds[1] > 4 {
			t.Errorf("%v: %q", bounds, password)
		}
	}
}

func TestReportPrints(t *testing.T) {
	t.Parallel()
	report := &doctor.Report{Findings: []doctor.Finding{
		{Check: "first", Status: doctor.OK, Message: "fine"},
		{Check: "second", Status: doctor.Fail, Message: "two\nlines\x1b[2J", Mend: "mend it"},
		{Check: "a-third", Status: doctor.Skip, Message: "wait"},
		{Check: "fourth", Status: doctor.Warn, Message: "hm", Mend: "see"},
		{Check: "fifth", Status: doctor.Skip, Message: "wait"},
		{Check: "sixth", Status: doctor.Skip, Message: "no need"},
	}}
	var plain, colored strings.Builder
	report.Print(&plain, false)
	report.Print(&colored, true)
	want := `ok    first     fine
fail  second    two lines` + "\uFFFD" + `[2J
                mend: mend it
skip  2 checks  wait
warn  fourth    hm
                mend: see
skip  sixth     no need

1 ok, 1 warning, 1 failed, 3 skipped
`
	if diff := cmp.Diff(want, plain.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	uncolored := strings.NewReplacer("\x1b[32m", "", "\x1b[33m", "", "\x1b[31m", "", "\x1b[2m", "", "\x1b[0m", "").Replace(colored.String())
	if uncolored != want || strings.Count(colored.String(), "\x1b[") != 10 {
		t.Errorf("in color: %q", colored.String())
	}
}
