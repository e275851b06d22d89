package main

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestSecretsOfProofs goes through every way to prove something, rightly and
// wrongly, and looks for what was handed over and given: in the log, in Redis, and
// in all answers but the one that gives it.
func TestSecretsOfProofs(t *testing.T) {
	t.Parallel()
	w, _ := newRedisWorld(t)
	bob := w.page("bob")
	var answers []string
	secrets := map[string]bool{} // Whether an answer may give it, once.
	note := func(a answer) answer {
		answers = append(answers, a.body)
		for _, given := range [][]string{
			{"verification", "proof"},
			{"challenge", "id"},
			{"reauthentication", "id"},
			{"reauthentication", "nonce"},
			{"link", "id"},
			{"enrollment", "id"},
			{"enrollment", "secret"},
		} {
			if secret := a.text(given...); secret != "" {
				secrets[secret] = true
			}
		}
		return a
	}
	keep := func(secret string) string {
		secrets[secret] = false
		return secret
	}
	rightly, wrongly := object{"password": keep(w.logto.Account("bob").Password)}, object{"password": keep(wrong)}
	prove := func(addresses ...object) {
		note(bob.do("verifyPassword", wrongly))
		proof := note(bob.do("verifyPassword", rightly)).proof()
		for _, address := range addresses {
			w.minute()
			challenge := note(bob.do("sendVerificationCode", merged(address, object{"stepUpProof": proof}))).text("challenge", "id")
			if messages := w.logto.Messages(); len(messages) > 0 {
				code := keep(messages[len(messages)-1].Code)
				note(bob.do("verifyCode", object{"challengeId": challenge, "code": keep(notCode(code))}))
				identifier := note(bob.do("verifyCode", object{"challengeId": challenge, "code": code})).proof()
				note(bob.do("updatePrimaryEmail", merged(object{"email": "none@corp.example"}, object{"identifierProof": identifier, "stepUpProof": proof})))
			}
		}
		started := note(bob.do("startReauthentication", nil))
		id, nonce := started.text("reauthentication", "id"), started.text("reauthentication", "nonce")
		note(bob.do("completeReauthentication", object{"id": id, "idToken": keep(bob.signIn("another nonce"))}))
		note(bob.do("completeReauthentication", object{"id": keep("made-up-" + id), "idToken": keep(bob.signIn(nonce))}))
		note(bob.do("completeReauthentication", object{"id": id, "idToken": keep(bob.signIn(nonce))}))
		note(bob.do("startTotpEnrollment", object{"stepUpProof": proof}))
		note(bob.do("startIdentityLink", object{"connectorId": w.connector(mockSocial), "redirectUri": callback, "state": linkState, "stepUpProof": proof}))
		note(bob.do("updateUsername", object{"username": "bobby", "stepUpProof": proof + "x"}))
	}
	addresses := []object{{"email": "bob@example.com"}, {"phone": bobsPhone}, {"email": strangers}, {"phone": strangeTel}}
	prove(addresses...)
	w.minute()
	dump := w.redis.Dump()
	for _, path := range []string{"/api/users/{userId}/password/verify", "/api/verification-codes", "/api/verification-codes/verify", "/api/users/{userId}"} {
		w.logto.Fail(fault{Path: path, Status: http.StatusInternalServerError, Body: object{"message": wrong}, Times: 4})
	}
	prove(addresses[1])
	w.redis.Close()
	prove(addresses[2])

	log, said := w.log.String(), strings.Join(answers, "\n")
	for _, place := range []struct {
		name, text string
		secrets    []string
	}{
		{"log", log, []string{"example.com", "corp.example", "2025550177", "2025550188", bob.token}},
		{"Redis", dump, []string{"example.com", "corp.example", "2025550177", bob.id, bob.token}},
	} {
		if len(place.text) < 1000 {
			t.Errorf("nothing was said in %s", place.name)
		}
		for _, secret := range place.secrets {
			if strings.Contains(place.text, secret) {
				t.Errorf("%s has %q", place.name, secret)
			}
		}
		for secret := range secrets {
			if isSecret(secret) && contains(place.text, secret) {
				t.Errorf("%s has %.40s…", place.name, secret)
			}
		}
	}
	for secret, isGiven := range secrets {
		times := 0
		for _, body := range answers {
			if contains(body, secret) {
				times++
			}
		}
		if times > 1 || times == 1 && !isGiven {
			t.Errorf("%.40s… is in %d answers", secret, times)
		}
	}
	if len(secrets) < 20 || !strings.Contains(said, "EMAIL_CODE") {
		t.Errorf("only %d secrets in %s", len(secrets), said)
	}
}

// isSecret leaves out the codes that were made up for being wrong.
func isSecret(text string) bool { return text != "000000" && text != "000001" }

// contains looks for a code as a word of its own, since digits come up in times.
func contains(text, secret string) bool {
	if len(secret) > 6 {
		return strings.Contains(text, secret)
	}
	return regexp.MustCompile(`(^|[^0-9.])` + secret + `([^0-9]|$)`).MatchString(text)
}

// TestAuditOfProofs compares the lines that mutations leave.
func TestAuditOfProofs(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	bob := w.page("bob")
	challenge := bob.do("sendVerificationCode", object{"email": "bob@example.com"}).text("challenge", "id")
	bob.do("sendVerificationCode", object{"email": "bob@example.com"})
	bob.do("sendVerificationCode", object{"email": strangers})
	bob.do("verifyCode", object{"challengeId": challenge, "code": notCode(w.code("bob@example.com"))})
	bob.do("verifyCode", object{"challengeId": "x\nmsg=mutation", "code": "123456"})
	for range 6 {
		bob.do("verifyPassword", object{"password": wrong})
	}
	bob.startReauthentication()
	w.logto.Fail(fault{Path: "/api/users/{userId}", Status: http.StatusInternalServerError})
	bob.do("startReauthentication", nil)

	line := regexp.MustCompile(`msg=mutation operation=(\w+) subject=(\S+) client=(\S+) outcome=(\w+) duration_ms=\d+ request_id=\w+`)
	var got []string
	for _, match := range line.FindAllStringSubmatch(w.log.String(), -1) {
		if match[2] != bob.id || match[3] != w.logto.ClientID {
			t.Errorf("line: %s", match[0])
		}
		got = append(got, match[1]+" "+match[4])
	}
	want := slices.Concat([]string{
		"sendVerificationCode OK", "sendVerificationCode RATE_LIMITED", "sendVerificationCode STEP_UP_REQUIRED",
		"verifyCode INVALID_CODE", "verifyCode INVALID_PROOF",
	}, repeated("verifyPassword WRONG_PASSWORD", 5), []string{
		"verifyPassword RATE_LIMITED", "startReauthentication OK", "startReauthentication UPSTREAM_UNAVAILABLE",
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	if count := strings.Count(w.log.String(), "msg=mutation"); count != len(want) {
		t.Errorf("%d lines", count)
	}
}
