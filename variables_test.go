package main

import (
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
