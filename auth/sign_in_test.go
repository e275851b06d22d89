package auth_test

import (
	"bytes"
	"crypto/elliptic"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"accountql/auth"
)

// wanted is the sign-in that goodSignIn proves.
func wanted() auth.SignIn {
	return auth.SignIn{Subject: subject, ClientID: client, Nonce: nonce, NotBefore: started}
}

// TestVerifySignInAccepts holds what must not be refused by too much care, and the time that is read.
func TestVerifySignInAccepts(t *testing.T) {
	t.Parallel()
	key := ecSigner(t, "k", elliptic.P384())
	v, _ := newKeyServer(t, key.jwk(t, nil)).verifier(t)
	now := started.Unix()
	for name, test := range map[string]struct {
		forge forge
		given time.Duration // When the nonce was given, counted from now.
		after time.Duration // When the sign-in was, counted from now.
	}{
		"as Logto writes it":           {forge: forge{}},
		"typ JWT":                      {forge: header("typ", "JWT")},
		"client in a list":             {forge: claim("aud", []string{client})},
		"azp":                          {forge: claim("azp", client)},
		"sign-in within the leeway":    {forge: claim("auth_time", now-5), after: -5 * time.Second},
		"sign-in of a clock ahead":     {forge: forge{claims: map[string]any{"auth_time": now + 30, "iat": now + 30}}, after: 30 * time.Second},
		"sign-in long after the nonce": {forge: forge{}, given: -10 * time.Minute},
		"issued a little before":       {forge: claim("iat", now-5)},
		"exp within the leeway":        {forge: forge{claims: map[string]any{"exp": now - 29, "iat": now - 60, "auth_time": now - 60}}, given: -time.Minute, after: -time.Minute},
		"auth_time with an exponent":   {forge: claim("auth_time", json.RawMessage("1.7926704e9"))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.forge.idToken = true
			want := wanted()
			want.NotBefore = started.Add(test.given)
			authTime, err := v.VerifySignIn(t.Context(), key.mint(t, test.forge), want)
			if err != nil || !authTime.Equal(started.Add(test.after)) {
				t.Errorf("got (%v, %v), want %v", authTime, err, started.Add(test.after))
			}
		})
	}
}

