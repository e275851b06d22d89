package logto_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/logto"
)

// otherRequests lists the recordings of the client's endpoints whose requests the
// client can't send, each with the reason. The test fails when it can after all.
// Their answers count all the same, unless nothing is sent in their stead.
var otherRequests = map[string]string{
	"authorization-uri-missing-state":         alwaysSent,
	"check-password-empty":                    userAlwaysNamed,
	"check-password-missing":                  alwaysSent,
	"check-password-policy-empty":             userAlwaysNamed,
	"check-password-policy-repetition":        userAlwaysNamed,
	"check-password-policy-sequence":          userAlwaysNamed,
	"check-password-policy-short":             userAlwaysNamed,
	"check-password-policy-too-long":          userAlwaysNamed,
	"check-password-policy-unsupported-chars": userAlwaysNamed,
	"check-password-policy-word":              userAlwaysNamed,
	"check-password-weak":                     userAlwaysNamed,
	"custom-data-patch-unwrapped":             alwaysSent,
	"grants-list-bad-type":                    "the type is a choice between two methods",
	"identities-post-missing":                 alwaysSent,
	"identities-put-missing":                  alwaysSent,
	"mfa-backup-invalid-codes":                ownCodes,
	"mfa-backup-own-codes":                    ownCodes,
	"mfa-email":                               "there is no method for it",
	"mfa-post-404":                            secretAlwaysSent,
	"mfa-totp-empty-secret":                   "an empty secret is refused, and nothing sent",
	"mfa-totp-second":                         secretAlwaysSent,
	"password-verify-missing":                 alwaysSent,
	"pat-create-float":                        "expiries are whole milliseconds",
	"pat-create-missing-name":                 alwaysSent,
	"pat-create-null-expiry":                  "no expiry is left out",
	"pat-create-string-expiry":                "expiries are numbers",
	"pat-delete-body-missing":                 alwaysSent,
	"pat-rename-body-same":                    alwaysSent,
	"pat-rename-missing":                      alwaysSent,
	"profile-patch-missing-profile":           alwaysSent,
	"profile-patch-null-value":                "a profile's fields are text",
	"profile-patch-unknown-key":               "a profile has no other fields",
	"sessions-delete-bad-target":              "the guard refuses it, and nothing is sent",
	"user-get-dotdot-id":                      notAnID,
	"user-get-include-password-hash":          "the digest is never asked for",
	"user-get-long-id":                        notAnID,
	"user-get-slash-id":                       notAnID,
	"user-get-weird-id":                       notAnID,
	"user-patch-invalid-json":                 "bodies are JSON",
	"user-patch-name-number":                  "a name is text",
	"user-patch-unknown-field":                "a patch has no other fields",
	"verification-code-send-both":             oneRecipient,
	"verification-code-send-empty":            oneRecipient,
}

// Reasons that several recordings share.
const (
	alwaysSent       = "the missing member is always sent"
	userAlwaysNamed  = "the user is always named"
	ownCodes         = "the codes are Logto's"
	secretAlwaysSent = "the secret is always sent"
	notAnID          = "it is no user's id, and nothing is sent"
	oneRecipient     = "there is exactly one recipient"
)

// TestRecordings has the client send every recorded request of its endpoints, and
// compares what it makes of the recorded answer.
func TestRecordings(t *testing.T) {
	t.Parallel()
	covered := map[string]int{}
	known := map[string]bool{}
	for _, e := range load(t) {
		known[e.Name] = true
		name, values, query := e.endpoint()
		if name == "" {
			continue
		}
		covered[name]++
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			replay(t, e, name, values, query)
		})
	}
	for name := range otherRequests {
		if !known[name] {
			t.Errorf("there is no recording %q", name)
		}
	}
	for _, name := range logto.EndpointNames() {
		if covered[name] == 0 {
			t.Errorf("no recording of %s", name)
		}
		if _, ok := methods[name]; !ok {
			t.Errorf("no method for %s", name)
		}
	}
}

func replay(t *testing.T, e exchange, name string, values []string, query url.Values) {
	reason, differs := otherRequests[e.Name]
	logger := testLogger(t)
	if differs {
		logger = quiet
	}
	server := &replayer{exchange: e}
	client := serve(t, logger, server.ServeHTTP)
	asked := arguments{values: values, query: query, body: e.requestBody()}
	got, err := methods[name].call(asked.context(t.Context()), client, asked)

	switch {
	case differs && server.calls == 0:
		if err == nil {
			t.Error("nothing was sent, and no error returned")
		}
		return
	case differs && server.mismatch == "":
		t.Fatalf("the client does send this request, which is said to be impossible: %s", reason)
	case !differs && (server.calls == 0 || server.mismatch != ""):
		t.Fatalf("%d calls differ, error %v (-recorded +sent):\n%s", server.calls, err, server.mismatch)
	}
	if e.Response.Status >= 200 && e.Response.Status <= 299 {
		if err != nil {
			t.Fatalf("error %v for a success", err)
		}
		if diff := cmp.Diff(methods[name].want(e.Response.Body), got, rawJSON); diff != "" {
			t.Errorf("result differs (-recorded +decoded):\n%s", diff)
		}
		return
	}
	if name == "POST /api/sign-in-exp/default/check-password" && rejectsPassword(t, e, got, err) {
		return
	}
	checkError(t, e, name, err, server.calls)
}

