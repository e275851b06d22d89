package logto_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"accountql/logto"
)

// fakeLogto is a network in memory. It hands out numbered tokens and refuses those
// that it no longer accepts.
type fakeLogto struct {
	mu       sync.Mutex
	fetches  int
	calls    int
	accepted func(token string) bool
	refusal  string
	// tokenEndpoint replaces the token endpoint's answer.
	tokenEndpoint func() (*http.Response, error)
	// gate holds fetches back until it is closed.
	gate chan struct{}
	used []string
}

func (f *fakeLogto) RoundTrip(req *http.Request) (*http.Response, error) {
	if isTokenRequest(req) {
		if f.gate != nil {
			<-f.gate
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		f.fetches++
		if f.tokenEndpoint != nil {
			return f.tokenEndpoint()
		}
		return answer(200, fmt.Sprintf(`{"access_token":"token-%d","expires_in":3600,"token_type":"Bearer","scope":"all"}`, f.fetches)), nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	token := strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")
	f.used = append(f.used, token)
	if f.accepted != nil && !f.accepted(token) {
		return answer(http.StatusUnauthorized, f.refusal), nil
	}
	return answer(200, `[]`), nil
}

// counts waits until nothing moves any more.
func (f *fakeLogto) counts() (fetches, calls int) {
	synctest.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.fetches, f.calls
}

func (f *fakeLogto) client(t *testing.T, logger *slog.Logger) *logto.Client {
	return newClient(t, logto.Config{Endpoint: "https://logto.example", Transport: f, Logger: logger})
}

const unauthorized = `{"code":"auth.unauthorized","message":"Unauthorized.","data":{"payload":{"sub":"management-app"}}}`

func TestTokenIsFetchedOnceForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		network := &fakeLogto{gate: make(chan struct{})}
		client := network.client(t, testLogger(t))
		impatient, giveUp := context.WithCancel(t.Context())
		failed := make(chan error)
		go func() {
			_, err := client.ListConnectors(impatient)
			failed <- err
		}()
		synctest.Wait() // The fetch is the impatient caller's, and under way.
		results := make(chan error)
		for range 100 {
			go func() {
				_, err := client.ListConnectors(t.Context())
				results <- err
			}()
		}
		synctest.Wait()
		giveUp()
		err := <-failed
		if unsent, ok := errors.AsType[*logto.TransportError](err); !ok || unsent.MayBeSent || !errors.Is(err, context.Canceled) {
			t.Errorf("the caller that gave up got %v", err)
		}
		close(network.gate)
		for range 100 {
			if err := <-results; err != nil {
				t.Error(err)
			}
		}
		if fetches, calls := network.counts(); fetches != 1 || calls != 100 {
			t.Errorf("%d fetches and %d calls", fetches, calls)
		}
	})
}

func TestTokenIsRenewedAheadOfTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		network := &fakeLogto{}
		client := network.client(t, testLogger(t))
		call := func() {
			t.Helper()
			if _, err := client.ListConnectors(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		call()
		time.Sleep(54 * time.Minute)
		call()
		if fetches, _ := network.counts(); fetches != 1 {
			t.Fatalf("%d fetches before renewal is due", fetches)
		}
		time.Sleep(2 * time.Minute)
		network.gate = make(chan struct{})
		call() // Doesn't wait for the renewal that it sets off.
		call()
		close(network.gate)
		if fetches, _ := network.counts(); fetches != 2 {
			t.Fatalf("%d fetches after renewal was due", fetches)
		}
		call()
		if got := fmt.Sprint(network.used); got != "[token-1 token-1 token-1 token-1 token-2]" {
			t.Errorf("used %s", got)
		}
	})
}

func TestTokenServesWhileItsEndpointIsDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		network := &fakeLogto{}
		client := network.client(t, slog.New(slog.NewTextHandler(&log, nil)))
		call := func() error {
			_, err := client.ListConnectors(t.Context())
			synctest.Wait()
			return err
		}
		if err := call(); err != nil {
			t.Fatal(err)
		}
		network.tokenEndpoint = func() (*http.Response, error) { return answer(503, `<html>`), nil }
		time.Sleep(56 * time.Minute)
		for range 20 {
			if err := call(); err != nil {
				t.Fatalf("a good token went unused: %v", err)
			}
		}
		if fetches, _ := network.counts(); fetches != 2 {
			t.Errorf("%d fetches: a pause is due after a failure", fetches)
		}
		if !strings.Contains(log.String(), "level=WARN") || !strings.Contains(log.String(), "status 503") {
			t.Errorf("logged %q", log.String())
		}
		time.Sleep(11 * time.Second)
		if err := call(); err != nil {
			t.Fatal(err)
		}
		if fetches, _ := network.counts(); fetches != 3 {
			t.Errorf("%d fetches after the pause", fetches)
		}

		time.Sleep(4 * time.Minute) // The token has run out.
		err := call()
		if down, ok := errors.AsType[*logto.Error](err); !ok || down.Status != 503 || errors.Is(err, logto.ErrMisconfigured) {
			t.Errorf("error %v", err)
		}
		network.tokenEndpoint = nil
		if err := call(); err != nil {
			t.Errorf("not up again: %v", err)
		}
	})
}

func TestTokenWithoutExpiryServesUntilRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		network := &fakeLogto{tokenEndpoint: func() (*http.Response, error) {
			return answer(200, `{"access_token":"t","token_type":"Bearer","scope":"other all"}`), nil
		}}
		client := network.client(t, testLogger(t))
		for range 3 {
			if _, err := client.ListConnectors(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(24 * time.Hour)
		}
		if fetches, _ := network.counts(); fetches != 1 {
			t.Errorf("%d fetches", fetches)
		}
	})
}

func TestRefusedTokenIsReplacedOnce(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		accepted                    func(string) bool
		refusal                     string
		wantFetches, wantCalls      int
		wantStatus                  int
		wantCode, wantMisconfigured string
	}{
		"replaced":          {func(token string) bool { return token == "token-2" }, unauthorized, 2, 2, 0, "", ""},
		"refused again":     {func(string) bool { return false }, unauthorized, 2, 2, 401, "auth.unauthorized", "yes"},
		"provider's token":  {func(string) bool { return false }, `{"code":"connector.social_invalid_id_token"}`, 1, 1, 401, "connector.social_invalid_id_token", ""},
		"provider's answer": {func(string) bool { return false }, `{"code":"connector.authorization_failed","data":{"message":"no"}}`, 1, 1, 401, "connector.authorization_failed", ""},
		"a proxy's 401":     {func(string) bool { return false }, `<h1>Unauthorized</h1>`, 1, 1, 401, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				network := &fakeLogto{accepted: test.accepted, refusal: test.refusal}
				_, err := network.client(t, testLogger(t)).ListConnectors(t.Context())
				if fetches, calls := network.counts(); fetches != test.wantFetches || calls != test.wantCalls {
					t.Errorf("%d fetches and %d calls", fetches, calls)
				}
				got, ok := errors.AsType[*logto.Error](err)
				if !ok {
					if test.wantStatus != 0 || err != nil {
						t.Errorf("error %v", err)
					}
					return
				}
				if got.Status != test.wantStatus || got.Code != test.wantCode {
					t.Errorf("error %v", err)
				}
				if errors.Is(err, logto.ErrMisconfigured) != (test.wantMisconfigured != "") {
					t.Errorf("misconfigured: %v", err)
				}
				if strings.HasPrefix(got.Code, "auth.") && got.Data != nil {
					t.Errorf("data %s repeats the token's claims", got.Data)
				}
			})
		})
	}
}

// TestNoReplacementForRefusedToken has the token endpoint fail just when a new token
// is needed. The call was refused, so it had no effect.
func TestNoReplacementForRefusedToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		network := &fakeLogto{refusal: unauthorized}
		client := network.client(t, testLogger(t))
		network.accepted = func(string) bool {
			network.tokenEndpoint = func() (*http.Response, error) { return answer(503, ``), nil }
			return false
		}
		_, err := client.ListConnectors(t.Context())
		if got, ok := errors.AsType[*logto.Error](err); !ok || got.Status != 503 || got.Endpoint != "POST /oidc/token" {
			t.Errorf("error %v", err)
		}
		if fetches, calls := network.counts(); fetches != 2 || calls != 1 {
			t.Errorf("%d fetches and %d calls", fetches, calls)
		}
	})
}

// TestManyRefusalsOneReplacement has a hundred calls meet the same dead token.
func TestManyRefusalsOneReplacement(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		network := &fakeLogto{refusal: unauthorized}
		client := network.client(t, testLogger(t))
		if _, err := client.ListConnectors(t.Context()); err != nil {
			t.Fatal(err)
		}
		network.accepted = func(token string) bool { return token != "token-1" }
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() {
				if _, err := client.ListConnectors(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if fetches, _ := network.counts(); fetches != 2 {
			t.Errorf("%d fetches", fetches)
		}
	})
}

// TestLateRefusalLeavesTheNewToken has a refusal of the old token arrive when another
// call has already brought the new one.
func TestLateRefusalLeavesTheNewToken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := make(chan struct{})
		network := &fakeLogto{refusal: unauthorized, accepted: func(token string) bool { return token != "token-1" }}
		client := newClient(t, logto.Config{Endpoint: base, Logger: testLogger(t), Transport: transport(func(req *http.Request) (*http.Response, error) {
			resp, err := network.RoundTrip(req)
			if strings.HasSuffix(req.URL.Path, "/organizations") {
				<-slow
			}
			return resp, err
		})})
		done := make(chan error)
		go func() {
			_, err := client.ListOrganizations(logto.WithSubject(t.Context(), me), me)
			done <- err
		}()
		synctest.Wait()
		if _, err := client.ListConnectors(t.Context()); err != nil {
			t.Error(err)
		}
		close(slow)
		if err := <-done; err != nil {
			t.Error(err)
		}
		if fetches, _ := network.counts(); fetches != 2 {
			t.Errorf("%d fetches", fetches)
		}
	})
}
