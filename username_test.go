package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUpdateUsername(t *testing.T) {
	t.Parallel()
	taken := []string{"IDENTIFIER_TAKEN input username"}
	invalid := []string{"INVALID_INPUT input username"}
	tooLong := []string{"VALUE_TOO_LONG input username"}
	for _, test := range []struct {
		as      string
		value   any
		errors  []string
		changed []string
	}{
		{"bob", "Bob_2", none, []string{`username: "bob" is now "Bob_2"`}},
		{"bob", strings.Repeat("b", 128), none, []string{`username: "bob" is now "` + strings.Repeat("b", 128) + `"`}},
		{"bob", "ALICE", none, []string{`username: "bob" is now "ALICE"`}},
		{"bob", nil, none, []string{`username: "bob" is now null`}},
		{"bob", "bob", none, none},
		{"carol", "carol", none, []string{`username: null is now "carol"`}},
		{"carol", nil, none, none},
		{"bob", "alice", taken, none},
		{"bob", "", invalid, none},
		{"bob", " ", invalid, none},
		{"bob", "2bob", invalid, none},
		{"bob", "bob@example.com", invalid, none},
		{"bob", "bób", invalid, none},
		{"bob", "bob\x00", invalid, none},
		{"bob", strings.Repeat("b", 129), tooLong, none},
	} {
		t.Run(fmt.Sprintf("%s %.20v", test.as, test.value), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.manage(http.MethodPatch, "/api/sign-in-exp", object{"usernamePolicy": object{}})
			w.minute()
			w.wantChange(test.as, "updateUsername", object{"username": test.value, "stepUpProof": w.presence(test.as)}, test.errors, test.changed)
			if len(test.changed) == 0 && !slices.Equal(test.errors, taken) {
				w.wantNoWrite()
			}
		})
	}
}

func TestUpdateUsernameAnswer(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	w := newWorld(t, r.env())
	proof := w.presence("alice")
	w.logto.ResetCalls()
	got := w.ask(w.token("alice"), mutation("updateUsername", `user { username usernameRemovable { allowed } ssoIdentities { identityId } hasPassword }
	  errors { code }`), object{"input": object{"username": "alicia", "stepUpProof": proof}})
	want := strings.TrimSpace(`
{
  "data": {
    "updateUsername": {
      "user": {
        "username": "alicia",
        "usernameRemovable": {
          "allowed": true
        },
        "ssoIdentities": [
          {
            "identityId": "aa-4711"
          }
        ],
        "hasPassword": true
      },
      "errors": []
    }
  }
}`) + "\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	w.wantCalls(callUser, "PATCH /api/users/{alice}")
	if diff := cmp.Diff([]event{{"account.username.updated", w.id("alice"), w.logto.ClientID, eventData{}}}, r.await(t, 1)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// eventData tells more of an event.
type eventData = map[string]string

// TestUpdateUsernameFollowsThePolicy, which the Management API doesn't. A username
// from before the policy may stay.
func TestUpdateUsernameFollowsThePolicy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.manage(http.MethodPatch, "/api/sign-in-exp", object{"usernamePolicy": object{"minLength": 5, "maxLength": 8, "allowedChars": object{"numbers": false}}})
	w.minute()
	proof := w.presence("bob")
	for _, username := range []string{"bobb", "bobbobbob", "bobby2"} {
		w.wantChange("bob", "updateUsername", object{"username": username, "stepUpProof": proof}, []string{"IDENTIFIER_NOT_ALLOWED input username"}, none)
	}
	w.wantChange("bob", "updateUsername", object{"username": "bob", "stepUpProof": proof}, none, none)
	w.wantNoWrite()
	w.wantChange("bob", "updateUsername", object{"username": "bobby", "stepUpProof": proof}, none, []string{`username: "bob" is now "bobby"`})
}
