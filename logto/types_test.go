package logto_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"accountql/logto"
)

// jsonTo writes JSON without the escapes for HTML.
func jsonTo(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}

func TestTime(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 8, 17, 22, 790_000_000, time.UTC)
	for text, want := range map[string]time.Time{
		`1795335442790`:                   at,
		`1795335442790.0`:                 at,
		`1.79533544279e12`:                at,
		`1795335442790.9`:                 at,
		`"2026-11-22T08:17:22.790Z"`:      at,
		`"2026-11-22T09:17:22.790+01:00"`: at,
		`-1000`:                           time.Unix(-1, 0).UTC(),
		`null`:                            {},
		`0`:                               {},
	} {
		got := logto.Time{Time: time.Now()}
		if err := json.Unmarshal([]byte(text), &got); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if !got.Equal(want) || got.Location() != time.UTC || got.IsZero() != want.IsZero() {
			t.Errorf("%s became %v, want %v", text, got, want)
		}
	}
	for _, text := range []string{`"yesterday"`, `""`, `true`, `{}`, `[1]`, `1e999`} {
		var got logto.Time
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("%s became %v", text, got)
		}
	}
}

func TestUserPatch(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		patch logto.UserPatch
		want  string
	}{
		"nothing": {logto.UserPatch{}, `{}`},
		"values": {
			logto.UserPatch{Username: logto.Set(new("ann")), Avatar: logto.Set(new("")), Profile: &logto.Profile{}, CustomData: json.RawMessage(`{}`)},
			`{"username":"ann","avatar":"","profile":{},"customData":{}}`,
		},
		"nulls": {
			logto.UserPatch{Name: logto.Set[string](nil), PrimaryEmail: logto.Set[string](nil), PrimaryPhone: logto.Set[string](nil)},
			`{"primaryEmail":null,"primaryPhone":null,"name":null}`,
		},
	} {
		if got, err := json.Marshal(test.patch); err != nil || string(got) != test.want {
			t.Errorf("%s: %s, want %s, error %v", name, got, test.want, err)
		}
	}
}

// TestCustomDataKeepsDigits sends and reads numbers that no float64 holds.
func TestCustomDataKeepsDigits(t *testing.T) {
	t.Parallel()
	const data = `{"big":12345678901234567890123,"small":1e-400,"float":0.30000000000000004,"null":null,"text":"\u0041"}`
	client := serve(t, testLogger(t), func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if want := `{"customData":` + data + `}`; string(body) != want {
			t.Errorf("sent %s", body)
		}
		_, _ = io.WriteString(w, data)
	})
	got, err := client.UpdateCustomData(logto.WithSubject(t.Context(), me), me, json.RawMessage(data))
	if err != nil || string(got) != data {
		t.Errorf("read %s, error %v", got, err)
	}
}

// TestUserOfAllReleases decodes what no recording holds: enterprise identities, and
// the user of a release that doesn't tell about the password.
func TestUserOfAllReleases(t *testing.T) {
	t.Parallel()
	user, err := serve(t, testLogger(t), reply(`{
		"id": "`+me+`", "username": null, "isSuspended": true, "customData": {"n": 1}, "createdAt": 1795335442790,
		"passwordDigest": "planted", "passwordAlgorithm": "Argon2id", "unknown": {"x": 1},
		"identities": {"github": {"userId": "1"}},
		"ssoIdentities": [{"tenantId": "default", "id": "s1", "userId": "`+me+`", "issuer": "https://idp.example", "identityId": "ann",
			"detail": {"groups": [1]}, "createdAt": 1795335442790, "updatedAt": 1795335442790, "ssoConnectorId": "c1"}]
	}`)).GetUser(logto.WithSubject(t.Context(), me), me)
	if err != nil {
		t.Fatal(err)
	}
	at := logto.Time{Time: time.UnixMilli(1795335442790).UTC()}
	want := &logto.User{
		ID: me, IsSuspended: true, CustomData: json.RawMessage(`{"n":1}`), CreatedAt: at,
		Identities: map[string]logto.Identity{"github": {UserID: "1"}},
		SsoIdentities: []logto.SsoIdentity{{
			ID: "s1", SsoConnectorID: "c1", Issuer: "https://idp.example", IdentityID: "ann", Detail: json.RawMessage(`{"groups":[1]}`), CreatedAt: at,
		}},
	}
	if diff := cmp.Diff(want, user, rawJSON); diff != "" {
		t.Error(diff)
	}
}

