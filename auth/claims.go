package auth

import (
	"strings"
	"time"
)

// accessToken judges what can be judged without keys and without knowing the issuer. The order is that of usefulness to
// whoever has to mend it: what kind of token this is, whom it is for, then whether its time is right.
func (v *Verifier) accessToken(signed *signedToken, now time.Time) (*Token, error) {
	if err := v.checkAccessToken(signed); err != nil {
		return nil, err
	}
	if err := checkHeader(signed); err != nil {
		return nil, err
	}
	token, err := readToken(signed.claims)
	if err != nil {
		return nil, err
	}
	if err := v.checkParties(token, signed.claims); err != nil {
		return nil, err
	}
	if token.IssuedAt, token.ExpiresAt, err = checkTimes(signed.claims, now); err != nil {
		return nil, err
	}
	return token, nil
}

// checkAccessToken refuses what is no access token.
func (v *Verifier) checkAccessToken(signed *signedToken) error {
	switch kind, err := kindOf(signed); {
	case err != nil:
		return err
	case kind == idToken:
		return refuse(ReasonIDToken,
			"this is an ID token: send an access token, asked for with the resource parameter set to "+v.audience)
	case kind != accessToken:
		return refuse(ReasonType, "this is not an access token: its typ is not at+jwt")
	}
	return nil
}

// tokenKind is what a token is for. Logto signs every kind with the same key, so each is taken for one kind at most.
type tokenKind int

const (
	otherKind tokenKind = iota
	accessToken
	idToken
)

// kindOf tells the kinds apart: access tokens say at+jwt (RFC 9068, section 2.1), Logto's ID tokens have neither typ nor
// client_id.
func kindOf(signed *signedToken) (tokenKind, error) {
	typ, err := signed.header.text("typ")
	if err != nil {
		return otherKind, err
	}
	switch strings.ToLower(typ) {
	case "at+jwt", "application/at+jwt":
		return accessToken, nil
	case "", "jwt":
		if !signed.claims.has("client_id") {
			return idToken, nil
		}
	}
	return otherKind, nil
}

// checkHeader refuses headers that offer a key of their own, demand an extension or name no key of Logto's.
func checkHeader(signed *signedToken) error {
	for _, name := range []string{"crit", "jwk", "jku", "x5c", "x5u"} {
		if signed.header.has(name) {
			return refuse(ReasonHeader, "the token's header has "+name+", which this API never accepts")
		}
	}
	if !acceptable(signed.algorithm) {
		return refuse(ReasonAlgorithm, "the token's signature algorithm (alg) is not one that this API accepts")
	}
	if signed.kid == "" {
		return malformed("its header names no key (kid)")
	}
	return nil
}

// readToken reads the claims into a token, but for its times.
func readToken(claims object) (*Token, error) {
	token := &Token{}
	var scope string
	for _, claim := range []struct {
		name string
		into *string
	}{
		{"sub", &token.Subject}, {"client_id", &token.ClientID}, {"iss", &token.Issuer}, {"jti", &token.ID}, {"scope", &scope},
	} {
		var err error
		if *claim.into, err = claims.text(claim.name); err != nil {
			return nil, err
		}
	}
	token.Scopes = strings.FieldsFunc(scope, func(r rune) bool { return r == ' ' })
	return token, nil
}

// checkParties checks who the token speaks for, and to whom.
func (v *Verifier) checkParties(token *Token, claims object) error {
	switch {
	case token.ClientID == "":
		return malformed("it has no client_id")
	case token.Subject == token.ClientID:
		return refuse(ReasonMachine, "this is a machine's token (client_credentials): send the token of a signed-in user")
	case !validSubject(token.Subject):
		return malformed("its sub is no user's id")
	case claims.has("act"):
		return refuse(ReasonDelegated, "this token was got on behalf of the user (act): send the token of the user's own sign-in")
	case claims.has("cnf"):
		return refuse(ReasonBound, "this token is bound to a key (cnf), which this API can't check: ask for a plain bearer token")
	case !isFor(claims["aud"], v.audience):
		return refuse(ReasonAudience, "the token is for another API: ask for one with the resource parameter set to "+v.audience)
	case !v.anyClient && !v.clients[token.ClientID]:
		return refuse(ReasonClient, "the token's client is not allowed here: its id (client_id) is not in ALLOWED_CLIENT_IDS")
	}
	return nil
}

// isFor reports whether a token with this audience is for one recipient alone. Logto writes one string; an array of one
// says the same. One with more members is refused, although RFC 9068 lets it pass: any of the other APIs could replay
// such a token here, and its scopes don't say which API they are for.
func isFor(audience any, recipient string) bool {
	if list, ok := audience.([]any); ok && len(list) == 1 {
		audience = list[0]
	}
	return audience == recipient
}

// validSubject reports whether sub can be a path element of the Management API as it is. Logto's ids are made of
// lower-case letters and digits, 12 of them; imported ones may be longer.
func validSubject(subject string) bool {
	return subject != "" && len(subject) <= 128 && !strings.ContainsFunc(subject, func(r rune) bool { return !isWordCharacter(r) })
}

// checkTimes checks that now is within the token's time, give or take the leeway, and returns when that begins and ends.
// Access tokens and ID tokens both must have iat and exp (RFC 9068, section 2.2; OpenID Connect Core, section 2).
func checkTimes(claims object, now time.Time) (issuedAt, expiresAt time.Time, err error) {
	var notBefore time.Time
	for _, claim := range []struct {
		name string
		into *time.Time
	}{
		{"iat", &issuedAt}, {"exp", &expiresAt}, {"nbf", &notBefore},
	} {
		if *claim.into, err = claims.date(claim.name); err != nil {
			return time.Time{}, time.Time{}, err
		}
	}
	switch {
	case issuedAt.IsZero(), expiresAt.IsZero():
		err = malformed("it has no iat or no exp")
	case !now.Before(expiresAt.Add(leeway)):
		err = refuse(ReasonExpired, "the token expired at "+expiresAt.Format(time.RFC3339)+": renew it")
	case now.Add(leeway).Before(notBefore), now.Add(leeway).Before(issuedAt):
		err = refuse(ReasonNotYetValid, "the token is not valid yet: check the clocks of Logto and of this API")
	case !issuedAt.Before(expiresAt):
		err = malformed("it expires before it is issued")
	}
	if err != nil {
		return time.Time{}, time.Time{}, err
	}
	return issuedAt, expiresAt, nil
}
