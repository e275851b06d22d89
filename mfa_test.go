package main

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

const (
	codesSelection  = "codes user { username mfaVerifications { __typename } } errors { __typename code message path }"
	removeSelection = "user { username mfaVerifications { __typename } } errors { __typename code message path }"
)

// giveBobTotp sets up an authenticator app past the server.
func (w *world) giveBobTotp() {
	w.t.Helper()
	w.manage(http.MethodPost, "/api/users/{bob}/mfa-verifications", object{"type": "Totp"})
}

// userWith is a payload's user with factors of the kinds.
func userWith(name string, kinds ...string) object {
	factors := []any{}
	for _, kind := range kinds {
		factors = append(factors, object{"__typename": kind + "Verification"})
	}
	return object{"username": name, "mfaVerifications": factors}
}

// failNth makes the server's nth matching request fail by its own status, 0 for a
// connection that is cut.
func (p *proxy) failNth(n int32, method, path string, status int) {
	var seen atomic.Int32
	p.intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		switch {
		case r.Method != method || !strings.Contains(r.URL.Path, path) || seen.Add(1) != n:
			next.ServeHTTP(rw, r)
		case status == 0:
			panic(http.ErrAbortHandler)
		default:
			rw.WriteHeader(status)
		}
	})
}

func TestBackupCodes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	bob := w.page("bob")
	generate := func(input object) object { return w.asked(bob.token, "generateBackupCodes", codesSelection, input) }

	alone := basicError("BACKUP_CODES_NEED_ANOTHER_FACTOR", "Backup codes can't be the only factor. Set up another one first.")
	w.wantPayload(bob.token, "generateBackupCodes", codesSelection, object{"stepUpProof": bob.byPassword()}, refusal([]string{"codes", "user"}, alone))

	w.giveBobTotp()
	required := bob.must("STEP_UP_REQUIRED", bob.do("generateBackupCodes", object{"stepUpProof": bob.byPassword()}))
	if methods := required.first["methods"]; !cmp.Equal(methods, []any{"FRESH_SIGN_IN"}) {
		t.Errorf("methods %v", methods)
	}

	proof := bob.byFreshSignIn()
	made := generate(object{"stepUpProof": proof})
	first := made["codes"].([]any)
	if diff := cmp.Diff(object{"codes": first, "user": userWith("bob", "Totp", "BackupCode"), "errors": []any{}}, made); diff != "" || len(first) != 10 {
		t.Errorf("%d codes (-want +got):\n%s", len(first), diff)
	}

	left := basicError("MFA_ALREADY_ENROLLED", "There are backup codes left. New ones would replace them.", "input", "replace")
	w.wantPayload(bob.token, "generateBackupCodes", codesSelection, object{"stepUpProof": proof}, refusal([]string{"codes", "user"}, left))

	before := w.factors("bob")
	second := generate(object{"stepUpProof": proof, "replace": true})["codes"].([]any)
	after := w.factors("bob")
	if len(second) != 10 || slices.Contains(second, first[0]) || after["BackupCode"] == before["BackupCode"] || after["Totp"] != before["Totp"] {
		t.Errorf("codes %v after %v, factors %v after %v", second, first, after, before)
	}
}

func TestBackupCodesRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	alice := w.page("alice")
	proof := alice.byFreshSignIn()
	w.mfa("UserControlled", "Totp", "WebAuthn")
	w.wantPayload(alice.token, "generateBackupCodes", codesSelection, object{"stepUpProof": proof, "replace": true},
		refusal([]string{"codes", "user"}, basicError("MFA_FACTOR_NOT_ENABLED", "This factor can't be used here.")))
	w.mfa("UserControlled", "Totp", "BackupCode")
	// What has changed at Logto since the list was read.
	w.giveBobTotp()
	bob := w.page("bob")
	input := object{"stepUpProof": bob.byFreshSignIn()}
	for code, want := range map[string]string{
		"session.mfa.backup_code_can_not_be_alone": "BACKUP_CODES_NEED_ANOTHER_FACTOR",
		"user.backup_code_already_in_use":          "MFA_ALREADY_ENROLLED",
	} {
		w.logto.Fail(fault{Method: http.MethodPost, Path: factorsPath, Status: 422, Body: object{"code": code}})
		w.wantCodes(bob.token, "generateBackupCodes", input, want)
	}
	w.logto.Fail(fault{Method: http.MethodPost, Path: factorsPath, Status: 404, Body: object{"code": "entity.not_found"}})
	w.wantCodes(bob.token, "generateBackupCodes", input, "ACCOUNT_NOT_FOUND")
	w.logto.Fail(fault{Method: http.MethodPost, Path: factorsPath, Status: 500})
	w.wantCodes(bob.token, "generateBackupCodes", input, "UPSTREAM_UNAVAILABLE")
}

