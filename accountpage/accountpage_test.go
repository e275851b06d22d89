package accountpage_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/accountpage"
)

var (
	withLogto = accountpage.Options{
		GraphQLPath: "/graphql",
		Logto:       accountpage.Logto{Endpoint: "https://logto.example.com/path", AppID: "page", Resource: "https://account.example.com"},
	}
	withDemo = accountpage.Options{GraphQLPath: "/graphql", SelfSuspension: true, Demo: &accountpage.Demo{
		Users: func() []accountpage.User {
			return []accountpage.User{{Name: "alice", Token: "token", Password: "</script>"}}
		},
		Simulator: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "simulated "+r.URL.Path)
		}),
	}}
)

func do(t *testing.T, options accountpage.Options, method, target string) *httptest.ResponseRecorder {
	t.Helper()
	recorder := httptest.NewRecorder()
	accountpage.New(options).ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), method, target, nil))
	return recorder
}

func TestPageObeysItsPolicy(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		options accountpage.Options
		policy  string
	}{
		"Logto": {withLogto, "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' https://logto.example.com; " +
			"img-src 'self' data: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
		"demo": {withDemo, "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
			"img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
	} {
		response := do(t, test.options, http.MethodGet, "/account/")
		want := map[string]string{
			"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-cache", "Content-Security-Policy": test.policy,
		}
		got := map[string]string{}
		for header := range want {
			got[header] = response.Header().Get(header)
		}
		if diff := cmp.Diff(want, got); response.Code != http.StatusOK || diff != "" {
			t.Errorf("%s: status %d, headers (-want +got):\n%s", name, response.Code, diff)
		}
		for what, forbidden := range map[string]string{
			"inline script":   `(?i)<script(?:>|[^>]*[^/]>[^<])`,
			"inline style":    `(?i)<style|\sstyle=`,
			"event handler":   `(?i)<[^>]*\son[a-z]+=`,
			"outside address": `(?i)(?:src|href)="(?:[a-z]+:)?//`,
		} {
			if found := regexp.MustCompile(forbidden).FindString(response.Body.String()); found != "" {
				t.Errorf("%s: the page has an %s: %s", name, what, found)
			}
		}
	}
}

func TestPageLoadsWhatIsThere(t *testing.T) {
	t.Parallel()
	page := do(t, withDemo, http.MethodGet, "/account/").Body.String()
	matches := regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(page, -1)
	if len(matches) < 3 {
		t.Fatalf("the page loads next to nothing:\n%s", page)
	}
	for _, match := range matches {
		response := do(t, withDemo, http.MethodGet, match[1])
		if kept := response.Header().Get("Cache-Control"); response.Code != http.StatusOK || !strings.Contains(kept, "immutable") {
			t.Errorf("%s: status %d, Cache-Control %q", match[1], response.Code, kept)
		}
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	for want, options := range map[string]accountpage.Options{
		`{"graphql":"/graphql","selfSuspension":false,` +
			`"logto":{"endpoint":"https://logto.example.com/path","appId":"page","resource":"https://account.example.com"}}`: withLogto,
		`{"graphql":"/graphql","selfSuspension":true,` +
			`"demo":{"users":[{"name":"alice","token":"token","password":"\u003c/script\u003e"}]}}`: withDemo,
	} {
		response := do(t, options, http.MethodGet, "/account/config.json")
		got := []string{
			strings.TrimSpace(response.Body.String()), response.Header().Get("Content-Type"), response.Header().Get("Cache-Control"),
		}
		if diff := cmp.Diff([]string{want, "application/json", "no-store"}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		options        accountpage.Options
		method, target string
		want           int
	}{
		{withLogto, http.MethodGet, "/account/callback?code=1", http.StatusOK},
		{withLogto, http.MethodGet, "/account/link?code=1", http.StatusOK},
		{withLogto, http.MethodGet, "/account/reauthentication?nonce=1", http.StatusOK},
		{withLogto, http.MethodHead, "/account/", http.StatusOK},
		{withLogto, http.MethodPost, "/account/", http.StatusMethodNotAllowed},
		{withLogto, http.MethodGet, "/account/index.html", http.StatusNotFound},
		{withLogto, http.MethodGet, "/account/operations.json", http.StatusNotFound},
		{withLogto, http.MethodGet, "/account/assets/", http.StatusNotFound},
		{withLogto, http.MethodGet, "/account/link/more", http.StatusNotFound},
		{withLogto, http.MethodGet, "/account/simulator/messages", http.StatusNotFound},
		{withDemo, http.MethodGet, "/account/provider?uri=1", http.StatusOK},
		{withDemo, http.MethodGet, "/account/simulator/messages", http.StatusOK},
		{withDemo, http.MethodPost, "/account/simulator/sign-in", http.StatusOK},
		{withDemo, http.MethodGet, "/account/simulator/calls", http.StatusNotFound},
	} {
		if got := do(t, test.options, test.method, test.target).Code; got != test.want {
			t.Errorf("%s %s: got status %d, want %d", test.method, test.target, got, test.want)
		}
	}
	if got := do(t, withDemo, http.MethodGet, "/account/simulator/messages").Body.String(); got != "simulated /messages" {
		t.Errorf("simulator: got %q", got)
	}
}
