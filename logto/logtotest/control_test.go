package logtotest_test

import (
	"net/http"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

func TestControlCalls(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	target := server.Endpoint + "/simulator/calls"
	if got := send(t, http.MethodGet, target, nil, nil); !cmp.Equal(got.body, []any{}) {
		t.Errorf("no calls: %v", got)
	}
	manage(t, server, http.MethodGet, "/api/users/nobody?x=1", nil)
	calls := send(t, http.MethodGet, target, nil, nil).body.([]any)
	if len(calls) != 1 {
		t.Fatalf("calls: %v", calls)
	}
	call := calls[0].(object)
	if _, isText := call["at"].(string); !isText {
		t.Errorf("at: %v", call["at"])
	}
	delete(call, "at")
	want := object{"method": "GET", "path": "/api/users/nobody", "status": 404.0}
	if diff := cmp.Diff(want, call); diff != "" {
		t.Errorf("call (-want +got):\n%s", diff)
	}
	if got := send(t, http.MethodDelete, target, nil, nil); got.status != http.StatusNoContent {
		t.Errorf("DELETE: %v", got)
	}
	if got := send(t, http.MethodGet, target, nil, nil); !cmp.Equal(got.body, []any{}) {
		t.Errorf("after DELETE: %v", got)
	}
}

func TestControlMessages(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	target := server.Endpoint + "/simulator/messages"
	if got := send(t, http.MethodGet, target, nil, nil); !cmp.Equal(got.body, []any{}) {
		t.Errorf("no messages: %v", got)
	}
	for _, recipient := range []object{{"email": "x@example.com"}, {"phone": "12025550143"}} {
		if got := manage(t, server, http.MethodPost, "/api/verification-codes", recipient); got.status != http.StatusNoContent {
			t.Fatalf("send code: %v", got)
		}
	}
	messages := send(t, http.MethodGet, target, nil, nil).body.([]any)
	if len(messages) != 2 || len(server.Messages()) != 2 {
		t.Fatalf("messages: %v", messages)
	}
	newest := messages[1].(object)
	if code := newest["code"].(string); newest["to"] != "12025550143" || !regexp.MustCompile(`^\d{6}$`).MatchString(code) {
		t.Errorf("newest: %v", newest)
	}
	if got := manage(t, server, http.MethodPost, "/api/verification-codes/verify", object{
		"phone": "12025550143", "verificationCode": newest["code"],
	}); got.status != http.StatusNoContent {
		t.Errorf("verify the code: %v", got)
	}
}

func TestControlSignIn(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	target := server.Endpoint + "/simulator/sign-in"
	for _, user := range []string{"bob", server.Account("bob").ID} {
		got := send(t, http.MethodPost, target, object{"user": user, "nonce": "n-1"}, nil)
		if got.status != http.StatusOK {
			t.Fatalf("sign in %s: %v", user, got)
		}
		_, claims := decode(t, got.body.(object)["idToken"].(string))
		if claims["nonce"] != "n-1" || claims["sub"] != server.Account("bob").ID || claims["auth_time"] == nil {
			t.Errorf("ID token: %v", claims)
		}
		if _, claims := decode(t, got.body.(object)["accessToken"].(string)); claims["sub"] != server.Account("bob").ID {
			t.Errorf("access token: %v", claims)
		}
	}
	if got := send(t, http.MethodPost, target, object{"user": "nobody"}, nil); got.status != http.StatusNotFound {
		t.Errorf("unknown user: %v", got)
	}
	if got := send(t, http.MethodPost, target, object{}, nil); got.status != http.StatusBadRequest {
		t.Errorf("no user: %v", got)
	}
	if got := send(t, http.MethodGet, target, nil, nil); got.status != http.StatusMethodNotAllowed {
		t.Errorf("GET: %v", got)
	}
}