// TestBackupCodesHalfReplaced lets one of the two calls fail.
func TestBackupCodesHalfReplaced(t *testing.T) {
	t.Parallel()
	const (
		notMade = "The old backup codes no longer work, and no new ones could be made. Try again."
		unknown = "The old backup codes no longer work. Whether new ones were made isn't known: make new ones again."
	)
	for _, test := range []struct {
		name, method string
		failure      logtotest.Failure
		status       int
		message      string // Of PARTLY_DONE; otherwise nothing is done.
		code         string
	}{
		{"deletion fails", http.MethodDelete, logtotest.AnswerStatus, 500, "", "UPSTREAM_UNAVAILABLE"},
		{"deletion is not answered", http.MethodDelete, logtotest.ResetConnection, 0, "", "UPSTREAM_TIMEOUT"},
		{"creation fails", http.MethodPost, logtotest.AnswerStatus, 500, notMade, ""},
		{"creation is refused", http.MethodPost, logtotest.AnswerStatus, 422, notMade, ""},
		{"creation is not answered", http.MethodPost, logtotest.ResetConnection, 0, unknown, ""},
		{"creation is answered with what can't be read", http.MethodPost, logtotest.AnswerGarbage, 0, unknown, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			alice := w.page("alice")
			input := object{"stepUpProof": alice.byFreshSignIn(), "replace": true}
			path := factorsPath
			if test.method == http.MethodDelete {
				path += "/{verificationId}"
			}
			w.logto.Fail(fault{Method: test.method, Path: path, Failure: test.failure, Status: test.status})
			if test.message == "" {
				w.wantCodes(alice.token, "generateBackupCodes", input, test.code)
				if w.factors("alice")["BackupCode"] == "" {
					t.Error("the codes are gone")
				}
				return
			}
			w.wantPayload(alice.token, "generateBackupCodes", codesSelection, input, object{
				"codes": nil, "user": userWith("alice", "Totp", "WebAuthn"), "errors": []any{basicError("PARTLY_DONE", test.message)},
			})
		})
	}
}

func TestRemoveMfaVerification(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	alice := w.page("alice")
	factors := w.factors("alice")
	remove := func(id string, want object) {
		t.Helper()
		w.wantPayload(alice.token, "removeMfaVerification", removeSelection, object{"id": id, "stepUpProof": alice.byFreshSignIn()}, want)
	}
	done := func(kinds ...string) object { return object{"user": userWith("alice", kinds...), "errors": []any{}} }
	absent := refusal([]string{"user"}, basicError("NOT_FOUND", "You have no such factor.", "input", "id"))

	w.wantCodes(alice.token, "removeMfaVerification", object{"id": factors["Totp"], "stepUpProof": alice.byPassword()}, "STEP_UP_REQUIRED")
	for _, id := range []string{"", "unknown", "..", "../" + factors["Totp"], "a\x00b", strings.Repeat("x", 5000)} {
		remove(id, absent)
	}
	bob := w.page("bob")
	for _, id := range factors {
		w.wantPayload(bob.token, "removeMfaVerification", removeSelection, object{"id": id, "stepUpProof": bob.byPassword()}, absent)
	}
	if diff := cmp.Diff(factors, w.factors("alice")); diff != "" {
		t.Errorf("alice's factors (-before +after):\n%s", diff)
	}

	remove(factors["WebAuthn"], done("Totp", "BackupCode"))
	remove(factors["WebAuthn"], absent)
	remove(factors["BackupCode"], done("Totp"))
	w.manage(http.MethodPost, "/api/users/{alice}/mfa-verifications", object{"type": "BackupCode"})
	remove(factors["Totp"], done())
	if left := w.factors("alice"); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// TestBackupCodesAreNotLeftAlone fails the second half of a removal: without the
// factor, a code would be all that sign-in takes.
func TestBackupCodesAreNotLeftAlone(t *testing.T) {
	t.Parallel()
	const message = "The backup codes, which go with the factor, were removed. The factor may still be there: try again."
	for _, test := range []struct {
		name   string
		status int
		want   object
	}{
		{"refused", 500, object{"user": userWith("alice", "Totp"), "errors": []any{basicError("PARTLY_DONE", message)}}},
		{"not answered", 0, object{"user": userWith("alice", "Totp"), "errors": []any{basicError("PARTLY_DONE", message)}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w, logto := newProxiedWorld(t)
			alice := w.page("alice")
			factors := w.factors("alice")
			w.manage(http.MethodDelete, "/api/users/{alice}/mfa-verifications/"+factors["WebAuthn"], nil)
			input := object{"id": factors["Totp"], "stepUpProof": alice.byFreshSignIn()}
			logto.failNth(2, http.MethodDelete, "/mfa-verifications/", test.status)
			w.wantPayload(alice.token, "removeMfaVerification", removeSelection, input, test.want)
		})
	}
}

func TestRemoveMfaVerificationFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	alice := w.page("alice")
	factors := w.factors("alice")
	input := object{"id": factors["Totp"], "stepUpProof": alice.byFreshSignIn()}
	for _, test := range []struct {
		fault fault
		want  string
	}{
		{fault{Status: 500}, "UPSTREAM_UNAVAILABLE"},
		{fault{Status: 404, Body: object{"code": "entity.not_found"}}, "NOT_FOUND"}, // Removed in the meantime.
		{fault{Failure: logtotest.ResetConnection}, "UPSTREAM_TIMEOUT"},
	} {
		test.fault.Method, test.fault.Path = http.MethodDelete, factorsPath+"/{verificationId}"
		w.logto.Fail(test.fault)
		w.wantCodes(alice.token, "removeMfaVerification", input, test.want)
	}
	if diff := cmp.Diff(factors, w.factors("alice")); diff != "" {
		t.Errorf("factors (-before +after):\n%s", diff)
	}
}