// TestMfaOfAllKinds decodes what no recording holds: a passkey, times of use, and a
// kind of another release.
func TestMfaOfAllKinds(t *testing.T) {
	t.Parallel()
	got, err := serve(t, testLogger(t), reply(`[
		{"id": "1", "createdAt": "2026-11-22T08:17:22.790Z", "type": "WebAuthn", "name": "Key", "agent": "Firefox", "lastUsedAt": "2026-11-22T08:17:22.790Z"},
		{"id": "2", "createdAt": "2026-11-22T08:17:22.790Z", "type": "Retina", "iris": {}}
	]`)).ListMfaVerifications(logto.WithSubject(t.Context(), me), me)
	at := logto.Time{Time: time.UnixMilli(1795335442790).UTC()}
	want := []logto.MfaVerification{
		{ID: "1", Type: logto.MfaWebAuthn, CreatedAt: at, LastUsedAt: at, Name: new("Key"), Agent: new("Firefox")},
		{ID: "2", Type: "Retina", CreatedAt: at},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v, %s", err, diff)
	}
}

// TestSparseLists decodes sessions, grants and organizations with what recordings
// never have, and without what they always have.
func TestSparseLists(t *testing.T) {
	t.Parallel()
	client := serve(t, testLogger(t), func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, map[string]string{
			"sessions":      `{"sessions": [{"payload": {"uid": "u", "loginTs": 1795335443}, "expiresAt": 1796545043000, "lastSubmission": null}, {"payload": {}, "lastSubmission": {"signInContext": {"city": "Bern", "country": "CH"}}}]}`,
			"grants":        `{"grants": [{"id": "g", "payload": {"iat": 1795335443, "resources": {"https://a": "x y", "https://b": "y z"}}, "application": {"id": "app"}}]}`,
			"organizations": `[{"id": "o", "name": "Acme", "description": null, "organizationRoles": [{"id": "r", "name": "admin"}]}]`,
		}[r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]])
	})
	ctx := logto.WithSubject(t.Context(), me)
	sessions, err1 := client.ListSessions(ctx, me)
	grants, err2 := client.ListGrants(ctx, me)
	organizations, err3 := client.ListOrganizations(ctx, me)
	got := []any{sessions, err1, grants, err2, organizations, err3}
	want := []any{
		[]logto.Session{
			{UID: "u", SignedInAt: logto.Time{Time: time.Unix(1795335443, 0).UTC()}, ExpiresAt: logto.Time{Time: time.Unix(1796545043, 0).UTC()}},
			{City: "Bern", Country: "CH"},
		},
		nil,
		[]logto.Grant{{ID: "g", ApplicationID: "app", Scopes: []string{"x", "y", "z"}, CreatedAt: logto.Time{Time: time.Unix(1795335443, 0).UTC()}}},
		nil,
		[]logto.Organization{{ID: "o", Name: "Acme", OrganizationRoles: []logto.OrganizationRole{{ID: "r", Name: "admin"}}}},
		nil,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestLinkable agrees with the recordings: with the connectors that gave an
// authorization address, and with those that can't give one or link.
func TestLinkable(t *testing.T) {
	t.Parallel()
	refused := map[string]bool{}
	var connectors []logto.Connector
	for _, e := range load(t) {
		switch name, values, _ := e.endpoint(); {
		case name == "GET /api/connectors":
			if err := json.Unmarshal(e.Response.Body, &connectors); err != nil {
				t.Fatal(err)
			}
		case strings.HasSuffix(name, "/authorization-uri") && e.Response.Status == http.StatusOK:
			refused[values[0]] = false
		case strings.HasSuffix(name, "/authorization-uri") && (e.Response.Status == http.StatusNotImplemented || strings.Contains(string(e.Response.Body), "unexpected_type")):
			refused[values[0]] = true
		case name == "POST /api/users/{userId}/identities" && e.Response.Status == http.StatusNotImplemented:
			refused[arguments{body: e.requestBody()}.text("connectorId")] = true
		}
	}
	for _, c := range connectors {
		if refuses, tried := refused[c.ID]; !tried || c.Linkable() == refuses {
			t.Errorf("%s: linkable %v, tried %v", c.ConnectorID, c.Linkable(), tried)
		}
	}
	if len(connectors) == 0 {
		t.Error("no connectors")
	}
}

// TestLinkableWithoutSession knows the connectors of Logto 1.42 that no recording
// has, and that keep a part of the flow in the session of its sign-in pages.
func TestLinkableWithoutSession(t *testing.T) {
	t.Parallel()
	for connectorID, want := range map[string]bool{
		"amazon-universal": false, "gitlab-universal": false, "huggingface-universal": false, "line-universal": false,
		"linkedin-universal": false, "patreon-universal": false, "qq-universal": false, "slack-universal": false, "x-universal": false,
		"facebook-universal": true, "discord-universal": true, "wechat-web": true,
	} {
		if c := (logto.Connector{ConnectorID: connectorID, Type: logto.ConnectorSocial}); c.Linkable() != want {
			t.Errorf("%s: linkable %v", connectorID, !want)
		}
	}
}

// TestAccountCenterFields decodes what the recorded tenant hasn't set.
func TestAccountCenterFields(t *testing.T) {
	t.Parallel()
	client := serve(t, testLogger(t), reply(`{"enabled": true, "fields": {"name": "Edit", "email": "ReadOnly", "mfa": "Off", "new": "Edit"}}`))
	got, err := client.GetAccountCenter(t.Context())
	want := &logto.AccountCenter{Enabled: true, Fields: map[string]logto.FieldAccess{
		"name": logto.FieldEdit, "email": logto.FieldReadOnly, "mfa": logto.FieldOff, "new": logto.FieldEdit,
	}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("error %v, %s", err, diff)
	}
}

// TestPasswordCheckWithoutResult takes no doubtful answer for a yes.
func TestPasswordCheckWithoutResult(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{}`, `{"result":false}`} {
		issues, err := serve(t, testLogger(t), reply(body)).CheckPassword(logto.WithSubject(t.Context(), me), me, "x")
		if _, ok := errors.AsType[*logto.AnswerError](err); !ok {
			t.Errorf("%s: issues %v, error %v", body, issues, err)
		}
	}
}

// TestSignInExperienceDefaults fills in what a tenant or an older release leaves out.
func TestSignInExperienceDefaults(t *testing.T) {
	t.Parallel()
	var defaults, part logto.SignInExperience
	if err := json.Unmarshal([]byte(`{}`), &defaults); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(`{"passwordPolicy": {"length": {"min": 12}, "rejects": {"pwned": false, "words": ["acme"]}}, "usernamePolicy": {"allowedChars": {"uppercase": false}}}`), &part); err != nil {
		t.Fatal(err)
	}
	p := defaults.PasswordPolicy
	if p.Length.Min != 8 || p.Length.Max != 256 || p.CharacterTypes.Min != 1 || !p.Rejects.Pwned || !p.Rejects.RepetitionAndSequence || !p.Rejects.UserInfo || p.Rejects.Words != nil {
		t.Errorf("password policy %+v", p)
	}
	u := defaults.UsernamePolicy
	if !u.CaseSensitive || u.MinLength != 1 || u.MaxLength != 128 || !u.AllowedChars.Lowercase || !u.AllowedChars.Uppercase || !u.AllowedChars.Numbers || !u.AllowedChars.Underscore {
		t.Errorf("username policy %+v", u)
	}
	p.Length.Min, p.Rejects.Pwned, p.Rejects.Words = 12, false, []string{"acme"}
	u.AllowedChars.Uppercase = false
	defaults.PasswordPolicy, defaults.UsernamePolicy = p, u
	if diff := cmp.Diff(defaults, part); diff != "" {
		t.Error(diff)
	}
	for policy, want := range map[string]bool{
		"": false, "UserControlled": false, "NoPrompt": false, "PromptOnlyAtSignIn": false, "PromptAtSignInAndSignUp": false,
		"Mandatory": true, "PromptAtSignInAndSignUpMandatory": true, "PromptOnlyAtSignInMandatory": true,
	} {
		if got := (logto.MfaSettings{Policy: policy}).Mandatory(); got != want {
			t.Errorf("%q is mandatory: %v", policy, got)
		}
	}
}

// TestSecretsAreNotDecoded looks for every secret of the recorded answers in what
// the client makes of them.
func TestSecretsAreNotDecoded(t *testing.T) {
	t.Parallel()
	found := 0
	for _, e := range load(t) {
		name, values, query := e.endpoint()
		creates := name == "POST /api/users/{userId}/personal-access-tokens"
		if name == "" || creates || e.Response.Status != http.StatusOK {
			continue
		}
		var planted []string
		collect(parse(t, e.Response.Body), name, &planted)
		if planted == nil {
			continue
		}
		found += len(planted)
		client := serve(t, testLogger(t), reply(string(e.Response.Body)))
		asked := arguments{values: values, query: query, body: e.requestBody()}
		got, err := methods[name].call(asked.context(t.Context()), client, asked)
		if err != nil {
			t.Fatal(err)
		}
		decoded, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range planted {
			if strings.Contains(string(decoded), secret) {
				t.Errorf("%s: %q is decoded", e.Name, secret)
			}
		}
	}
	if found < 15 {
		t.Errorf("only %d secrets in the recordings", found)
	}
}

// collect gathers the text below members that hold secrets.
func collect(value any, endpoint string, secrets *[]string) {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			collect(item, endpoint, secrets)
		}
	case map[string]any:
		for name, member := range value {
			text, isText := member.(string)
			cookie := name == "jti" && strings.HasSuffix(endpoint, "/sessions")
			if isText && (cookie || name == "value" && strings.HasSuffix(endpoint, "-tokens") || name == "passwordDigest" || strings.HasSuffix(name, "Secret") || name == "authToken" || name == "apiKey") && len(text) > 3 {
				*secrets = append(*secrets, text)
			}
			collect(member, endpoint, secrets)
		}
	}
}
