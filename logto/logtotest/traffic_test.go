package logtotest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"accountql/logto/logtotest"
)

func TestCalls(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	bob := "/api/users/" + server.Account("bob").ID
	server.Advance(24 * time.Hour)
	manage(t, server, http.MethodGet, bob+"?includeSsoIdentities=true", nil)
	manage(t, server, http.MethodGet, "/api/users/a%2Fb", nil)
	calls := server.Calls()
	want := []logtotest.Call{
		{Method: "GET", Path: bob, Query: "includeSsoIdentities=true", Status: 200},
		{Method: "GET", Path: "/api/users/a%2Fb", Status: 404},
	}
	if diff := cmp.Diff(want, calls, cmpopts.IgnoreFields(logtotest.Call{}, "At")); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	if age := server.Now().Sub(calls[0].At); age < 0 || age > time.Hour {
		t.Errorf("first call is %v old by the server's clock", age)
	}
	server.ResetCalls()
	if calls := server.Calls(); len(calls) != 0 {
		t.Errorf("after reset: %v", calls)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	bob := "/api/users/" + server.Account("bob").ID
	token := managementToken(t, server)
	get := func() (reply, error) { return try(t, http.MethodGet, server.Endpoint+bob, nil, bearer(token)) }

	server.Fail(logtotest.Fault{
		Method: "GET", Path: "/api/users/{userId}", Times: 2, Status: 503, Body: object{"message": "busy"},
	})
	if got := manage(t, server, http.MethodGet, bob+"/has-password", nil); got.status != http.StatusOK {
		t.Errorf("another path: %v", got)
	}
	if got := manage(t, server, http.MethodPatch, bob, object{"name": "B"}); got.status != http.StatusOK {
		t.Errorf("another method: %v", got)
	}
	for range 2 {
		if got, err := get(); err != nil || got.status != 503 || !cmp.Equal(got.body, object{"message": "busy"}) {
			t.Errorf("status: %v, %v", got, err)
		}
	}
	if got, err := get(); err != nil || got.status != http.StatusOK {
		t.Errorf("after the fault: %v, %v", got, err)
	}

	server.Fail(logtotest.Fault{Path: "/api/users/{userId}", Times: 2, Failure: logtotest.ResetConnection})
	if got, err := get(); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("reset: %v, %v", got, err)
	}
	server.ClearFaults()
	server.Fail(logtotest.Fault{Failure: logtotest.AnswerGarbage})
	if got, err := get(); err != nil || got.status != http.StatusOK || !strings.HasPrefix(got.body.(string), "<html>") {
		t.Errorf("garbage: %v, %v", got, err)
	}
	server.Fail(logtotest.Fault{Failure: logtotest.TruncateBody})
	if got, err := get(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("truncated: %v, %v", got, err)
	}
	server.Fail(logtotest.Fault{Failure: logtotest.AnswerOversized})
	if got, err := get(); err != nil || len(got.body.(object)["padding"].(string)) < 4<<20 {
		t.Errorf("oversized: status %d, %v", got.status, err)
	}
	server.Fail(logtotest.Fault{Path: "/oidc/jwks", Status: 500})
	if got := send(t, http.MethodGet, server.Endpoint+"/oidc/jwks", nil, nil); got.status != http.StatusInternalServerError || got.body != "" {
		t.Errorf("fault outside the Management API: %v", got)
	}
	server.Fail(logtotest.Fault{Times: 5, Status: 500})
	server.ClearFaults()
	if got, err := get(); err != nil || got.status != http.StatusOK {
		t.Errorf("faults cleared: %v, %v", got, err)
	}
}

func TestHangLastsUntilTheClientGoes(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	server.Fail(logtotest.Fault{Failure: logtotest.Hang})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		for len(server.Calls()) == 0 && ctx.Err() == nil {
			time.Sleep(time.Millisecond) // Only so that the processor does something else.
		}
		cancel()
	}()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, server.Endpoint+"/api/status", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err == nil {
		_ = response.Body.Close()
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("answered: %v", err)
	}
	if calls := server.Calls(); len(calls) != 1 || calls[0].Status != 0 {
		t.Errorf("calls: %v", calls)
	}
}

// TestCapacity asserts lower bounds alone, so that it passes on any machine.
func TestCapacity(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	const service = 30 * time.Millisecond
	server.SetCapacity(2, service)
	elapsed := func(calls int) time.Duration {
		began := time.Now()
		var group sync.WaitGroup
		for range calls {
			group.Go(func() { send(t, http.MethodGet, server.Endpoint+"/api/status", nil, nil) })
		}
		group.Wait()
		return time.Since(began)
	}
	if took := elapsed(2); took < service {
		t.Errorf("2 calls at once took %v", took)
	}
	if took := elapsed(8); took < 4*service {
		t.Errorf("8 calls at once took %v", took)
	}
}

func TestDelay(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	const delay = 30 * time.Millisecond
	server.SetDelay(delay)
	began := time.Now()
	send(t, http.MethodGet, server.Endpoint+"/api/status", nil, nil)
	if took := time.Since(began); took < delay {
		t.Errorf("took %v", took)
	}
}
