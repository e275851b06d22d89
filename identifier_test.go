package main

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const patchUser = "PATCH /api/users/"

// ofNew is an identifier proof for {"email": …} or {"phone": …}.
func (p page) ofNew(to object) string {
	p.t.Helper()
	stored, isEmail := to["email"].(string)
	if !isEmail {
		stored = nonDigit.ReplaceAllString(to["phone"].(string), "")
	}
	presence := p.byFreshSignIn
	if p.logto.Account(p.name).Password != "" {
		presence = p.byPassword
	}
	return p.byCode(merged(to, object{"stepUpProof": presence()}), stored)
}

var nonDigit = regexp.MustCompile(`\D`)

// change makes a mutation and returns its errors and what is another in Logto's
// record then.
func (w *world) change(name, mutation string, input object) (errors, changed []string) {
	w.t.Helper()
	before := w.record(name)
	errors = told(w.asked(w.token(name), mutation, "errors { code path }", input))
	return errors, changes(before, w.record(name))
}

// wantChange makes a mutation and compares what change returns.
func (w *world) wantChange(name, mutation string, input object, errors, changed []string) {
	w.t.Helper()
	gotErrors, gotChanged := w.change(name, mutation, input)
	if diff := cmp.Diff([][]string{errors, changed}, [][]string{gotErrors, gotChanged}); diff != "" {
		w.t.Errorf("%s of %s: errors, and what is changed (-want +got):\n%s", mutation, name, diff)
	}
}

// wantNoWrite fails when the user was written at Logto.
func (w *world) wantNoWrite() {
	w.t.Helper()
	for _, call := range w.calls() {
		if strings.HasPrefix(call, patchUser) {
			w.t.Errorf("call %s", call)
		}
	}
}

var none = []string{}

// TestIdentifiersBeforeLogto refuses what needs no call to refuse.
func TestIdentifiersBeforeLogto(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	readOnly := newWorld(t, env{"FIELD_ACCESS": "username=readOnly,email=off,phone=readOnly"})
	for _, test := range []struct {
		w        *world
		mutation string
		input    object
		want     []string
	}{
		{w, "updateUsername", object{}, []string{"INVALID_INPUT input username"}},
		{w, "updatePrimaryEmail", object{"email": "a@b", "identifierProof": "p"}, []string{"INVALID_INPUT input email"}},
		{w, "updatePrimaryEmail", object{"email": "", "identifierProof": "p"}, []string{"INVALID_INPUT input email"}},
		{w, "updatePrimaryEmail", object{"email": "a@evil.example,b@corp.example", "identifierProof": "p"}, []string{"INVALID_INPUT input email"}},
		{w, "updatePrimaryEmail", object{"email": "b@corp.example<a@evil.example>", "identifierProof": "p"}, []string{"INVALID_INPUT input email"}},
		{w, "updatePrimaryPhone", object{"phone": "12025550100", "identifierProof": "p"}, []string{"INVALID_INPUT input phone"}},
		{w, "updatePrimaryPhone", object{"phone": "", "identifierProof": "p"}, []string{"INVALID_INPUT input phone"}},
		{w, "updatePrimaryEmail", object{"email": "new@example.com", "identifierProof": "p", "stepUpProof": "p"}, []string{"INVALID_PROOF input identifierProof"}},
		{w, "removePrimaryEmail", object{"stepUpProof": "p"}, []string{"INVALID_PROOF input stepUpProof"}},
		{readOnly, "updateUsername", object{"username": nil}, []string{"FIELD_NOT_EDITABLE input username"}},
		{readOnly, "updatePrimaryEmail", object{"email": "new@example.com", "identifierProof": "p"}, []string{"FIELD_NOT_EDITABLE input email"}},
		{readOnly, "updatePrimaryPhone", object{"phone": "+12025550100", "identifierProof": "p"}, []string{"FIELD_NOT_EDITABLE input phone"}},
		{readOnly, "removePrimaryEmail", object{}, []string{"FIELD_NOT_EDITABLE"}},
		{readOnly, "removePrimaryPhone", object{}, []string{"FIELD_NOT_EDITABLE"}},
	} {
		got := told(test.w.asked(test.w.token("alice"), test.mutation, "errors { code path }", test.input))
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s %v (-want +got):\n%s", test.mutation, test.input, diff)
		}
		test.w.wantCalls()
	}
}

