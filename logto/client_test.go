package logto_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"accountql/logto"
)

func TestNewReportsEveryProblem(t *testing.T) {
	t.Parallel()
	_, err := logto.New(logto.Config{Endpoint: "https://name:hidden@logto.example?x=y"})
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range []string{"AppID", "AppSecret", "Resource", "Endpoint"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q doesn't name %s", err, part)
		}
	}
	if strings.Contains(err.Error(), "hidden") {
		t.Errorf("%q shows a password", err)
	}
	for _, endpoint := range []string{"", "logto.example", "/logto", "ftp://logto.example", "https://", "https://logto.example#x", "https://logto.example?", "https://a b"} {
		if _, err := logto.New(logto.Config{Endpoint: endpoint, AppID: "a", AppSecret: "b", Resource: "c"}); err == nil {
			t.Errorf("endpoint %q is taken", endpoint)
		}
	}
}

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

// TestUnusableAnswers gives successes whose body is no good.
func TestUnusableAnswers(t *testing.T) {
	t.Parallel()
	const size = 4 << 20
	for name, test := range map[string]struct {
		write    http.HandlerFunc
		tooLarge bool
	}{
		"HTML":            {write: reply(`<!doctype html><title>Log in</title>`)},
		"empty":           {write: reply(``)},
		"null":            {write: reply(` null `)},
		"another shape":   {write: reply(`[]`)},
		"another type":    {write: reply(`{"id":1}`)},
		"cut off":         {write: reply(`{"id":"` + me)},
		"two values":      {write: reply(`{"id":"` + me + `"} {}`)},
		"another user":    {write: reply(`{"id":"` + victim + `"}`)},
		"no user":         {write: reply(`{}`)},
		"an odd time":     {write: reply(`{"id":"` + me + `","createdAt":"yesterday"}`)},
		"204":             {write: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }},
		"a byte too many": {write: reply(`{"id":"` + me + `"}` + strings.Repeat(" ", size)), tooLarge: true},
		"a bomb": {tooLarge: true, write: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			blank := make([]byte, 1<<20)
			for range 64 {
				if _, err := z.Write(blank); err != nil {
					return // The client has had enough.
				}
			}
			_ = z.Close()
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			user, err := serve(t, testLogger(t), test.write).GetUser(logto.WithSubject(t.Context(), me), me)
			if unusable, ok := errors.AsType[*logto.AnswerError](err); !ok || unusable.Endpoint != "GET /api/users/{userId}" {
				t.Errorf("user %v, error %v", user, err)
			}
			if errors.Is(err, logto.ErrAnswerTooLarge) != test.tooLarge {
				t.Errorf("error %v", err)
			}
		})
	}
	// The largest answer that is read.
	body := `{"id":"` + me + `"}`
	if _, err := serve(t, testLogger(t), reply(body+strings.Repeat(" ", size-len(body)))).GetUser(logto.WithSubject(t.Context(), me), me); err != nil {
		t.Error(err)
	}
}

func reply(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
}

