package access_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/access"
	"accountql/logto"
)

func TestParsePolicy(t *testing.T) {
	t.Parallel()
	every := "name=off avatar=readOnly profile=edit username=off email=off phone=off password=off " +
		"customData=readOnly social=off mfa=off personalAccessToken=readOnly session=off account=off"
	for _, test := range []struct {
		entries string
		want    access.Policy
	}{
		{"email=readOnly social=off", access.Policy{Fields: fields{access.Email: access.ReadOnly, access.Social: access.Off}}},
		{"logto", access.Policy{FollowTenant: true, Fields: fields{}}},
		{"logto email=edit", access.Policy{FollowTenant: true, Fields: fields{access.Email: access.Edit}}},
		{"email=edit logto", access.Policy{FollowTenant: true, Fields: fields{access.Email: access.Edit}}},
		{every, access.Policy{Fields: fields{
			access.Name: access.Off, access.Avatar: access.ReadOnly, access.Profile: access.Edit,
			access.Username: access.Off, access.Email: access.Off, access.Phone: access.Off, access.Password: access.Off,
			access.CustomData: access.ReadOnly, access.Social: access.Off, access.Mfa: access.Off,
			access.PersonalAccessToken: access.ReadOnly, access.Session: access.Off, access.Account: access.Off,
		}}},
	} {
		got, err := access.ParsePolicy(strings.Fields(test.entries))
		if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got)\n%s", test.entries, err, diff)
		}
	}
}

func TestParsePolicyProblems(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ entries, want string }{
		{"emial=off", "entry 1 names no part of an account"},
		{"email=off customdata=off", "entry 2 names no part of an account"},
		{"PERSONAL_ACCESS_TOKEN=off", "entry 1 names no part of an account"},
		{"passkey=off", "entry 1 names no part of an account"},
		{"Logto", "entry 1 names no part of an account"},
		{"=off", "entry 1 names no part of an account"},
		{"email", "gives email neither off, readOnly nor edit"},
		{"email=", "gives email neither off, readOnly nor edit"},
		{"customData=readonly", "gives customData neither off, readOnly nor edit"},
		{"email=off=edit", "gives email neither off, readOnly nor edit"},
		{"email=off name=edit email=off", "lists email twice"},
		{"logto email=off logto", "lists logto twice"},
	} {
		got, err := access.ParsePolicy(strings.Fields(test.entries))
		if fmt.Sprint(err) != test.want {
			t.Errorf("%s: error %v, want %s", test.entries, err, test.want)
		}
		if diff := cmp.Diff(access.Policy{}, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", test.entries, diff)
		}
	}
}

func TestPolicyApply(t *testing.T) {
	t.Parallel()
	center := func(enabled bool) *logto.AccountCenter {
		return &logto.AccountCenter{Enabled: enabled, Fields: map[string]logto.FieldAccess{
			"name": logto.FieldEdit, "email": logto.FieldReadOnly, "phone": logto.FieldOff, "customData": logto.FieldReadOnly,
			"mfa": "SomethingNew", "passkey": logto.FieldEdit, "account": logto.FieldOff, "personalAccessToken": logto.FieldOff,
		}}
	}
	down := errors.New("down")
	for _, test := range []struct {
		name, entries string
		center        *logto.AccountCenter
		err           error
		want          string
	}{
		{
			"nothing set", "", nil, nil,
			"NAME+ AVATAR+ PROFILE+ USERNAME+ EMAIL+ PHONE+ PASSWORD+ CUSTOM_DATA+ SOCIAL+ MFA+ PERSONAL_ACCESS_TOKEN+ SESSION+ ACCOUNT+",
		},
		{
			"set", "email=readOnly social=off account=off name=edit", nil, nil,
			"NAME+ AVATAR+ PROFILE+ USERNAME+ EMAIL PHONE+ PASSWORD+ CUSTOM_DATA+ SOCIAL- MFA+ PERSONAL_ACCESS_TOKEN+ SESSION+ ACCOUNT-",
		},
		{
			"the tenant's", "logto", center(true), nil,
			"NAME+ AVATAR- PROFILE- USERNAME- EMAIL PHONE- PASSWORD- CUSTOM_DATA SOCIAL- MFA- PERSONAL_ACCESS_TOKEN+ SESSION- ACCOUNT+",
		},
		{
			"the tenant's, disabled", "logto", center(false), nil,
			"NAME- AVATAR- PROFILE- USERNAME- EMAIL- PHONE- PASSWORD- CUSTOM_DATA- SOCIAL- MFA- PERSONAL_ACCESS_TOKEN+ SESSION- ACCOUNT+",
		},
		{
			"the tenant's and set", "logto email=edit name=off account=readOnly", center(true), nil,
			"NAME- AVATAR- PROFILE- USERNAME- EMAIL+ PHONE- PASSWORD- CUSTOM_DATA SOCIAL- MFA- PERSONAL_ACCESS_TOKEN+ SESSION- ACCOUNT",
		},
		{
			"the tenant's, not known", "logto", nil, down,
			"NAME? AVATAR? PROFILE? USERNAME? EMAIL? PHONE? PASSWORD? CUSTOM_DATA? SOCIAL? MFA? PERSONAL_ACCESS_TOKEN! SESSION? ACCOUNT!",
		},
		{
			"the tenant's, not known, and set", "logto email=edit name=readOnly phone=off", nil, down,
			"NAME! AVATAR? PROFILE? USERNAME? EMAIL! PHONE-! PASSWORD? CUSTOM_DATA? SOCIAL? MFA? PERSONAL_ACCESS_TOKEN! SESSION? ACCOUNT!",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			policy, err := access.ParsePolicy(strings.Fields(test.entries))
			if err != nil {
				t.Fatal(err)
			}
			set := policy.Apply(test.center, test.err)
			if diff := cmp.Diff(test.want, describe(t, set)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if _, err := set.Editable(access.Name); test.err != nil && (!errors.Is(err, access.ErrUnknown) || !errors.Is(err, test.err)) {
				t.Errorf("error %v, want it to wrap both", err)
			}
		})
	}
}

