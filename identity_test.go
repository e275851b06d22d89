package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const (
	callStartLink = "POST /api/connectors/{mock}/authorization-uri"
	callLink      = "POST /api/users/{alice}/identities"
)

// TestLinkIdentity goes the whole way, as the demo is set up.
func TestLinkIdentity(t *testing.T) {
	t.Parallel()
	w := newLinkWorld(t, nil)
	before, proof := w.record("alice"), w.presence("alice")
	w.logto.ResetCalls()

	started := w.asked(w.token("alice"), "startIdentityLink", "link { id authorizationUri expiresAt } errors { code path message }", object{
		"connectorId": w.connector(mockSocial), "redirectUri": callback, "state": linkState, "stepUpProof": proof,
	})
	link := started["link"].(object)
	if ends, err := time.Parse(time.RFC3339, link["expiresAt"].(string)); err != nil || time.Until(ends) > 10*time.Minute {
		t.Errorf("the link ends at %v, %v", ends, err)
	}
	id := link["id"].(string)
	delete(link, "id")
	delete(link, "expiresAt")
	want := object{"errors": []any{}, "link": object{
		"authorizationUri": "http://mock-social/?state=" + linkState + "&redirect_uri=http%3A%2F%2Flocalhost%3A4000%2Flink%2Fcallback&scope=email+profile",
	}}
	if diff := cmp.Diff(want, started); diff != "" {
		t.Errorf("startIdentityLink (-want +got):\n%s", diff)
	}
	w.wantCalls(callUser, strings.ReplaceAll(callStartLink, "{mock}", w.connector(mockSocial)))

	w.logto.ResetCalls()
	got := w.ask(w.token("alice"), mutation("linkIdentity", `identity { id target userId name email avatar details removable { allowed reason } }
		user { id username identities { target } ssoIdentities { identityId } } errors { code path message }`), object{"input": object{
		"linkId": id, "state": linkState, "connectorData": object{
			"code": "c", "state": linkState, "scope": "email", "iss": "http://mock-social", "userId": "m1", "email": "s@example.com",
			"name": "Soc", "avatar": "https://e.com/a.png",
			// None of these is for the connector.
			"credential": "an.id.token", "redirectUri": "https://evil.example/", "phone": "12025550199", "hd": object{"a": 1}, "prompt": nil,
		},
	}})
	linked := `{
  "data": {
    "linkIdentity": {
      "identity": {
        "id": "mock-social",
        "target": "mock-social",
        "userId": "m1",
        "name": "Soc",
        "email": "s@example.com",
        "avatar": "https://e.com/a.png",
        "details": {
          "avatar": "https://e.com/a.png",
          "email": "s@example.com",
          "id": "m1",
          "name": "Soc",
          "rawData": {
            "avatar": "https://e.com/a.png",
            "code": "c",
            "email": "s@example.com",
            "iss": "http://mock-social",
            "name": "Soc",
            "redirectUri": "` + callback + `",
            "scope": "email",
            "state": "` + linkState + `",
            "userId": "m1"
          }
        },
        "removable": {
          "allowed": true,
          "reason": null
        }
      },
      "user": {
        "id": "<alice>",
        "username": "alice",
        "identities": [
          {
            "target": "github"
          },
          {
            "target": "google"
          },
          {
            "target": "mock-social"
          }
        ],
        "ssoIdentities": [
          {
            "identityId": "aa-4711"
          }
        ]
      },
      "errors": []
    }
  }
}
`
	if diff := cmp.Diff(linked, got); diff != "" {
		t.Errorf("linkIdentity (-want +got):\n%s", diff)
	}
	w.wantCalls(callUser, callLink)
	for _, change := range changes(before, w.record("alice")) {
		if !strings.HasPrefix(change, "identities.mock-social.") || !strings.HasSuffix(change, " added") {
			t.Errorf("Logto's record: %s", change)
		}
	}
}