// TestErrorsOfOtherServers has proxies and redirects answer in Logto's stead.
func TestErrorsOfOtherServers(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s with %q: a redirect was followed", r.Method, r.URL, r.Header.Get("Authorization"))
	}))
	t.Cleanup(elsewhere.Close)
	for name, test := range map[string]struct {
		status int
		header http.Header
		body   string
		want   logto.Error
	}{
		"HTML":                     {502, nil, `<html>Bad Gateway`, logto.Error{Status: 502}},
		"code that is no text":     {500, nil, `{"code":42,"message":"m"}`, logto.Error{Status: 500}},
		"long body":                {500, nil, `{"code":"c","message":"` + strings.Repeat("x", 1<<20) + `"}`, logto.Error{Status: 500}},
		"list":                     {400, nil, `["x"]`, logto.Error{Status: 400}},
		"waiting time":             {429, http.Header{"Retry-After": {"7"}}, `{"code":"c"}`, logto.Error{Status: 429, Code: "c", RetryAfter: 7 * time.Second}},
		"waiting time, HTML":       {503, http.Header{"Retry-After": {"120"}}, `busy`, logto.Error{Status: 503, RetryAfter: 2 * time.Minute}},
		"waiting time in the past": {503, http.Header{"Retry-After": {"Mon, 02 Jan 2006 15:04:05 GMT"}}, ``, logto.Error{Status: 503}},
		"waiting time, odd":        {503, http.Header{"Retry-After": {"-5"}}, ``, logto.Error{Status: 503}},
		"redirect 301":             {301, http.Header{"Location": {elsewhere.URL}}, ``, logto.Error{Status: 301}},
		"redirect 307":             {307, http.Header{"Location": {elsewhere.URL}}, ``, logto.Error{Status: 307}},
		"redirect 308":             {308, http.Header{"Location": {elsewhere.URL}}, ``, logto.Error{Status: 308}},
		"redirect 302 to itself":   {302, http.Header{"Location": {"/api/users/" + victim}}, ``, logto.Error{Status: 302}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int64
			client := serve(t, testLogger(t), func(w http.ResponseWriter, _ *http.Request) {
				calls.Add(1)
				for name, values := range test.header {
					w.Header()[name] = values
				}
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			})
			_, err := client.UpdatePassword(logto.WithSubject(t.Context(), me), me, "new password")
			got, ok := errors.AsType[*logto.Error](err)
			if !ok {
				t.Fatalf("error %v", err)
			}
			test.want.Endpoint = "PATCH /api/users/{userId}/password"
			if diff := cmp.Diff(&test.want, got, ignoreIssues); diff != "" {
				t.Error(diff)
			}
			if calls.Load() != 1 {
				t.Errorf("%d calls", calls.Load())
			}
		})
	}
}

// TestUnencodableBody sends nothing that is no JSON.
func TestUnencodableBody(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	client := newClient(t, logto.Config{Endpoint: base, Logger: testLogger(t), Transport: countingNetwork(&calls, func(*http.Request) *http.Response {
		return answer(200, `{}`)
	})})
	_, err := client.UpdateCustomData(logto.WithSubject(t.Context(), me), me, []byte(`{"a":`))
	if err == nil || calls.Load() != 0 {
		t.Errorf("error %v, %d calls", err, calls.Load())
	}
}

// TestOutcomeUnknown tells changes from reads, and what was sent from what wasn't.
func TestOutcomeUnknown(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		endpoint        string
		mayBeSent, want bool
	}{
		{"PATCH /api/users/{userId}", true, true},
		{"DELETE /api/users/{userId}", true, true},
		{"POST /api/verification-codes", true, true},
		{"PATCH /api/users/{userId}", false, false},
		{"GET /api/users/{userId}", true, false},
		{"POST /oidc/token", true, false},
	} {
		err := &logto.TransportError{Endpoint: test.endpoint, MayBeSent: test.mayBeSent, Err: io.ErrUnexpectedEOF}
		if err.OutcomeUnknown() != test.want {
			t.Errorf("%+v: %v", test, err.OutcomeUnknown())
		}
	}
}

func TestRetryAfterDate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := newClient(t, logto.Config{Endpoint: base, Transport: transport(func(req *http.Request) (*http.Response, error) {
			resp := answer(503, `{}`)
			resp.Header.Set("Retry-After", time.Now().Add(time.Minute).UTC().Format(http.TimeFormat))
			return resp, nil
		})})
		_, err := client.ListConnectors(t.Context())
		if e, ok := errors.AsType[*logto.Error](err); !ok || e.RetryAfter != time.Minute {
			t.Errorf("error %#v", err)
		}
	})
}

// TestErrorTextIsDiscreet looks for what was sent, and for what Logto says, in the
// text of an error.
func TestErrorTextIsDiscreet(t *testing.T) {
	t.Parallel()
	client := serve(t, testLogger(t), func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(http.StatusBadRequest)
		_ = jsonTo(w, map[string]any{"code": "guard.invalid_input", "message": string(body), "data": string(body), "details": string(body)})
	})
	err := client.VerifyPassword(logto.WithSubject(t.Context(), me), me, "hunter2")
	if want := `logto: POST /api/users/{userId}/password/verify: status 400, code "guard.invalid_input"`; fmt.Sprintf("%v|%+v", err, err) != want+"|"+want {
		t.Errorf("error text %q", err)
	}
}