func TestVerifySignInRefuses(t *testing.T) {
	t.Parallel()
	key := ecSigner(t, "k", elliptic.P384())
	server, tests := forgeries(t, key)
	var log bytes.Buffer
	v, _ := server.verifier(t, func(c *auth.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	now := started.Unix()
	null := json.RawMessage("null")
	accessToken := key.mint(t, forge{})

	tests = append(tests, []forgery{
		// Not the right kind of thing.
		{"empty", key, edit(func(string) string { return "" }), auth.ReasonMalformed},
		{"opaque", key, edit(func(string) string { return "H0pRDkYXPEJLFPjoQlcTBCl0bnT5fDeahOJrQ0DQhoz" }), auth.ReasonMalformed},
		{"access token", key, edit(func(string) string { return accessToken }), auth.ReasonAccessToken},
		{"access token with all that an ID token has", key, header("typ", "at+jwt"), auth.ReasonAccessToken},
		{"access token in capitals", key, header("typ", "AT+JWT"), auth.ReasonAccessToken},
		{"access token as a media type", key, header("typ", "application/at+jwt"), auth.ReasonAccessToken},
		{"access token without its typ", key, claim("client_id", client), auth.ReasonType},
		{"client_id null", key, claim("client_id", null), auth.ReasonType},
		{"typ null", key, header("typ", null), auth.ReasonMalformed},

		// Parties.
		{"another client", key, claim("aud", "another-client"), auth.ReasonAudience},
		{"client in capitals", key, claim("aud", strings.ToUpper(client)), auth.ReasonAudience},
		{"this API as the audience", key, claim("aud", audience), auth.ReasonAudience},
		{"several audiences", key, claim("aud", []string{client, "another-client"}), auth.ReasonAudience},
		{"several audiences with azp", key, forge{claims: map[string]any{"aud": []string{client, "another-client"}, "azp": client}}, auth.ReasonAudience},
		{"the same audience twice", key, claim("aud", []string{client, client}), auth.ReasonAudience},
		{"no audience", key, claim("aud", nil), auth.ReasonAudience},
		{"an empty list as the audience", key, claim("aud", []string{}), auth.ReasonAudience},
		{"a list in a list as the audience", key, claim("aud", []any{[]string{client}}), auth.ReasonAudience},
		{"an object as the audience", key, claim("aud", map[string]any{client: true}), auth.ReasonAudience},
		{"another azp", key, claim("azp", "another-client"), auth.ReasonClient},
		{"empty azp", key, claim("azp", ""), auth.ReasonClient},
		{"azp null", key, claim("azp", null), auth.ReasonClient},
		{"azp in a list", key, claim("azp", []string{client}), auth.ReasonClient},
		{"another subject", key, claim("sub", "g9d14dolqbkh"), auth.ReasonSubject},
		{"no subject", key, claim("sub", nil), auth.ReasonSubject},
		{"empty subject", key, claim("sub", ""), auth.ReasonSubject},
		{"subject null", key, claim("sub", null), auth.ReasonSubject},
		{"subject in a list", key, claim("sub", []string{subject}), auth.ReasonSubject},
		{"subject with a blank", key, claim("sub", subject+" "), auth.ReasonSubject},
		{"SUB instead of sub", key, forge{claims: map[string]any{"SUB": subject, "sub": nil}}, auth.ReasonSubject},
		{"issuer in a list", key, claim("iss", []string{issuer}), auth.ReasonIssuer},

		// The nonce.
		{"no nonce", key, claim("nonce", nil), auth.ReasonNonce},
		{"empty nonce", key, claim("nonce", ""), auth.ReasonNonce},
		{"another nonce", key, claim("nonce", "n-0S6_WzA2Mj3dKqfYb1cB"), auth.ReasonNonce},
		{"beginning of the nonce", key, claim("nonce", nonce[:len(nonce)-1]), auth.ReasonNonce},
		{"more than the nonce", key, claim("nonce", nonce+"A"), auth.ReasonNonce},
		{"nonce in capitals", key, claim("nonce", strings.ToUpper(nonce)), auth.ReasonNonce},
		{"nonce null", key, claim("nonce", null), auth.ReasonMalformed},
		{"nonce in a list", key, claim("nonce", []string{nonce}), auth.ReasonMalformed},
		{"NONCE instead of nonce", key, forge{claims: map[string]any{"NONCE": nonce, "nonce": nil}}, auth.ReasonNonce},

		// The time of the sign-in.
		{"no auth_time", key, claim("auth_time", nil), auth.ReasonNoAuthTime},
		{"auth_time null", key, claim("auth_time", null), auth.ReasonMalformed},
		{"auth_time as a string", key, claim("auth_time", started.Format(time.RFC3339)), auth.ReasonMalformed},
		{"auth_time with a fraction", key, claim("auth_time", float64(now)+0.5), auth.ReasonMalformed},
		{"auth_time below zero", key, claim("auth_time", -now), auth.ReasonMalformed},
		{"auth_time zero", key, claim("auth_time", 0), auth.ReasonStale},
		{"auth_time true", key, claim("auth_time", true), auth.ReasonMalformed},
		{"auth_time in milliseconds", key, claim("auth_time", now*1000), auth.ReasonMalformed},
		{"auth_time in a list", key, claim("auth_time", []int64{now}), auth.ReasonMalformed},
		{"auth_time before the nonce", key, claim("auth_time", now-6), auth.ReasonStale},
		{"auth_time of an hour ago", key, claim("auth_time", now-3600), auth.ReasonStale},
		{"auth_time in the future", key, forge{claims: map[string]any{"auth_time": now + 31, "iat": now + 30}}, auth.ReasonNotYetValid},
		{"issued before the sign-in", key, forge{claims: map[string]any{"auth_time": now, "iat": now - 6}}, auth.ReasonMalformed},
		{"updated_at instead", key, forge{claims: map[string]any{"auth_time": nil, "updated_at": now}}, auth.ReasonNoAuthTime},
	}...)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.forge.idToken = true
			raw := test.signer.mint(t, test.forge)
			authTime, err := v.VerifySignIn(t.Context(), raw, wanted())
			notProven(t, raw, authTime, err, test.want)
		})
	}
	if _, err := v.VerifySignIn(t.Context(), key.mint(t, forge{idToken: true}), wanted()); err != nil {
		t.Errorf("a good ID token is refused: %v", err)
	}
	if log.Len() != 0 {
		t.Errorf("tokens left something in the log: %s", &log)
	}
}

