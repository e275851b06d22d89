package logtotest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

type object = map[string]any

func start(t *testing.T, options logtotest.Options) *logtotest.Server {
	t.Helper()
	server, err := logtotest.New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server
}

// must makes a Management API call that has to end with the status.
func must(t *testing.T, server *logtotest.Server, want int, method, path string, body any) any {
	t.Helper()
	status, result := server.Manage(method, path, body)
	if status != want {
		t.Fatalf("%s %s: %d %v, want %d", method, path, status, result, want)
	}
	return result
}

// refused makes a Management API call that has to end with the error code.
func refused(t *testing.T, server *logtotest.Server, want, method, path string, body any) {
	t.Helper()
	if status, result := server.Manage(method, path, body); codeOf(result) != want {
		t.Errorf("%s %s: %d %v, want %s", method, path, status, result, want)
	}
}

func codeOf(result any) string {
	body, _ := result.(object)
	code, _ := body["code"].(string)
	return code
}

func TestBackupCodesOutliveTheOtherFactor(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	path := "/api/users/" + server.Account("bob").ID + "/mfa-verifications"
	totp := must(t, server, http.StatusOK, http.MethodPost, path, object{"type": "Totp"}).(object)
	if secret, _ := totp["secret"].(string); len(secret) < 16 {
		t.Errorf("generated secret %q, want at least 16 characters", secret)
	}
	must(t, server, http.StatusOK, http.MethodPost, path, object{"type": "BackupCode"})
	refused(t, server, "user.backup_code_already_in_use", http.MethodPost, path, object{"type": "BackupCode"})
	factors := must(t, server, http.StatusOK, http.MethodGet, path, nil).([]any)
	must(t, server, http.StatusNoContent, http.MethodDelete, fmt.Sprintf("%s/%v", path, factors[0].(object)["id"]), nil)

	left := must(t, server, http.StatusOK, http.MethodGet, path, nil).([]any)
	if len(left) != 1 || left[0].(object)["type"] != "BackupCode" || left[0].(object)["remainCodes"] != 10.0 {
		t.Errorf("factors left %v, want ten backup codes", left)
	}
}

// Nothing that proves a factor is listed with it.
func TestFactorsKeepTheirSecrets(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	factors := must(t, server, http.StatusOK, http.MethodGet, "/api/users/"+server.Account("alice").ID+"/mfa-verifications", nil)
	for _, factor := range factors.([]any) {
		for key := range factor.(object) {
			if !strings.Contains(" id createdAt lastUsedAt type agent name remainCodes ", " "+key+" ") {
				t.Errorf("factor %v shows %s", factor, key)
			}
		}
	}
}

// The factor is stored before its QR code is drawn.
func TestTotpSecretTooLongForAQRCode(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	path := "/api/users/" + server.Account("bob").ID + "/mfa-verifications"
	must(t, server, http.StatusInternalServerError, http.MethodPost, path, object{"type": "Totp", "secret": strings.Repeat("A", 5000)})
	if stored := must(t, server, http.StatusOK, http.MethodGet, path, nil).([]any); len(stored) != 1 {
		t.Errorf("%d factors, want the one whose QR code can't be drawn", len(stored))
	}
}

// Reading doesn't tell somebody else's session from none, deleting does.
func TestSessionsOfSomebodyElse(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	alice := "/api/users/" + server.Account("alice").ID + "/sessions"
	bob := "/api/users/" + server.Account("bob").ID + "/sessions"
	before := must(t, server, http.StatusOK, http.MethodGet, alice, nil)
	uid := before.(object)["sessions"].([]any)[0].(object)["payload"].(object)["uid"].(string)
	refused(t, server, "oidc.session_not_found", http.MethodGet, bob+"/"+uid, nil)
	refused(t, server, "oidc.invalid_session_account_id", http.MethodDelete, bob+"/"+uid, nil)
	refused(t, server, "oidc.session_not_found", http.MethodDelete, bob+"/unknown", nil)
	if diff := cmp.Diff(before, must(t, server, http.StatusOK, http.MethodGet, alice, nil)); diff != "" {
		t.Errorf("sessions (-before +after):\n%s", diff)
	}
}

func TestDeletedSessionLeavesItsGrant(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	carol := "/api/users/" + server.Account("carol").ID
	for _, row := range []struct {
		query string
		left  int
	}{
		{"", 1},
		{"?revokeGrantsTarget=firstParty", 1},
		{"?revokeGrantsTarget=all", 1},
	} {
		if _, err := server.SignIn("carol", ""); err != nil {
			t.Fatal(err)
		}
		sessions := must(t, server, http.StatusOK, http.MethodGet, carol+"/sessions", nil).(object)["sessions"].([]any)
		if len(sessions) != 1 {
			t.Fatalf("%d sessions, want 1", len(sessions))
		}
		uid := sessions[0].(object)["payload"].(object)["uid"]
		must(t, server, http.StatusNoContent, http.MethodDelete, fmt.Sprintf("%s/sessions/%v%s", carol, uid, row.query), nil)
		grants := must(t, server, http.StatusOK, http.MethodGet, carol+"/grants", nil).(object)["grants"].([]any)
		if len(grants) != row.left {
			t.Errorf("after deletion with %q %d grants are left, want %d", row.query, len(grants), row.left)
		}
	}
}

func TestSessionsAndGrantsAge(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	alice := "/api/users/" + server.Account("alice").ID
	count := func(what string) int {
		return len(must(t, server, http.StatusOK, http.MethodGet, alice+"/"+what, nil).(object)[what].([]any))
	}
	if count("sessions") == 0 || count("grants") == 0 {
		t.Fatal("alice has no sessions or no grants")
	}
	server.Advance(15 * 24 * time.Hour)
	if got := count("sessions"); got != 0 {
		t.Errorf("%d sessions after 15 days, want none", got)
	}
	if count("grants") == 0 {
		t.Error("no grants after 15 days, want them to outlive sessions")
	}
	server.Advance(180 * 24 * time.Hour)
	if got := count("grants"); got != 0 {
		t.Errorf("%d grants after 195 days, want none", got)
	}
}

func TestSignInExperienceKeysAreReplacedWhole(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	patched := must(t, server, http.StatusOK, http.MethodPatch, "/api/sign-in-exp", object{
		"mfa": object{"factors": []string{}}, "id": "x", "bogus": 1,
	}).(object)
	if diff := cmp.Diff(object{"factors": []any{}}, patched["mfa"]); diff != "" {
		t.Errorf("mfa (-want +got):\n%s", diff)
	}
	if patched["id"] != "default" || patched["bogus"] != nil || patched["signInMode"] == nil {
		t.Errorf("patched to %v, want nothing but mfa changed", patched)
	}
}