func TestTransportErrors(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(nil)
	closed.Close()
	ctx := logto.WithSubject(t.Context(), me)

	t.Run("no connection", func(t *testing.T) {
		t.Parallel()
		client := newClient(t, logto.Config{Endpoint: closed.URL, Logger: testLogger(t)})
		err := client.DeleteUser(ctx, me)
		if got, ok := errors.AsType[*logto.TransportError](err); !ok || got.MayBeSent || got.Timeout() || got.Endpoint != "POST /oidc/token" {
			t.Errorf("error %#v", err)
		}
	})
	t.Run("no name", func(t *testing.T) {
		t.Parallel()
		// Tokens come from memory; the call itself would have to be dialled.
		network := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.DNSError{Err: "no such host", IsNotFound: true}
		}}
		client := newClient(t, logto.Config{Endpoint: base, Logger: testLogger(t), Transport: transport(func(req *http.Request) (*http.Response, error) {
			if isTokenRequest(req) {
				return answer(200, tokenAnswer), nil
			}
			return network.RoundTrip(req)
		})})
		err := client.DeleteUser(ctx, me)
		if got, ok := errors.AsType[*logto.TransportError](err); !ok || got.MayBeSent || got.Endpoint != "DELETE /api/users/{userId}" {
			t.Errorf("error %#v", err)
		}
		if strings.Contains(err.Error(), me) {
			t.Errorf("%q names the user", err)
		}
	})
	t.Run("given up after sending", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(ctx)
		client := serve(t, testLogger(t), func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			cancel()
			<-r.Context().Done()
		})
		err := client.DeleteUser(ctx, me)
		if got, ok := errors.AsType[*logto.TransportError](err); !ok || !got.MayBeSent || !errors.Is(err, context.Canceled) {
			t.Errorf("error %#v", err)
		}
	})
	t.Run("connection lost after sending", func(t *testing.T) {
		t.Parallel()
		client := serve(t, testLogger(t), func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
		err := client.DeleteUser(ctx, me)
		if got, ok := errors.AsType[*logto.TransportError](err); !ok || !got.MayBeSent {
			t.Errorf("error %#v", err)
		}
	})
	t.Run("answer cut off", func(t *testing.T) {
		t.Parallel()
		client := serve(t, testLogger(t), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, `{"id":"`)
		})
		_, err := client.GetUser(ctx, me)
		if got, ok := errors.AsType[*logto.TransportError](err); !ok || !got.MayBeSent || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("error %#v", err)
		}
	})
}

// TestTimeouts waits on a clock of its own, for the caller's time and for the
// client's.
func TestTimeouts(t *testing.T) {
	t.Parallel()
	for name, limit := range map[string]time.Duration{"the caller's": time.Second, "the client's": time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := newClient(t, logto.Config{Endpoint: base, Transport: transport(func(req *http.Request) (*http.Response, error) {
					if isTokenRequest(req) {
						return answer(200, tokenAnswer), nil
					}
					<-req.Context().Done()
					return nil, req.Context().Err()
				})})
				ctx, cancel := context.WithTimeout(t.Context(), limit)
				defer cancel()
				start := time.Now()
				_, err := client.ListConnectors(ctx)
				got, ok := errors.AsType[*logto.TransportError](err)
				if !ok || !got.MayBeSent || !got.Timeout() || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("error %#v", err)
				}
				if waited := time.Since(start); waited > 30*time.Second {
					t.Errorf("waited %v", waited)
				}
			})
		})
	}
}

// TestConnectionsAreReused counts connections over successes, failures and bodies
// that nobody asked for.
func TestConnectionsAreReused(t *testing.T) {
	t.Parallel()
	var connections, calls atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case isTokenRequest(r):
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, tokenAnswer)
		case calls.Add(1)%2 == 0:
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"code":"entity.not_found"}`)
		default:
			_, _ = io.WriteString(w, strings.Repeat("unasked ", 1000))
		}
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	client := newClient(t, logto.Config{Endpoint: server.URL, Logger: testLogger(t)})
	for range 20 {
		_ = client.DeleteUser(logto.WithSubject(t.Context(), me), me) // Every other one fails.
	}
	if connections.Load() != 1 || calls.Load() != 20 {
		t.Errorf("%d connections for %d calls", connections.Load(), calls.Load())
	}
}