// TestLinkedUserIsReadForItsTime makes a further call for updatedAt alone,
// which Logto's answer doesn't tell.
func TestLinkedUserIsReadForItsTime(t *testing.T) {
	t.Parallel()
	w := newLinkWorld(t, nil)
	input := linkInput(w.startedLink("alice"), "m1")
	w.logto.ResetCalls()
	payload := w.asked(w.token("alice"), "linkIdentity", "user { updatedAt } errors { code }", input)
	updated, err := time.Parse(time.RFC3339, payload["user"].(object)["updatedAt"].(string))
	stored := w.manage(http.MethodGet, "/api/users/{alice}", nil).(object)["updatedAt"].(float64)
	if err != nil || updated.UnixMilli() != int64(stored) {
		t.Errorf("updatedAt is %v, %v, want %v", updated, err, stored)
	}
	w.wantCalls(callUser, callLink, callUser)
}

func TestLinkIdentityAnswersWithoutReadScope(t *testing.T) {
	t.Parallel()
	w := newLinkWorld(t, nil)
	input := linkInput(w.startedLink("alice"), "m1")
	got := w.ask(w.token("alice", "account:security"), mutation("linkIdentity", "identity { userId } user { id } errors { code }"), object{"input": input})
	for _, want := range []string{`"userId": "m1"`, `"user": null`, `"FORBIDDEN"`, `"errors": []`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if w.linked("alice") != "m1" {
		t.Error("nothing was linked")
	}
}

// TestLogtoRefusesALink has Logto answer as it was recorded. The link can be used
// again afterwards.
func TestLogtoRefusesALink(t *testing.T) {
	t.Parallel()
	unknown := fault{Method: http.MethodPost, Status: http.StatusNotFound, Body: object{"code": "entity.not_found"}}
	for _, test := range []struct {
		name   string
		faults []fault
		want   string
	}{
		{"a sign-in that didn't succeed", []fault{{Status: http.StatusUnauthorized, Body: object{"code": "connector.authorization_failed", "data": object{"message": "planted"}}}}, "PROVIDER_REFUSED"},
		{"a bad ID token", []fault{{Status: http.StatusUnauthorized, Body: object{"code": "connector.social_invalid_id_token"}}}, "PROVIDER_REFUSED"},
		{"a bad code", []fault{{Status: http.StatusUnauthorized, Body: object{"code": "connector.social_auth_code_invalid"}}}, "PROVIDER_REFUSED"},
		{"data that the connector can't use", []fault{{Status: http.StatusBadRequest, Body: object{"code": "connector.invalid_response"}}}, "PROVIDER_REFUSED"},
		{"somebody else's account", []fault{{Status: http.StatusUnprocessableEntity, Body: object{"code": "user.identity_already_in_use"}}}, "IDENTITY_TAKEN"},
		{"a connector that needs a session", []fault{{Status: http.StatusNotImplemented, Body: object{"code": "connector.not_implemented"}}}, "CONNECTOR_NOT_LINKABLE"},
		{"a connector that is gone", []fault{unknown}, "NOT_FOUND"},
		{"a provider that can't be reached", []fault{{Status: http.StatusInternalServerError, Body: object{"message": "Internal server error."}}}, "UPSTREAM_UNAVAILABLE"},
		{"a connector without words", []fault{{Status: http.StatusInternalServerError, Body: object{"code": "connector.general"}}}, "UPSTREAM_UNAVAILABLE"},
		{"a fault of ours", []fault{{Status: http.StatusBadRequest, Body: object{"code": "guard.invalid_input"}}}, "INTERNAL"},
		{"an answer without the identity", []fault{{Status: http.StatusOK, Body: object{"github": object{"userId": "x"}}}}, "UPSTREAM_UNAVAILABLE"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newLinkWorld(t, nil)
			link := w.startedLink("bob")
			for _, f := range test.faults {
				f.Path = "/api/users/{userId}/identities"
				w.logto.Fail(f)
			}
			got := w.ask(w.token("bob"), mutation("linkIdentity", "identity { id } user { id } errors { code message }"), object{"input": linkInput(link, "m1")})
			if !strings.Contains(got, `"code": "`+test.want+`"`) || strings.Contains(got, `"id"`) || strings.Contains(got, "planted") {
				t.Error(got)
			}
			if diff := cmp.Diff([]string{}, told(w.asked(w.token("bob"), "linkIdentity", "errors { code }", linkInput(link, "m1")))); diff != "" {
				t.Errorf("afterwards (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLinkOfAnAccountThatIsGone deletes the account while it is linked: Logto's
// answer is that of a connector that is gone.
func TestLinkOfAnAccountThatIsGone(t *testing.T) {
	t.Parallel()
	logto := newLogto(t)
	p := newProxy(t, logto.Endpoint)
	w := newWorldOn(t, logto, merged(linkEnv(logto), env{"LOGTO_ENDPOINT": p.URL}))
	input, id := linkInput(w.startedLink("bob"), "m1"), w.id("bob")
	p.intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodPost {
			_, _ = logto.Manage(http.MethodDelete, "/api/users/"+id, nil)
		}
		next.ServeHTTP(rw, r)
	})
	got := w.query(w.token("bob"), mutation("linkIdentity", "errors { code }"), object{"input": input}).body
	if !strings.Contains(got, "ACCOUNT_NOT_FOUND") {
		t.Error(got)
	}
}

// TestConnectorChangesUnderALink takes a minute between the two mutations, after
// which the tenant's connectors are looked up again.
func TestConnectorChangesUnderALink(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(w *world, connector string)
		want   string
	}{
		"it is removed": {func(w *world, connector string) { w.manage(http.MethodDelete, connector, nil) }, "NOT_FOUND input linkId"},
		"its target is another": {func(w *world, connector string) {
			w.manage(http.MethodPatch, connector, object{"metadata": object{"target": "github"}})
		}, "INVALID_PROOF input linkId"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newLinkWorld(t, nil)
			link := w.startedLink("alice")
			before := w.record("alice")
			test.change(w, "/api/connectors/"+w.connector(mockSocial))
			w.advance(time.Minute)
			if diff := cmp.Diff([]string{test.want}, told(w.asked(w.token("alice"), "linkIdentity", "errors { code path }", linkInput(link, "m1")))); diff != "" {
				t.Errorf("payload's errors (-want +got):\n%s", diff)
			}
			if diff := changes(before, w.record("alice")); len(diff) > 0 {
				t.Errorf("changed: %v", diff)
			}
		})
	}
}

// TestIdentityIsReplacedByAgreement is about Logto's habit of replacing an identity
// of the same target without a word.
func TestIdentityIsReplacedByAgreement(t *testing.T) {
	t.Parallel()
	w := newLinkWorld(t, nil)
	for _, step := range []struct {
		providerUser string
		replace      bool
		want         []string
		linked       string
	}{
		{"m1", false, []string{}, "m1"},
		{"m2", false, []string{"IDENTITY_ALREADY_LINKED input replace"}, "m1"},
		{"m1", false, []string{"IDENTITY_ALREADY_LINKED input replace"}, "m1"},
		{"m2", true, []string{}, "m2"},
		{"m2", true, []string{}, "m2"},
		{"m1", true, []string{}, "m1"},
	} {
		w.logto.ResetCalls()
		if diff := cmp.Diff(step.want, w.linkMock("alice", step.providerUser, step.replace)); diff != "" || w.linked("alice") != step.linked {
			t.Errorf("%+v: %s is linked, errors (-want +got):\n%s", step, w.linked("alice"), diff)
		}
		if asked := slices.Contains(w.calls(), callLink); asked != (len(step.want) == 0) {
			t.Errorf("%+v: Logto was asked: %v", step, asked)
		}
	}
	if diff := cmp.Diff([]string{}, w.linkMock("bob", "m2", false)); diff != "" {
		t.Errorf("what was replaced is free (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"IDENTITY_TAKEN"}, w.linkMock("carol", "m1", false)); diff != "" || w.linked("carol") != "" {
		t.Errorf("carol has %q, errors (-want +got):\n%s", w.linked("carol"), diff)
	}
}
