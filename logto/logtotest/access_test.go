package logtotest_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

// TestBuildAccess makes an API resource with a scope, a role for it and an
// application with that role, then asks for a token.
func TestBuildAccess(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	const indicator = "https://orders.example.com"
	id := func(created any) string { return created.(object)["id"].(string) }
	resource := id(must(t, server, http.StatusCreated, "POST", "/api/resources", object{"name": "Orders", "indicator": indicator}))
	refused(t, server, "resource.resource_identifier_in_use", "POST", "/api/resources", object{"name": "O", "indicator": indicator})
	scope := id(must(t, server, http.StatusCreated, "POST", "/api/resources/"+resource+"/scopes", object{"name": "orders:read"}))
	refused(t, server, "scope.name_exists", "POST", "/api/resources/"+resource+"/scopes", object{"name": "orders:read"})
	role := id(must(t, server, http.StatusOK, "POST", "/api/roles", object{
		"name": "reader", "description": "Reads orders", "type": "MachineToMachine", "scopeIds": []any{scope},
	}))
	refused(t, server, "role.name_in_use", "POST", "/api/roles", object{"name": "reader", "description": "x"})
	application := must(t, server, http.StatusOK, "POST", "/api/applications", object{"name": "robot", "type": "MachineToMachine"}).(object)
	path := "/api/applications/" + application["id"].(string)

	form := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {application["id"].(string)}, "client_secret": {application["secret"].(string)},
		"resource": {indicator}, "scope": {"orders:read orders:write"},
	}
	if got := token(t, server, form); got.status != http.StatusOK || got.body.(object)["scope"] != nil {
		t.Errorf("without the role: %v", got)
	}
	got := must(t, server, http.StatusCreated, "POST", path+"/roles", object{"roleIds": []any{role}})
	if diff := cmp.Diff(object{"roleIds": []any{role}, "addedRoleIds": []any{role}}, got); diff != "" {
		t.Errorf("assignment (-want +got):\n%s", diff)
	}
	if got := token(t, server, form); got.status != http.StatusOK || got.body.(object)["scope"] != "orders:read" {
		t.Errorf("with the role: %v", got)
	}
	if roles := must(t, server, http.StatusOK, "GET", path+"/roles", nil).([]any); len(roles) != 1 {
		t.Errorf("roles of the application: %v", roles)
	}
	must(t, server, http.StatusNoContent, "DELETE", "/api/roles/"+role, nil)
	if got := token(t, server, form); got.body.(object)["scope"] != nil {
		t.Errorf("after the role: %v", got)
	}
}

func TestUserRoles(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	path := "/api/users/" + server.Account("bob").ID + "/roles"
	held := must(t, server, http.StatusOK, "GET", path, nil).([]any)[0].(object)["id"]
	added := must(t, server, http.StatusOK, "POST", "/api/roles", object{"name": "extra", "description": "x"}).(object)["id"]
	got := must(t, server, http.StatusCreated, "POST", path, object{"roleIds": []any{held, added}})
	if diff := cmp.Diff(object{"roleIds": []any{held, added}, "addedRoleIds": []any{added}}, got); diff != "" {
		t.Errorf("assignment (-want +got):\n%s", diff)
	}
	refused(t, server, "entity.relation_foreign_key_not_found", "POST", path, object{"roleIds": []any{"nope"}})
	must(t, server, http.StatusNoContent, "DELETE", path+"/"+held.(string), nil)
	refused(t, server, "entity.not_found", "DELETE", path+"/"+held.(string), nil)
	if roles := must(t, server, http.StatusOK, "GET", path, nil).([]any); len(roles) != 1 {
		t.Errorf("roles: %v", roles)
	}
	must(t, server, http.StatusOK, "PUT", path, object{"roleIds": []any{}})
	if roles := must(t, server, http.StatusOK, "GET", path, nil).([]any); len(roles) != 0 {
		t.Errorf("roles after PUT: %v", roles)
	}
}

func TestOrganizations(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	bob := server.Account("bob").ID
	organization := must(t, server, http.StatusCreated, "POST", "/api/organizations", object{"name": "Umbrella"}).(object)
	role := must(t, server, http.StatusCreated, "POST", "/api/organization-roles", object{"name": "member"}).(object)
	path := "/api/organizations/" + organization["id"].(string)
	refused(t, server, "organization.require_membership", "POST", path+"/users/"+bob+"/roles", object{"organizationRoleNames": []any{"member"}})
	must(t, server, http.StatusCreated, "POST", path+"/users", object{"userIds": []any{bob}})
	must(t, server, http.StatusCreated, "POST", path+"/users/"+bob+"/roles", object{"organizationRoleNames": []any{"member"}})
	organization["organizationRoles"] = []any{object{"id": role["id"], "name": "member"}}
	got := must(t, server, http.StatusOK, "GET", "/api/users/"+bob+"/organizations", nil)
	if diff := cmp.Diff([]any{organization}, got); diff != "" {
		t.Errorf("organizations (-want +got):\n%s", diff)
	}
	must(t, server, http.StatusNoContent, "DELETE", path+"/users/"+bob, nil)
	if got := must(t, server, http.StatusOK, "GET", "/api/users/"+bob+"/organizations", nil); len(got.([]any)) != 0 {
		t.Errorf("after leaving: %v", got)
	}
}

