package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image/png"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pquerna/otp/totp"

	"accountql/logto/logtotest"
)

const factorsPath = "/api/users/{userId}/mfa-verifications"

// enrollment is an enrollment that was started.
type enrollment struct{ id, secret string }

func (p page) startEnrollment(proof string) enrollment {
	p.t.Helper()
	a := p.must("OK", p.do("startTotpEnrollment", object{"stepUpProof": proof}))
	return enrollment{a.text("enrollment", "id"), a.text("enrollment", "secret")}
}

// confirm is the input with a code that fits.
func (w *world) confirm(e enrollment) object {
	w.t.Helper()
	return object{"enrollmentId": e.id, "code": w.totp(e, 0)}
}

// totp is what an authenticator app shows some steps from now.
func (w *world) totp(e enrollment, steps int) string {
	w.t.Helper()
	code, err := totp.GenerateCode(e.secret, w.clock.running().Add(time.Duration(steps)*30*time.Second))
	if err != nil {
		w.t.Fatal(err)
	}
	return code
}

// wrongTotp fits neither now nor soon.
func (w *world) wrongTotp(e enrollment) string {
	w.t.Helper()
	right := map[string]bool{}
	for step := -5; step <= 20; step++ {
		right[w.totp(e, step)] = true
	}
	for i := range len(right) + 1 {
		if code := fmt.Sprintf("%06d", i); !right[code] {
			return code
		}
	}
	return ""
}

// factors are Logto's records of an account's factors, by kind and id.
func (w *world) factors(name string) map[string]string {
	w.t.Helper()
	factors := map[string]string{}
	for _, item := range w.manage(http.MethodGet, "/api/users/{"+name+"}/mfa-verifications", nil).([]any) {
		kind := item.(object)["type"].(string)
		if factors[kind] != "" {
			w.t.Errorf("%s has two factors of the kind %s", name, kind)
		}
		factors[kind] = item.(object)["id"].(string)
	}
	return factors
}

// mfa changes the tenant's settings.
func (w *world) mfa(policy string, factors ...string) {
	w.t.Helper()
	w.manage(http.MethodPatch, "/api/sign-in-exp", object{"mfa": object{"factors": factors, "policy": policy}})
	w.minute()
}

func TestTotpEnrollment(t *testing.T) {
	t.Parallel()
	w, logto := newProxiedWorld(t)
	var sent atomic.Value
	logto.intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/mfa-verifications") {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			sent.Store(string(body))
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		next.ServeHTTP(rw, r)
	})
	bob := w.page("bob")

	document := mutation("startTotpEnrollment", "enrollment { id secret otpauthUri qrCode expiresAt } errors { code }")
	started := bob.submit("startTotpEnrollment", document, object{"input": object{"stepUpProof": bob.byPassword()}})
	e := enrollment{started.text("enrollment", "id"), started.text("enrollment", "secret")}
	if !regexp.MustCompile(`^[A-Z2-7]{32}$`).MatchString(e.secret) {
		t.Errorf("secret %q", e.secret)
	}
	wantURI := "otpauth://totp/127.0.0.1:bob?secret=" + e.secret + "&issuer=127.0.0.1"
	if uri := started.text("enrollment", "otpauthUri"); uri != wantURI {
		t.Errorf("URI %s, want %s", uri, wantURI)
	}
	picture, isPNG := strings.CutPrefix(started.text("enrollment", "qrCode"), "data:image/png;base64,")
	if _, err := png.Decode(base64.NewDecoder(base64.StdEncoding, strings.NewReader(picture))); err != nil || !isPNG {
		t.Errorf("QR code: %v", err)
	}
	expiresAt, err := time.Parse(time.RFC3339, started.text("enrollment", "expiresAt"))
	if left := time.Until(expiresAt); err != nil || left <= 0 || left > 10*time.Minute {
		t.Errorf("expires in %v (%v)", left, err)
	}
	if len(w.factors("bob")) > 0 || sent.Load() != nil {
		t.Error("Logto heard of the enrollment")
	}

	input := w.confirm(e)
	w.wantPayload(bob.token, "confirmTotpEnrollment",
		"mfaVerification { id createdAt lastUsedAt } user { username mfaVerifications { __typename id } ssoIdentities { id } } errors { code }", input,
		object{
			"mfaVerification": object{"id": "<id 1>", "createdAt": "<time>", "lastUsedAt": nil},
			"user":            object{"username": "bob", "mfaVerifications": []any{object{"__typename": "TotpVerification", "id": "<id 1>"}}, "ssoIdentities": []any{}},
			"errors":          []any{},
		})
	var body object
	text, _ := sent.Load().(string)
	if err := json.Unmarshal([]byte(text), &body); err != nil || body["secret"] != e.secret || body["type"] != "Totp" {
		t.Errorf("Logto was sent %q (%v)", text, err)
	}
	bob.must("INVALID_PROOF", bob.do("confirmTotpEnrollment", input))
}

