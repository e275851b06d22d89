package main

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

const callAccountCenter = "GET /api/account-center"

// hiddenFields names what each part of the account hides when it is off.
var hiddenFields = map[string][]string{
	"name":                {"name"},
	"avatar":              {"avatar"},
	"profile":             {"profile"},
	"username":            {"username", "usernameRemovable"},
	"email":               {"primaryEmail", "primaryEmailRemovable"},
	"phone":               {"primaryPhone", "primaryPhoneRemovable"},
	"password":            {"hasPassword"},
	"customData":          {"customData"},
	"social":              {"identities", "ssoIdentities"},
	"mfa":                 {"mfaVerifications"},
	"personalAccessToken": {"personalAccessTokens"},
	"session":             {"sessions", "authorizedApplications"},
	"account":             nil,
}

// savedCalls names the calls that are not made when a part is off.
var savedCalls = map[string][]string{
	"mfa":                 {callFactors},
	"personalAccessToken": {callTokens},
	"session":             {callSessions, callGrants, callThirdParty},
}

// TestFieldAccessOff turns off one part after the other, and then all of them.
func TestFieldAccessOff(t *testing.T) {
	t.Parallel()
	every := slices.Sorted(maps.Keys(hiddenFields))
	for _, parts := range append(slices.Collect(slices.Chunk(every, 1)), every) {
		t.Run(strings.Join(parts, ","), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, env{"FIELD_ACCESS": strings.Join(parts, "=off,") + "=off"})
			calls := []string{callUser, callTokens, callFactors, callSessions, callGrants, callThirdParty, callOrganizations}
			nulls, permissions := []string{}, fieldAccess{}
			for _, part := range parts {
				nulls = append(nulls, hiddenFields[part]...)
				calls = slices.DeleteFunc(calls, func(call string) bool { return slices.Contains(savedCalls[part], call) })
				permissions[part] = "OFF"
			}
			got := w.settings()
			w.wantCalls(calls...)
			wantSame(t, nulls, got.nulls)
			if diff := cmp.Diff(permissions, got.restricted); diff != "" {
				t.Errorf("accountSettings.fields (-want +got):\n%s", diff)
			}
			if got.errors != nil {
				t.Errorf("errors %v", got.errors)
			}
		})
	}
}

