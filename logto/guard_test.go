package logto_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync/atomic"
	"testing"

	"accountql/logto"
)

const (
	me     = "fy8yihqmjams"
	victim = "muqxm9wn8yzy"
	base   = "https://logto.example/tenant"
)

// attack is a request as it might come from a defect anywhere above the guard.
type attack struct {
	name, method, url, body string
}

// refused holds requests that must not reach the network with the subject me.
var refused = []attack{
	{"another user", "GET", "/api/users/" + victim, ""},
	{"another user's tokens", "POST", "/api/users/" + victim + "/personal-access-tokens", `{}`},
	{"deletion of another user", "DELETE", "/api/users/" + victim, ""},
	{"no user", "GET", "/api/users/", ""},
	{"all users", "GET", "/api/users", ""},
	{"a new user", "POST", "/api/users", `{}`},
	{"the placeholder itself", "GET", "/api/users/{userId}", ""},
	{"another case of the id", "GET", "/api/users/" + strings.ToUpper(me), ""},
	{"an id that goes on", "GET", "/api/users/" + me + "x", ""},
	{"an id with a NUL", "GET", "/api/users/" + me + "%00", ""},
	{"an id with a blank", "GET", "/api/users/" + me + "%20", ""},
	{"an escaped slash in the id", "GET", "/api/users/" + me + "%2F..%2F" + victim, ""},
	{"a needlessly escaped id", "GET", "/api/users/%66" + me[1:], ""},
	{"a parameter of the path", "GET", "/api/users/" + me + ";x=" + victim, ""},

	{"dots", "GET", "/api/users/" + me + "/../" + victim, ""},
	{"escaped dots", "GET", "/api/users/" + me + "/%2e%2e/" + victim, ""},
	{"dots as an identity", "DELETE", "/api/users/" + me + "/identities/..", ""},
	{"a dot as an identity", "DELETE", "/api/users/" + me + "/identities/.", ""},
	{"escaped dots as an identity", "DELETE", "/api/users/" + me + "/identities/%2e%2e", ""},
	{"a path as an identity", "DELETE", "/api/users/" + me + "/identities/..%2F..%2F" + victim, ""},
	{"backslashes as an identity", "DELETE", "/api/users/" + me + "/identities/..%5C..%5C" + victim, ""},
	{"a path as a session", "DELETE", "/api/users/" + me + "/sessions/x%2f..%2f..%2f..%2f" + victim, ""},
	{"a line break as a grant", "DELETE", "/api/users/" + me + "/grants/x%0d%0ay", ""},
	{"an empty identity", "DELETE", "/api/users/" + me + "/identities/", ""},
	{"a path as a connector", "POST", "/api/connectors/..%2Fusers%2F" + victim + "/authorization-uri", `{}`},
	{"an empty segment", "GET", "/api//users/" + me, ""},
	{"a slash at the end", "GET", "/api/users/" + me + "/", ""},
	{"another case of the path", "GET", "/API/users/" + me, ""},
	{"an escaped path", "GET", "/api/%75sers/" + me, ""},
	{"a longer path", "GET", "/api/users/" + me + "/sessions/x/y", ""},

	{"roles", "GET", "/api/users/" + me + "/roles", ""},
	{"a role for oneself", "POST", "/api/users/" + me + "/roles", `{"roleIds":["admin"]}`},
	{"provider tokens", "GET", "/api/users/" + me + "/identities/google", ""},
	{"a token's name in the path", "DELETE", "/api/users/" + me + "/personal-access-tokens/ci", ""},
	{"configuration", "GET", "/api/users/" + me + "/logto-configs", ""},
	{"applications", "GET", "/api/applications", ""},
	{"signing keys", "GET", "/api/configs/oidc/private-keys", ""},
	{"subject tokens", "POST", "/api/subject-tokens", `{"userId":"` + me + `"}`},
	{"the tenant's settings", "PATCH", "/api/sign-in-exp", `{}`},
	{"one connector", "GET", "/api/connectors/x", ""},
	{"another OIDC endpoint", "POST", "/oidc/token/introspection", ""},
	{"another method", "PUT", "/api/users/" + me, `{}`},
	{"a method in lower case", "delete", "/api/users/" + me, ""},
	{"a preflight", "OPTIONS", "/api/users/" + me, ""},

	{"the password's digest", "GET", "/api/users/" + me + "?includePasswordHash=true", ""},
	{"the digest after what is allowed", "GET", "/api/users/" + me + "?includeSsoIdentities=true&includePasswordHash=true", ""},
	{"the digest, escaped", "GET", "/api/users/" + me + "?%69ncludePasswordHash=true", ""},
	{"the digest after a semicolon", "GET", "/api/users/" + me + "?includeSsoIdentities=true;includePasswordHash=true", ""},
	{"a parameter twice", "GET", "/api/users/" + me + "?includeSsoIdentities=true&includeSsoIdentities=true", ""},
	{"another value", "GET", "/api/users/" + me + "?includeSsoIdentities=1", ""},
	{"a needlessly escaped value", "GET", "/api/users/" + me + "?includeSsoIdentities=tru%65", ""},
	{"a query that goes on", "GET", "/api/users/" + me + "?includeSsoIdentities=true&", ""},
	{"a user in the query", "GET", "/api/users/" + me + "/sessions?userId=" + victim, ""},
	{"another target", "DELETE", "/api/users/" + me + "/sessions/x?revokeGrantsTarget=", ""},
	{"a type of grants", "GET", "/api/users/" + me + "/grants?appType=firstParty", ""},
	{"connectors by target", "GET", "/api/connectors?target=google", ""},

	{"a password of another user", "POST", "/api/sign-in-exp/default/check-password", `{"password":"x","userId":"` + victim + `"}`},
	{"a password of nobody", "POST", "/api/sign-in-exp/default/check-password", `{"password":"x"}`},
	{"a password of another user in the end", "POST", "/api/sign-in-exp/default/check-password", `{"userId":"` + me + `","userId":"` + victim + `"}`},
	{"a member in another case", "POST", "/api/sign-in-exp/default/check-password", `{"USERID":"` + me + `","password":"x"}`},
	{"a list of users", "POST", "/api/sign-in-exp/default/check-password", `{"userId":["` + me + `"]}`},
	{"a body that is no object", "POST", "/api/sign-in-exp/default/check-password", `"` + me + `"`},
	{"two bodies", "POST", "/api/sign-in-exp/default/check-password", `{"userId":"` + me + `"}{"userId":"` + victim + `"}`},
	{"no body", "POST", "/api/sign-in-exp/default/check-password", ""},
	{"an endless body", "POST", "/api/sign-in-exp/default/check-password", `{"userId":"` + me + `","password":"` + strings.Repeat("x", 1<<20) + `"}`},
}

