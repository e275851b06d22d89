package logtotest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

func TestPasswordsAreNeverLockedOrChecked(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	bob := server.Account("bob")
	path := "/api/users/" + bob.ID + "/password"
	for range 12 {
		refused(t, server, "session.invalid_credentials", http.MethodPost, path+"/verify", object{"password": "wrong"})
	}
	must(t, server, http.StatusNoContent, http.MethodPost, path+"/verify", object{"password": bob.Password})
	must(t, server, http.StatusOK, http.MethodPatch, path, object{"password": "1"})
	refused(t, server, "session.invalid_credentials", http.MethodPost, path+"/verify", object{"password": bob.Password})
	must(t, server, http.StatusNoContent, http.MethodPost, path+"/verify", object{"password": "1"})
}

func TestPasswordChangeEndsNoSession(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	alice := "/api/users/" + server.Account("alice").ID
	before := must(t, server, http.StatusOK, http.MethodGet, alice+"/sessions", nil)
	must(t, server, http.StatusOK, http.MethodPatch, alice+"/password", object{"password": "another"})
	if diff := cmp.Diff(before, must(t, server, http.StatusOK, http.MethodGet, alice+"/sessions", nil)); diff != "" {
		t.Errorf("sessions (-before +after):\n%s", diff)
	}
}

func TestPasswordExpirationNeedsThePolicy(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	path := "/api/users/" + server.Account("bob").ID + "/password/expiration"
	const disabled = "sign_in_experiences.password_expiration_not_enabled"
	refused(t, server, disabled, http.MethodPatch, path, object{"isExpired": true})
	must(t, server, http.StatusOK, http.MethodPatch, "/api/sign-in-exp", object{"passwordExpiration": object{"enabled": true}})
	must(t, server, http.StatusOK, http.MethodPatch, path, object{"isExpired": true})
}

func TestCheckPassword(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	must(t, server, http.StatusOK, http.MethodPatch, "/api/sign-in-exp", object{"passwordPolicy": object{
		"length": object{"min": 6, "max": 20}, "characterTypes": object{"min": 2}, "rejects": object{"words": []string{"Acme"}},
	}})
	user := must(t, server, http.StatusOK, http.MethodPost, "/api/users", object{
		"username": "mmustermann", "name": "Max Mond", "primaryEmail": "max.m@example.com", "primaryPhone": "12025050177",
	}).(object)
	const prefix = "password_rejected."
	for password, want := range map[string][]string{
		"Zt-4kWq9":              nil,
		"":                      {"too_short", "character_types"},
		"Zt-4":                  {"too_short"},
		"Zt-4kWq9Zt-4kWq9Zt-4k": {"too_long"},
		"zkwqvbty":              {"character_types"},
		"Zt-4kWq9é":             {"unsupported_characters"},
		"Passw0rd":              {"pwned"},
		"Qwertyuiop1":           {"restricted.sequence"},
		"98765-dcba":            {"restricted.sequence"},
		"aaaa1111":              {"restricted.repetition"},
		"aaaa1234":              {"restricted.repetition", "restricted.sequence"},
		"mAxmOnd1":              {"restricted.user_info"},
		"MondMax7":              {"restricted.user_info"},
		"MMustermann9":          {"restricted.user_info"},
		"max.m12025050177":      {"restricted.user_info"},
		"ACME-acme":             {"restricted.words"},
		"AcmeMax1":              {"restricted.words", "restricted.user_info"},
		"Acme-Zt4k":             nil,
	} {
		body := object{"password": password, "userId": user["id"]}
		status, result := server.Manage(http.MethodPost, "/api/sign-in-exp/default/check-password", body)
		got := []string{}
		issues, _ := result.(object)["issues"].([]any)
		for _, issue := range issues {
			got = append(got, strings.TrimPrefix(issue.(object)["code"].(string), prefix))
		}
		wantStatus := http.StatusOK
		if len(want) > 0 {
			wantStatus = http.StatusBadRequest
		}
		if diff := cmp.Diff(append([]string{}, want...), got); diff != "" || status != wantStatus {
			t.Errorf("%q: status %d, issues (-want +got):\n%s", password, status, diff)
		}
	}

	server.BreachedPasswords(false)
	refused(t, server, "request.invalid_input", http.MethodPost, "/api/sign-in-exp/default/check-password", object{"password": "Zt-4kWq9", "userId": user["id"]})
}

func TestPasswordPolicyIsChecked(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	for _, policy := range []any{
		"x",
		nil,
		[]any{},
		object{"length": 5},
		object{"length": object{"min": "8"}},
		object{"length": object{"min": 8.5}},
		object{"length": object{"min": 0}},
		object{"characterTypes": nil},
		object{"characterTypes": object{"min": 5}},
		object{"rejects": object{"words": nil}},
		object{"rejects": object{"words": []any{1}}},
		object{"rejects": object{"pwned": 1}},
	} {
		refused(t, server, "guard.invalid_input", http.MethodPatch, "/api/sign-in-exp", object{"passwordPolicy": policy})
	}
	must(t, server, http.StatusOK, http.MethodPatch, "/api/sign-in-exp", object{"passwordPolicy": object{"length": object{"min": 9, "max": 1e300}}})
	status, result := server.Manage(http.MethodPost, "/api/sign-in-exp/default/check-password",
		object{"password": "Zt-4kWq9", "userId": server.Account("bob").ID})
	want := object{"result": false, "issues": []any{object{"code": "password_rejected.too_short", "interpolation": object{"min": 9.0}}}}
	if diff := cmp.Diff(any(want), result); diff != "" || status != http.StatusBadRequest {
		t.Errorf("status %d, answer (-want +got):\n%s", status, diff)
	}
}
