package main

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"

	"accountql/logto/logtotest"
	"accountql/seal"
)

// sealedThing is one of what clients keep for the server.
type sealedThing struct {
	kind string
	make func(page) string
	// good is the outcome of use in the right place, with what else it takes.
	good string
}

func sealedThings() []sealedThing {
	return []sealedThing{
		{"stepUp", page.byPassword, "OK"},
		{"stepUp", page.byEmail, "OK"},
		{"stepUp", page.byPhone, "OK"},
		{"stepUp", page.byFreshSignIn, "OK"},
		{"identifier", func(p page) string { return p.ofAddress(strangers) }, "OK"},
		{"challenge", func(p page) string { return p.challenge(object{"email": p.logto.Account(p.name).Email}) }, "INVALID_CODE"},
		{"challenge", func(p page) string { return p.strange(strangers) }, "INVALID_CODE"},
		{"reauthentication", func(p page) string { return p.startReauthentication().text("reauthentication", "id") }, "INVALID_PROOF"},
		{"link", page.startedLinkOf, "OK"},
		{"enrollment", func(p page) string {
			return p.must("OK", p.do("startTotpEnrollment", object{"stepUpProof": p.byPassword()})).text("enrollment", "id")
		}, "INVALID_CODE"},
	}
}

func (p page) startedLinkOf() string {
	p.t.Helper()
	return p.must("OK", p.do("startIdentityLink", object{
		"connectorId": p.connector(mockSocial), "redirectUri": callback, "state": linkState, "stepUpProof": p.byPassword(),
	})).text("link", "id")
}

// sealedUses are the places for each kind. Whatever else they need is good, but for
// codes, which are of the right form only. stepUp is a proof that is good.
var sealedUses = map[string]func(p page, sealed, stepUp string) answer{
	"stepUp": func(p page, sealed, _ string) answer {
		return p.do("updateUsername", object{"username": "bobby", "stepUpProof": sealed})
	},
	"identifier": func(p page, sealed, stepUp string) answer {
		return p.do("updatePrimaryEmail", object{"email": strangers, "identifierProof": sealed, "stepUpProof": stepUp})
	},
	"challenge": func(p page, sealed, _ string) answer {
		return p.do("verifyCode", object{"challengeId": sealed, "code": "999999"})
	},
	"reauthentication": func(p page, sealed, _ string) answer {
		return p.do("completeReauthentication", object{"id": sealed, "idToken": p.signIn("some other nonce")})
	},
	"link": func(p page, sealed, _ string) answer {
		return p.do("linkIdentity", linkInput(sealed, "a-stranger"))
	},
	"enrollment": func(p page, sealed, _ string) answer {
		return p.do("confirmTotpEnrollment", object{"enrollmentId": sealed, "code": "999999"})
	},
}

// TestSealsServeNothingElse uses every sealed thing as every other kind.
func TestSealsServeNothingElse(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	bob := w.page("bob")
	for i, thing := range sealedThings() {
		sealed, stepUp := thing.make(bob), bob.byPassword()
		for kind, use := range sealedUses {
			if kind == thing.kind {
				continue
			}
			w.quietly(func() {
				if a := use(bob, sealed, stepUp); a.code != "INVALID_PROOF" {
					t.Errorf("%d %s as %s: %s", i, thing.kind, kind, a.body)
				}
			})
		}
	}
}

// TestSealsServeNobodyElse shows every sealed thing to be no good in other hands,
// elsewhere and altered, and good where it belongs all the same.
func TestSealsServeNobodyElse(t *testing.T) {
	t.Parallel()
	const otherAudience, otherIssuer = "https://other.example.com/graphql", "https://other.example.com/oidc"
	for i, thing := range sealedThings() {
		t.Run(thing.kind, func(t *testing.T) {
			t.Parallel()
			w := newProofWorld(t, nil)
			bob := w.page("bob")
			replica := newProofWorldOn(t, w.logto, nil)
			thieves := map[string]page{
				"another subject": w.page("alice"),
				"another client":  w.page("bob", logtotest.Claim("client_id", w.logto.OtherClientID)),
				"another API":     w.page("bob", logtotest.Claim("aud", otherAudience)).on(newProofWorldOn(t, w.logto, env{"ACCOUNT_API_RESOURCE": otherAudience})),
				"another issuer":  w.page("bob", logtotest.Claim("iss", otherIssuer)).on(newProofWorldOn(t, w.logto, env{"LOGTO_ISSUER": otherIssuer})),
				"another key":     bob.on(newProofWorldOn(t, w.logto, env{"SECRET_KEY": base64.StdEncoding.EncodeToString([]byte(strings.Repeat("K", 32)))})),
			}
			stepUps := map[string]string{}
			for name, thief := range thieves {
				stepUps[name] = thief.byPassword()
			}
			sealed, stepUp := thing.make(bob), bob.byPassword()
			use := sealedUses[thing.kind]
			for name, thief := range thieves {
				w.quietly(func() {
					if a := use(thief, sealed, stepUps[name]); a.code != "INVALID_PROOF" {
						t.Errorf("%d in the hands of %s: %s", i, name, a.body)
					}
				})
			}
			for name, forged := range forgeries(sealed) {
				w.quietly(func() {
					if a := use(bob, forged, stepUp); a.code != "INVALID_PROOF" {
						t.Errorf("%d, %s: %s", i, name, a.body)
					}
				})
			}
			bob.must(thing.good, use(bob.on(replica), sealed, stepUp))
		})
	}
}

