package logto_test

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/logto"
)

// ids holds values that mean something in an address.
var ids = []string{"plain", "a b", "50%", "%2e%2e", "what?x=y", "a#b", "a&b=c", "a+b", "a;b", "a:b@c", "ünï", "名前", "\U0001F600", `"<'>`, "{userId}", "..a", "a.b"}

func TestAddressKeepsValuesApart(t *testing.T) {
	t.Parallel()
	client := newClient(t, logto.Config{Endpoint: "https://logto.example/a%20b/"})
	for _, id := range ids {
		address, err := client.Address("DELETE /api/users/{userId}/identities/{target}", me, id)
		if err != nil {
			t.Errorf("%q: %v", id, err)
			continue
		}
		u, err := url.Parse(address)
		if err != nil {
			t.Errorf("%q: %v", id, err)
			continue
		}
		if u.Host != "logto.example" || u.Path != "/a b/api/users/"+me+"/identities/"+id || u.RawQuery != "" || u.Fragment != "" {
			t.Errorf("%q became %s", id, address)
		}
		if segments := strings.Split(u.EscapedPath(), "/"); len(segments) != 7 {
			t.Errorf("%q became %d segments: %s", id, len(segments), address)
		}
	}
	for _, id := range []string{"", ".", "..", "...", "a/b", "../../users/" + victim, `a\b`, "a\x00b", "a\nb", "\u0085"} {
		if address, err := client.Address("DELETE /api/users/{userId}/identities/{target}", me, id); !errors.Is(err, logto.ErrInvalidID) {
			t.Errorf("%q became %s, error %v", id, address, err)
		}
	}
}

// FuzzAddress holds every value that is taken to its one segment.
func FuzzAddress(f *testing.F) {
	for _, id := range ids {
		f.Add(id)
	}
	client, err := logto.New(logto.Config{Endpoint: "https://logto.example", AppID: "a", AppSecret: "b", Resource: "c"})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, id string) {
		address, err := client.Address("DELETE /api/users/{userId}/sessions/{sessionId}", me, id)
		if err != nil {
			return
		}
		escaped := strings.TrimPrefix(address, "https://logto.example/api/users/"+me+"/sessions/")
		if strings.ContainsAny(escaped, "/?#\\") {
			t.Errorf("%q became %s", id, address)
		}
		if back, err := url.PathUnescape(escaped); err != nil || back != id {
			t.Errorf("%q became %s", id, address)
		}
	})
}

// TestValuesArriveUnchanged follows names and ids of every kind to the server.
func TestValuesArriveUnchanged(t *testing.T) {
	t.Parallel()
	for _, id := range ids {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			client := serve(t, testLogger(t), func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				w.WriteHeader(http.StatusTeapot)
				_ = jsonTo(w, map[string]any{"code": "echo", "data": map[string]any{"path": r.URL.Path, "query": r.URL.RawQuery, "body": loose(body)}})
			})
			ctx := logto.WithSubject(t.Context(), me)
			echo := func(err error) string {
				t.Helper()
				e, ok := errors.AsType[*logto.Error](err)
				if !ok {
					t.Fatal(err)
				}
				return string(e.Data)
			}
			want := func(path string, body any) string {
				var b strings.Builder
				_ = jsonTo(&b, map[string]any{"path": prefix + "/api/users/" + me + path, "query": "", "body": body})
				return strings.TrimSpace(b.String())
			}
			if diff := cmp.Diff(want("/mfa-verifications/"+id, ""), echo(client.DeleteMfaVerification(ctx, me, id))); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(want("/personal-access-tokens/delete", map[string]any{"name": id}), echo(client.DeletePersonalAccessToken(ctx, me, id))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestNamesOfTokensMayHoldSlashes has nothing to do with paths, and must not.
func TestNamesOfTokensMayHoldSlashes(t *testing.T) {
	t.Parallel()
	const name = "../a/b c?d#e%f ünï\x00"
	client := serve(t, testLogger(t), func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if got := loose(body).(map[string]any)["name"]; got != name || !strings.HasSuffix(r.URL.Path, "/personal-access-tokens/delete") {
			t.Errorf("%s with name %q", r.URL.Path, got)
		}
		w.WriteHeader(http.StatusNoContent)
	})
	if err := client.DeletePersonalAccessToken(logto.WithSubject(t.Context(), me), me, name); err != nil {
		t.Error(err)
	}
}
