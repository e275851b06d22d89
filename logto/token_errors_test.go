package logto_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"accountql/logto"
)

// TestTokenErrors has the token endpoint fail in every way, and looks for the type
// and for secrets in the text.
func TestTokenErrors(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status        int
		body          string
		lost          error
		misconfigured bool
		kind          any
	}{
		"wrong secret":    {401, `{"code":"oidc.invalid_client","error":"invalid_client"}`, nil, true, new(*logto.Error)},
		"no such route":   {404, `Not Found`, nil, true, new(*logto.Error)},
		"redirect":        {302, ``, nil, true, new(*logto.Error)},
		"too many":        {429, `{}`, nil, false, new(*logto.Error)},
		"failure":         {500, appSecret, nil, false, new(*logto.Error)},
		"error as 200":    {200, `{"error":"` + appSecret + `"}`, nil, true, new(*logto.Error)},
		"no scope":        {200, `{"access_token":"management-token","expires_in":3600}`, nil, true, nil},
		"another scope":   {200, `{"access_token":"management-token","scope":"allow call"}`, nil, true, nil},
		"no token":        {200, `{"scope":"all"}`, nil, false, new(*logto.AnswerError)},
		"no JSON":         {200, `management-token ` + appSecret, nil, false, new(*logto.AnswerError)},
		"cut off":         {200, `{"access_token":"management-token`, nil, false, new(*logto.AnswerError)},
		"endless":         {200, `{"access_token":"` + strings.Repeat("x", 2<<20) + `"}`, nil, false, new(*logto.AnswerError)},
		"no connection":   {0, ``, &net.OpError{Op: "dial", Err: errors.New("refused")}, false, new(*logto.TransportError)},
		"nobody's answer": {0, ``, context.DeadlineExceeded, false, new(*logto.TransportError)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			network := &fakeLogto{tokenEndpoint: func() (*http.Response, error) {
				if test.lost != nil {
					return nil, test.lost
				}
				return answer(test.status, test.body), nil
			}}
			_, err := network.client(t, slog.New(slog.NewTextHandler(&log, nil))).ListConnectors(t.Context())
			if err == nil || network.calls != 0 {
				t.Fatalf("error %v, %d calls", err, network.calls)
			}
			if errors.Is(err, logto.ErrMisconfigured) != test.misconfigured {
				t.Errorf("misconfigured: %v", err)
			}
			if test.kind != nil && !errors.As(err, test.kind) {
				t.Errorf("error %v is no %T", err, test.kind)
			}
			// Only the operator can mend it, and has to be told where.
			if test.misconfigured && !strings.Contains(err.Error(), "LOGTO_APP_ID") {
				t.Errorf("error %v doesn't say what to look at", err)
			}
			if unsent, ok := errors.AsType[*logto.TransportError](err); ok && unsent.MayBeSent {
				t.Errorf("the call itself can't have been sent: %v", err)
			}
			for _, secret := range []string{appSecret, "management-token", "xxxx"} {
				if text := fmt.Sprintf("%v %+v", err, err) + log.String(); strings.Contains(text, secret) {
					t.Errorf("%q shows %q", text, secret)
				}
			}
		})
	}
}

// TestFailedFetchIsNotKept has the next caller try again.
func TestFailedFetchIsNotKept(t *testing.T) {
	t.Parallel()
	var down atomic.Bool
	down.Store(true)
	network := transport(func(req *http.Request) (*http.Response, error) {
		switch {
		case !isTokenRequest(req):
			return answer(200, `[]`), nil
		case down.Load():
			return nil, errors.New("down")
		default:
			return answer(200, tokenAnswer), nil
		}
	})
	client := newClient(t, logto.Config{Endpoint: "https://logto.example", Transport: network, Logger: testLogger(t)})
	if _, err := client.ListConnectors(t.Context()); err == nil {
		t.Fatal("no error while the token endpoint is down")
	}
	down.Store(false)
	if _, err := client.ListConnectors(t.Context()); err != nil {
		t.Error(err)
	}
}
