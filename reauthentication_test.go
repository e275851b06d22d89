package main

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

// TestReauthentication shows what the app gets and hands back.
func TestReauthentication(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	for _, name := range people {
		p := w.page(name)
		started := p.startReauthentication()
		nonce := started.text("reauthentication", "nonce")
		got := started.payload["reauthentication"].(map[string]any)
		if diff := cmp.Diff(map[string]any{"max_age": 0.0, "nonce": nonce}, got["authorizationParameters"]); diff != "" || len(nonce) < 22 {
			t.Errorf("nonce %q; authorization parameters (-want +got):\n%s", nonce, diff)
		}
		a := p.must("OK", p.do("completeReauthentication", object{"id": got["id"], "idToken": p.signIn(nonce)}))
		if a.text("verification", "kind") != "STEP_UP" || a.text("verification", "method") != "FRESH_SIGN_IN" {
			t.Errorf("answer: %s", a.body)
		}
		p.must("OK", p.do("updateUsername", object{"username": "fresh_" + name, "stepUpProof": a.proof()}))
	}
}

// TestReauthenticationRefuses every ID token but that of the sign-in that was
// asked for. Refusals use nothing up, and ask Logto nothing.
func TestReauthenticationRefuses(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	bob := w.page("bob")
	started := bob.startReauthentication()
	id, nonce := started.text("reauthentication", "id"), started.text("reauthentication", "nonce")
	good := bob.signIn(nonce)
	now := func(offset time.Duration) logtotest.TokenOption {
		return logtotest.Claim("auth_time", float64(w.logto.Now().Add(offset).Unix()))
	}
	token := func(options ...logtotest.TokenOption) string {
		return w.logto.IDToken(bob.id, append([]logtotest.TokenOption{now(0), logtotest.Claim("nonce", nonce)}, options...)...)
	}
	stranger := newKey(t, "ES384")
	tokens := map[string]string{
		"empty":                     "",
		"no token":                  "x.y.z",
		"without auth_time":         token(logtotest.WithoutClaim("auth_time")),
		"auth_time of before":       token(now(-time.Minute)),
		"auth_time of soon":         token(now(time.Hour)),
		"auth_time in text":         token(logtotest.Claim("auth_time", "1e99")),
		"auth_time of null":         token(logtotest.Claim("auth_time", nil)),
		"without nonce":             token(logtotest.WithoutClaim("nonce")),
		"empty nonce":               token(logtotest.Claim("nonce", "")),
		"another nonce":             bob.signIn(bob.startReauthentication().text("reauthentication", "nonce")),
		"a list of nonces":          token(logtotest.Claim("nonce", []any{nonce})),
		"another subject's":         w.page("alice").signIn(nonce),
		"another client's":          token(logtotest.Claim("aud", w.logto.OtherClientID)),
		"several clients'":          token(logtotest.Claim("aud", []any{w.logto.OtherClientID, w.logto.ThirdPartyClientID})),
		"another party's":           token(logtotest.Claim("azp", w.logto.OtherClientID)),
		"the API's":                 token(logtotest.Claim("aud", logtotest.AccountResource)),
		"another issuer's":          token(logtotest.Claim("iss", "https://evil.example/oidc")),
		"an actor's":                token(logtotest.Claim("act", object{"sub": "x"})),
		"expired":                   token(logtotest.Claim("exp", float64(w.logto.Now().Add(-time.Minute).Unix()))),
		"without exp":               token(logtotest.WithoutClaim("exp")),
		"an access token":           bob.token,
		"one made an access token":  token(logtotest.Header("typ", "at+jwt")),
		"an access token made one":  w.logto.AccessToken(bob.id, logtotest.WithoutHeader("typ"), now(0), logtotest.Claim("nonce", nonce)),
		"a machine's":               w.logto.MachineToken(now(0), logtotest.Claim("nonce", nonce)),
		"unsigned":                  token(logtotest.Unsigned()),
		"of another key":            token(logtotest.SignedWith(stranger)),
		"of another key by our kid": token(logtotest.SignedWith(stranger), logtotest.Header("kid", w.logto.CurrentKey().ID)),
		"of the public key":         token(logtotest.KeyConfusion(w.logto.CurrentKey())),
		"cut":                       good[:len(good)-4],
		"longer":                    good + "AAAA",
	}
	for name, idToken := range tokens {
		w.quietly(func() {
			a := bob.do("completeReauthentication", object{"id": id, "idToken": idToken})
			if a.code != "INVALID_PROOF" || a.payload["verification"] != nil {
				t.Errorf("%s: %s", name, a.body)
			}
		})
	}
	// The token is good for its own reauthentication alone, and for that only once.
	other := bob.startReauthentication().text("reauthentication", "id")
	bob.must("INVALID_PROOF", bob.do("completeReauthentication", object{"id": other, "idToken": good}))
	bob.must("OK", bob.do("completeReauthentication", object{"id": id, "idToken": good}))
	bob.must("INVALID_PROOF", bob.do("completeReauthentication", object{"id": id, "idToken": good}))
	bob.must("INVALID_PROOF", bob.do("completeReauthentication", object{"id": id, "idToken": bob.signIn(nonce)}))
}

// TestReauthenticationLeeway: Logto drops fractions of a second, and its clock may
// be a little behind.
func TestReauthenticationLeeway(t *testing.T) {
	t.Parallel()
	for behind, code := range map[time.Duration]string{4 * time.Second: "OK", 7 * time.Second: "INVALID_PROOF"} {
		w := newProofWorld(t, nil)
		bob := w.page("bob")
		started := bob.startReauthentication()
		at, err := time.Parse(time.RFC3339, started.text("reauthentication", "expiresAt"))
		if err != nil {
			t.Fatal(err)
		}
		given := at.Add(-10 * time.Minute)
		idToken := w.logto.IDToken(bob.id, logtotest.Claim("nonce", started.text("reauthentication", "nonce")),
			logtotest.Claim("auth_time", float64(given.Add(-behind).Unix())))
		bob.must(code, bob.do("completeReauthentication", object{"id": started.text("reauthentication", "id"), "idToken": idToken}))
	}
}

// TestReauthenticationOfNobody: whoever is gone gets no proof.
func TestReauthenticationOfNobody(t *testing.T) {
	t.Parallel()
	w := newProofWorld(t, nil)
	bob := w.page("bob")
	started := bob.startReauthentication()
	input := object{"id": started.text("reauthentication", "id"), "idToken": bob.signIn(started.text("reauthentication", "nonce"))}
	w.manage(http.MethodPatch, "/api/users/{bob}/is-suspended", object{"isSuspended": true})
	bob.must("top-level ACCOUNT_SUSPENDED", bob.do("completeReauthentication", input))
	bob.must("top-level ACCOUNT_SUSPENDED", bob.do("startReauthentication", nil))
	w.manage(http.MethodDelete, "/api/users/{bob}", nil)
	bob.must("top-level ACCOUNT_NOT_FOUND", bob.do("completeReauthentication", input))
	bob.must("top-level ACCOUNT_NOT_FOUND", bob.do("startReauthentication", nil))
}
