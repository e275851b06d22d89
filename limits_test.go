package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// crowd makes accounts with a password, and their pages.
func (w *world) crowd(count int) []page {
	w.t.Helper()
	pages := make([]page, count)
	for i := range pages {
		name := fmt.Sprintf("user%d", i)
		user := w.manage(http.MethodPost, "/api/users", object{"username": name, "password": crowdPassword, "primaryEmail": name + "@crowd.example"})
		pages[i] = page{world: w, name: name, id: user.(object)["id"].(string)}.renewed()
	}
	return pages
}

const crowdPassword = "crowded-Horse-7-staple"

func (p page) crowdProof() string {
	p.t.Helper()
	return p.must("OK", p.do("verifyPassword", object{"password": crowdPassword})).proof()
}

// wantWait checks a refusal and how long it says to wait: less by the time that the
// test has taken.
func (p page) wantWait(code string, wait time.Duration, a answer) {
	p.t.Helper()
	p.must(code, a)
	seconds, _ := a.first["retryAfterSeconds"].(float64)
	if told := time.Duration(seconds) * time.Second; told > wait || told < wait/4 {
		p.t.Errorf("wait %v instead of %v: %s", told, wait, a.body)
	}
}

// TestOneCodeAMinute to the same address, whichever way it is written.
func TestOneCodeAMinute(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	bob := w.page("bob")
	own := object{"email": "bob@example.com"}
	a := bob.must("OK", bob.do("sendVerificationCode", own))
	again, err := time.Parse(time.RFC3339, a.text("challenge", "resendAvailableAt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, email := range []string{"bob@example.com", "BOB@EXAMPLE.COM", "Bob@Example.com"} {
		bob.wantWait("RATE_LIMITED", time.Minute, bob.do("sendVerificationCode", object{"email": email}))
	}
	bob.must("OK", bob.do("sendVerificationCode", object{"phone": bobsPhone}))
	w.wantSent("bob@example.com", "12025550177")

	w.advance(again.Sub(w.clock.running()))
	bob.must("OK", bob.do("sendVerificationCode", own))
	bob.must("RATE_LIMITED", bob.do("sendVerificationCode", own))
}

// TestOneCodeAMinuteAtOnce: aliases and parallel requests, over replicas.
func TestOneCodeAMinuteAtOnce(t *testing.T) {
	t.Parallel()
	a, b := newReplicas(t)
	bob := a.page("bob")
	document := "mutation {"
	for i := range 10 {
		document += fmt.Sprintf(` send%d: sendVerificationCode(input: {email: "bob@example.com"}) { errors { code } }`, i)
	}
	atOnce(20, func(i int) answer { return []page{bob, bob.on(b)}[i%2].submit("send0", document+" }", nil) })
	a.wantSent("bob@example.com")
}

// TestTenCodesAnHour of one account, to whatever address.
func TestTenCodesAnHour(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	bob, alice := w.page("bob"), w.page("alice")
	proof := bob.byPassword()
	sent := codesOf(atOnce(20, func(i int) answer {
		return bob.do("sendVerificationCode", object{"email": fmt.Sprintf("new%d@corp.example", i), "stepUpProof": proof})
	}))
	if sent["OK"] != 10 || sent["RATE_LIMITED"] != 10 {
		t.Errorf("answers: %v", sent)
	}
	bob.wantWait("RATE_LIMITED", time.Hour, bob.do("sendVerificationCode", object{"email": "bob@example.com"}))
	alice.byEmail()
	w.advance(58 * time.Minute)
	bob.wantWait("RATE_LIMITED", time.Minute, bob.do("sendVerificationCode", object{"email": "bob@example.com"}))
	w.advance(time.Minute)
	bob.renewed().byEmail()
}

// TestThreeCodesToAStranger an hour over all accounts, but the owner gets theirs,
// and Logto's own sign-in codes go on.
func TestThreeCodesToAStranger(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	victim := "alice@example.com"
	crowd := w.crowd(10)
	var attempts []func() answer
	for i, p := range crowd {
		proof := p.crowdProof()
		for _, email := range []string{victim, strings.ToUpper(victim)} {
			attempts = append(attempts, func() answer {
				return crowd[i].do("sendVerificationCode", object{"email": email, "stepUpProof": proof})
			})
		}
	}
	sent := codesOf(atOnce(len(attempts), func(i int) answer { return attempts[i]() }))
	// Three count. Of two that Logto sends to one address at the same moment, it may
	// answer the later one with 404, which is told as RATE_LIMITED too.
	if sent["OK"] < 1 || sent["OK"] > 3 || sent["OK"]+sent["RATE_LIMITED"] != len(attempts) {
		t.Errorf("answers: %v", sent)
	}
	if got := len(w.sent()); got != sent["OK"] {
		t.Errorf("%d codes were sent", got)
	}
	w.minute()
	for _, attempt := range attempts {
		if a := attempt(); a.code != "RATE_LIMITED" {
			t.Errorf("after a minute: %s", a.body)
		}
	}
	alice := w.page("alice")
	for range 6 { // Seven more are left of Logto's ten in ten minutes.
		alice.byEmail()
	}
	w.manage(http.MethodPost, "/api/verification-codes", object{"email": victim}) // As a sign-in does.
	w.advance(54 * time.Minute)
	last := crowd[9].renewed()
	last.must("OK", last.do("sendVerificationCode", object{"email": victim, "stepUpProof": last.crowdProof()}))
}

// TestSendBudget bounds the codes of everybody.
func TestSendBudget(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, env{"SEND_BUDGET": "4"})
	crowd := w.crowd(8)
	counts := codesOf(atOnce(len(crowd), func(i int) answer {
		return crowd[i].do("sendVerificationCode", object{"email": crowd[i].name + "@crowd.example"})
	}))
	if counts["OK"] != 4 || counts["RATE_LIMITED"] != 4 {
		t.Errorf("answers: %v", counts)
	}
	bob := w.page("bob")
	bob.wantWait("RATE_LIMITED", time.Hour, bob.do("sendVerificationCode", object{"phone": bobsPhone}))
	bob.byPassword()
	bob.byFreshSignIn()
}

