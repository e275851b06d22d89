package main

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
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

func TestUpdateUsername(t *testing.T) {
	t.Parallel()
	taken := []string{"IDENTIFIER_TAKEN input username"}
	invalid := []string{"INVALID_INPUT input username"}
	tooLong := []string{"VALUE_TOO_LONG input username"}
	for _, test := range []struct {
		as      string
		value   any
		errors  []string
		changed []string
	}{
		{"bob", "Bob_2", none, []string{`username: "bob" is now "Bob_2"`}},
		{"bob", strings.Repeat("b", 128), none, []string{`username: "bob" is now "` + strings.Repeat("b", 128) + `"`}},
		{"bob", "ALICE", none, []string{`username: "bob" is now "ALICE"`}},
		{"bob", nil, none, []string{`username: "bob" is now null`}},
		{"bob", "bob", none, none},
		{"carol", "carol", none, []string{`username: null is now "carol"`}},
		{"carol", nil, none, none},
		{"bob", "alice", taken, none},
		{"bob", "", invalid, none},
		{"bob", " ", invalid, none},
		{"bob", "2bob", invalid, none},
		{"bob", "bob@example.com", invalid, none},
		{"bob", "bób", invalid, none},
		{"bob", "bob\x00", invalid, none},
		{"bob", strings.Repeat("b", 129), tooLong, none},
	} {
		t.Run(fmt.Sprintf("%s %.20v", test.as, test.value), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.manage(http.MethodPatch, "/api/sign-in-exp", object{"usernamePolicy": object{}})
			w.minute()
			w.wantChange(test.as, "updateUsername", object{"username": test.value, "stepUpProof": w.presence(test.as)}, test.errors, test.changed)
			if len(test.changed) == 0 && !slices.Equal(test.errors, taken) {
				w.wantNoWrite()
			}
		})
	}
}

func TestUpdateUsernameAnswer(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	w := newWorld(t, r.env())
	proof := w.presence("alice")
	w.logto.ResetCalls()
	got := w.ask(w.token("alice"), mutation("updateUsername", `user { username usernameRemovable { allowed } ssoIdentities { identityId } hasPassword }
	  errors { code }`), object{"input": object{"username": "alicia", "stepUpProof": proof}})
	want := strings.TrimSpace(`
{
  "data": {
    "updateUsername": {
      "user": {
        "username": "alicia",
        "usernameRemovable": {
          "allowed": true
        },
        "ssoIdentities": [
          {
            "identityId": "aa-4711"
          }
        ],
        "hasPassword": true
      },
      "errors": []
    }
  }
}`) + "\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	w.wantCalls(callUser, "PATCH /api/users/{alice}")
	if diff := cmp.Diff([]event{{"account.username.updated", w.id("alice"), w.logto.ClientID, eventData{}}}, r.await(t, 1)); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// eventData tells more of an event.
type eventData = map[string]string

// TestUpdateUsernameFollowsThePolicy, which the Management API doesn't. A username
// from before the policy may stay.
func TestUpdateUsernameFollowsThePolicy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.manage(http.MethodPatch, "/api/sign-in-exp", object{"usernamePolicy": object{"minLength": 5, "maxLength": 8, "allowedChars": object{"numbers": false}}})
	w.minute()
	proof := w.presence("bob")
	for _, username := range []string{"bobb", "bobbobbob", "bobby2"} {
		w.wantChange("bob", "updateUsername", object{"username": username, "stepUpProof": proof}, []string{"IDENTIFIER_NOT_ALLOWED input username"}, none)
	}
	w.wantChange("bob", "updateUsername", object{"username": "bob", "stepUpProof": proof}, none, none)
	w.wantNoWrite()
	w.wantChange("bob", "updateUsername", object{"username": "bobby", "stepUpProof": proof}, none, []string{`username: "bob" is now "bobby"`})
}

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