func TestMandatoryMfa(t *testing.T) {
	t.Parallel()
	const message = "This is your last factor, and one is required here. Set up another one first."
	for _, test := range []struct {
		name      string
		policy    string
		enabled   []string
		lacks     string // A factor that alice has not.
		removes   string
		forbidden bool
	}{
		{"another is left", "PromptAtSignInMandatory", []string{"Totp", "WebAuthn", "BackupCode"}, "", "Totp", false},
		{"backup codes", "Mandatory", []string{"Totp", "WebAuthn", "BackupCode"}, "WebAuthn", "BackupCode", false},
		{"only backup codes are left", "Mandatory", []string{"Totp", "WebAuthn", "BackupCode"}, "WebAuthn", "Totp", true},
		{"codes by email are no set-up", "Mandatory", []string{"Totp", "EmailVerificationCode"}, "WebAuthn", "Totp", true},
		{"another is left but turned off", "PromptOnlyMandatory", []string{"Totp", "BackupCode"}, "", "Totp", true},
		{"one that is turned off", "Mandatory", []string{"Totp", "BackupCode"}, "", "WebAuthn", false},
		{"nothing is required", "PromptAtSignInAndSignUp", []string{"Totp", "BackupCode"}, "WebAuthn", "Totp", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			alice := w.page("alice")
			before := w.factors("alice")
			if test.lacks != "" {
				w.manage(http.MethodDelete, "/api/users/{alice}/mfa-verifications/"+before[test.lacks], nil)
				delete(before, test.lacks)
			}
			w.mfa(test.policy, test.enabled...)
			input := object{"id": before[test.removes], "stepUpProof": alice.byFreshSignIn()}
			if !test.forbidden {
				w.wantCodes(alice.token, "removeMfaVerification", input)
				return
			}
			w.wantPayload(alice.token, "removeMfaVerification", removeSelection, input, refusal([]string{"user"}, basicError("MFA_REQUIRED", message)))
			if diff := cmp.Diff(before, w.factors("alice")); diff != "" {
				t.Errorf("factors (-before +after):\n%s", diff)
			}
		})
	}
}

// TestParallelRemovalsLeaveOne removes both factors of an account that needs one at
// the same time.
func TestParallelRemovalsLeaveOne(t *testing.T) {
	t.Parallel()
	w := newRacingWorld(t, nil)
	alice := w.page("alice")
	w.mfa("Mandatory", "Totp", "WebAuthn", "BackupCode")
	proof := alice.byFreshSignIn()
	factors := w.factors("alice")
	ids := []string{factors["Totp"], factors["WebAuthn"]}
	w.wantOutcomes(map[string]int{"OK": 1, "MFA_REQUIRED": 1}, atOnce(2, func(i int) answer {
		return alice.do("removeMfaVerification", object{"id": ids[i], "stepUpProof": proof})
	}))
	if left := w.factors("alice"); len(left) != 2 || left["BackupCode"] == "" {
		t.Errorf("left: %v", left)
	}
}

// TestMfaPolicy wants nothing asked of Logto for what the operator doesn't allow or
// the token has no scope for.
func TestMfaPolicy(t *testing.T) {
	t.Parallel()
	inputs := map[string]object{
		"startTotpEnrollment": {}, "confirmTotpEnrollment": {"enrollmentId": "x", "code": "123456"},
		"generateBackupCodes": {}, "removeMfaVerification": {"id": "x"},
	}
	for _, level := range []string{"readOnly", "off"} {
		w := newWorld(t, env{"FIELD_ACCESS": "mfa=" + level})
		w.quietly(func() {
			for name, input := range inputs {
				w.wantCodes(w.token("alice"), name, input, "FIELD_NOT_EDITABLE")
			}
		})
	}
	w := newWorld(t, nil)
	w.quietly(func() {
		for name, input := range inputs {
			w.wantCodes(w.token("alice", "account:read", "account:write"), name, input, "FORBIDDEN")
		}
	})
}