func TestZeroSetAllowsNothing(t *testing.T) {
	t.Parallel()
	want := "NAME- AVATAR- PROFILE- USERNAME- EMAIL- PHONE- PASSWORD- CUSTOM_DATA- SOCIAL- MFA- PERSONAL_ACCESS_TOKEN- SESSION- ACCOUNT-"
	if diff := cmp.Diff(want, describe(t, access.Set{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestSetAtMost(t *testing.T) {
	t.Parallel()
	order := []access.Access{access.Off, access.ReadOnly, access.Edit}
	for i, given := range order {
		for j, limit := range order {
			before := access.Policy{Fields: fields{access.Email: given}}.Apply(nil, nil)
			after := before.AtMost(access.Email, limit)
			if got, err := after.Of(access.Email); got != order[min(i, j)] || err != nil {
				t.Errorf("%s at most %s: %s, %v", given, limit, got, err)
			}
			if got, err := before.Of(access.Email); got != given || err != nil {
				t.Errorf("%s at most %s changed the set itself: %s, %v", given, limit, got, err)
			}
			if got, err := after.Of(access.Name); got != access.Edit || err != nil {
				t.Errorf("%s at most %s changed another part: %s, %v", given, limit, got, err)
			}
		}
	}
	unknown := access.Policy{FollowTenant: true}.Apply(nil, errors.New("down"))
	if _, err := unknown.AtMost(access.Email, access.ReadOnly).Of(access.Email); !errors.Is(err, access.ErrUnknown) {
		t.Errorf("a part that isn't known, at most READ_ONLY: %v", err)
	}
	if got, err := unknown.AtMost(access.Email, access.Off).Of(access.Email); got != access.Off || err != nil {
		t.Errorf("a part that isn't known, at most OFF: %s, %v", got, err)
	}
}

type fields = map[access.Field]access.Access

// describe writes a set as its parts: "NAME+" can be changed, "NAME" read, "NAME-"
// neither; "NAME!" can be read and not be said whether to be changed, "NAME-!"
// neither, and of "NAME?" nothing can be said.
func describe(t *testing.T, set access.Set) string {
	t.Helper()
	var parts []string
	for _, field := range access.Fields() {
		level, err := set.Of(field)
		readable, readErr := set.Readable(field)
		editable, editErr := set.Editable(field)
		if readable && readErr != nil || editable && editErr != nil || editable && !readable || readable != (level != access.Off) || (err == nil) != (readErr == nil) {
			t.Errorf("%s is %s, readable %t, editable %t: %v, %v, %v", field, level, readable, editable, err, readErr, editErr)
		}
		text := string(field)
		switch {
		case readErr != nil:
			text += "?"
		case editable:
			text += "+"
		case !readable:
			text += "-"
		}
		if readErr == nil && editErr != nil {
			text += "!"
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, " ")
}