// send gives a request to a guard, and tells whether it came through.
func (a attack) send(t testing.TB, ctx context.Context, logger *slog.Logger) (sent *http.Request, err error) {
	t.Helper()
	address, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	guard := logto.NewGuard(address, transport(func(req *http.Request) (*http.Response, error) {
		sent = req
		return answer(204, ""), nil
	}), logger)
	target := a.url
	if strings.HasPrefix(target, "/") {
		target = base + target
	}
	var body io.Reader
	if a.body != "" {
		body = strings.NewReader(a.body)
	}
	req, err := http.NewRequestWithContext(ctx, a.method, target, body)
	if err != nil {
		t.Skipf("no request: %v", err) // Only the fuzzer makes such.
	}
	resp, err := guard.RoundTrip(req)
	if resp != nil {
		_ = resp.Body.Close()
	}
	return sent, err
}

func TestGuardRefuses(t *testing.T) {
	t.Parallel()
	for _, a := range refused {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			sent, err := a.send(t, logto.WithSubject(t.Context(), me), slog.New(slog.NewTextHandler(&log, nil)))
			if sent != nil {
				t.Errorf("%s %s reached the network", sent.Method, sent.URL)
			}
			if refusal, ok := errors.AsType[*logto.GuardError](err); !ok || refusal.Method != a.method || refusal.Reason == "" {
				t.Errorf("error %#v", err)
			}
			if !strings.Contains(log.String(), "level=ERROR") {
				t.Errorf("logged %q", log.String())
			}
		})
	}
}

