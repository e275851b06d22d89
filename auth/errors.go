package auth

import (
	"errors"
	"fmt"
)

// ErrUnavailable says that tokens can't be judged now: the keys are not there and Logto can't be reached, or there are
// too many forged ones. The token may be good, so this is no reason to sign anybody out.
var ErrUnavailable = errors.New("tokens can't be verified now")

// Reason says why a token is refused, for logs and tests.
type Reason string

// The reasons for which an access token is refused. Some are also for an ID token.
const (
	ReasonMissing             Reason = "missing"               // No Authorization header, or no token in it.
	ReasonNotBearer           Reason = "not_bearer"            // Another scheme than Bearer.
	ReasonSeveral             Reason = "several"               // More than one Authorization header.
	ReasonTooLarge            Reason = "too_large"             // Over 8 kB.
	ReasonOpaque              Reason = "opaque"                // An opaque token.
	ReasonPersonalAccessToken Reason = "personal_access_token" // A personal access token.
	ReasonMalformed           Reason = "malformed"             // Not a JWT, or one with a claim missing or of the wrong form.
	ReasonHeader              Reason = "header"                // A header parameter that is never trusted: crit, jwk, jku, x5c, x5u.
	ReasonIDToken             Reason = "id_token"              // An ID token.
	ReasonType                Reason = "type"                  // Some other token than an access token.
	ReasonAlgorithm           Reason = "algorithm"             // An algorithm that is not allowed, or not the key's.
	ReasonMachine             Reason = "machine"               // A token of an application itself, not of a user.
	ReasonDelegated           Reason = "delegated"             // A token with an actor (act).
	ReasonBound               Reason = "bound"                 // A token bound to a key that this API doesn't check (cnf).
	ReasonAudience            Reason = "audience"              // For another API.
	ReasonClient              Reason = "client"                // Of an application that is not allowed.
	ReasonIssuer              Reason = "issuer"                // From another issuer.
	ReasonExpired             Reason = "expired"               // Past exp.
	ReasonNotYetValid         Reason = "not_yet_valid"         // Before nbf or iat.
	ReasonUnknownKey          Reason = "unknown_key"           // Signed with a key that Logto doesn't publish.
	ReasonBadSignature        Reason = "bad_signature"         // The signature is not the key's.
	ReasonSignedOut           Reason = "signed_out"            // From before the account was signed out everywhere; not judged here.
)

// Error says that a request is not authenticated (HTTP 401).
type Error struct {
	// Reason is stable and fit for a log.
	Reason Reason
	// Message tells a frontend developer what to do. It holds nothing of the token but the time it expired, and only
	// characters that a challenge can carry.
	Message string
}

// Error implements error.
func (e *Error) Error() string {
	return "token refused: " + e.Message
}

// Challenge is the value of the WWW-Authenticate header (RFC 6750, section 3). A request that sent no bearer token gets
// no error in it.
func (e *Error) Challenge() string {
	const challenge = `Bearer realm="account"`
	if e.Reason == ReasonMissing || e.Reason == ReasonNotBearer {
		return challenge
	}
	return fmt.Sprintf(`%s, error="invalid_token", error_description="%s"`, challenge, e.Message)
}

func refuse(reason Reason, message string) *Error {
	return &Error{Reason: reason, Message: message}
}

func refuseIssuer() *Error {
	return refuse(ReasonIssuer, "the token comes from another issuer than this API's Logto")
}

// gaveUp is the error of a caller who doesn't wait for a signature's check any longer.
func gaveUp(err error) error {
	return fmt.Errorf("%w: wait for the signature's check: %w", ErrUnavailable, err)
}
