package doctor

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"accountql/auth"
	"accountql/operator"
)

// Explain examines a user's token as it stands in the Authorization header, without
// the scheme: what kind it is, what it says, and whether the server takes it.
func Explain(ctx context.Context, cfg Config, raw string) *Report {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	e := &examination{Config: cfg, report: &Report{Token: Claims(raw)}, check: "token"}
	token, err := e.Verifier.Authenticate(ctx, http.Header{"Authorization": {"Bearer " + raw}})
	refusal, refused := errors.AsType[*auth.Error](err)
	switch {
	case refused && refusal.Reason == auth.ReasonOpaque && e.report.Token.Kind == noToken:
		_, mend := e.mendToken(&auth.Error{Reason: auth.ReasonMalformed})
		e.fail("", mend, "it is refused (%s): no token looks like this", refusal.Reason)
		return e.report
	case refused:
		setting, mend := e.mendToken(refusal)
		e.add(Fail, setting, mend, "it is refused (%s): %s", refusal.Reason, refusal.Message)
		return e.report
	case err != nil:
		e.fail("LOGTO_ENDPOINT", "run accountql doctor without -token", "it can't be judged: %v", err)
		return e.report
	}
	e.report.Token = verified(token, e.AccountResource)
	e.ok("signature, issuer, audience, client and time are good")
	e.check = "sign-out"
	e.signOut(ctx, token)
	authorized := e.Operator.Authorize(ctx)
	e.check = "account"
	e.account(ctx, token, authorized)
	e.check = "scopes"
	e.tokenScopes(ctx, token, authorized)
	return e.report
}

// signOut asks the store, as the server does.
func (e *examination) signOut(ctx context.Context, token *auth.Token) {
	switch signedOut, err := e.SignedOut(ctx, token); {
	case !e.UsesRedis:
		e.skip("only a running server knows whether the account was signed out since, as REDIS_URL is not set")
	case err != nil:
		e.fail("REDIS_URL", "run accountql doctor without -token", "whether the account was signed out since is not known: %v", err)
	case signedOut:
		e.fail("", "sign in again", "it is refused (%s): it was issued before the account was signed out everywhere", auth.ReasonSignedOut)
	default:
		e.ok("the account was not signed out since")
	}
}

// account looks whether there is still an account, which tokens don't tell.
func (e *examination) account(ctx context.Context, token *auth.Token, authorized error) {
	if authorized != nil {
		e.skip("can't be checked without the Management API: run accountql doctor without -token")
		return
	}
	switch suspended, err := e.Operator.IsSuspended(ctx, token.Subject); {
	case operator.IsNotFound(err):
		e.fail("", "sign in with an account that exists", "the user was deleted")
	case err != nil:
		e.unreadable(err)
	case suspended:
		e.fail("", "lift the suspension in Logto's console", "the user is suspended")
	default:
		e.ok("the user exists and is not suspended")
	}
}

// tokenScopes tells apart why a token lacks scopes: the app didn't ask for them, or
// the user has no role that gives them.
func (e *examination) tokenScopes(ctx context.Context, token *auth.Token, authorized error) {
	var missing []string
	for _, name := range accountScopes() {
		if !token.HasScope(name) {
			missing = append(missing, name)
		}
	}
	if len(missing) == 0 {
		e.ok("it has all of them")
		return
	}
	status := Warn
	if len(missing) == len(accountScopes()) {
		status = Fail // Nothing can be done with it.
	}
	const ask = "list what is missing among the scopes that your app asks for when it signs people in, and sign in again"
	const give = "give the user a role that has what is missing: accountql doctor tells whether the default role does"
	mend := ask + "; if that is so, " + give
	if authorized == nil {
		access, err := e.Operator.ReadAccess(ctx, e.AccountResource)
		given, userErr := e.Operator.UserScopes(ctx, token.Subject, access.Resource)
		switch {
		case err != nil || userErr != nil:
		case slices.ContainsFunc(missing, func(name string) bool { return !slices.Contains(given, name) }):
			mend = give + "; then sign in again"
		default:
			mend = ask + ": the user's roles have it"
		}
	}
	e.add(status, "", mend, "it lacks %s: what needs it is answered with FORBIDDEN", enumerate(missing))
}

// mendToken says what to do about a token that is refused, and which setting it may
// be about.
func (e *examination) mendToken(refusal *auth.Error) (setting, mend string) {
	asked := e.asking()
	switch refusal.Reason {
	case auth.ReasonMissing, auth.ReasonNotBearer, auth.ReasonSeveral:
		return "", "send one header Authorization: Bearer and the access token"
	case auth.ReasonTooLarge:
		return "", "take what makes it large out of Logto's custom claims (Custom JWT in its console)"
	case auth.ReasonOpaque:
		return "ACCOUNT_API_RESOURCE", asked + "; without a resource Logto gives opaque tokens"
	case auth.ReasonPersonalAccessToken:
		return "ALLOWED_CLIENT_IDS", "exchange it at Logto's token endpoint for an access token for " + e.AccountResource +
			", by an application that may do token exchange and is in ALLOWED_CLIENT_IDS; leave it if personal access tokens shall not serve here"
	case auth.ReasonMalformed:
		return "", "copy the whole access token, without quotes and line breaks; Logto's own look otherwise"
	case auth.ReasonHeader, auth.ReasonType, auth.ReasonAlgorithm, auth.ReasonBound:
		return "", "send an access token that Logto itself gave to the app, and no other token"
	case auth.ReasonIDToken:
		return "ACCOUNT_API_RESOURCE", "send the access token instead of the ID token: " + asked
	case auth.ReasonMachine:
		return "", "send the token of a person who signed in: an application has no account"
	case auth.ReasonDelegated:
		return "", "send the token of the user's own sign-in: nobody can act for somebody else here"
	case auth.ReasonAudience:
		if slices.Contains(e.report.Token.Audience, e.ManagementResource) {
			return "ACCOUNT_API_RESOURCE", asked + "; tokens of the Management API are for administration, and never belong in an app"
		}
		return "ACCOUNT_API_RESOURCE", asked + "; or, if the token's audience is the API resource of this server, set ACCOUNT_API_RESOURCE to it"
	case auth.ReasonClient:
		return "ALLOWED_CLIENT_IDS", "add the client to ALLOWED_CLIENT_IDS if it is an app of yours that people sign in to, and doesn't exchange tokens"
	case auth.ReasonIssuer:
		return "LOGTO_ENDPOINT", "set LOGTO_ENDPOINT to the Logto that the token comes from, or have the app sign in to this one; if both are " +
			"the same Logto, set LOGTO_ISSUER to the token's issuer"
	case auth.ReasonExpired:
		return "", "renew it: Logto's SDKs do so by themselves where getAccessToken is called before each request"
	case auth.ReasonNotYetValid:
		return "", "set the clocks of this machine and of Logto's by NTP"
	case auth.ReasonUnknownKey, auth.ReasonBadSignature:
		return "LOGTO_ENDPOINT", "sign in again; if that doesn't help, the token comes from another Logto than LOGTO_ENDPOINT, or was changed on its way"
	case auth.ReasonSignedOut:
		return "", "sign in again"
	}
	return "", "get a new access token from Logto"
}

// asking says how an app gets a token for this server.
func (e *examination) asking() string {
	return "in the app, ask for the access token with the resource " + e.AccountResource + ", with Logto's SDKs by " +
		"getAccessToken('" + e.AccountResource + "'), and list it among the resources of the SDK's configuration"
}