// TestUpdateAddress sets, replaces and removes both addresses, and tells the
// operator's receiver of the addresses before.
func TestUpdateAddress(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		as, mutation, remove, event, key string
		given                            object
		changed, removed                 string
		before                           eventData
		after                            string
	}{
		{
			"bob", "updatePrimaryEmail", "removePrimaryEmail", "primaryEmail", "previousEmail",
			object{"email": "New.Bob@Example.com"},
			`primaryEmail: "bob@example.com" is now "New.Bob@Example.com"`, `primaryEmail: "New.Bob@Example.com" is now null`,
			eventData{"previousEmail": "bob@example.com"},
			"New.Bob@Example.com",
		},
		{
			"bob", "updatePrimaryPhone", "removePrimaryPhone", "primaryPhone", "previousPhone",
			object{"phone": "+1 (202) 555-0100"},
			`primaryPhone: null is now "12025550100"`, `primaryPhone: "12025550100" is now null`,
			eventData{},
			"+12025550100",
		},
		{
			"alice", "updatePrimaryPhone", "removePrimaryPhone", "primaryPhone", "previousPhone",
			object{"phone": "+491701234567"},
			`primaryPhone: "12025550143" is now "491701234567"`, `primaryPhone: "491701234567" is now null`,
			eventData{"previousPhone": "+12025550143"},
			"+491701234567",
		},
		{
			"carol", "updatePrimaryEmail", "removePrimaryEmail", "primaryEmail", "previousEmail",
			object{"email": "carol@example.com"},
			`primaryEmail: null is now "carol@example.com"`, `primaryEmail: "carol@example.com" is now null`,
			eventData{},
			"carol@example.com",
		},
	} {
		t.Run(test.as+" "+test.mutation, func(t *testing.T) {
			t.Parallel()
			r := newReceiver(t)
			w := newWorld(t, r.env())
			proofs := object{"identifierProof": w.page(test.as).ofNew(test.given), "stepUpProof": w.page(test.as).byFreshSignIn()}
			w.wantChange(test.as, test.mutation, merged(test.given, proofs), none, []string{test.changed})
			w.wantChange(test.as, test.remove, object{"stepUpProof": proofs["stepUpProof"]}, none, []string{test.removed})
			w.wantChange(test.as, test.remove, object{"stepUpProof": proofs["stepUpProof"]}, []string{"NOT_FOUND"}, none)
			want := []event{
				{"account." + test.event + ".removed", w.id(test.as), w.logto.ClientID, eventData{test.key: test.after}},
				{"account." + test.event + ".updated", w.id(test.as), w.logto.ClientID, test.before},
			}
			slices.SortFunc(want, func(a, b event) int { return strings.Compare(encode(t, a), encode(t, b)) })
			if diff := cmp.Diff(want, r.await(t, 2)); diff != "" {
				t.Errorf("events (-want +got):\n%s", diff)
			}
		})
	}
}

// TestUpdateAddressAnswer shows the account as it is then, and takes no call more
// than the change.
func TestUpdateAddressAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	phone := object{"phone": "+12025550100"}
	input := merged(phone, object{"identifierProof": w.page("alice").ofNew(phone), "stepUpProof": w.page("alice").byFreshSignIn()})
	w.logto.ResetCalls()
	got := w.ask(w.token("alice"), mutation("updatePrimaryPhone", `user { primaryPhone ssoIdentities { identityId } updatedAt }
	  errors { code }`), object{"input": input})
	want := strings.TrimSpace(`
{
  "data": {
    "updatePrimaryPhone": {
      "user": {
        "primaryPhone": "+12025550100",
        "ssoIdentities": [
          {
            "identityId": "aa-4711"
          }
        ],
        "updatedAt": "<time>"
      },
      "errors": []
    }
  }
}`) + "\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	w.wantCalls(callUser, "PATCH /api/users/{alice}")
}

