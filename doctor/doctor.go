// Package doctor examines a configuration against the Logto that it is for, and
// explains users' tokens. It changes nothing, and tells no secret: not the
// application's, no token, no key, no password.
//
// What the server does itself is checked by the parts that the server uses; what it
// never asks for, such as roles, by package operator.
package doctor

import (
	"context"
	"fmt"
	"time"

	"accountql/access"
	"accountql/auth"
	"accountql/logto"
	"accountql/operator"
	"accountql/store"
)

// checkTimeout bounds a check.
const checkTimeout = 30 * time.Second

// Config is what is examined, and with what.
type Config struct {
	// Endpoint, Issuer, ManagementResource, AccountResource, AllowedClients,
	// AccountPageAppID, Origins (CORS_ALLOWED_ORIGINS) and RedirectURIs are the settings
	// of these names, Issuer and AccountPageAppID empty if they are not set.
	Endpoint, Issuer, ManagementResource, AccountResource, AccountPageAppID string
	AllowedClients, Origins, RedirectURIs                                   []string
	// AnyClient stands for an ALLOWED_CLIENT_IDS of *.
	AnyClient bool
	// FieldAccess is FIELD_ACCESS.
	FieldAccess access.Policy
	// SecretKeys is how many keys SECRET_KEY has, UsesRedis whether REDIS_URL is set.
	SecretKeys int
	UsesRedis  bool
	// Warnings are the findings about the environment by itself.
	Warnings []Finding

	// Verifier, Logto and Store are the server's own.
	Verifier *auth.Verifier
	Logto    *logto.Client
	Store    *store.Store
	// SignedOut tells whether a verified token is refused all the same.
	SignedOut func(context.Context, *auth.Token) (bool, error)
	Operator  *operator.Client
}

// need is what must have come out well before a check makes sense.
type need int

const (
	nothing    need = iota
	reachable       // Logto answers.
	management      // The Management API may be used.
)

// check is one line or more of the report.
type check struct {
	name string
	need need
	run  func(*examination, context.Context)
}

// checks are in the order in which one depends on another and in which to mend them.
func checks() []check {
	return []check{
		{"environment", nothing, (*examination).environment},
		{"secret-key", nothing, (*examination).secretKey},
		{"endpoint", nothing, (*examination).endpoint},
		{"keys", reachable, (*examination).keys},
		{"credentials", reachable, (*examination).credentials},
		{"release", management, (*examination).release},
		{"api-resource", management, (*examination).apiResource},
		{"scopes", management, (*examination).scopes},
		{"default-role", management, (*examination).defaultRole},
		{"users", management, (*examination).users},
		{"clients", management, (*examination).clients},
		{"origins", management, (*examination).origins},
		{"field-access", management, (*examination).fieldAccess},
		{"email", management, (*examination).email},
		{"sms", management, (*examination).sms},
		{"social", management, (*examination).social},
		{"redirect-uris", nothing, (*examination).redirectURIs},
		{"account-page", management, (*examination).accountPage},
		{"password-policy", management, (*examination).passwordPolicy},
		{"breach-check", management, (*examination).breachCheck},
		{"redis", nothing, (*examination).redis},
	}
}

// examination is one under way.
type examination struct {
	Config
	report *Report
	// check is the name of the one that runs.
	check string
	// met is what has come out well, and blocker the check that did not.
	met     need
	blocker string

	// What checks learn for later ones. tenantID is empty if Logto doesn't tell it.
	tenantID     string
	issuer       string
	access       operator.Access
	accessErr    error
	oneUser      string
	applications []operator.Application // Those whose users may call.
	connectors   []logto.Connector
	fields       access.Set
	experience   *logto.SignInExperience
}

// Examine runs all checks.
func Examine(ctx context.Context, cfg Config) *Report {
	e := &examination{Config: cfg, report: new(Report)}
	for _, c := range checks() {
		if ctx.Err() != nil {
			break // The operator waits for nothing more.
		}
		e.check = c.name
		if c.need > e.met {
			e.blocked()
			continue
		}
		limited, cancel := context.WithTimeout(ctx, checkTimeout)
		c.run(e, limited)
		cancel()
	}
	return e.report
}

// blocked reports that a check has to wait for another.
func (e *examination) blocked() { e.skip("can't be checked before %s is mended", e.blocker) }

func (e *examination) add(status Status, setting, mend, format string, args ...any) {
	e.report.Findings = append(e.report.Findings, Finding{
		Check: e.check, Status: status, Setting: setting, Message: fmt.Sprintf(format, args...), Mend: mend,
	})
}

func (e *examination) ok(format string, args ...any)   { e.add(OK, "", "", format, args...) }
func (e *examination) skip(format string, args ...any) { e.add(Skip, "", "", format, args...) }

func (e *examination) warn(setting, mend, format string, args ...any) {
	e.add(Warn, setting, mend, format, args...)
}

func (e *examination) fail(setting, mend, format string, args ...any) {
	e.add(Fail, setting, mend, format, args...)
}
