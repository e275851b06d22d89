package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
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

func TestStartIdentityLinkRefuses(t *testing.T) {
	t.Parallel()
	const app = "com.example.app:/link"
	for _, test := range []struct {
		name, connector, redirect, state string
		want                             []string // nil if it starts.
	}{
		{"nothing", mockSocial, callback, linkState, nil},
		{"nothing of an app's scheme", mockSocial, app, linkState, nil},
		{"nothing of google", "google", callback, linkState, nil},
		{"nothing of the shortest state", mockSocial, callback, "!~abcdefghijklmnopqrst", nil},
		{"nothing of the longest state", mockSocial, callback, strings.Repeat("a", 256), nil},
		{"apple", "apple", callback, linkState, []string{"CONNECTOR_NOT_LINKABLE input connectorId"}},
		{"standard OAuth 2.0", "oauth2", callback, linkState, []string{"CONNECTOR_NOT_LINKABLE input connectorId"}},
		{"standard OpenID Connect", "oidc", callback, linkState, []string{"CONNECTOR_NOT_LINKABLE input connectorId"}},
		{"email", "mock-mail", callback, linkState, []string{"CONNECTOR_NOT_LINKABLE input connectorId"}},
		{"SMS", "mock-sms", callback, linkState, []string{"CONNECTOR_NOT_LINKABLE input connectorId"}},
		{"an unknown connector", "", callback, linkState, []string{"NOT_FOUND input connectorId"}},
		{"another page", mockSocial, callback + "/", linkState, []string{"REDIRECT_URI_NOT_ALLOWED input redirectUri"}},
		{"a page with a query", mockSocial, callback + "?a", linkState, []string{"REDIRECT_URI_NOT_ALLOWED input redirectUri"}},
		{"a page in capitals", mockSocial, strings.ToUpper(callback), linkState, []string{"REDIRECT_URI_NOT_ALLOWED input redirectUri"}},
		{"a script", mockSocial, "javascript:alert(1)", linkState, []string{"REDIRECT_URI_NOT_ALLOWED input redirectUri"}},
		{"no page", mockSocial, "", linkState, []string{"REDIRECT_URI_NOT_ALLOWED input redirectUri"}},
		{"a short state", mockSocial, callback, linkState[:21], []string{"INVALID_INPUT input state"}},
		{"a long state", mockSocial, callback, strings.Repeat("a", 257), []string{"INVALID_INPUT input state"}},
		{"a state with a space", mockSocial, callback, linkState + " ", []string{"INVALID_INPUT input state"}},
		{"a state of other scripts", mockSocial, callback, linkState + "é", []string{"INVALID_INPUT input state"}},
		{"a state with a line break", mockSocial, callback, linkState + "\n", []string{"INVALID_INPUT input state"}},
		{"two of the form", mockSocial, "", "", []string{"REDIRECT_URI_NOT_ALLOWED input redirectUri", "INVALID_INPUT input state"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newLinkWorld(t, env{"REDIRECT_URIS": callback + "," + app})
			connector := "nobody-has-it"
			if test.connector != "" {
				connector = w.connector(test.connector)
			}
			input := object{"connectorId": connector, "redirectUri": test.redirect, "state": test.state, "stepUpProof": w.presence("alice")}
			w.logto.ResetCalls()
			payload := w.asked(w.token("alice"), "startIdentityLink", "link { id } errors { code path }", input)
			if diff := cmp.Diff(append([]string{}, test.want...), told(payload)); diff != "" {
				t.Errorf("payload's errors (-want +got):\n%s", diff)
			}
			if (payload["link"] == nil) != (test.want != nil) || (len(w.logto.Calls()) == 0) != (test.want != nil) {
				t.Errorf("link %v, calls %v", payload["link"], w.calls())
			}
		})
	}
}

