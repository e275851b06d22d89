package logtotest_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

func TestCreateUser(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	created := must(t, server, http.StatusOK, "POST", "/api/users", object{
		"username": "dave", "primaryEmail": "Dave@Example.com", "primaryPhone": "4901701234567", "name": "Dave",
		"profile": object{"nickname": "d", "unknown": "x"}, "customData": object{"a": 1},
	}).(object)
	want := object{
		"username": "dave", "primaryEmail": "Dave@Example.com", "primaryPhone": "491701234567", "hasPassword": false,
		"profile": object{"nickname": "d"}, "customData": object{"a": 1.0}, "isSuspended": false, "avatar": nil,
	}
	for key, value := range want {
		if !cmp.Equal(created[key], value) {
			t.Errorf("%s is %v, want %v", key, created[key], value)
		}
	}
	roles := must(t, server, http.StatusOK, "GET", fmt.Sprintf("/api/users/%s/roles", created["id"]), nil).([]any)
	if len(roles) != 1 || roles[0].(object)["isDefault"] != true {
		t.Errorf("roles: %v", roles)
	}
	refused(t, server, "user.username_already_in_use", "POST", "/api/users", object{"username": "dave"})
	refused(t, server, "user.email_already_in_use", "POST", "/api/users", object{"primaryEmail": "dave@EXAMPLE.com"})
	refused(t, server, "user.phone_already_in_use", "POST", "/api/users", object{"primaryPhone": "491701234567"})
	refused(t, server, "guard.invalid_input", "POST", "/api/users", object{"username": "1dave"})
	must(t, server, http.StatusOK, "POST", "/api/users", object{"username": "DAVE"})
}

// TestOwnIdentifiersAreNoCollision keeps a user's own value, in another case too.
func TestOwnIdentifiersAreNoCollision(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	bob := server.Account("bob")
	patched := must(t, server, http.StatusOK, "PATCH", "/api/users/"+bob.ID, object{
		"username": bob.Username, "primaryEmail": strings.ToUpper(bob.Email),
	}).(object)
	if patched["primaryEmail"] != strings.ToUpper(bob.Email) {
		t.Errorf("email: %v", patched["primaryEmail"])
	}
}

func TestListUsers(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	names := func(query string) []any {
		names := []any{}
		for _, user := range must(t, server, http.StatusOK, "GET", "/api/users"+query, nil).([]any) {
			names = append(names, user.(object)["name"])
		}
		return names
	}
	for query, want := range map[string][]any{
		"":                            {"Carol Clark", "Bob Brown", "Alice Anderson"},
		"?page_size=2&page=2":         {"Alice Anderson"},
		"?page=9":                     {},
		"?search=%25BROWN":            {"Bob Brown"},
		"?search=brown":               {},
		"?search.username=alice":      {"Alice Anderson"},
		"?search=%25@example.com":     {"Bob Brown", "Alice Anderson"},
		"?search.primaryEmail=nobody": {},
	} {
		if got := names(query); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	refused(t, server, "guard.invalid_pagination", "GET", "/api/users?page=0", nil)
	refused(t, server, "guard.invalid_pagination", "GET", "/api/users?page_size=1000", nil)

	got := manage(t, server, http.MethodGet, "/api/users?page_size=1&page=2&search=%25@example.com", nil)
	link := func(page int, relation string) string {
		return fmt.Sprintf("<%s/users?page_size=1&page=%d&search=%%25@example.com>; rel=%q", server.Endpoint, page, relation)
	}
	want := []string{link(1, "first"), link(2, "last"), link(1, "prev")}
	if diff := cmp.Diff(want, got.header["Link"]); diff != "" || got.header.Get("Total-Number") != "2" {
		t.Errorf("of %s, links (-want +got):\n%s", got.header.Get("Total-Number"), diff)
	}
}

func TestConfigsMerge(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	path := "/api/users/" + server.Account("bob").ID + "/logto-configs"
	must(t, server, http.StatusOK, "PATCH", path, object{"mfa": object{"skipped": true}})
	got := must(t, server, http.StatusOK, "PATCH", path, object{"mfa": object{"skipMfaOnSignIn": true}, "passkeySignIn": object{"skipped": true}})
	want := object{"mfa": object{"skipped": true, "skipMfaOnSignIn": true}, "passkeySignIn": object{"skipped": true}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("configs (-want +got):\n%s", diff)
	}
}

func TestPersonalTokensBeyondRecordings(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	tokens := "/api/users/" + server.Account("alice").ID + "/personal-access-tokens"
	refused(t, server, "user.personal_access_token_name_exists", "PATCH", tokens, object{"currentName": "ci", "name": "laptop"})
	must(t, server, http.StatusInternalServerError, "POST", tokens, object{"name": "far", "expiresAt": 1e18})
	must(t, server, http.StatusInternalServerError, "POST", tokens, object{"name": "a\x00"})
	refused(t, server, "entity.not_found", "DELETE", tokens+"/nope", nil)
	refused(t, server, "entity.not_exists", "PATCH", "/api/users/nobody/personal-access-tokens", object{"name": "x"})
	must(t, server, http.StatusNoContent, "POST", tokens+"/delete", object{"name": "a/b? #1 50% off"})
	must(t, server, http.StatusNotFound, "GET", tokens+"/ci/extra", nil)
}
