package main

import (
	"fmt"
	"testing"
	"time"
)

// TestFiveWrongCodes spend a challenge.
func TestFiveWrongCodes(t *testing.T) {
	t.Parallel()
	for name, guess := range map[string]func(page, object) []answer{
		"one by one": func(p page, input object) []answer {
			answers := make([]answer, 20)
			for i := range answers {
				answers[i] = p.do("verifyCode", input)
			}
			return answers
		},
		"at once": func(p page, input object) []answer {
			return atOnce(20, func(int) answer { return p.do("verifyCode", input) })
		},
		"by aliases": func(p page, input object) []answer {
			document := "mutation ($input: VerifyCodeInput!) {"
			for i := range 20 {
				document += fmt.Sprintf(" try%d: verifyCode(input: $input) { errors { code } }", i)
			}
			body := p.query(p.token, document+" }", object{"input": input}).body
			answers := make([]answer, 20)
			for i := range answers {
				answers[i] = p.read(fmt.Sprintf("try%d", i), body)
			}
			return answers
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newProofWorld(t, nil)
			bob := w.page("bob")
			challenge := bob.challenge(object{"email": "bob@example.com"})
			code := w.code("bob@example.com")
			counts := codesOf(guess(bob, object{"challengeId": challenge, "code": notCode(code)}))
			if counts["INVALID_CODE"] != 5 || counts["TOO_MANY_ATTEMPTS"] != 20-5-counts["CONFLICT"] {
				t.Errorf("answers: %v", counts)
			}
			w.logto.ResetCalls()
			bob.wantWait("TOO_MANY_ATTEMPTS", time.Minute, bob.do("verifyCode", object{"challengeId": challenge, "code": code}))
			if calls := w.calls(); len(calls) != 1 { // The user's alone.
				t.Errorf("calls of Logto: %q", calls)
			}
			bob.byPassword()
			bob.byEmail() // With another challenge.
		})
	}
}

func TestAttemptsRemaining(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	bob := w.page("bob")
	challenge := bob.challenge(object{"email": "bob@example.com"})
	wrongly := object{"challengeId": challenge, "code": notCode(w.code("bob@example.com"))}
	for _, left := range []float64{4, 3, 2, 1, 0} {
		a := bob.must("INVALID_CODE", bob.do("verifyCode", wrongly))
		if a.first["attemptsRemaining"] != left {
			t.Errorf("%v instead of %v attempts are left", a.first["attemptsRemaining"], left)
		}
	}
	w.advance(2 * time.Minute) // Another code can be sent at once.
	if a := bob.must("TOO_MANY_ATTEMPTS", bob.do("verifyCode", wrongly)); a.first["retryAfterSeconds"] != 0.0 {
		t.Errorf("answer: %s", a.body)
	}
}

// TestTwentyWrongCodesADay of one account, over all challenges.
func TestTwentyWrongCodesADay(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	bob := w.page("bob")
	for range 4 {
		challenge := bob.challenge(object{"email": "bob@example.com"})
		for range 5 {
			bob.must("INVALID_CODE", bob.do("verifyCode", object{"challengeId": challenge, "code": notCode(w.code("bob@example.com"))}))
		}
	}
	challenge := bob.challenge(object{"phone": bobsPhone})
	right := object{"challengeId": challenge, "code": w.code("12025550177")}
	a := bob.must("RATE_LIMITED", bob.do("verifyCode", right))
	if seconds := a.first["retryAfterSeconds"].(float64); seconds < 23*3600 || seconds > 24*3600 {
		t.Errorf("wait %v seconds", seconds)
	}
	bob.byPassword()
	w.advance(24 * time.Hour)
	bob.renewed().byEmail()
}

// TestTenWrongCodesOfAStranger over all accounts; the owner's own go on.
func TestTenWrongCodesOfAStranger(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	const victim = "alice@example.com"
	crowd := w.crowd(3)
	wrongs := 0
	for i, p := range crowd {
		w.minute()
		challenge := p.must("OK", p.do("sendVerificationCode", object{"email": victim, "stepUpProof": p.crowdProof()})).text("challenge", "id")
		for range 5 {
			a := p.do("verifyCode", object{"challengeId": challenge, "code": notCode(w.code(victim))})
			if a.code == "INVALID_CODE" {
				wrongs++
			} else if i < 2 || a.code != "RATE_LIMITED" {
				t.Errorf("account %d: %s", i, a.body)
			}
		}
	}
	if wrongs != 10 {
		t.Errorf("%d wrong codes were tried", wrongs)
	}
	alice := w.page("alice")
	alice.byEmail()
	challenge := alice.challenge(object{"email": victim})
	alice.must("INVALID_CODE", alice.do("verifyCode", object{"challengeId": challenge, "code": notCode(w.code(victim))}))
}