func TestStartIdentityLinkWantsAProof(t *testing.T) {
	t.Parallel()
	w := newLinkWorld(t, nil)
	input := object{"connectorId": w.connector(mockSocial), "redirectUri": callback, "state": linkState}
	payload := w.asked(w.token("bob"), "startIdentityLink",
		"link { id } errors { code path ... on StepUpRequiredError { methods maxAgeSeconds } }", input)
	want := decode(t, `{"link": null, "errors": [{"code": "STEP_UP_REQUIRED", "path": ["input", "stepUpProof"],
		"methods": ["PASSWORD", "EMAIL_CODE", "FRESH_SIGN_IN"], "maxAgeSeconds": 600}]}`)
	if diff := cmp.Diff(want, any(payload)); diff != "" {
		t.Errorf("without a proof (-want +got):\n%s", diff)
	}
	input["stepUpProof"] = w.presence("alice")
	if diff := cmp.Diff([]string{"INVALID_PROOF input stepUpProof"}, told(w.asked(w.token("bob"), "startIdentityLink", "errors { code path }", input))); diff != "" {
		t.Errorf("with somebody else's (-want +got):\n%s", diff)
	}
}

// TestAuthorizationURIFails has Logto answer as it was recorded, or as it never
// should.
func TestAuthorizationURIFails(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		fault fault
		want  string
	}{
		{"a connector that is gone", fault{Status: http.StatusNotFound, Body: object{"code": "entity.not_found"}}, "NOT_FOUND"},
		{"a connector that needs a session", fault{Status: http.StatusNotImplemented, Body: object{"code": "connector.not_implemented"}}, "CONNECTOR_NOT_LINKABLE"},
		{"a connector that fails", fault{Status: http.StatusInternalServerError}, "UPSTREAM_UNAVAILABLE"},
		{"a script", fault{Status: http.StatusOK, Body: object{"redirectTo": "javascript:alert(1)"}}, "UPSTREAM_UNAVAILABLE"},
		{"an app", fault{Status: http.StatusOK, Body: object{"redirectTo": "alipay://authorize?x"}}, "UPSTREAM_UNAVAILABLE"},
		{"no host", fault{Status: http.StatusOK, Body: object{"redirectTo": "https:///authorize"}}, "UPSTREAM_UNAVAILABLE"},
		{"nothing", fault{Status: http.StatusOK, Body: object{}}, "UPSTREAM_UNAVAILABLE"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newLinkWorld(t, nil)
			input := object{"connectorId": w.connector(mockSocial), "redirectUri": callback, "state": linkState, "stepUpProof": w.presence("alice")}
			test.fault.Path = "/api/connectors/{connectorId}/authorization-uri"
			w.logto.Fail(test.fault)
			got := w.ask(w.token("alice"), mutation("startIdentityLink", "link { id } errors { code path }"), object{"input": input})
			if !strings.Contains(got, `"code": "`+test.want+`"`) || strings.Contains(got, `"id"`) {
				t.Error(got)
			}
		})
	}
}