// TestFieldAccessOffAsksNothing wants no call for what is hidden where it would
// take one: the tenant's settings are old, and Logto is an older release.
func TestFieldAccessOffAsksNothing(t *testing.T) {
	t.Parallel()
	const query = `{ me { usernameRemovable { allowed } primaryEmailRemovable { allowed } primaryPhoneRemovable { allowed } hasPassword
	  identities { removable { allowed } } } }`
	w := newWorld(t, env{"FIELD_ACCESS": "username=off,email=off,phone=off,social=off,password=off"})
	w.logto.OmitHasPassword(true)
	w.ask(w.token("alice"), `{ me { stepUpMethods } }`, nil) // Tells an older release.
	w.wantCalls(callUser, callHasPassword)
	w.logto.ResetCalls()
	w.clock.advance(time.Minute)
	want := strings.TrimSpace(`
{
  "data": {
    "me": {
      "usernameRemovable": null,
      "primaryEmailRemovable": null,
      "primaryPhoneRemovable": null,
      "hasPassword": null,
      "identities": null
    }
  }
}`) + "\n"
	if diff := cmp.Diff(want, w.ask(w.token("alice"), query, nil)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	w.wantCalls(callUser)
}

// TestFieldAccessReadOnly shows everything and says that nothing can be removed,
// which takes no more than the user to say.
func TestFieldAccessReadOnly(t *testing.T) {
	t.Parallel()
	const removables = `{ me { usernameRemovable { ...R } primaryEmailRemovable { ...R } primaryPhoneRemovable { ...R }
	  identities { removable { ...R } } } } fragment R on Removable { allowed reason }`
	parts, permissions := []string{}, fieldAccess{}
	for part := range hiddenFields {
		parts = append(parts, part+"=readOnly")
		permissions[part] = "READ_ONLY"
	}
	w := newWorld(t, env{"FIELD_ACCESS": strings.Join(parts, ",")})
	got := w.settings()
	wantSame(t, nil, got.nulls)
	if diff := cmp.Diff(permissions, got.restricted); diff != "" {
		t.Errorf("accountSettings.fields (-want +got):\n%s", diff)
	}
	w.logto.ResetCalls()
	w.clock.advance(time.Minute)
	answer := w.ask(w.token("alice"), removables, nil)
	if count := strings.Count(answer, `"reason": "FIELD_NOT_EDITABLE"`); count != 5 || strings.Contains(answer, "true") {
		t.Errorf("not all of 5 are FIELD_NOT_EDITABLE: %s", answer)
	}
	w.wantCalls(callUser)
}

// TestFieldAccessOfTenant follows the account center, which is fetched once a
// minute, and what is set beside it.
func TestFieldAccessOfTenant(t *testing.T) {
	t.Parallel()
	w := newWorld(t, env{"FIELD_ACCESS": "logto,phone=edit,mfa=readOnly"})
	off := fieldAccess{}
	for part := range hiddenFields {
		off[part] = "OFF"
	}
	delete(off, "phone")
	delete(off, "personalAccessToken")
	delete(off, "account")
	off["mfa"] = "READ_ONLY"
	if diff := cmp.Diff(off, w.settings().restricted); diff != "" {
		t.Errorf("a disabled account center (-want +got):\n%s", diff)
	}
	w.wantCalls(callUser, callTokens, callOrganizations, callFactors) // The account center was loaded at the start.

	w.manage(http.MethodPatch, "/api/account-center", object{"enabled": true, "fields": object{
		"name": "Edit", "avatar": "ReadOnly", "email": "ReadOnly", "phone": "Off", "session": "Edit", "mfa": "Off", "passkey": "Edit",
	}})
	w.logto.ResetCalls()
	w.clock.advance(time.Minute)
	got := w.settings()
	w.settings()
	for field := range strings.FieldsSeq("name phone session") {
		delete(off, field)
	}
	off["avatar"], off["email"] = "READ_ONLY", "READ_ONLY"
	if diff := cmp.Diff(off, got.restricted); diff != "" {
		t.Errorf("an account center (-want +got):\n%s", diff)
	}
	wantSame(t, slices.Concat(hiddenFields["profile"], hiddenFields["username"], hiddenFields["password"], hiddenFields["customData"], hiddenFields["social"]), got.nulls)
	user := []string{callUser, callTokens, callFactors, callSessions, callGrants, callThirdParty, callOrganizations}
	w.wantCalls(slices.Concat(user, user, []string{callAccountCenter, callExperience, callConnectors})...)
}

// TestFieldAccessUnknown shows nothing of what the tenant may hide, and changes
// nothing, while the tenant can't be asked and what is known of it is too old.
func TestFieldAccessUnknown(t *testing.T) {
	t.Parallel()
	for name, failing := range map[string]fault{
		"no answer":        {Failure: logtotest.ResetConnection},
		"a failing server": {Status: http.StatusInternalServerError},
		"an old release":   {Status: http.StatusNotFound, Body: "Not Found"},
		"garbage":          {Failure: logtotest.AnswerGarbage},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, env{"FIELD_ACCESS": "logto,name=edit,phone=off"})
			failing.Path, failing.Times = "/api/account-center", 100
			w.logto.Fail(failing)
			w.clock.advance(10 * time.Minute)

			got := w.settings()
			unknown := []string{"accountSettings.fields", "usernameRemovable", "primaryEmailRemovable"}
			for _, part := range strings.Fields("avatar profile username email password customData social mfa session") {
				unknown = append(unknown, hiddenFields[part]...)
			}
			slices.Sort(unknown)
			unknown = slices.Compact(unknown)
			wantSame(t, unknown, got.errors["UPSTREAM_UNAVAILABLE"])
			delete(got.errors, "UPSTREAM_UNAVAILABLE")
			if len(got.errors) > 0 {
				t.Errorf("further errors %v", got.errors)
			}
			wantSame(t, append(slices.DeleteFunc(unknown, func(field string) bool { return field == "accountSettings.fields" }), hiddenFields["phone"]...), got.nulls)

			before := w.record("alice")
			for _, input := range []string{`name: "A"`, `profile: { nickname: "A" }`} {
				answer := w.ask(w.token("alice"), `mutation { updateProfile(input: { `+input+` }) { user { id } errors { code } } }`, nil)
				if !strings.Contains(answer, `"code": "UPSTREAM_UNAVAILABLE"`) || !strings.Contains(answer, `"updateProfile": null`) {
					t.Errorf("%s: %s", input, answer)
				}
			}
			if diff := changes(before, w.record("alice")); len(diff) > 0 {
				t.Errorf("changed: %v", diff)
			}
			w.logto.ClearFaults()
			if got := w.settings(); got.errors != nil {
				t.Errorf("after the outage: errors %v", got.errors)
			}
		})
	}
}

