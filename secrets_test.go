package main

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestPlantedSecrets looks for everything that must never be shown in the whole
// of many answers, good and bad, and in the log of it all.
func TestPlantedSecrets(t *testing.T) {
	t.Parallel()
	w, p := newProxiedWorld(t)
	secrets := w.plantSecrets()
	var mu sync.Mutex
	p.intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		mu.Lock()
		secrets["management token"] = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		mu.Unlock()
		next.ServeHTTP(rw, r)
	})
	token := w.token("alice")
	secrets["user's token"] = token

	var said strings.Builder
	note := func(r reply) { fmt.Fprintf(&said, "%d %v %s\n", r.status, r.header, r.body) }
	documents := []string{
		settingsQuery(t),
		`{ me { personalAccessTokens { value } mfaVerifications { key codes } sessions { jti } } }`,
		`{ me { nope(password: "typed-p4ssword") } }`,
		`{ "typed-p4ssword" }`,
		`mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { user { name } errors { code message path } } }`,
		`mutation ($input: UpdateCustomDataInput!) { updateCustomData(input: $input) { user { customData } errors { code message path } } }`,
	}
	secrets["value in a request"] = "typed-p4ssword"
	variables := []any{
		nil,
		object{"input": object{"avatar": "javascript:typed-p4ssword", "name": "\x00typed-p4ssword"}},
		object{"input": object{"data": "typed-p4ssword"}},
		object{"input": object{"name": []any{"typed-p4ssword"}}},
		object{"input": "typed-p4ssword"},
	}
	askEverything := func() {
		for _, document := range documents {
			for _, values := range variables {
				note(w.query(token, document, values))
			}
		}
		note(w.query(token+"x", documents[0], nil))
		note(w.query(w.logto.AppSecret, documents[0], nil))
	}
	askEverything()
	for _, f := range []fault{
		{Status: http.StatusInternalServerError, Body: object{"message": token}, Times: 100},
		{Path: "/api/users/{userId}", Status: http.StatusUnauthorized, Body: object{"code": "auth.unauthorized", "data": token}, Times: 100},
		{Path: "/oidc/token", Status: http.StatusUnauthorized, Body: object{"error": "invalid_client", "error_description": token}, Times: 100},
	} {
		w.logto.ClearFaults()
		w.logto.Fail(f)
		askEverything()
	}
	said.WriteString(w.log.String())

	if w.log.String() == "" || !strings.Contains(said.String(), "old script") {
		t.Fatal("nothing was said")
	}
	mu.Lock()
	defer mu.Unlock()
	for _, kind := range slices.Sorted(maps.Keys(secrets)) {
		if len(secrets[kind]) < 8 {
			t.Errorf("%s: there is none", kind)
		} else if i := strings.Index(said.String(), secrets[kind]); i >= 0 {
			t.Errorf("%s is told: %.300s", kind, said.String()[max(0, i-150):])
		}
	}
}

// plantSecrets puts secrets where Logto keeps them and answers with them, and
// lists those that are there already, by what they are.
func (w *world) plantSecrets() map[string]string {
	w.t.Helper()
	secrets := map[string]string{
		"application's secret": w.logto.AppSecret, "password": w.logto.Account("alice").Password,
		"connector's configuration": "planted-connector-secret", "TOTP secret": "PLANTEDTOTPSECRET234567ABCDEFGHI",
		"backup code": "plantedbk1",
	}
	user := w.manage(http.MethodGet, "/api/users/{alice}?includePasswordHash=true", nil).(object)
	secrets["password's digest"] = user["passwordDigest"].(string)
	for i, token := range w.manage(http.MethodGet, "/api/users/{alice}/personal-access-tokens", nil).([]any) {
		secrets[fmt.Sprint("personal access token ", i)] = token.(object)["value"].(string)
	}
	for i, session := range w.manage(http.MethodGet, "/api/users/{alice}/sessions", nil).(object)["sessions"].([]any) {
		secrets[fmt.Sprint("session's cookie ", i)] = session.(object)["payload"].(object)["jti"].(string)
	}
	for _, connector := range w.manage(http.MethodGet, "/api/connectors", nil).([]any) {
		w.manage(http.MethodPatch, "/api/connectors/"+connector.(object)["id"].(string),
			object{"config": object{"clientSecret": secrets["connector's configuration"]}})
	}
	factors := "/api/users/{alice}/mfa-verifications"
	for _, factor := range w.manage(http.MethodGet, factors, nil).([]any) {
		w.manage(http.MethodDelete, factors+"/"+factor.(object)["id"].(string), nil)
	}
	w.manage(http.MethodPost, factors, object{"type": "Totp", "secret": secrets["TOTP secret"]})
	codes := []any{secrets["backup code"]}
	for i := range 9 {
		codes = append(codes, fmt.Sprintf("plantedbc%d", i))
	}
	w.manage(http.MethodPost, factors, object{"type": "BackupCode", "codes": codes})
	w.clock.advance(time.Minute) // So that the connectors are asked for again, with their secrets.
	return secrets
}