// TestLinkAnswerIsRefusedWithoutACall looks at what the client brings back before
// Logto hears of it.
func TestLinkAnswerIsRefusedWithoutACall(t *testing.T) {
	t.Parallel()
	const other = "another-state-0123456789"
	code := object{"code": "c", "state": linkState}
	refusal := func(error, words string) object {
		return object{"state": linkState, "error": error, "error_description": words}
	}
	for _, test := range []struct {
		name, state string
		data        any
		want        []string
		message     string // "" if it doesn't matter.
	}{
		{"another state", other, code, []string{"STATE_MISMATCH input state"}, ""},
		{"no state", "", code, []string{"STATE_MISMATCH input state"}, ""},
		{"another state from the provider", linkState, object{"code": "c", "state": other}, []string{"STATE_MISMATCH input connectorData state"}, ""},
		{"both the same but another", other, object{"code": "c", "state": other}, []string{"STATE_MISMATCH input state"}, ""},
		{"a refusal with another state", linkState, object{"error": "access_denied", "state": other}, []string{"STATE_MISMATCH input connectorData state"}, ""},
		{"a refusal", linkState, refusal("access_denied", "The user denied"), []string{"PROVIDER_REFUSED input connectorData"}, "The provider refused the sign-in: The user denied"},
		{"a refusal without words", linkState, refusal("access_denied", " \n"), []string{"PROVIDER_REFUSED input connectorData"}, "The provider refused the sign-in: access_denied"},
		{"a refusal in bad words", linkState, refusal("x", "a\x01\tb\r\n\u202ec"+strings.Repeat("é", 300)), []string{"PROVIDER_REFUSED input connectorData"}, "The provider refused the sign-in: a b c" + strings.Repeat("é", 195) + "…"},
		{"a refusal in nothing but controls", linkState, refusal("\x02", "\x01"), []string{"PROVIDER_REFUSED input connectorData"}, "The provider refused the sign-in"},
		{"a list", linkState, []any{"code"}, []string{"INVALID_INPUT input connectorData"}, ""},
		{"a text", linkState, "code=c", []string{"INVALID_INPUT input connectorData"}, ""},
		{"a code that is no string", linkState, object{"code": 1}, []string{"INVALID_INPUT input connectorData code"}, ""},
		{"several that are no strings", linkState, object{"code": nil, "scope": []any{}, "state": object{}}, []string{"INVALID_INPUT input connectorData code", "INVALID_INPUT input connectorData state", "INVALID_INPUT input connectorData scope"}, ""},
		{"an added one that is no string", linkState, object{"userId": true}, []string{"INVALID_INPUT input connectorData userId"}, ""},
		{"a code too long", linkState, object{"code": strings.Repeat("c", 4097)}, []string{"INVALID_INPUT input connectorData code"}, ""},
		{"a code with NUL", linkState, object{"code": "c\x00"}, []string{"INVALID_INPUT input connectorData code"}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newLinkWorld(t, nil)
			link := w.startedLink("alice")
			w.logto.ResetCalls()
			payload := w.asked(w.token("alice"), "linkIdentity", "identity { id } user { id } errors { code path message }",
				object{"linkId": link, "state": test.state, "connectorData": test.data})
			if diff := cmp.Diff(test.want, told(payload)); diff != "" || payload["identity"] != nil || payload["user"] != nil {
				t.Errorf("payload %v, errors (-want +got):\n%s", payload, diff)
			}
			if message := payload["errors"].([]any)[0].(object)["message"]; test.message != "" && message != test.message {
				t.Errorf("message %q, want %q", message, test.message)
			}
			w.wantCalls()
			// Only success uses a link up.
			if diff := cmp.Diff([]string{}, told(w.asked(w.token("alice"), "linkIdentity", "errors { code path }", linkInput(link, "m1")))); diff != "" {
				t.Errorf("afterwards (-want +got):\n%s", diff)
			}
		})
	}
}