// TestGuardRefusesOtherHosts keeps the management token from everybody but Logto.
func TestGuardRefusesOtherHosts(t *testing.T) {
	t.Parallel()
	ctx := logto.WithSubject(t.Context(), me)
	for _, address := range []string{
		"https://evil.example/tenant/api/connectors",
		"https://logto.example.evil.example/tenant/api/connectors",
		"https://logto.example:8443/tenant/api/connectors",
		"http://logto.example/tenant/api/connectors",
		"https://logto.example@evil.example/tenant/api/connectors",
		"https://evil@logto.example/tenant/api/connectors",
		"https://logto.example/api/connectors",
		"https://logto.example/tenant2/api/connectors",
		"https://logto.example/other/../tenant/api/connectors",
	} {
		if sent, err := (attack{method: "GET", url: address}).send(t, ctx, quiet); sent != nil || err == nil {
			t.Errorf("%s reached the network", address)
		}
	}
	guard := logto.NewGuard(&url.URL{Scheme: "https", Host: "logto.example"}, transport(func(req *http.Request) (*http.Response, error) {
		t.Errorf("%v reached the network", req)
		return nil, errors.New("unreachable")
	}), quiet)
	for name, spoil := range map[string]func(*http.Request){
		"opaque address": func(r *http.Request) { r.URL.Opaque = "//evil.example/api/connectors" },
		"other Host":     func(r *http.Request) { r.Host = "evil.example" },
		"path that is not what it says": func(r *http.Request) {
			r.URL.Path, r.URL.RawPath = "/api/users/"+victim, "/api/connectors"
		},
	} {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://logto.example/api/connectors", nil)
		if err != nil {
			t.Fatal(err)
		}
		spoil(req)
		if resp, err := guard.RoundTrip(req); err == nil {
			_ = resp.Body.Close()
			t.Errorf("%s: let through", name)
		}
	}
}

// TestGuardRefusesOddSubjects takes nothing for a user that isn't an id of Logto's.
func TestGuardRefusesOddSubjects(t *testing.T) {
	t.Parallel()
	for _, odd := range []string{
		"", ".", "..", "{userId}", "a/b", "a%2Fb", "a b", "a\x00", "a;b", "a?b", "a#b", "ü", " " + me, me + "\n", strings.Repeat("a", 129),
	} {
		ctx := logto.WithSubject(t.Context(), odd)
		for _, a := range []attack{
			{method: "GET", url: "/api/users/" + url.PathEscape(odd)},
			{method: "POST", url: "/api/verification-codes", body: `{}`},
		} {
			if sent, err := a.send(t, ctx, quiet); sent != nil || err == nil {
				t.Errorf("subject %q: %s %s reached the network", odd, a.method, a.url)
			}
		}
	}
}