func TestAccountCenter(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	got := must(t, server, http.StatusOK, "PATCH", "/api/account-center", object{
		"enabled": true, "fields": object{"name": "Edit", "email": "ReadOnly", "nickname": "Edit"},
	}).(object)
	if got["enabled"] != true || !cmp.Equal(got["fields"], object{"name": "Edit", "email": "ReadOnly"}) {
		t.Errorf("account center: %v", got)
	}
	refused(t, server, "guard.invalid_input", "PATCH", "/api/account-center", object{"fields": object{"name": "Sometimes"}})
}

// TestInspectAccess reads what a setup or doctor command would.
func TestInspectAccess(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	admins := []any{}
	for _, application := range must(t, server, http.StatusOK, "GET", "/api/applications?types=MachineToMachine", nil).([]any) {
		id := application.(object)["id"]
		if must(t, server, http.StatusOK, "GET", "/api/applications/"+id.(string), nil).(object)["isAdmin"] == true {
			admins = append(admins, id)
		}
	}
	if !cmp.Equal(admins, []any{server.AppID}) {
		t.Errorf("applications with the Management API: %v", admins)
	}
	secret := must(t, server, http.StatusOK, "GET", "/api/applications/"+server.AppID+"/secrets", nil).([]any)[0].(object)
	if secret["value"] != server.AppSecret {
		t.Errorf("secret: %v", secret)
	}
	names := []any{}
	for _, resource := range must(t, server, http.StatusOK, "GET", "/api/resources?includeScopes=true", nil).([]any) {
		for _, scope := range resource.(object)["scopes"].([]any) {
			names = append(names, scope.(object)["name"])
		}
	}
	if diff := cmp.Diff([]any{"all", "account:read", "account:write", "account:security"}, names); diff != "" {
		t.Errorf("scopes (-want +got):\n%s", diff)
	}
	role := must(t, server, http.StatusOK, "GET", "/api/roles?type=User&search=account-%25", nil).([]any)[0].(object)
	if role["isDefault"] != true || role["usersCount"] != 3.0 {
		t.Errorf("role: %v", role)
	}
	scopes := must(t, server, http.StatusOK, "GET", "/api/roles/"+role["id"].(string)+"/scopes", nil).([]any)
	if len(scopes) != 3 || scopes[0].(object)["resource"].(object)["indicator"] != logtotest.AccountResource {
		t.Errorf("scopes of the role: %v", scopes)
	}
}

func TestChangeAccess(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	create := func(want int, path string, body object) string {
		return must(t, server, want, "POST", path, body).(object)["id"].(string)
	}
	resource := create(http.StatusCreated, "/api/resources", object{"name": "Orders", "indicator": "https://orders.example.com"})
	scope := create(http.StatusCreated, "/api/resources/"+resource+"/scopes", object{"name": "orders:read"})
	role := create(http.StatusOK, "/api/roles", object{"name": "reader", "description": "Reads"})
	application := create(http.StatusOK, "/api/applications", object{"name": "shop", "type": "Traditional"})
	roles := "/api/roles/" + role

	if got := must(t, server, http.StatusOK, "PATCH", "/api/resources/"+resource+"/is-default", object{"isDefault": true}); got.(object)["isDefault"] != true {
		t.Errorf("resource: %v", got)
	}
	if got := must(t, server, http.StatusOK, "PATCH", roles, object{"isDefault": true}); got.(object)["isDefault"] != true {
		t.Errorf("role: %v", got)
	}
	if got := must(t, server, http.StatusOK, "PATCH", "/api/applications/"+application, object{"name": "store"}); got.(object)["name"] != "store" {
		t.Errorf("application: %v", got)
	}
	if got := must(t, server, http.StatusCreated, "POST", roles+"/scopes", object{"scopeIds": []any{scope}}); len(got.([]any)) != 1 {
		t.Errorf("scopes of the role: %v", got)
	}
	refused(t, server, "entity.relation_foreign_key_not_found", "POST", roles+"/scopes", object{"scopeIds": []any{"nope"}})
	bob := server.Account("bob").ID
	must(t, server, http.StatusCreated, "POST", roles+"/users", object{"userIds": []any{bob}})
	refused(t, server, "entity.not_found", "POST", roles+"/users", object{"userIds": []any{"nope"}})
	must(t, server, http.StatusCreated, "POST", roles+"/applications", object{"applicationIds": []any{application}})
	refused(t, server, "entity.not_found", "POST", roles+"/applications", object{"applicationIds": []any{"nope"}})
	if held := must(t, server, http.StatusOK, "GET", "/api/users/"+bob+"/roles", nil).([]any); len(held) != 2 {
		t.Errorf("roles of bob: %v", held)
	}

	organization := create(http.StatusCreated, "/api/organizations", object{"name": "Umbrella"})
	for _, path := range []string{roles, "/api/resources/" + resource, "/api/applications/" + application, "/api/organizations/" + organization} {
		must(t, server, http.StatusNoContent, "DELETE", path, nil)
		refused(t, server, "entity.not_found", "GET", path, nil)
	}
	if held := must(t, server, http.StatusOK, "GET", "/api/users/"+bob+"/roles", nil).([]any); len(held) != 1 {
		t.Errorf("roles of bob without the deleted one: %v", held)
	}
}