// notProven fails the test unless an ID token was refused for a reason, as no reason to sign the caller out, and in words
// that give nothing of the token away.
func notProven(t *testing.T, raw string, authTime time.Time, err error, want auth.Reason) {
	t.Helper()
	refusal, ok := errors.AsType[*auth.SignInError](err)
	if !ok || !authTime.IsZero() {
		t.Fatalf("got (%v, %v), want a refusal for %q", authTime, err, want)
	}
	if refusal.Reason != want || refusal.Message == "" {
		t.Errorf("refused for %q (%s), want %q", refusal.Reason, refusal.Message, want)
	}
	if _, ok := errors.AsType[*auth.Error](err); ok {
		t.Errorf("%v blames the access token", err)
	}
	secrets := append(strings.Split(raw, "."), subject, nonce, client)
	for _, secret := range secrets {
		if len(secret) > 8 && strings.Contains(refusal.Error(), secret) {
			t.Errorf("the error repeats the token: %v", refusal)
		}
	}
}

// TestVerifySignInHoldsToWhatIsWanted takes a good ID token for another's, and for none's.
func TestVerifySignInHoldsToWhatIsWanted(t *testing.T) {
	t.Parallel()
	key := ecSigner(t, "k", elliptic.P256())
	v, _ := newKeyServer(t, key.jwk(t, nil)).verifier(t)
	raw := key.mint(t, forge{idToken: true})
	for name, test := range map[string]struct {
		change func(*auth.SignIn)
		want   auth.Reason
	}{
		"another subject": {func(s *auth.SignIn) { s.Subject = "g9d14dolqbkh" }, auth.ReasonSubject},
		"another client":  {func(s *auth.SignIn) { s.ClientID = "another-client" }, auth.ReasonAudience},
		"another nonce":   {func(s *auth.SignIn) { s.Nonce = "n-0S6_WzA2Mj3dKqfYb1cB" }, auth.ReasonNonce},
		"a later nonce":   {func(s *auth.SignIn) { s.NotBefore = started.Add(5*time.Second + 1) }, auth.ReasonStale},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := wanted()
			test.change(&want)
			authTime, err := v.VerifySignIn(t.Context(), raw, want)
			notProven(t, raw, authTime, err, test.want)
		})
	}
	// What is not asked for must not be met by a token without it.
	for name, test := range map[string]struct {
		change func(*auth.SignIn)
		forge  forge
	}{
		"no subject": {func(s *auth.SignIn) { s.Subject = "" }, claim("sub", "")},
		"no client":  {func(s *auth.SignIn) { s.ClientID = "" }, claim("aud", "")},
		"no nonce":   {func(s *auth.SignIn) { s.Nonce = "" }, claim("nonce", nil)},
		"no time":    {func(s *auth.SignIn) { s.NotBefore = time.Time{} }, claim("auth_time", 0)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := wanted()
			test.change(&want)
			test.forge.idToken = true
			if authTime, err := v.VerifySignIn(t.Context(), key.mint(t, test.forge), want); err == nil {
				t.Errorf("got %v, want an error", authTime)
			}
		})
	}
}

// TestVerifySignInWithoutKeys tells an outage from a token that proves nothing.
func TestVerifySignInWithoutKeys(t *testing.T) {
	t.Parallel()
	key := ecSigner(t, "k", elliptic.P256())
	server := newKeyServer(t, key.jwk(t, nil))
	server.answer(outage)
	v, clock := server.verifier(t)
	raw := key.mint(t, forge{idToken: true})

	_, err := v.VerifySignIn(t.Context(), raw, wanted())
	if refusal := (*auth.SignInError)(nil); !errors.Is(err, auth.ErrUnavailable) || errors.As(err, &refusal) {
		t.Errorf("got %v, want %v", err, auth.ErrUnavailable)
	}
	fetches := server.fetches.Load()
	authTime, err := v.VerifySignIn(t.Context(), key.mint(t, forge{idToken: true, claims: map[string]any{"nonce": nil}}), wanted())
	notProven(t, raw, authTime, err, auth.ReasonNonce)
	if server.fetches.Load() != fetches {
		t.Error("a token that can't be good made Logto serve its keys")
	}

	server.answer(nil)
	clock.advance(2 * time.Second)
	if _, err := v.VerifySignIn(t.Context(), raw, wanted()); err != nil {
		t.Errorf("after the outage: %v", err)
	}
}