// TestGuardLetsThrough is the other half of the table of refusals.
func TestGuardLetsThrough(t *testing.T) {
	t.Parallel()
	for _, a := range []attack{
		{"the token", "POST", "/oidc/token", "grant_type=client_credentials"},
		{"the user", "GET", "/api/users/" + me, ""},
		{"the user with enterprise identities", "GET", "/api/users/" + me + "?includeSsoIdentities=true", ""},
		{"an identity in any script", "DELETE", "/api/users/" + me + "/identities/%C3%BC%20%3F%23%25", ""},
		{"a session with its grants", "DELETE", "/api/users/" + me + "/sessions/x-_Y?revokeGrantsTarget=all", ""},
		{"a password", "POST", "/api/sign-in-exp/default/check-password", `{"password":"x","userId":"` + me + `"}`},
	} {
		sent, err := a.send(t, logto.WithSubject(t.Context(), me), testLogger(t))
		if err != nil || sent == nil {
			t.Errorf("%s: %v", a.name, err)
			continue
		}
		if a.body == "" {
			continue
		}
		if body, err := io.ReadAll(sent.Body); err != nil || string(body) != a.body {
			t.Errorf("%s: body %q, error %v", a.name, body, err)
		}
	}
	for _, path := range []string{"/api/connectors", "/api/sign-in-exp", "/api/account-center"} {
		if sent, err := (attack{method: "GET", url: path}).send(t, t.Context(), testLogger(t)); sent == nil || err != nil {
			t.Errorf("%s without a subject: %v", path, err)
		}
	}
}

// TestNoMethodPassesTheGuard calls every method on another user and on none: the
// guard stands under all of them.
func TestNoMethodPassesTheGuard(t *testing.T) {
	t.Parallel()
	asked := arguments{values: []string{victim, "other"}, body: []byte(`{"userId":"` + victim + `","type":"BackupCode","email":"a@b.example"}`)}
	tenantWide := []string{"GET /api/connectors", "GET /api/sign-in-exp", "GET /api/account-center"}
	for name, m := range methods {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int64
			client := newClient(t, logto.Config{Endpoint: base, Logger: quiet, Transport: countingNetwork(&calls, func(req *http.Request) *http.Response {
				return answer(200, `{}`)
			})})
			namesUser := strings.Contains(name, "{userId}") || strings.HasSuffix(name, "/check-password")
			for subject, ctx := range map[string]context.Context{"me": logto.WithSubject(t.Context(), me), "nobody": t.Context()} {
				calls.Store(0)
				_, err := m.call(ctx, client, asked)
				_, refused := errors.AsType[*logto.GuardError](err)
				want := namesUser || subject == "nobody"
				for _, free := range tenantWide {
					want = want && name != free
				}
				if refused != want || (calls.Load() == 0) != want {
					t.Errorf("subject %s: refused %v with %d calls, want %v", subject, refused, calls.Load(), want)
				}
			}
		})
	}
}

// FuzzGuard looks for a path that the guard takes for the subject's and that leads
// to somebody else once a proxy has decoded it and resolved its dots.
func FuzzGuard(f *testing.F) {
	for _, a := range refused {
		f.Add(a.method, a.url)
	}
	f.Add("GET", "/api/users/"+me)
	f.Add("DELETE", "/api/users/"+me+"/identities/a%20b")
	f.Fuzz(func(t *testing.T, method, target string) {
		if !strings.HasPrefix(target, "/") {
			t.Skip("not below the endpoint") // It would be a part of the host, which the client never makes.
		}
		sent, err := attack{method: method, url: target}.send(t, logto.WithSubject(t.Context(), me), quiet)
		if err != nil {
			if sent != nil {
				t.Fatal("sent in spite of an error")
			}
			return
		}
		seen := path.Clean(sent.URL.Path)
		if !strings.HasPrefix(seen, "/tenant/api/") && seen != "/tenant/oidc/token" {
			t.Errorf("%s %s leads to %s", method, target, seen)
		}
		if rest, ok := strings.CutPrefix(seen, "/tenant/api/users"); ok && rest != "/"+me && !strings.HasPrefix(rest, "/"+me+"/") {
			t.Errorf("%s %s leads to %s", method, target, seen)
		}
		if seen == "/tenant/api/users/"+me && sent.URL.EscapedPath() != seen {
			t.Errorf("%s %s leads to the account as a whole", method, target)
		}
		if strings.Contains(strings.ToLower(sent.URL.RawQuery), "hash") {
			t.Errorf("%s %s asks for the digest", method, target)
		}
	})
}
