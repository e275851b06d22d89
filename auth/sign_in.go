package auth

import (
	"context"
	"crypto/subtle"
	"errors"
	"math"
	"time"
)

// signInLeeway is how much earlier than our nonce a sign-in may say it was: Logto drops fractions of a second, and the
// clocks are not quite the same.
const signInLeeway = 5 * time.Second

// The reasons for which an ID token alone is refused.
const (
	ReasonAccessToken Reason = "access_token" // An access token.
	ReasonSubject     Reason = "subject"      // Another user's.
	ReasonNonce       Reason = "nonce"        // Without our nonce: of another sign-in than the one that we asked for.
	ReasonNoAuthTime  Reason = "no_auth_time" // Without the time of the sign-in: asked for without max_age.
	ReasonStale       Reason = "stale"        // The sign-in was before our nonce was given: asked for with a max_age over 0.
)

// SignIn is what an ID token must prove. Every field counts; none may be empty.
type SignIn struct {
	// Subject is the user that must have signed in: the access token's.
	Subject string
	// ClientID is the application that must have been signed in to: the access token's.
	ClientID string
	// Nonce is the one that we gave for this sign-in.
	Nonce string
	// NotBefore is when the nonce was given.
	NotBefore time.Time
}

// SignInError says that an ID token does not prove the sign-in that was asked for. It is no *Error: the access token
// that came with the request is good.
type SignInError struct {
	// Reason is stable and fit for a log.
	Reason Reason
	// Message tells a frontend developer what is wrong. It holds nothing of the token but the time it expired.
	Message string
}

// Error implements error.
func (e *SignInError) Error() string {
	return "sign-in not proven: " + e.Message
}

// VerifySignIn verifies an ID token (OpenID Connect Core, sections 2 and 3.1.3.7) that proves a fresh sign-in at Logto,
// and returns when that was (auth_time). It is Logto's answer to an authorization request with max_age=0 and our nonce,
// which only somebody who signs in can get. Refreshing it repeats nonce and auth_time, so the caller must see to it that
// a nonce serves once.
//
// A token that proves nothing gives a *SignInError. If the keys that it takes to judge the token can't be had, the error
// is an ErrUnavailable.
func (v *Verifier) VerifySignIn(ctx context.Context, raw string, want SignIn) (authTime time.Time, err error) {
	if want.Subject == "" || want.ClientID == "" || want.Nonce == "" || want.NotBefore.IsZero() {
		return time.Time{}, errors.New("verify sign-in: what it must prove is incomplete")
	}
	authTime, err = v.signIn(ctx, raw, want)
	if refusal, ok := errors.AsType[*Error](err); ok {
		return time.Time{}, (*SignInError)(refusal)
	}
	return authTime, err
}

// signIn judges in the order of Verify, and uses nothing of the token before its signature is good.
func (v *Verifier) signIn(ctx context.Context, raw string, want SignIn) (time.Time, error) {
	if err := checkSize(raw); err != nil {
		return time.Time{}, err
	}
	signed, err := parse(raw)
	if err != nil {
		return time.Time{}, err
	}
	if err := checkIDToken(signed); err != nil {
		return time.Time{}, err
	}
	if err := checkHeader(signed); err != nil {
		return time.Time{}, err
	}
	if err := want.checkParties(signed.claims); err != nil {
		return time.Time{}, err
	}
	issuedAt, _, err := checkTimes(signed.claims, v.now())
	if err != nil {
		return time.Time{}, err
	}
	authTime, err := v.checkAuthTime(signed.claims, issuedAt, want.NotBefore)
	if err != nil {
		return time.Time{}, err
	}
	_, keys, err := v.keys.lookup(ctx, signed)
	if err != nil {
		return time.Time{}, err
	}
	// An ID token serves once, so there is nothing to remember.
	if err := v.gate.pass(ctx, false, func() error { return signed.verify(keys) }); err != nil {
		return time.Time{}, err
	}
	return authTime, nil
}

// checkIDToken refuses what is no ID token.
func checkIDToken(signed *signedToken) error {
	switch kind, err := kindOf(signed); {
	case err != nil:
		return err
	case kind == accessToken:
		return refuse(ReasonAccessToken, "this is an access token: send the ID token of the fresh sign-in")
	case kind != idToken:
		return refuse(ReasonType, "this is not an ID token: its typ is another")
	}
	return nil
}

// checkParties checks who signed in, where, and in answer to which request.
func (s SignIn) checkParties(claims object) error {
	nonce, err := claims.text("nonce")
	if err != nil {
		return err
	}
	switch {
	case !isFor(claims["aud"], s.ClientID):
		return refuse(ReasonAudience, "the ID token is for another application than the access token")
	case claims.has("azp") && claims["azp"] != s.ClientID:
		return refuse(ReasonClient, "the ID token was issued to another application than the access token (azp)")
	case claims["sub"] != s.Subject:
		return refuse(ReasonSubject, "the ID token is another user's than the access token")
	case claims.has("act"):
		return refuse(ReasonDelegated, "the ID token was got on behalf of the user (act): it is no sign-in of the user's own")
	case subtle.ConstantTimeCompare([]byte(nonce), []byte(s.Nonce)) == 0:
		return refuse(ReasonNonce, "the ID token has not the nonce that was given for this sign-in")
	}
	return nil
}

// checkAuthTime checks that the sign-in followed on our nonce. OpenID Connect Core, section 2, has auth_time a number;
// Logto writes whole seconds.
func (v *Verifier) checkAuthTime(claims object, issuedAt, notBefore time.Time) (time.Time, error) {
	if !claims.has("auth_time") {
		return time.Time{}, refuse(ReasonNoAuthTime, "the ID token has no auth_time: ask for it with max_age set to 0")
	}
	authTime, err := claims.date("auth_time")
	if err != nil {
		return time.Time{}, err
	}
	if seconds, ok := claims["auth_time"].(float64); !ok || seconds != math.Trunc(seconds) {
		return time.Time{}, malformed("auth_time is not in whole seconds")
	}
	switch {
	case authTime.Before(notBefore.Add(-signInLeeway)):
		return time.Time{}, refuse(ReasonStale, "the sign-in is older than the nonce: sign in again, with max_age set to 0")
	case v.now().Add(leeway).Before(authTime):
		return time.Time{}, refuse(ReasonNotYetValid, "the sign-in is in the future: check the clocks of Logto and of this API")
	case issuedAt.Before(authTime.Add(-signInLeeway)):
		return time.Time{}, malformed("it was issued before the sign-in")
	}
	return authTime, nil
}
