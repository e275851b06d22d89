package main

import (
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// weigh lets Logto tell of so many sessions, all with this user agent, and of so
// much custom data.
func (p *proxy) weigh(sessions int, userAgent string, customData int) {
	list := repeat(sessions, func(i int) string {
		return fmt.Sprintf(`{"payload": {"uid": "s%d"}, "lastSubmission": {"signInContext": {"userAgent": %q}}},`, i, userAgent)
	})
	p.intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		rw.Header().Set("Content-Type", "application/json")
		switch {
		case path.Base(r.URL.Path) == "sessions":
			_, _ = io.WriteString(rw, `{"sessions": [`+strings.TrimSuffix(list, ", ")+`]}`)
		case strings.Count(r.URL.Path, "/") == 3 && strings.HasPrefix(r.URL.Path, "/api/users/"):
			_, _ = fmt.Fprintf(rw, `{"id":%q,"customData":{"a":%q}}`, path.Base(r.URL.Path), strings.Repeat("x", customData))
		default:
			next.ServeHTTP(rw, r)
		}
	})
}

// TestHeavyAccounts have more than the limit on complexity takes accounts for. They
// are read whole, but not many times over in one answer.
func TestHeavyAccounts(t *testing.T) {
	t.Parallel()
	w, p := newProxiedWorld(t)
	token := w.token("alice")
	p.weigh(1000, "Mozilla/5.0 Firefox/140.0", 900_000)
	refused := func(path string, column int) string {
		return `{"message":"There is so much here that the answer would be more complex than 15000: select less of it.","path":["me","` + path + `"],` +
			fmt.Sprintf(`"locations":[{"line":1,"column":%d}],"extensions":{"code":"COMPLEXITY_LIMIT_EXCEEDED"}}`, column)
	}
	sessions := "sessions {" + repeat(14, func(i int) string { return fmt.Sprintf("a%d: id", i) }) + "}"
	for _, document := range []string{"{ me {" + sessions + "} }", "{ me { a: customData b: customData } }", "{ me { id sessions { id ip browser os signedInAt } customData } }"} {
		if got := w.query(token, document, nil); !strings.HasPrefix(got.body, `{"data":`) {
			t.Errorf("%s: %.500s", document, got.body)
		}
	}
	for document, want := range map[string]string{
		"{ me {" + strings.Replace(sessions, "{", "{ id ", 1) + "} }": `{"errors":[` + refused("sessions", 7) + `],"data":{"me":{"sessions":null}}}`,
		"{ me { customData b: customData c: customData } }": `{"errors":[` + refused("c", 33) + `],"data":{"me":{` +
			`"customData":{"a":"` + strings.Repeat("x", 900_000) + `"},"b":{"a":"` + strings.Repeat("x", 900_000) + `"},"c":null}}}`,
	} {
		if diff := cmp.Diff(want, w.query(token, document, nil).body); diff != "" {
			t.Errorf("%s (-want +got):\n%.1000s", document, diff)
		}
	}
}

// TestLongUserAgents: a program can call itself anything. What is longer than those
// of browsers is cut, for it would be read, and answered, for each session.
func TestLongUserAgents(t *testing.T) {
	t.Parallel()
	w, p := newProxiedWorld(t)
	const browser = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	for given, want := range map[string]string{
		browser + strings.Repeat(" ", 512-len(browser)):                browser + strings.Repeat(" ", 512-len(browser)),
		browser + strings.Repeat(" ", 8000):                            browser + strings.Repeat(" ", 512-len(browser)),
		browser + strings.Repeat(" ", 511-len(browser)) + "é and more": browser + strings.Repeat(" ", 511-len(browser)),
	} {
		p.weigh(1, given, 0)
		want := fmt.Sprintf(`{"data":{"me":{"sessions":[{"id":"s0","userAgent":%q,"browser":"Firefox","os":"Linux"}]}}}`, want)
		if diff := cmp.Diff(want, w.query(w.token("alice"), "{ me { sessions { id userAgent browser os } } }", nil).body); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}
