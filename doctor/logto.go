package doctor

import (
	"context"
	"errors"

	"accountql/operator"
)

// environment repeats what is known without asking anybody.
func (e *examination) environment(context.Context) {
	e.ok("every setting can be read")
	for _, warning := range e.Warnings {
		e.add(Warn, warning.Setting, warning.Mend, "%s", warning.Message)
	}
}

func (e *examination) secretKey(context.Context) {
	if e.SecretKeys == 0 {
		e.skip("SECRET_KEY is not set: see environment")
		return
	}
	e.ok("SECRET_KEY has %s of 32 bytes", plural(e.SecretKeys, "key"))
}

// keys fetches what tokens are verified with, as the server does.
func (e *examination) keys(ctx context.Context) {
	if err := e.Verifier.Ready(ctx); err != nil {
		e.fail("LOGTO_ENDPOINT", "see that "+e.Endpoint+"/oidc/.well-known/openid-configuration and the jwks_uri in it can be fetched from here",
			"users' tokens can't be verified: %v", err)
		return
	}
	discovered, err := e.Operator.Issuer(ctx)
	switch {
	case err != nil:
		e.unreadable(err)
		return
	case e.Issuer != "" && e.Issuer != discovered && e.tenantID == "default":
		e.fail("LOGTO_ISSUER", "unset LOGTO_ISSUER, or set it to "+discovered,
			"LOGTO_ISSUER is %s, but users' tokens name %s: they are all refused", e.Issuer, discovered)
	case e.Issuer != "" && e.Issuer != discovered:
		// Logto Cloud has an issuer for each of a tenant's domains.
		e.warn("LOGTO_ISSUER", "unset LOGTO_ISSUER, unless your apps sign people in at another domain of your tenant than LOGTO_ENDPOINT",
			"LOGTO_ISSUER is %s, but tokens of users who sign in at LOGTO_ENDPOINT name %s: those are refused", e.Issuer, discovered)
	case host(discovered) != host(e.Endpoint):
		e.ok("there; users' tokens name %s, Logto's own address", discovered)
	default:
		e.ok("there; users' tokens name %s", discovered)
	}
	e.issuer = discovered
}

// credentials gets a token for the Management API, and uses it.
func (e *examination) credentials(ctx context.Context) {
	err := e.Operator.Authorize(ctx)
	problem, known := errors.AsType[*operator.CredentialError](err)
	granted := err == nil || known && problem.Granted
	switch {
	case granted:
		e.ok("Logto takes LOGTO_APP_ID and LOGTO_APP_SECRET")
	case known:
		e.blocker = e.check
		e.add(Fail, problem.Setting, e.rightResource(problem), "%s", problem.What)
	default:
		e.blocker = e.check
		e.unreadable(err)
	}
	e.check = "permission"
	switch {
	case !granted:
		e.blocked()
	case err != nil:
		e.blocker = e.check
		e.add(Fail, problem.Setting, e.rightResource(problem), "%s", problem.What)
	default:
		e.met = management
		e.ok("the token is for the Management API (%s) and has the scope all", e.ManagementResource)
	}
}

// rightResource is the problem's mend, or a better one where the tenant is known.
func (e *examination) rightResource(problem *operator.CredentialError) string {
	right := "https://" + e.tenantID + ".logto.app/api"
	if problem.Setting != "LOGTO_MANAGEMENT_API_RESOURCE" || e.tenantID == "" || right == e.ManagementResource {
		return problem.Mend
	}
	return "set LOGTO_MANAGEMENT_API_RESOURCE to " + right
}

// release looks for the newest of the endpoints that the server uses.
func (e *examination) release(ctx context.Context) {
	recent, err := e.Operator.HasGrants(ctx)
	switch {
	case err != nil:
		e.unreadable(err)
	case !recent:
		e.fail("", "upgrade Logto to 1.38 or later; this server is tested with 1.42",
			"this Logto is older than 1.38: sessions and authorized applications can neither be shown nor ended")
	default:
		e.ok("Logto is 1.38 or later; it doesn't tell its version")
	}
}
