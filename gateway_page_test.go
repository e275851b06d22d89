package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

// TestPageOfAGatewayIsNoSuccess: something in front of Logto answers 200 with a page
// of its own where Logto answers 204, and nothing is taken for proved or done.
func TestPageOfAGatewayIsNoSuccess(t *testing.T) {
	t.Parallel()
	const user = "/api/users/{userId}"
	for name, test := range map[string]struct {
		path  string
		input func(page) object
	}{
		"verifyPassword":       {user + "/password/verify", func(page) object { return object{"password": wrong} }},
		"sendVerificationCode": {"/api/verification-codes", func(page) object { return object{"email": "alice@example.com"} }},
		"verifyCode": {"/api/verification-codes/verify", func(p page) object {
			return object{"challengeId": p.challenge(object{"email": "alice@example.com"}), "code": notCode(p.code("alice@example.com"))}
		}},
		"changePassword": {user + "/password/verify", func(page) object {
			return object{"currentPassword": wrong, "newPassword": newPassword}
		}},
		"deletePersonalAccessToken": {user + "/personal-access-tokens/delete", func(p page) object { return object{"name": p.alicesTokens()[0]} }},
		"revokeSession":             {user + "/sessions/{sessionId}", func(p page) object { return object{"id": p.sessions("alice")[0]} }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newProofWorld(t, nil)
			alice := w.page("alice")
			input, before := test.input(alice), w.record("alice")
			for _, method := range []string{"POST", "DELETE"} {
				w.logto.Fail(fault{Method: method, Path: test.path, Failure: logtotest.AnswerGarbage})
			}
			const message = "Logto gave an answer that can't be used. The change may have been made or not: read before you try again."
			if got := alice.must("top-level UPSTREAM_UNAVAILABLE", alice.do(name, input)); !strings.Contains(got.body, message) {
				t.Errorf("got %s", got.body)
			}
			if diff := cmp.Diff(before, w.record("alice")); diff != "" {
				t.Errorf("the account (-before +after):\n%s", diff)
			}
		})
	}
}
