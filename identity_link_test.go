package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

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
