package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestLogtoIsAskedInThePersonsLanguage, but not for what it answers to everybody.
func TestLogtoIsAskedInThePersonsLanguage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.advance(11 * time.Minute) // The tenant's settings are too old to be used.
	header := bearer(w.token("alice"))
	header.Set("Accept-Language", "fr-CH, fr;q=0.9, *;q=0.5")
	body := strings.NewReader(encode(t, object{
		"query":     `mutation M($email: String) { sendVerificationCode(input: {email: $email}) { errors { code } } }`,
		"variables": object{"email": w.logto.Account("alice").Email},
	}))
	if got := send(t, http.MethodPost, w.url+"/graphql", header, body); got.body != `{"data":{"sendVerificationCode":{"errors":[]}}}` {
		t.Fatal(got)
	}
	got := map[string]string{}
	for _, call := range w.logto.Calls() {
		got[call.Path] = call.Language
	}
	want := map[string]string{
		"/api/users/" + w.id("alice"): "fr-CH, fr;q=0.9, *;q=0.5",
		"/api/verification-codes":     "fr-CH, fr;q=0.9, *;q=0.5",
		"/api/connectors":             "",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("calls with their Accept-Language (-want +got):\n%s", diff)
	}
}