// TestCodesOfOneNetwork: thirty an hour, whatever X-Forwarded-For says, unless a
// trusted proxy says it.
func TestCodesOfOneNetwork(t *testing.T) {
	t.Parallel()
	const proxies = "127.0.0.0/8,::1"
	for name, test := range map[string]struct {
		proxies   string
		forwarded func(i int) string
		sent      int
	}{
		"no proxies":             {"", func(int) string { return "" }, 30},
		"a header made up":       {"", func(i int) string { return fmt.Sprintf("192.0.2.%d", i) }, 30},
		"behind a proxy":         {proxies, func(i int) string { return fmt.Sprintf("192.0.2.%d", i) }, 35},
		"made up behind a proxy": {proxies, func(i int) string { return fmt.Sprintf("192.0.2.%d, 198.51.100.7", i) }, 30},
		"one subscriber":         {proxies, func(i int) string { return fmt.Sprintf("2001:db8:1:2::%d", i) }, 30},
		"several subscribers":    {proxies, func(i int) string { return fmt.Sprintf("2001:db8:1:%d::1", i) }, 35},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newProofWorld(t, env{"TRUSTED_PROXIES": test.proxies})
			counts := map[string]int{}
			for i, p := range w.crowd(35) {
				p.forwarded = test.forwarded(i)
				counts[p.do("sendVerificationCode", object{"email": p.name + "@crowd.example"}).code]++
			}
			if counts["OK"] != test.sent || counts["OK"]+counts["RATE_LIMITED"] != 35 {
				t.Errorf("answers: %v", counts)
			}
		})
	}
}

// TestLimitsOverReplicas: wrong passwords and codes count together.
func TestLimitsOverReplicas(t *testing.T) {
	t.Parallel()
	a, b := newReplicas(t)
	bob := a.page("bob")
	pages := []page{bob, bob.on(b)}
	counts := codesOf(atOnce(20, func(i int) answer { return pages[i%2].do("verifyPassword", object{"password": wrong}) }))
	if counts["WRONG_PASSWORD"] != 5 || counts["RATE_LIMITED"]+counts["CONFLICT"] != 15 || a.passwordChecks() != 5 {
		t.Errorf("answers: %v; %d checks", counts, a.passwordChecks())
	}
	challenge := bob.must("OK", bob.do("sendVerificationCode", object{"email": "bob@example.com"})).text("challenge", "id")
	wrongly := object{"challengeId": challenge, "code": notCode(a.code("bob@example.com"))}
	counts = codesOf(atOnce(20, func(i int) answer { return pages[i%2].do("verifyCode", wrongly) }))
	if counts["INVALID_CODE"] != 5 || counts["TOO_MANY_ATTEMPTS"]+counts["CONFLICT"] != 15 {
		t.Errorf("answers: %v", counts)
	}
}
