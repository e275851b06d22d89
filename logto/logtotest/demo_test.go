package logtotest_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

// TestAliceHasEverything looks at what the demo promises.
func TestAliceHasEverything(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	alice := server.Account("alice")
	path := "/api/users/" + alice.ID
	user := must(t, server, http.StatusOK, "GET", path+"?includeSsoIdentities=true", nil).(object)
	if user["username"] != alice.Username || user["primaryEmail"] != alice.Email || user["primaryPhone"] != alice.Phone || alice.Phone == "" {
		t.Errorf("identifiers of %v are not those of %v", user, alice)
	}
	for _, key := range []string{"name", "avatar", "lastSignInAt", "applicationId"} {
		if user[key] == nil {
			t.Errorf("no %s", key)
		}
	}
	if profile := user["profile"].(object); len(profile) != 12 || len(profile["address"].(object)) != 6 {
		t.Errorf("profile: %v", profile)
	}
	identities := user["identities"].(object)
	if len(user["customData"].(object)) == 0 || identities["google"] == nil || identities["github"] == nil || len(user["ssoIdentities"].([]any)) != 1 {
		t.Errorf("user: %v", user)
	}
	must(t, server, http.StatusNoContent, "POST", path+"/password/verify", object{"password": alice.Password})

	expired := 0
	for _, token := range must(t, server, http.StatusOK, "GET", path+"/personal-access-tokens", nil).([]any) {
		if at, isNumber := token.(object)["expiresAt"].(float64); isNumber && at < float64(server.Now().UnixMilli()) {
			expired++
		}
	}
	if expired != 1 {
		t.Errorf("%d expired tokens", expired)
	}
	kinds := []any{}
	for _, factor := range must(t, server, http.StatusOK, "GET", path+"/mfa-verifications", nil).([]any) {
		kinds = append(kinds, factor.(object)["type"])
	}
	if !slices.Equal(kinds, []any{"Totp", "WebAuthn", "BackupCode"}) {
		t.Errorf("factors: %v", kinds)
	}
	agents := map[any]bool{}
	for _, session := range must(t, server, http.StatusOK, "GET", path+"/sessions", nil).(object)["sessions"].([]any) {
		agents[session.(object)["lastSubmission"].(object)["signInContext"].(object)["userAgent"]] = true
	}
	if len(agents) != 2 {
		t.Errorf("user agents: %v", agents)
	}
	thirdParty := must(t, server, http.StatusOK, "GET", path+"/grants?appType=thirdParty", nil).(object)["grants"].([]any)
	if len(thirdParty) != 1 || thirdParty[0].(object)["payload"].(object)["clientId"] != server.ThirdPartyClientID {
		t.Errorf("third-party grants: %v", thirdParty)
	}
	organization := must(t, server, http.StatusOK, "GET", path+"/organizations", nil).([]any)[0].(object)
	if roles := organization["organizationRoles"].([]any); roles[0].(object)["name"] != "admin" {
		t.Errorf("organization: %v", organization)
	}
}

func TestBobAndCarol(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	bob := server.Account("bob")
	must(t, server, http.StatusNoContent, "POST", "/api/users/"+bob.ID+"/password/verify", object{"password": bob.Password})
	if bob.Username == "" || bob.Email == "" || bob.Phone != "" {
		t.Errorf("bob: %v", bob)
	}
	carol := server.Account("carol")
	if diff := cmp.Diff(logtotest.Account{ID: carol.ID}, carol); diff != "" || carol.ID == "" {
		t.Errorf("carol (-want +got):\n%s", diff)
	}
	user := must(t, server, http.StatusOK, "GET", "/api/users/"+carol.ID, nil).(object)
	if user["hasPassword"] != false || len(user["identities"].(object)) != 1 {
		t.Errorf("carol: %v", user)
	}
	if nobody := server.Account("mallory"); nobody != (logtotest.Account{}) {
		t.Errorf("mallory: %v", nobody)
	}
}

func TestSecretsDifferFromServerToServer(t *testing.T) {
	t.Parallel()
	first, second := start(t, logtotest.Options{}), start(t, logtotest.Options{})
	if first.AppSecret == second.AppSecret || first.AppID == second.AppID || first.CurrentKey().ID == second.CurrentKey().ID {
		t.Error("two servers share secrets")
	}
	if verifies(t, second, first.AccessToken("someone")) {
		t.Error("two servers share a signing key")
	}
}