// TestIdentifiersNeedAStepUp says by which methods one can be given: with a second
// factor by a fresh sign-in alone, but for the username.
func TestIdentifiersNeedAStepUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	const selection = "errors { code path ... on StepUpRequiredError { methods } }"
	email, phone := object{"email": "new@example.com"}, object{"phone": "+12025550100"}
	emailProof, phoneProof := w.page("alice").ofNew(email), w.page("alice").ofNew(phone)
	every := []any{"PASSWORD", "EMAIL_CODE", "PHONE_CODE", "FRESH_SIGN_IN"}
	for _, test := range []struct {
		mutation string
		input    object
		alice    []any
	}{
		{"updateUsername", object{"username": "x"}, every},
		{"updatePrimaryEmail", merged(email, object{"identifierProof": emailProof}), every[3:]},
		{"removePrimaryEmail", object{}, every[3:]},
		{"updatePrimaryPhone", merged(phone, object{"identifierProof": phoneProof}), every[3:]},
		{"removePrimaryPhone", object{}, every[3:]},
	} {
		for name, methods := range map[string][]any{"alice": test.alice, "bob": {every[0], every[1], every[3]}, "carol": every[3:]} {
			want := []any{object{"code": "STEP_UP_REQUIRED", "path": []any{"input", "stepUpProof"}, "methods": methods}}
			got := w.asked(w.token(name), test.mutation, selection, test.input)["errors"]
			if diff := cmp.Diff(any(want), got); diff != "" {
				t.Errorf("%s of %s (-want +got):\n%s", test.mutation, name, diff)
			}
		}
		if test.mutation == "updateUsername" {
			continue
		}
		got := told(w.asked(w.token("alice"), test.mutation, "errors { code path }", merged(test.input, object{"stepUpProof": w.presence("alice")})))
		if diff := cmp.Diff([]string{"STEP_UP_REQUIRED input stepUpProof"}, got); diff != "" {
			t.Errorf("%s by the password (-want +got):\n%s", test.mutation, diff)
		}
	}
	w.wantNoWrite()
}

func credentialMutations() map[string]object {
	return map[string]object{
		"updateUsername":     {"username": "bobby"},
		"updatePrimaryEmail": {"email": "new@example.com", "identifierProof": "p"},
		"removePrimaryEmail": {},
		"updatePrimaryPhone": {"phone": "+12025550100", "identifierProof": "p"},
		"removePrimaryPhone": {},
		"changePassword":     {"newPassword": newPassword},
	}
}

// TestCredentialsTakeTheirScope, and no call without it.
func TestCredentialsTakeTheirScope(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	token := w.token("bob", "account:read", "account:write")
	for name, input := range credentialMutations() {
		got := w.query(token, mutation(name, "errors { code }"), object{"input": input}).body
		if !strings.Contains(got, `"code":"FORBIDDEN","requiredScope":"account:security"`) || !strings.Contains(got, `{"`+name+`":null}`) {
			t.Errorf("%s: %s", name, got)
		}
	}
	w.wantCalls()
}

// TestCredentialsOfAClosedAccount stay as they are, although Logto would change
// them.
func TestCredentialsOfAClosedAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	bob := w.page("bob")
	addresses := map[string]string{
		"updatePrimaryEmail": bob.ofNew(object{"email": "new@example.com"}), "updatePrimaryPhone": bob.ofNew(object{"phone": "+12025550100"}),
	}
	proof := bob.byPassword()
	refuses := func(code string) {
		t.Helper()
		w.logto.ResetCalls()
		for name, input := range credentialMutations() {
			if input["identifierProof"] != nil {
				input["identifierProof"] = addresses[name]
			}
			bob.must("top-level "+code, bob.do(name, merged(input, object{"stepUpProof": proof})))
		}
		w.wantNoWrite()
	}
	w.manage(http.MethodPatch, "/api/users/{bob}/is-suspended", object{"isSuspended": true})
	refuses("ACCOUNT_SUSPENDED")
	w.manage(http.MethodDelete, "/api/users/{bob}", nil)
	refuses("ACCOUNT_NOT_FOUND")
}