func TestTotpEnrollmentNames(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		env  env
		who  string
		want string
	}{
		{"the operator's name", env{"TOTP_ISSUER": "Bäckerei & Co"}, "bob", "B%C3%A4ckerei%20%26%20Co:bob"},
		{"email", env{"FIELD_ACCESS": "username=off"}, "bob", "127.0.0.1:bob%40example.com"},
		{"phone", env{"FIELD_ACCESS": "username=off,email=off"}, "bob", "127.0.0.1:%2B12025550177"},
		{"name", nil, "carol", "127.0.0.1:Carol%20Clark"},
		{"id", env{"FIELD_ACCESS": "name=off"}, "carol", "127.0.0.1:<id>"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := newProofWorld(t, test.env)
			p := w.page(test.who)
			document := mutation("startTotpEnrollment", "enrollment { otpauthUri } errors { code }")
			started := p.submit("startTotpEnrollment", document, object{"input": object{"stepUpProof": p.byFreshSignIn()}})
			label, _, _ := strings.Cut(strings.TrimPrefix(started.text("enrollment", "otpauthUri"), "otpauth://totp/"), "?")
			if label = strings.ReplaceAll(label, w.id(test.who), "<id>"); label != test.want {
				t.Errorf("%s, want %s: %s", label, test.want, started.body)
			}
		})
	}
}

func TestTotpEnrollmentCountsTries(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	bob := w.page("bob")
	e := bob.startEnrollment(bob.byPassword())
	for _, code := range []string{"", "12345", "1234567", "abcdef", "12 345", "+12345", "١٢٣٤٥٦"} {
		bob.must("INVALID_INPUT", bob.do("confirmTotpEnrollment", object{"enrollmentId": e.id, "code": code}))
	}
	wrong := object{"enrollmentId": e.id, "code": w.wrongTotp(e)}
	for left := 4.0; left >= 0; left-- {
		want := object{
			"code": "INVALID_CODE", "path": []any{"input", "code"}, "attemptsRemaining": left,
			"message": "The code is wrong. Enter the one that the app shows now, and check that your device's clock is right.",
		}
		if diff := cmp.Diff(want, bob.do("confirmTotpEnrollment", wrong).first); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
	}
	for _, input := range []object{wrong, w.confirm(e)} {
		want := object{
			"code": "TOO_MANY_ATTEMPTS", "path": []any{"input", "code"}, "retryAfterSeconds": 0.0,
			"message": "Too many wrong codes. Set up the app anew.",
		}
		if diff := cmp.Diff(want, bob.do("confirmTotpEnrollment", input).first); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	if len(w.factors("bob")) > 0 {
		t.Error("bob has a factor")
	}
	bob.must("OK", bob.do("confirmTotpEnrollment", w.confirm(bob.startEnrollment(bob.byPassword()))))
}

// TestTotpEnrollmentAllowsForClocks takes a code of the next step, and none of two
// steps on, whichever step the server is in by then.
func TestTotpEnrollmentAllowsForClocks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	bob := w.page("bob")
	e := bob.startEnrollment(bob.byPassword())
	bob.must("INVALID_CODE", bob.do("confirmTotpEnrollment", object{"enrollmentId": e.id, "code": w.totp(e, 3)}))
	bob.must("OK", bob.do("confirmTotpEnrollment", object{"enrollmentId": e.id, "code": w.totp(e, 1)}))
}

// TestTotpEnrollmentIsBound hands one person's enrollment to others, and other
// things in its place.
func TestTotpEnrollmentIsBound(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	bob := w.page("bob")
	e := bob.startEnrollment(bob.byPassword())
	w.page("carol").must("INVALID_PROOF", w.page("carol").do("confirmTotpEnrollment", w.confirm(e)))
	other := w.page("bob", logtotest.Claim("client_id", w.logto.OtherClientID))
	other.must("INVALID_PROOF", other.do("confirmTotpEnrollment", w.confirm(e)))
	for _, id := range []string{"", "x", e.id + "x", bob.byPassword()} {
		bob.must("INVALID_PROOF", bob.do("confirmTotpEnrollment", object{"enrollmentId": id, "code": w.totp(e, 0)}))
	}
	bob.must("INVALID_PROOF", bob.do("startTotpEnrollment", object{"stepUpProof": e.id}))
	w.clock.advance(10*time.Minute + time.Second)
	bob.must("INVALID_PROOF", bob.do("confirmTotpEnrollment", w.confirm(e)))
	if len(w.factors("bob"))+len(w.factors("carol")) > 0 {
		t.Error("there is a factor")
	}
}

func TestTotpEnrollmentRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	alice, bob := w.page("alice"), w.page("bob")
	bob.must("STEP_UP_REQUIRED", bob.do("startTotpEnrollment", object{}))
	there := basicError("MFA_ALREADY_ENROLLED", "An authenticator app is set up already. Remove it first.")
	w.wantPayload(alice.token, "startTotpEnrollment", "enrollment { id } errors { __typename code message path }",
		object{"stepUpProof": alice.byPassword()}, refusal([]string{"enrollment"}, there))

	e := bob.startEnrollment(bob.byPassword())
	w.mfa("UserControlled", "WebAuthn", "BackupCode")
	off := basicError("MFA_FACTOR_NOT_ENABLED", "This factor can't be used here.")
	confirmation := "mfaVerification { id } user { id } errors { __typename code message path }"
	w.wantPayload(bob.token, "confirmTotpEnrollment", confirmation, w.confirm(e), refusal([]string{"mfaVerification", "user"}, off))
	bob.must("MFA_FACTOR_NOT_ENABLED", bob.do("startTotpEnrollment", object{"stepUpProof": bob.byPassword()}))
	w.mfa("UserControlled", "Totp")

	// Set up by Logto's own pages in the meantime: seen beforehand, and too late.
	w.logto.Fail(fault{Method: http.MethodPost, Path: factorsPath, Status: 422, Body: object{"code": "user.totp_already_in_use"}})
	w.wantPayload(bob.token, "confirmTotpEnrollment", confirmation, w.confirm(e), refusal([]string{"mfaVerification", "user"}, there))
	w.manage(http.MethodPost, "/api/users/{bob}/mfa-verifications", object{"type": "Totp"})
	w.wantPayload(bob.token, "confirmTotpEnrollment", confirmation, w.confirm(e), refusal([]string{"mfaVerification", "user"}, there))
}

func TestParallelTotpEnrollmentsLeaveOne(t *testing.T) {
	t.Parallel()
	const times = 20
	w := newRacingWorld(t, nil)
	bob := w.page("bob")
	proof := bob.byPassword()
	enrollments := make([]enrollment, times)
	for i := range enrollments {
		enrollments[i] = bob.startEnrollment(proof)
	}
	w.wantOutcomes(map[string]int{"OK": 1, "MFA_ALREADY_ENROLLED": times - 1}, atOnce(times, func(i int) answer {
		return bob.do("confirmTotpEnrollment", w.confirm(enrollments[i]))
	}))
	w.factors("bob") // Fails if there are two.

	carol := w.page("carol")
	e := carol.startEnrollment(carol.byFreshSignIn())
	w.wantOutcomes(map[string]int{"OK": 1, "INVALID_PROOF": times - 1}, atOnce(times, func(int) answer {
		return carol.do("confirmTotpEnrollment", w.confirm(e))
	}))
	w.factors("carol")
}

// TestTotpEnrollmentThatCannotBeReadBack is in force all the same.
func TestTotpEnrollmentThatCannotBeReadBack(t *testing.T) {
	t.Parallel()
	w, logto := newProxiedWorld(t)
	bob := w.page("bob")
	e := bob.startEnrollment(bob.byPassword())
	var lists atomic.Int32
	logto.intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/mfa-verifications") && lists.Add(1) > 1 {
			http.Error(rw, "", http.StatusInternalServerError)
			return
		}
		next.ServeHTTP(rw, r)
	})
	document := mutation("confirmTotpEnrollment", "user { username } errors { code } mfaVerification { id }")
	got := decode(t, w.query(bob.token, document, object{"input": w.confirm(e)}).body)
	want := object{
		"data": object{"confirmTotpEnrollment": object{"user": object{"username": "bob"}, "errors": []any{}, "mfaVerification": nil}},
		"errors": []any{failure(document, "} mfaVerification", "UPSTREAM_UNAVAILABLE", messageFailed,
			"confirmTotpEnrollment", "mfaVerification")},
	}
	if diff := cmp.Diff(decode(t, encode(t, want)), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if w.factors("bob")["Totp"] == "" {
		t.Error("bob has no factor")
	}
}

// TestTotpEnrollmentFails and is good for another try, with another code once one
// has been taken.
func TestTotpEnrollmentFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	bob := w.page("bob")
	e := bob.startEnrollment(bob.byPassword())
	w.logto.Fail(fault{Method: http.MethodGet, Path: factorsPath, Status: 500})
	bob.must("top-level UPSTREAM_UNAVAILABLE", bob.do("confirmTotpEnrollment", w.confirm(e)))
	confirmation := w.confirm(e)
	next := object{"enrollmentId": e.id, "code": w.totp(e, 1)}
	w.logto.Fail(fault{Method: http.MethodPost, Path: factorsPath, Status: 500})
	bob.must("top-level UPSTREAM_UNAVAILABLE", bob.do("confirmTotpEnrollment", confirmation))
	bob.must("INVALID_CODE", bob.do("confirmTotpEnrollment", confirmation))
	w.logto.Fail(fault{Method: http.MethodPost, Path: factorsPath, Status: 404, Body: object{"code": "entity.not_found"}})
	bob.must("top-level ACCOUNT_NOT_FOUND", bob.do("confirmTotpEnrollment", next))
	w.advance(30 * time.Second)
	bob.must("OK", bob.do("confirmTotpEnrollment", object{"enrollmentId": e.id, "code": w.totp(e, 1)}))

	carol := w.page("carol")
	e = carol.startEnrollment(carol.byFreshSignIn())
	w.logto.Fail(fault{Method: http.MethodPost, Path: factorsPath, Failure: logtotest.ResetConnection})
	carol.must("top-level UPSTREAM_TIMEOUT", carol.do("confirmTotpEnrollment", w.confirm(e)))
}