func TestLinkServesItsOwnerOnce(t *testing.T) {
	t.Parallel()
	logto := newLogto(t)
	w := newWorldOn(t, logto, merged(linkEnv(logto), env{"ALLOWED_CLIENT_IDS": logto.ClientID + "," + logto.OtherClientID}))
	link := w.startedLink("alice")
	invalid := []string{"INVALID_PROOF input linkId"}
	for name, test := range map[string]struct{ token, link string }{
		"another account":     {w.token("bob"), link},
		"another application": {logto.AccessToken(w.id("alice"), logtotest.Claim("client_id", logto.OtherClientID)), link},
		"a proof":             {w.token("alice"), w.presence("alice")},
		"nonsense":            {w.token("alice"), "x"},
		"nothing":             {w.token("alice"), ""},
	} {
		w.logto.ResetCalls()
		if diff := cmp.Diff(invalid, told(w.asked(test.token, "linkIdentity", "errors { code path }", linkInput(test.link, "m1")))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		w.wantCalls()
	}
	for i, want := range [][]string{{}, invalid} {
		if diff := cmp.Diff(want, told(w.asked(w.token("alice"), "linkIdentity", "errors { code path }", linkInput(link, "m1")))); diff != "" {
			t.Errorf("time %d (-want +got):\n%s", i+1, diff)
		}
	}
	if w.linked("bob") != "" {
		t.Error("bob has got an identity")
	}
}

// TestGoogleCredentialDoesNotPass sends an ID token, which Google's connector would
// take past code, state and redirect URI.
func TestGoogleCredentialDoesNotPass(t *testing.T) {
	t.Parallel()
	w := newLinkWorld(t, nil)
	credential := logtotest.Claim("aud", "goog-client")
	data := object{"credential": w.logto.IDToken("victim", credential), "code": "c", "state": linkState}
	status, _ := w.logto.Manage(http.MethodPost, w.expand("/api/users/{carol}/identities"), object{"connectorId": w.connector("google"), "connectorData": data})
	if status != http.StatusOK {
		t.Fatalf("Logto itself answers %d", status)
	}
	w.manage(http.MethodDelete, "/api/users/{carol}/identities/google", nil)

	link := w.startedLinkBy("bob", "google")
	answer := w.ask(w.token("bob"), mutation("linkIdentity", "identity { id } errors { code }"),
		object{"input": object{"linkId": link, "state": linkState, "connectorData": data}})
	if !strings.Contains(answer, "UPSTREAM_UNAVAILABLE") || !strings.Contains(answer, `"linkIdentity": null`) {
		t.Error(answer)
	}
	for _, change := range w.record("bob") {
		if strings.Contains(change, "victim") {
			t.Errorf("bob has %s", change)
		}
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

func TestParallelLinksLeaveOne(t *testing.T) {
	t.Parallel()
	w := newRacingWorld(t, linkEnv(new(logtotest.Server)))
	bob, inputs := w.page("bob"), make([]object, 20)
	for i := range inputs {
		inputs[i] = linkInput(w.startedLink("bob"), "m"+string(rune('a'+i)))
	}
	w.logto.ResetCalls()
	answers := atOnce(len(inputs), func(i int) answer { return bob.do("linkIdentity", inputs[i]) })
	won := slices.IndexFunc(answers, func(a answer) bool { return a.code == "OK" })
	if won < 0 || w.linked("bob") != inputs[won]["connectorData"].(object)["userId"] {
		t.Errorf("bob has %q", w.linked("bob"))
	}
	w.wantOutcomes(map[string]int{"OK": 1, "IDENTITY_ALREADY_LINKED": len(inputs) - 1}, answers)
	if calls := strings.Join(w.calls(), "\n"); strings.Count(calls, "POST /api/users/{bob}/identities") != 1 {
		t.Errorf("calls:\n%s", calls)
	}
}

// TestSocialAccountLinkedByTwo has two accounts link the same social account at the
// same time, which Logto lets both do.
func TestSocialAccountLinkedByTwo(t *testing.T) {
	t.Parallel()
	w := newRacingWorld(t, linkEnv(new(logtotest.Server)))
	both := []string{"alice", "bob"}
	for _, m := range []string{"m1", "m2", "m3", "m4", "m5"} {
		inputs := []object{linkInput(w.startedLink("alice"), m), linkInput(w.startedLink("bob"), m)}
		answers := atOnce(2, func(i int) answer { return w.page(both[i]).do("linkIdentity", inputs[i]) })
		w.wantOutcomes(map[string]int{"OK": 1, "IDENTITY_TAKEN": 1}, answers)
		for i, name := range both {
			if has := w.linked(name) == m; has != (answers[i].code == "OK") || !has && w.linked(name) != "" {
				t.Fatalf("%s has %q after %s", name, w.linked(name), answers[i].body)
			}
			if answers[i].code == "OK" {
				w.manage(http.MethodDelete, "/api/users/{"+name+"}/identities/mock-social", nil)
			}
		}
	}
}

// TestLaterLinkIsUndone makes two accounts link the same social account in turn,
// and Logto forget the first link, which is how a parallel one looks to the later.
func TestLaterLinkIsUndone(t *testing.T) {
	t.Parallel()
	const identity = "/api/users/{userId}/identities/{target}"
	const words = "Another account has linked this social account at the same moment. The link here had to be undone, and that failed: unlink it."
	for _, test := range []struct {
		name    string
		had     string // bob's identity before, if any.
		faults  []fault
		want    []string
		linked  string // bob's identity afterwards.
		calls   []string
		isShown bool
	}{
		{name: "a new one", want: []string{"IDENTITY_TAKEN"}, calls: []string{"POST /api/users/{bob}/identities", "DELETE /api/users/{bob}/identities/mock-social"}},
		{name: "one in place of another", had: "m0", want: []string{"IDENTITY_TAKEN"}, linked: "m0", calls: []string{"POST /api/users/{bob}/identities", "PUT /api/users/{bob}/identities/mock-social"}},
		{
			name: "a new one, in vain", faults: []fault{{Method: http.MethodDelete, Path: identity, Status: http.StatusInternalServerError}},
			want: []string{"PARTLY_DONE"}, linked: "m1", isShown: true,
			calls: []string{"POST /api/users/{bob}/identities", "DELETE /api/users/{bob}/identities/mock-social", "GET /api/users/{bob}?includeSsoIdentities=true"},
		},
		{
			name: "one in place of another, in vain", had: "m0", faults: []fault{{Method: http.MethodPut, Path: identity, Status: http.StatusUnprocessableEntity, Body: object{"code": "user.identity_already_in_use"}}},
			want: []string{"PARTLY_DONE"}, linked: "m1", isShown: true,
			calls: []string{"POST /api/users/{bob}/identities", "PUT /api/users/{bob}/identities/mock-social", "GET /api/users/{bob}?includeSsoIdentities=true"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newLinkWorld(t, nil)
			if test.had != "" {
				w.linkMock("bob", test.had, false)
			}
			before := w.record("bob")
			input := linkInput(w.startedLink("bob"), "m1")
			input["replace"] = true
			if diff := cmp.Diff([]string{}, w.linkMock("alice", "m1", false)); diff != "" {
				t.Fatal(diff)
			}
			w.manage(http.MethodDelete, "/api/users/{alice}/identities/mock-social", nil)
			for _, f := range test.faults {
				w.logto.Fail(f)
			}
			w.logto.ResetCalls()
			payload := w.asked(w.token("bob"), "linkIdentity", "identity { id } user { identities { userId } } errors { code path message }", input)
			if diff := cmp.Diff(test.want, told(payload)); diff != "" || payload["identity"] != nil {
				t.Errorf("payload %v, errors (-want +got):\n%s", payload, diff)
			}
			if message := payload["errors"].([]any)[0].(object)["message"]; test.isShown && message != words {
				t.Errorf("message %q", message)
			}
			var shown any
			if test.isShown {
				shown = object{"identities": []any{object{"userId": "m1"}}}
			}
			if diff := cmp.Diff(shown, payload["user"]); diff != "" {
				t.Errorf("user (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(append([]string{"GET /api/users/{bob}?includeSsoIdentities=true"}, test.calls...), w.calls()); diff != "" {
				t.Errorf("calls (-want +got):\n%s", diff)
			}
			if w.linked("bob") != test.linked {
				t.Errorf("bob has %q, want %q", w.linked("bob"), test.linked)
			}
			if diff := changes(before, w.record("bob")); !test.isShown && len(diff) > 0 {
				t.Errorf("changed: %v", diff)
			}
		})
	}
}

func TestLaterLinkIsUndoneByAnotherReplica(t *testing.T) {
	t.Parallel()
	a, b, _ := newReplicas(t, nil)
	if diff := cmp.Diff([]string{}, a.linkMock("alice", "m1", false)); diff != "" {
		t.Fatal(diff)
	}
	a.manage(http.MethodDelete, "/api/users/{alice}/identities/mock-social", nil)
	if diff := cmp.Diff([]string{"IDENTITY_TAKEN"}, b.linkMock("bob", "m1", false)); diff != "" || b.linked("bob") != "" {
		t.Errorf("bob has %q, errors (-want +got):\n%s", b.linked("bob"), diff)
	}
}

// TestLinkStandsWithoutTheStore loses Redis while Logto links.
func TestLinkStandsWithoutTheStore(t *testing.T) {
	t.Parallel()
	logto, redis := newLogto(t), miniredis.RunT(t)
	p := newProxy(t, logto.Endpoint)
	w := newWorldOn(t, logto, merged(linkEnv(logto), env{
		"LOGTO_ENDPOINT": p.URL, "REDIS_URL": "redis://" + redis.Addr(), "SECRET_KEY": strings.Repeat("A", 43) + "=",
	}))
	input := linkInput(w.startedLink("bob"), "m1")
	p.intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodPost {
			redis.Close()
		}
		next.ServeHTTP(rw, r)
	})
	w.wantCodes(w.token("bob"), "linkIdentity", input)
	if w.linked("bob") != "m1" || !strings.Contains(w.log.String(), "whether two accounts have linked the same social account can't be told") {
		t.Errorf("bob has %q, log:\n%s", w.linked("bob"), w.log)
	}
}