// TestProvedSpellingIsStored takes an email in any letter case, and stores the one
// that the code went to.
func TestProvedSpellingIsStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	proof := w.page("bob").ofNew(object{"email": "New.Bob@Example.com"})
	w.wantChange("bob", "updatePrimaryEmail", object{"email": "new.bob@EXAMPLE.com", "identifierProof": proof, "stepUpProof": w.presence("bob")},
		none, []string{`primaryEmail: "bob@example.com" is now "New.Bob@Example.com"`})
}

// TestUselessProofsOfAddresses tries everything else that is sealed, or was.
func TestUselessProofsOfAddresses(t *testing.T) {
	t.Parallel()
	logto := newLogto(t)
	w := newWorldOn(t, logto, env{"ALLOWED_CLIENT_IDS": logto.ClientID + "," + logto.OtherClientID})
	email, phone := object{"email": "new@example.com"}, object{"phone": "+12025550100"}
	otherClient := logtotest.Claim("client_id", logto.OtherClientID)
	presence := w.presence("bob")
	useless := map[string]string{
		"none":                     "",
		"no proof":                 "abc.def",
		"a step-up proof":          presence,
		"alice's":                  w.page("alice").ofNew(email),
		"of another application":   w.page("bob", otherClient).ofNew(object{"email": "NEW@example.com"}),
		"for another address":      w.page("bob").ofNew(object{"email": "new@example.co"}),
		"for a phone":              w.page("bob").ofNew(phone),
		"a challenge":              w.page("bob").strange("New@example.com"),
		"alice's step-up proof":    w.presence("alice"),
		"bob's with other letters": strings.ToUpper(w.page("bob").ofNew(object{"email": "newer@example.com"})),
	}
	w.logto.ResetCalls()
	for name, proof := range useless {
		w.wantChange("bob", "updatePrimaryEmail", merged(email, object{"identifierProof": proof, "stepUpProof": presence}),
			[]string{"INVALID_PROOF input identifierProof"}, none)
		if t.Failed() {
			t.Fatalf("with %s", name)
		}
	}
	good := w.page("bob").ofNew(object{"phone": "+12025550101"})
	for name, proof := range map[string]string{"an identifier proof": good, "alice's": w.presence("alice"), "none of ours": "x"} {
		w.wantChange("bob", "updatePrimaryPhone", object{"phone": "+12025550101", "identifierProof": good, "stepUpProof": proof},
			[]string{"INVALID_PROOF input stepUpProof"}, none)
		if t.Failed() {
			t.Fatalf("with %s", name)
		}
	}
	w.wantNoWrite()
}

// TestProofOfAddressWorksOnce, but is not used up by a failure.
func TestProofOfAddressWorksOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	to := object{"email": "new@example.com"}
	input := merged(to, object{"identifierProof": w.page("bob").ofNew(to), "stepUpProof": w.presence("bob")})
	w.manage(http.MethodPatch, "/api/users/{carol}", object{"primaryEmail": "NEW@example.com"})
	w.wantChange("bob", "updatePrimaryEmail", input, []string{"IDENTIFIER_TAKEN input email"}, none)
	w.manage(http.MethodPatch, "/api/users/{carol}", object{"primaryEmail": nil})
	w.logto.Fail(fault{Method: http.MethodPatch, Path: "/api/users/{userId}", Status: http.StatusInternalServerError})
	if got := w.query(w.token("bob"), mutation("updatePrimaryEmail", "errors { code }"), object{"input": input}); !strings.Contains(got.body, "UPSTREAM_UNAVAILABLE") {
		t.Errorf("while Logto fails: %s", got.body)
	}
	w.wantChange("bob", "updatePrimaryEmail", input, none, []string{`primaryEmail: "bob@example.com" is now "new@example.com"`})
	w.manage(http.MethodPatch, "/api/users/{bob}", object{"primaryEmail": "bob@example.com"})
	w.wantChange("bob", "updatePrimaryEmail", input, []string{"INVALID_PROOF input identifierProof"}, none)
}