func TestMfaOfNoAccount(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	bob, alice := w.page("bob"), w.page("alice")
	e, proof := bob.startEnrollment(bob.byPassword()), alice.byFreshSignIn()
	w.manage(http.MethodPatch, "/api/users/{alice}/is-suspended", object{"isSuspended": true})
	w.manage(http.MethodPatch, "/api/users/{bob}/is-suspended", object{"isSuspended": true})
	for _, code := range []string{"ACCOUNT_SUSPENDED", "ACCOUNT_NOT_FOUND"} {
		w.wantCodes(bob.token, "confirmTotpEnrollment", w.confirm(e), code)
		for _, name := range []string{"startTotpEnrollment", "generateBackupCodes"} {
			w.wantCodes(alice.token, name, object{"stepUpProof": proof}, code)
		}
		w.wantCodes(alice.token, "removeMfaVerification", object{"id": "x", "stepUpProof": proof}, code)
		if strings.HasSuffix(code, "SUSPENDED") {
			w.manage(http.MethodDelete, "/api/users/{alice}", nil)
			w.manage(http.MethodDelete, "/api/users/{bob}", nil)
		}
	}
}

// TestMfaWithoutReadScope changes all the same.
func TestMfaWithoutReadScope(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	bob := w.page("bob", logtotest.Claim("scope", "account:security"))
	document := mutation("confirmTotpEnrollment", "mfaVerification { id } user { id } errors { code }")
	a := bob.submit("confirmTotpEnrollment", document, object{"input": w.confirm(bob.startEnrollment(bob.byPassword()))})
	if !strings.Contains(a.body, `"FORBIDDEN"`) || a.payload["user"] != nil || a.text("mfaVerification", "id") != w.factors("bob")["Totp"] {
		t.Errorf("answer %s, factors %v", a.body, w.factors("bob"))
	}
}

// TestNewSecretsStayInTheirPayload looks for what was made in the log, and in all
// that can be read afterwards.
func TestNewSecretsStayInTheirPayload(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	bob := w.page("bob")
	proof := bob.byPassword()
	token := w.asked(bob.token, "createPersonalAccessToken", "value errors { code }", object{"name": "ci", "stepUpProof": proof})
	e := bob.startEnrollment(proof)
	bob.must("INVALID_CODE", bob.do("confirmTotpEnrollment", object{"enrollmentId": e.id, "code": w.wrongTotp(e)}))
	confirmation := w.confirm(e)
	bob.must("OK", bob.do("confirmTotpEnrollment", confirmation))
	proof = bob.byFreshSignIn()
	made := w.asked(bob.token, "generateBackupCodes", "codes errors { code }", object{"stepUpProof": proof})

	secrets := append(made["codes"].([]any), token["value"], e.secret, e.id, confirmation["code"], proof)
	said := w.log.String() + w.query(bob.token, settingsQuery(t), nil).body
	if !strings.Contains(said, "TotpVerification") || !strings.Contains(said, "operation=generateBackupCodes") {
		t.Fatalf("too little was said: %s", said)
	}
	for _, secret := range secrets {
		if text := secret.(string); text == "" || strings.Contains(said, text) {
			t.Errorf("%q is told", text)
		}
	}
}

func TestMfaEvents(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	w := newWorld(t, r.env())
	bob := w.page("bob")
	bob.must("OK", bob.do("confirmTotpEnrollment", w.confirm(bob.startEnrollment(bob.byPassword()))))
	input := object{"stepUpProof": bob.byFreshSignIn(), "replace": true}
	w.wantCodes(bob.token, "generateBackupCodes", input)
	w.wantCodes(bob.token, "generateBackupCodes", input)
	input = object{"stepUpProof": bob.byFreshSignIn(), "id": w.factors("bob")["Totp"]}
	w.wantCodes(bob.token, "removeMfaVerification", input)
	told := func(what string, data map[string]string) event {
		return event{Type: "account." + what, Subject: w.id("bob"), ClientID: w.logto.ClientID, Data: data}
	}
	none, codes, totp := map[string]string{}, map[string]string{"type": "BackupCode"}, map[string]string{"type": "Totp"}
	want := []event{
		told("backupCodes.generated", none), told("backupCodes.generated", none),
		told("mfaVerification.removed", codes), told("mfaVerification.removed", codes), told("mfaVerification.removed", totp),
		told("totp.enrolled", none),
	}
	if diff := cmp.Diff(want, r.await(t, len(want))); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}