// forgeries are alterations of a sealed value, in each of its parts.
func forgeries(sealed string) map[string]string {
	parts := strings.Split(sealed, ".")
	altered := map[string]string{
		"empty":             "",
		"spaces":            "   ",
		"without its tag":   strings.Join(parts[:4], "."),
		"cut":               sealed[:len(sealed)-1],
		"longer":            sealed + "A",
		"padded":            sealed + "=",
		"broken by a space": sealed[:len(sealed)/2] + " " + sealed[len(sealed)/2:],
		"ended by NUL":      sealed + "\x00",
		"twice":             sealed + sealed,
		"a JWE of no key":   "eyJhbGciOiJub25lIn0...." + parts[4],
		"huge":              strings.Repeat(sealed, 50),
	}
	for i, part := range parts {
		if part == "" {
			continue
		}
		edited := slices.Clone(parts)
		letter := "A"
		if part[len(part)/2] == 'A' {
			letter = "B"
		}
		edited[i] = part[:len(part)/2] + letter + part[len(part)/2+1:]
		altered["edited in "+string(rune('1'+i))] = strings.Join(edited, ".")
	}
	// An empty step-up proof is none at all.
	delete(altered, "empty")
	return altered
}

// TestSealsEnd lets every sealed thing expire, and voids it by a change of the
// password.
func TestSealsEnd(t *testing.T) {
	t.Parallel()
	const newPassword = "another-Lemon-5-cloud"
	for name, end := range map[string]func(page) (stepUp string){
		"time": func(p page) string {
			p.advance(seal.Lifetime)
			return p.byPassword()
		},
		"a password change": func(p page) string {
			p.must("OK", p.do("changePassword", object{"currentPassword": p.logto.Account(p.name).Password, "newPassword": newPassword}))
			return p.must("OK", p.do("verifyPassword", object{"password": newPassword})).proof()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newProofWorld(t, nil)
			bob := w.page("bob")
			things := sealedThings()
			sealed := make([]string, len(things))
			for i, thing := range things {
				sealed[i] = thing.make(bob)
			}
			stepUp := end(bob)
			for i, thing := range things {
				w.quietly(func() {
					if a := sealedUses[thing.kind](bob, sealed[i], stepUp); a.code != "INVALID_PROOF" {
						t.Errorf("%d %s: %s", i, thing.kind, a.body)
					}
				})
			}
			bob.must("OK", sealedUses["stepUp"](bob, stepUp, ""))
		})
	}
}

// TestProofByCodeDiesWithTheAddress: as does a challenge to it.
func TestProofByCodeDiesWithTheAddress(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	bob := w.page("bob")
	email := w.logto.Account("bob").Email
	byEmail, byPhone := bob.byEmail(), bob.byPhone()
	challenge := bob.challenge(object{"email": email})
	code := w.code(email)
	w.manage(http.MethodPatch, "/api/users/{bob}", object{"primaryEmail": "moved@corp.example"})

	bob.must("INVALID_PROOF", bob.do("updateUsername", object{"username": "bobby", "stepUpProof": byEmail}))
	bob.must("INVALID_PROOF", bob.do("verifyCode", object{"challengeId": challenge, "code": code}))
	bob.must("OK", bob.do("updateUsername", object{"username": "bobby", "stepUpProof": byPhone}))

	w.manage(http.MethodPatch, "/api/users/{bob}", object{"primaryEmail": strings.ToUpper(email)})
	bob.must("OK", bob.do("updateUsername", object{"username": "bobbie", "stepUpProof": byEmail}))
}

// TestProofOfAddressServesItAlone, in whatever letter case it is given.
func TestProofOfAddressServesItAlone(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	bob := w.page("bob")
	ofEmail, stepUp := bob.ofAddress(strangers), bob.byPassword()
	ofPhone := bob.byCode(object{"phone": strangeTel, "stepUpProof": stepUp}, strangeTel[1:])
	for _, test := range []struct {
		mutation string
		input    object
	}{
		{"updatePrimaryEmail", object{"email": "x" + strangers, "identifierProof": ofEmail}},
		{"updatePrimaryEmail", object{"email": "bob@example.com", "identifierProof": ofEmail}},
		{"updatePrimaryEmail", object{"email": strangers, "identifierProof": ofPhone}},
		{"updatePrimaryPhone", object{"phone": "+12025550189", "identifierProof": ofPhone}},
		{"updatePrimaryPhone", object{"phone": strangeTel, "identifierProof": ofEmail}},
	} {
		w.quietly(func() {
			if a := bob.do(test.mutation, merged(test.input, object{"stepUpProof": stepUp})); a.code != "INVALID_PROOF" {
				t.Errorf("%s %v: %s", test.mutation, test.input, a.body)
			}
		})
	}
	bob.must("OK", bob.do("updatePrimaryEmail", object{"email": strings.ToUpper(strangers), "identifierProof": ofEmail, "stepUpProof": stepUp}))
	if stored := w.logto.Account("bob").Email; stored != strangers {
		t.Errorf("stored: %s", stored)
	}
	bob.must("OK", bob.do("updatePrimaryPhone", object{"phone": strangeTel, "identifierProof": ofPhone, "stepUpProof": stepUp}))
}