// TestPhoneIsTaken is the recorded refusal for phone numbers.
func TestPhoneIsTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	to := object{"phone": "+12025550143"}
	w.wantChange("bob", "updatePrimaryPhone", merged(to, object{"identifierProof": w.page("bob").ofNew(to), "stepUpProof": w.presence("bob")}),
		[]string{"IDENTIFIER_TAKEN input phone"}, none)
}

// TestPolicyIsAskedAgain when an address is set: the tenant's may have changed
// since the code was sent.
func TestPolicyIsAskedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	to := object{"email": "new@evil.example"}
	input := merged(to, object{"identifierProof": w.page("bob").ofNew(to), "stepUpProof": w.presence("bob")})
	w.manage(http.MethodPatch, "/api/sign-in-exp", object{"emailBlocklistPolicy": object{"customBlocklist": []any{"@evil.example"}}})
	w.minute()
	w.wantChange("bob", "updatePrimaryEmail", input, []string{"IDENTIFIER_NOT_ALLOWED input email"}, none)
	w.wantNoWrite()
}

// TestLastWayIn takes away what can be taken, in the order given, as seen by Logto
// at that moment: settings that the server knows from a minute before don't count.
func TestLastWayIn(t *testing.T) {
	t.Parallel()
	methods := func(password, code bool) object {
		method := func(identifier string, code bool) object {
			return object{"identifier": identifier, "password": password, "verificationCode": code, "isPasswordPrimary": true}
		}
		return object{"signIn": object{"methods": []any{method("username", false), method("email", code), method("phone", code)}}}
	}
	last := []string{"LAST_SIGN_IN_METHOD"}
	lastUsername := []string{"LAST_SIGN_IN_METHOD input username"}
	for _, test := range []struct {
		name, as        string
		setup           func(w *world)
		email, username []string
	}{
		{"both by password", "bob", func(*world) {}, none, lastUsername},
		{"codes alone", "bob", func(w *world) { w.manage(http.MethodPatch, "/api/sign-in-exp", methods(false, true)) }, last, none},
		{"no mail connector and no password for emails", "bob", func(w *world) {
			w.manage(http.MethodDelete, "/api/connectors/"+w.connector("mock-email-service"), nil)
			w.manage(http.MethodPatch, "/api/sign-in-exp", methods(true, true))
		}, none, lastUsername},
		{"a social identity", "alice", func(w *world) {
			w.manage(http.MethodPatch, "/api/users/{alice}", object{"primaryPhone": nil})
		}, none, none},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			proof := w.page(test.as).byFreshSignIn()
			test.setup(w)
			email, _ := w.change(test.as, "removePrimaryEmail", object{"stepUpProof": proof})
			username, _ := w.change(test.as, "updateUsername", object{"username": nil, "stepUpProof": proof})
			if diff := cmp.Diff([][]string{test.email, test.username}, [][]string{email, username}); diff != "" {
				t.Errorf("email, then username (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLastWayInNeedsAPassword: without one, a username is none.
func TestLastWayInNeedsAPassword(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.manage(http.MethodPatch, "/api/users/{carol}", object{"username": "carol", "primaryEmail": "carol@example.com", "primaryPhone": "12025550177"})
	w.manage(http.MethodDelete, "/api/users/{carol}/identities/github", nil)
	proof := object{"stepUpProof": w.page("carol").byFreshSignIn()}
	w.wantChange("carol", "removePrimaryEmail", proof, none, []string{`primaryEmail: "carol@example.com" is now null`})
	w.wantChange("carol", "removePrimaryPhone", proof, []string{"LAST_SIGN_IN_METHOD"}, none)
	w.wantChange("carol", "updateUsername", merged(proof, object{"username": nil}), none, []string{`username: "carol" is now null`})
}

// TestUnknownSettingsRemoveNothing: what lets people in must be known at that
// moment.
func TestUnknownSettingsRemoveNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	proof := w.presence("bob")
	w.logto.Fail(fault{Path: "/api/connectors", Status: http.StatusInternalServerError, Times: 10})
	before := w.record("bob")
	got := w.query(w.token("bob"), mutation("removePrimaryEmail", "errors { code }"), object{"input": object{"stepUpProof": proof}})
	if !strings.Contains(got.body, "UPSTREAM_UNAVAILABLE") {
		t.Errorf("got %s", got.body)
	}
	if diff := changes(before, w.record("bob")); len(diff) > 0 {
		t.Errorf("changed: %v", diff)
	}
}

// TestParallelRemovalsLeaveOneWayIn has twenty requests take away the three
// identifiers of an account at the same time, while Logto is slow.
func TestParallelRemovalsLeaveOneWayIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.manage(http.MethodPatch, "/api/users/{bob}", object{"primaryPhone": "12025550177"})
	proof, token := w.presence("bob"), w.token("bob")
	w.logto.SetDelay(5 * time.Millisecond)
	documents := []struct{ mutation, input string }{
		{"removePrimaryEmail", ""}, {"removePrimaryPhone", ""}, {"updateUsername", "username: null, "},
	}
	var wg sync.WaitGroup
	for i := range 20 {
		d := documents[i%len(documents)]
		wg.Go(func() {
			document := fmt.Sprintf(`mutation { %s(input: {%sstepUpProof: %q}) { errors { code } } }`, d.mutation, d.input, proof)
			if answer, err := w.try(token, document, nil); err != nil || strings.Contains(answer.body, `"message"`) {
				t.Errorf("%v %s", err, answer.body)
			}
		})
	}
	wg.Wait()
	left := []string{}
	for _, identifier := range []string{"username", "primaryEmail", "primaryPhone"} {
		if w.record("bob")[identifier] != "null" {
			left = append(left, identifier)
		}
	}
	if len(left) != 1 {
		t.Errorf("left are %v, want one", left)
	}
}

// TestRemovableSaysSoBeforehand compares what the account says beforehand with
// what a removal then answers.
func TestRemovableSaysSoBeforehand(t *testing.T) {
	t.Parallel()
	for _, name := range people {
		for field, change := range map[string]string{
			"usernameRemovable": "updateUsername", "primaryEmailRemovable": "removePrimaryEmail", "primaryPhoneRemovable": "removePrimaryPhone",
		} {
			w := newWorld(t, nil)
			if name == "bob" {
				w.manage(http.MethodPatch, "/api/users/{bob}", object{"username": nil})
			}
			input := object{"stepUpProof": w.page(name).byFreshSignIn()}
			if change == "updateUsername" {
				input["username"] = nil
			}
			answer := decode(t, w.query(w.token(name), "{ me { removable: "+field+" { allowed reason } } }", nil).body).(object)
			said, has := answer["data"].(object)["me"].(object)["removable"].(object)
			errors, changed := w.change(name, change, input)
			switch {
			case !has && len(changed) > 0, has && said["allowed"] == true && (len(errors) > 0 || len(changed) != 1),
				has && said["allowed"] == false && (len(errors) != 1 || !strings.HasPrefix(errors[0], said["reason"].(string))):
				t.Errorf("%s's %s said %v, and %s then gives %v and changes %v", name, field, said, change, errors, changed)
			}
		}
	}
}

// credentialMutations are the mutations of identifiers and password, with inputs
// that only lack proofs.
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

// TestLastWayInOfAnOldRelease, whose users don't tell whether they have a password.
func TestLastWayInOfAnOldRelease(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.logto.OmitHasPassword(true)
	proof := w.presence("bob")
	w.wantChange("bob", "removePrimaryEmail", object{"stepUpProof": proof}, none, []string{`primaryEmail: "bob@example.com" is now null`})
	w.wantChange("bob", "updateUsername", object{"username": nil, "stepUpProof": proof}, []string{"LAST_SIGN_IN_METHOD input username"}, none)
}
