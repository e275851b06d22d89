package main

import (
	"io"
	"net/http"
	"path"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestLogtoTellsLess: lists that must be there are empty, what may be missing is
// null, and kinds that the schema doesn't know are left out.
func TestLogtoTellsLess(t *testing.T) {
	t.Parallel()
	w, p := newProxiedWorld(t)
	told := map[string]string{
		"sessions":      `{"sessions": [{"payload": {"uid": "u1"}}, {"payload": {"uid": "u2", "authorizations": {}}, "lastSubmission": null}]}`,
		"grants":        `{"grants": [{"id": "g1", "payload": {}, "application": {"id": "a1"}}]}`,
		"organizations": `[{"id": "o1", "name": "Acme", "description": null}, {"id": "o2", "name": "Apex", "organizationRoles": []}]`,
		"mfa-verifications": `[{"id": "m1", "type": "WebAuthn", "createdAt": "2027-01-31T08:30:00.000Z"},
		  {"id": "m2", "type": "EmailVerificationCode", "createdAt": "2027-01-31T08:30:00.000Z"}, {"id": "m3", "type": "Later"},
		  {"id": "m4", "type": "BackupCode", "createdAt": "2027-01-31T10:30:00.5+02:00", "lastUsedAt": "2027-01-31T10:30:00+02:00"}]`,
		"personal-access-tokens": `[]`,
		"sign-in-exp":            `{"passwordPolicy": {}, "mfa": {"factors": ["Totp", "Later"], "policy": "NoPrompt"}}`,
		"connectors": `[{"id": "c1", "connectorId": "x", "type": "Social", "target": "x", "name": {"de": "Ix"}, "logo": "javascript:alert(1)",
		  "logoDark": "data:text/html,x"}, {"id": "c2", "connectorId": "y", "type": "Social", "target": "y", "name": {}, "logo": "http://example.com/y"},
		  {"id": "c3", "connectorId": "z", "type": "Email", "target": "z"}]`,
	}
	p.intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		if body, has := told[path.Base(r.URL.Path)]; has {
			rw.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(rw, body)
			return
		}
		next.ServeHTTP(rw, r)
	})
	w.clock.advance(time.Minute)
	const document = `{
  me {
    sessions { id applicationIds ip userAgent browser os city country signedInAt expiresAt }
    authorizedApplications { id applicationId name isThirdParty scopes createdAt expiresAt }
    organizations { id name description roles }
    mfaVerifications { __typename id createdAt lastUsedAt ... on WebAuthnVerification { name agent } ... on BackupCodeVerification { remainingCodes } }
    personalAccessTokens { id }
  }
  accountSettings {
    passwordPolicy { minLength maxLength minCharacterTypes rejectsBreached rejectsRepetitionAndSequence rejectsUserInfo rejectedWords }
    mfaFactors mfaRequired socialConnectors { id target name logo logoDark linkable }
  }
}`
	want := decode(t, `{"data": {
  "me": {
    "sessions": [
      {"id": "u1", "applicationIds": [], "ip": null, "userAgent": null, "browser": null, "os": null, "city": null, "country": null, "signedInAt": null, "expiresAt": null},
      {"id": "u2", "applicationIds": [], "ip": null, "userAgent": null, "browser": null, "os": null, "city": null, "country": null, "signedInAt": null, "expiresAt": null}
    ],
    "authorizedApplications": [{"id": "g1", "applicationId": "a1", "name": null, "isThirdParty": true, "scopes": [], "createdAt": null, "expiresAt": null}],
    "organizations": [{"id": "o1", "name": "Acme", "description": null, "roles": []}, {"id": "o2", "name": "Apex", "description": null, "roles": []}],
    "mfaVerifications": [
      {"__typename": "WebAuthnVerification", "id": "m1", "createdAt": "2027-01-31T08:30:00Z", "lastUsedAt": null, "name": null, "agent": null},
      {"__typename": "BackupCodeVerification", "id": "m4", "createdAt": "2027-01-31T08:30:00.5Z", "lastUsedAt": "2027-01-31T08:30:00Z", "remainingCodes": 0}
    ],
    "personalAccessTokens": []
  },
  "accountSettings": {
    "passwordPolicy": {"minLength": 8, "maxLength": 256, "minCharacterTypes": 1, "rejectsBreached": true, "rejectsRepetitionAndSequence": true, "rejectsUserInfo": true, "rejectedWords": []},
    "mfaFactors": ["TOTP"], "mfaRequired": false,
    "socialConnectors": [
      {"id": "c1", "target": "x", "name": "Ix", "logo": null, "logoDark": null, "linkable": true},
      {"id": "c2", "target": "y", "name": "y", "logo": null, "logoDark": null, "linkable": true}
    ]
  }
}}`)
	if diff := cmp.Diff(want, decode(t, w.query(w.token("alice"), document, nil).body)); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}
