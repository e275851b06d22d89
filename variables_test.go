package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestVariablesThatDontFit are refused before anything is executed. What the
// validator lets pass would be an internal error, or taken for what it isn't.
func TestVariablesThatDontFit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	token := w.token("alice")
	const (
		null   = `{"message":"Variable $v must not be null where it is used.","locations":[{"line":1,"column":%d}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}`
		number = `{"message":"Variable $v has a number where its type wants a String: put quotation marks around it.","extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}`
	)
	for document, test := range map[string]struct {
		value any
		want  string
	}{
		`query($v: Boolean = true) { me { id @include(if: $v) } }`:                                                           {nil, null},
		`mutation($v: CustomDataMode = MERGE) { updateCustomData(input: {data: {a: 1}, mode: $v}) { errors { code } } }`:     {nil, null},
		`mutation($v: CustomDataMode) { updateCustomData(input: {data: {a: 1}, mode: $v}) { errors { code } } }`:             {nil, null},
		`mutation($v: Boolean = true) { changePassword(input: {newPassword: "x", revokeSessions: $v}) { errors { code } } }`: {nil, null},
		`mutation($v: VerifyPasswordInput = {password: "x"}) { verifyPassword(input: $v) { errors { code } } }`:              {nil, null},
		`mutation($v: String!) { verifyPassword(input: {password: $v}) { errors { code } } }`:                                {4711, number},
		`mutation($v: UpdateProfileInput!) { updateProfile(input: $v) { errors { code } } }`:                                 {object{"name": 4711}, number},
	} {
		want := test.want
		if test.value == nil {
			want = fmt.Sprintf(want, strings.LastIndex(document, "$v")+1)
		}
		got := w.query(token, document, object{"v": test.value})
		if diff := cmp.Diff(fmt.Sprint(http.StatusOK, ` {"errors":[`, want, `]}`), fmt.Sprint(got.status, " ", got.body)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", document, diff)
		}
	}
	if calls := w.calls(); len(calls) > 0 {
		t.Errorf("Logto was asked: %v", calls)
	}
	for document, variables := range map[string]object{
		`query($v: Boolean = true) { me { id @include(if: $v) } }`:                                               {},
		`mutation($v: CustomDataMode) { updateCustomData(input: {data: {a: 1}, mode: $v}) { errors { code } } }`: {},
		`mutation($v: JSON) { updateCustomData(input: {data: {a: $v}}) { errors { code } } }`:                    {"v": nil},
		`mutation($v: String) { updateProfile(input: {name: $v}) { errors { code } } }`:                          {"v": nil},
		`mutation($v: ID!) { revokeSession(input: {id: $v}) { errors { code } } }`:                               {"v": 4711},
	} {
		if got := w.query(token, document, variables); !strings.HasPrefix(got.body, `{"data":`) {
			t.Errorf("%s: %s", document, got.body)
		}
	}
}

// TestNumbersTooLargeForLiterals may be sent in variables, and the error says so.
func TestNumbersTooLargeForLiterals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	const (
		document = `mutation%s { updateCustomData(input: {data: {a: %s}}) { errors { message } } }`
		want     = `{"errors":[{"message":"A number is too large for a literal: send it in a variable.","locations":[{"line":1,"column":47}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}},` +
			`{"message":"Expected value of type \"UpdateCustomDataInput!\".","locations":[{"line":1,"column":36}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`
	)
	for _, number := range []string{"99999999999999999999", "1e999"} {
		if diff := cmp.Diff(want, w.query(w.token("alice"), fmt.Sprintf(document, "", number), nil).body); diff != "" {
			t.Errorf("%s (-want +got):\n%s", number, diff)
		}
	}
	byDefault := `{"errors":[{"message":"A number is too large for a literal: send it in a variable.","locations":[{"line":1,"column":21}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}},` +
		`{"message":"Expected value of type \"UpdateCustomDataInput!\".","locations":[{"line":1,"column":69}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`
	if diff := cmp.Diff(byDefault, w.query(w.token("alice"), fmt.Sprintf(document, "($v: JSON = 99999999999999999999)", "$v"), nil).body); diff != "" {
		t.Errorf("default value (-want +got):\n%s", diff)
	}
	got := w.query(w.token("alice"), fmt.Sprintf(document, "($v: JSON)", "$v"), object{"v": json.Number("99999999999999999999")})
	if diff := cmp.Diff(`{"data":{"updateCustomData":{"errors":[]}}}`, got.body); diff != "" {
		t.Errorf("in a variable (-want +got):\n%s", diff)
	}
}
