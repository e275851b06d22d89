package playground_test

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/playground"
)

func do(t *testing.T, handler http.Handler, method, target string, header http.Header) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, target, nil)
	request.Header = header
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder
}

func getPage(t *testing.T, handler http.Handler) (http.Header, string) {
	t.Helper()
	response := do(t, handler, http.MethodGet, "/", nil)
	if response.Code != http.StatusOK {
		t.Fatalf("status of the page: got %d", response.Code)
	}
	return response.Header(), response.Body.String()
}

// attribute returns the value that a browser reads for the first element that
// has the id.
func attribute(t *testing.T, page, id, name string) string {
	t.Helper()
	tag := regexp.MustCompile(`<[a-z]+ id="` + id + `"[^>]*>`).FindString(page)
	match := regexp.MustCompile(`\s` + name + `="([^"]*)"`).FindStringSubmatch(tag)
	if match == nil {
		t.Fatalf("element %s has no attribute %s: %s", id, name, tag)
	}
	return html.UnescapeString(match[1])
}

func TestPageCarriesItsOptions(t *testing.T) {
	t.Parallel()
	const token = `"></script><script>alert(1)</script>&amp;`
	_, page := getPage(t, playground.New(playground.Options{
		GraphQLPath: "/graphql", Token: func() string { return token },
	}))
	got := []string{attribute(t, page, "graphiql", "data-endpoint"), attribute(t, page, "token", "value")}
	if diff := cmp.Diff([]string{"/graphql", token}, got); diff != "" {
		t.Errorf("options in the page (-want +got):\n%s", diff)
	}
	if strings.Contains(page, "<script>") {
		t.Errorf("an option breaks out of its attribute:\n%s", page)
	}
}

func TestPageWithoutTokenHasAnEmptyBox(t *testing.T) {
	t.Parallel()
	_, page := getPage(t, playground.New(playground.Options{}))
	if got := attribute(t, page, "token", "value"); got != "" {
		t.Errorf("token box: got %q", got)
	}
}

func TestPageObeysItsPolicy(t *testing.T) {
	t.Parallel()
	handler := playground.New(playground.Options{})
	header, page := getPage(t, handler)
	nonce := attribute(t, page, "graphiql", "data-style-nonce")
	want := map[string]string{
		"Content-Type":  "text/html; charset=utf-8",
		"Cache-Control": "no-store",
		"Content-Security-Policy": fmt.Sprintf("default-src 'none'; script-src 'self'; style-src 'self' 'nonce-%s'; connect-src 'self'; "+
			"img-src 'self' data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", nonce),
		"Cross-Origin-Opener-Policy": "same-origin",
	}
	got := map[string]string{}
	for name := range want {
		got[name] = header.Get(name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("headers of the page (-want +got):\n%s", diff)
	}

	for name, forbidden := range map[string]string{
		"inline script":   `(?i)<script(?:>|[^>]*[^/]>[^<])`,
		"inline style":    `(?i)<style|\sstyle=`,
		"event handler":   `(?i)<[^>]*\son[a-z]+=`,
		"outside address": `(?i)(?:src|href)="(?:[a-z]+:)?//`,
	} {
		if found := regexp.MustCompile(forbidden).FindString(page); found != "" {
			t.Errorf("the page has an %s: %s", name, found)
		}
	}

	if _, again := getPage(t, handler); attribute(t, again, "graphiql", "data-style-nonce") == nonce {
		t.Error("two pages have the same nonce")
	}
}

func TestOtherRequestsAreRefused(t *testing.T) {
	t.Parallel()
	handler := playground.New(playground.Options{})
	_, page := getPage(t, handler)
	script := assetPaths(page)["page.js"]
	for _, test := range []struct {
		method, target string
		want           int
	}{
		{http.MethodGet, "/index.html", http.StatusNotFound},
		{http.MethodGet, "/graphql", http.StatusNotFound},
		{http.MethodGet, "/playground/", http.StatusNotFound},
		{http.MethodGet, path.Dir(script), http.StatusNotFound},
		{http.MethodGet, "/playground/0123456789abcdef/page.js", http.StatusNotFound},
		{http.MethodGet, "/playground/page.js", http.StatusNotFound},
		{http.MethodPost, "/", http.StatusMethodNotAllowed},
		{http.MethodPost, script, http.StatusMethodNotAllowed},
		{http.MethodHead, "/", http.StatusOK},
	} {
		response := do(t, handler, test.method, test.target, nil)
		if response.Code != test.want {
			t.Errorf("%s %s: got status %d, want %d", test.method, test.target, response.Code, test.want)
		}
	}
}
