package logto_test

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
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

// TestUnusableAnswers gives successes whose body is no good.
func TestUnusableAnswers(t *testing.T) {
	t.Parallel()
	const size = 4 << 20
	for name, test := range map[string]struct {
		write                http.HandlerFunc
		tooLarge, compressed bool
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
		"a bomb": {tooLarge: true, compressed: true, write: func(w http.ResponseWriter, _ *http.Request) {
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
		for network, client := range map[string]*logto.Client{"http": serve(t, testLogger(t), test.write), "https": serveTLS(t, test.write)} {
			if test.compressed && network == "http" {
				continue // Nothing is unpacked.
			}
			t.Run(name+" over "+network, func(t *testing.T) {
				t.Parallel()
				user, err := client.GetUser(logto.WithSubject(t.Context(), me), me)
				if unusable, ok := errors.AsType[*logto.AnswerError](err); !ok || unusable.Endpoint != "GET /api/users/{userId}" {
					t.Errorf("user %v, error %v", user, err)
				}
				if errors.Is(err, logto.ErrAnswerTooLarge) != test.tooLarge {
					t.Errorf("error %v", err)
				}
			})
		}
	}
	// The largest answer that is read.
	body := `{"id":"` + me + `"}`
	if _, err := serve(t, testLogger(t), reply(body+strings.Repeat(" ", size-len(body)))).GetUser(logto.WithSubject(t.Context(), me), me); err != nil {
		t.Error(err)
	}
}

// TestNullIsNoAnswer takes null neither for an empty list nor for settings that are
// all off.
func TestNullIsNoAnswer(t *testing.T) {
	t.Parallel()
	client := serve(t, testLogger(t), reply(`null`))
	ctx := logto.WithSubject(t.Context(), me)
	_, err1 := client.ListPersonalAccessTokens(ctx, me)
	_, err2 := client.GetAccountCenter(ctx)
	_, err3 := client.GetCustomData(ctx, me)
	for _, err := range []error{err1, err2, err3} {
		if _, ok := errors.AsType[*logto.AnswerError](err); !ok {
			t.Errorf("error %v", err)
		}
	}
}

// TestForbidden tells a lack of permission from other servers' refusals.
func TestForbidden(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{`{"code":"auth.forbidden"}`: true, `{"code":"user.suspended"}`: false, `<h1>Forbidden</h1>`: false} {
		client := serve(t, testLogger(t), func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			_, _ = io.WriteString(w, body)
		})
		if _, err := client.ListConnectors(t.Context()); err == nil || errors.Is(err, logto.ErrMisconfigured) != want {
			t.Errorf("%s: error %v", body, err)
		}
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