// TestFieldAccessIsOneForARequest asks once, however many fields need it and
// whatever the outcome.
func TestFieldAccessIsOneForARequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, env{"FIELD_ACCESS": "logto,username=edit"})
	w.logto.Fail(fault{Path: "/api/account-center", Status: http.StatusInternalServerError, Times: 100})
	w.clock.advance(10 * time.Minute)
	w.ask(w.token("alice"), `{ me { name avatar sessions { id } usernameRemovable { allowed } } }`, nil)
	w.wantCalls(callAccountCenter, callUser)
}

// TestFieldAccessTellsTheOperator names the setting in the log alone.
func TestFieldAccessTellsTheOperator(t *testing.T) {
	t.Parallel()
	w := newWorld(t, env{"FIELD_ACCESS": "name=readOnly"})
	answer := w.ask(w.token("alice"), `mutation { updateProfile(input: { name: "Mallory" }) { errors { message } } }`, nil)
	if strings.Contains(answer, "FIELD_ACCESS") || !strings.Contains(w.log.String(), "FIELD_ACCESS") {
		t.Errorf("answer %s, log %s", answer, w.log)
	}
}

// fieldAccess is the access to parts of the account, by their names in settings.
type fieldAccess map[string]string

// settingsPage is what a settings page hides.
type settingsPage struct {
	// nulls are the user's fields that are null.
	nulls []string
	// restricted is what accountSettings.fields has that is not EDIT.
	restricted fieldAccess
	// errors are the fields with errors, by their code.
	errors map[string][]string
}

// settings asks for everything that a settings page shows of alice.
func (w *world) settings() settingsPage {
	w.t.Helper()
	answer := decode(w.t, w.query(w.token("alice"), settingsQuery(w.t), nil).body).(object)
	data := answer["data"].(object)
	page := settingsPage{restricted: fieldAccess{}}
	for field, value := range data["me"].(object) {
		if value == nil {
			page.nulls = append(page.nulls, field)
		}
	}
	permissions, _ := data["accountSettings"].(object)["fields"].([]any)
	for _, permission := range permissions {
		if access := permission.(object)["access"].(string); access != "EDIT" {
			page.restricted[camelCase(permission.(object)["field"].(string))] = access
		}
	}
	failed, _ := answer["errors"].([]any)
	for _, failure := range failed {
		if page.errors == nil {
			page.errors = map[string][]string{}
		}
		path := []string{}
		for _, step := range failure.(object)["path"].([]any) {
			path = append(path, step.(string))
		}
		code := failure.(object)["extensions"].(object)["code"].(string)
		page.errors[code] = append(page.errors[code], strings.TrimPrefix(strings.Join(path, "."), "me."))
	}
	return page
}

// camelCase is the name in settings of an enum value: customData for CUSTOM_DATA.
func camelCase(value string) string {
	for name := range hiddenFields {
		if strings.EqualFold(name, strings.ReplaceAll(value, "_", "")) {
			return name
		}
	}
	return value
}

// wantSame compares in any order.
func wantSame(t *testing.T, want, got []string) {
	t.Helper()
	want, got = slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(got))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
