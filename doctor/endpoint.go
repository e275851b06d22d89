package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"accountql/logto"
	"accountql/operator"
)

// endpoint asks whether a Logto is there, and which. Logto doesn't tell its version.
func (e *examination) endpoint(ctx context.Context) {
	if err := e.Operator.Reach(ctx); err != nil {
		what, mend := e.outOfReach(err)
		e.blocker = e.check
		e.fail("LOGTO_ENDPOINT", mend, "%s %s", e.Endpoint, what)
		return
	}
	// Without it the rest can be checked as well.
	tenantID, err := e.Operator.TenantID(ctx)
	if tenantID == "admin" {
		e.blocker = e.check
		e.fail("LOGTO_ENDPOINT", "set LOGTO_ENDPOINT to the address of Logto itself, by default that with port 3001 rather than 3002",
			"%s is Logto's console, which has users of its own", e.Endpoint)
		return
	}
	e.met, e.tenantID = reachable, tenantID
	switch {
	case err != nil || tenantID == "":
		e.ok("%s is a Logto, of which tenant it doesn't tell", e.Endpoint)
	case tenantID == "default":
		e.ok("%s is a Logto that is hosted by oneself (tenant default)", e.Endpoint)
	default:
		e.ok("%s is the tenant %s of Logto Cloud", e.Endpoint, tenantID)
	}
}

// outOfReach says why no Logto answers, in words that go on from LOGTO_ENDPOINT's
// value, and what to do.
func (e *examination) outOfReach(err error) (what, mend string) {
	if answer, ok := errors.AsType[*operator.Error](err); ok {
		what, mend = e.notLogto(answer)
		what = fmt.Sprintf("%s: it answers %s with status %d", what, answer.Endpoint, answer.Status)
	} else {
		what, mend = e.noAnswer(err)
		what += ": " + err.Error()
	}
	if variable := e.proxy(); variable != "" {
		mend = "name Logto's host in NO_PROXY, unless only the proxy that " + variable + " names reaches it; or " + mend
	}
	return what, mend
}

// proxy is the variable that has Logto asked by a proxy, if it is. The proxy itself is
// not told, since its address may hold a password.
func (e *examination) proxy() (variable string) {
	request, err := http.NewRequest(http.MethodGet, e.Endpoint, http.NoBody)
	if err != nil {
		return ""
	}
	if proxy, err := http.ProxyFromEnvironment(request); proxy == nil && err == nil {
		return ""
	}
	if e.encrypts() {
		return "HTTPS_PROXY"
	}
	return "HTTP_PROXY"
}

func (e *examination) noAnswer(err error) (what, mend string) {
	const (
		unreached = "can't be reached"
		address   = "set LOGTO_ENDPOINT to Logto's address as it is reached from here"
	)
	_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
	_, unknown := errors.AsType[*net.DNSError](err)
	switch {
	case untrusted:
		return "has a certificate that isn't trusted here", "set LOGTO_ENDPOINT to the name that the certificate is for; if it is that, " +
			"give Logto one that is in force, or name its authority's certificate in SSL_CERT_FILE"
	case unknown:
		return unreached, address + ", by a name that can be looked up"
	case e.encrypts() && isPlain(err):
		return "has no TLS", "begin LOGTO_ENDPOINT with http instead of https, or set it to the address of the proxy that has TLS"
	case !e.encrypts():
		return unreached, address + ", with https if there is TLS, and see that Logto runs"
	}
	return unreached, address + ", and see that Logto runs"
}

// notLogto tells what else answers in Logto's place.
func (e *examination) notLogto(answer *operator.Error) (what, mend string) {
	switch {
	case answer.Elsewhere != "":
		return "leads to " + answer.Elsewhere, "set LOGTO_ENDPOINT to the address of Logto itself, which seems to be " + answer.Elsewhere
	case answer.Status == http.StatusBadRequest && !e.encrypts():
		return "is no Logto, or takes TLS only", "begin LOGTO_ENDPOINT with https if there is TLS, or set it to the address of Logto itself"
	case answer.Status >= http.StatusInternalServerError:
		return "is out of order", "see that Logto runs, by its log and by that of any proxy before it"
	}
	return "is no Logto", "set LOGTO_ENDPOINT to the address of Logto itself, without any path that is not Logto's own; if it is that, " +
		passOn
}

const passOn = "let what stands before Logto (a proxy, a firewall) pass /api and /oidc on as they are"

// encrypts tells whether Logto is called by TLS.
func (e *examination) encrypts() bool { return strings.HasPrefix(e.Endpoint, "https:") }

// isPlain tells whether the other side answered without TLS. Package net/http has no
// type for it where the answer was HTTP.
func isPlain(err error) bool {
	_, notTLS := errors.AsType[tls.RecordHeaderError](err)
	return notTLS || strings.Contains(err.Error(), "server gave HTTP response to HTTPS client")
}

// unreadable reports that Logto didn't answer what a check asked. Of a Logto that
// leaves a question open nothing more is asked: each answer would be waited for as
// long, while the operator sees nothing.
func (e *examination) unreadable(err error) {
	switch {
	case logtoFailed(err):
		e.fail("", "look into Logto's log, and run this again", "Logto doesn't tell: %v", err)
		return
	case ranOutOfTime(err):
		e.met, e.blocker = nothing, e.check
		e.fail("LOGTO_ENDPOINT", "see that Logto isn't stuck or overloaded, by its log and by that of any proxy before it, and run this again",
			"Logto doesn't answer in time: %v", err)
		return
	}
	e.fail("LOGTO_ENDPOINT", passOn+", and see that Logto runs", "Logto's answer doesn't come through: %v", err)
}

// logtoFailed tells whether an answer is Logto's own rather than somebody else's, or
// none.
func logtoFailed(err error) bool {
	if answer, ok := errors.AsType[*operator.Error](err); ok {
		return answer.Code != "" || answer.Status == http.StatusInternalServerError
	}
	answer, ok := errors.AsType[*logto.Error](err)
	return ok && (answer.Code != "" || answer.Status == http.StatusInternalServerError)
}

// ranOutOfTime tells whether an answer was waited for in vain.
func ranOutOfTime(err error) bool {
	timeout, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	return ok && timeout.Timeout()
}

// host is an address's host in lower case, with its port.
func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}