// checkError compares a recorded failure with the client's error.
func checkError(t *testing.T, e exchange, name string, err error, calls int) {
	got, ok := errors.AsType[*logto.Error](err)
	if !ok {
		t.Fatalf("error %v (%T) for status %d", err, err, e.Response.Status)
	}
	var body struct {
		Code, Message string
		Data          json.RawMessage
	}
	_ = json.Unmarshal(e.Response.Body, &body) // Plain text has neither.
	want := &logto.Error{
		Endpoint: name, Status: e.Response.Status,
		Code: body.Code, Message: body.Message, Data: body.Data,
	}
	credentials := strings.HasPrefix(body.Code, "auth.")
	wantCalls := 1
	if credentials {
		want.Data = nil
		if e.Response.Status == http.StatusUnauthorized {
			wantCalls = 2 // With a new token.
		}
	}
	if diff := cmp.Diff(want, got, rawJSON, ignoreIssues); diff != "" {
		t.Errorf("error differs (-recorded +decoded):\n%s", diff)
	}
	if errors.Is(err, logto.ErrMisconfigured) != credentials {
		t.Errorf("is a misconfiguration: %v", !credentials)
	}
	if calls != wantCalls {
		t.Errorf("%d calls, want %d", calls, wantCalls)
	}
}

// rejectsPassword checks the two meanings that a 400 of check-password has besides
// a bad request, and tells whether the recording has one of them.
func rejectsPassword(t *testing.T, e exchange, got any, err error) bool {
	var body struct {
		Issues []logto.PasswordIssue
		Data   struct{ Message string }
	}
	if jsonErr := json.Unmarshal(e.Response.Body, &body); jsonErr != nil {
		t.Fatal(jsonErr)
	}
	if body.Issues != nil {
		if diff := cmp.Diff(body.Issues, got); diff != "" || err != nil {
			t.Errorf("issues differ, error %v (-recorded +decoded):\n%s", err, diff)
		}
		return true
	}
	outage := body.Data.Message == "fetch failed"
	if errors.Is(err, logto.ErrPasswordCheckUnavailable) != outage {
		t.Errorf("error %v, outage %v", err, outage)
	}
	return false
}

// TestTokenRecordings gives the client the recorded answers of the token endpoint.
func TestTokenRecordings(t *testing.T) {
	t.Parallel()
	// What differs in these requests is the scope, which Logto answers as it
	// answers a role without the permission.
	unscoped := []string{"token-cc-no-scope", "token-cc-bad-scope"}
	notSent := map[string]string{
		"token-cc-no-auth":     "the credentials are always sent",
		"token-cc-post-auth":   "the credentials are sent in the header",
		"token-cc-no-resource": "the resource is always sent",
	}
	for _, e := range load(t) {
		form, _ := url.ParseQuery(string(e.requestBody()))
		if e.Request.Path != "/oidc/token" || form.Get("grant_type") != "client_credentials" || notSent[e.Name] != "" {
			continue
		}
		t.Run(e.Name, func(t *testing.T) {
			t.Parallel()
			client, err := logto.New(logto.Config{
				Endpoint: "https://logto.example", AppID: appID, AppSecret: appSecret, Resource: form.Get("resource"), Logger: testLogger(t),
				Transport: transport(func(req *http.Request) (*http.Response, error) {
					if !isTokenRequest(req) {
						return answer(200, `[]`), nil
					}
					body, err := io.ReadAll(req.Body)
					if id, secret, _ := req.BasicAuth(); err != nil || id != url.QueryEscape(appID) || secret != url.QueryEscape(appSecret) {
						t.Errorf("credentials %q and %q, error %v", id, secret, err)
					}
					if !slices.Contains(unscoped, e.Name) && string(body) != string(e.requestBody()) {
						t.Errorf("sent %s, recorded %s", body, e.requestBody())
					}
					return answer(e.Response.Status, string(e.Response.Body)), nil
				}),
			})
			if err != nil {
				t.Fatal(err)
			}
			_, err = client.ListConnectors(t.Context())
			if e.Name == "token-cc-ok" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if !errors.Is(err, logto.ErrMisconfigured) {
				t.Errorf("error %v is no misconfiguration", err)
			}
			if got, ok := errors.AsType[*logto.Error](err); e.Response.Status != 200 && (!ok || got.Status != e.Response.Status || !strings.HasPrefix(got.Code, "oidc.")) {
				t.Errorf("error %#v for status %d", err, e.Response.Status)
			}
		})
	}
}
