package doctor

import (
	"context"
	"crypto/rand"
	"errors"
	"net/netip"
	"net/url"
	"strings"

	"accountql/access"
	"accountql/logto"
)

// fieldAccess works out what people may do, for the checks that depend on it.
func (e *examination) fieldAccess(ctx context.Context) {
	if !e.FieldAccess.FollowTenant {
		e.fields = e.FieldAccess.Apply(nil, nil)
		e.ok("FIELD_ACCESS doesn't follow Logto's account center")
		return
	}
	center, err := e.Logto.GetAccountCenter(ctx)
	e.fields = e.FieldAccess.Apply(center, err)
	switch {
	case err != nil:
		e.unreadable(err)
	case !center.Enabled:
		e.warn("FIELD_ACCESS", "enable the account center in Logto's console, or take logto out of FIELD_ACCESS",
			"FIELD_ACCESS follows Logto's account center, which is disabled: all but what FIELD_ACCESS sets is hidden")
	default:
		e.ok("FIELD_ACCESS follows Logto's account center, which is enabled")
	}
}

// hidden tells whether people neither see nor change a part of their accounts.
func (e *examination) hidden(field access.Field) bool {
	visible, err := e.fields.Readable(field)
	return err == nil && !visible
}

func (e *examination) email(ctx context.Context) {
	var err error
	if e.connectors, err = e.Logto.ListConnectors(ctx); err != nil {
		e.connectors = nil
		e.unreadable(err)
		return
	}
	e.codes(logto.ConnectorEmail, access.Email, "an email address", "Email and SMS connectors > Email")
}

func (e *examination) sms(context.Context) {
	if e.withoutConnectors() {
		return
	}
	e.codes(logto.ConnectorSms, access.Phone, "a phone number", "Email and SMS connectors > SMS")
}

// withoutConnectors reports, and tells, that the connectors could not be read.
func (e *examination) withoutConnectors() bool {
	if e.connectors == nil {
		e.skip("can't be checked before email is mended")
	}
	return e.connectors == nil
}

// codes looks for the connector that sends verification codes.
func (e *examination) codes(kind logto.ConnectorType, field access.Field, what, where string) {
	for _, connector := range e.connectors {
		if connector.Type == kind {
			e.ok("codes are sent by %s", connector.ConnectorID)
			return
		}
	}
	if e.hidden(field) {
		e.skip("not needed: FIELD_ACCESS hides it")
		return
	}
	e.warn("FIELD_ACCESS", "set one up in Logto's console ("+where+"), or hide the part with FIELD_ACCESS",
		"there is no connector that sends codes, so nobody can add or change %s, or confirm anything by it", what)
}

// social tells which connectors can be linked, which takes a page to come back to.
func (e *examination) social(context.Context) {
	if e.withoutConnectors() {
		return
	}
	var linkable, others []string
	for _, connector := range e.connectors {
		switch {
		case connector.Type != logto.ConnectorSocial:
		case connector.Linkable():
			linkable = append(linkable, connector.Target)
		default:
			others = append(others, connector.Target)
		}
	}
	if len(others) > 0 {
		e.ok("%s can be shown and unlinked, but not linked: Logto does that in its own pages only", enumerate(others))
	}
	switch {
	case len(linkable) == 0:
		e.ok("no connector can be linked")
	case !e.links():
		e.ok("FIELD_ACCESS keeps people from linking anything")
	case len(e.RedirectURIs) == 0:
		e.warn("REDIRECT_URIS", "set REDIRECT_URIS to the page of your app that providers send people back to, and register it with each provider",
			"%s could be linked, but REDIRECT_URIS is not set", enumerate(linkable))
	default:
		e.ok("%s can be linked", enumerate(linkable))
	}
}

// redirectURIs looks for addresses that are well formed and wrong all the same.
func (e *examination) redirectURIs(context.Context) {
	if len(e.RedirectURIs) == 0 {
		e.skip("REDIRECT_URIS is not set: nothing can be linked")
		return
	}
	sound := true
	var local []string
	for _, address := range e.RedirectURIs {
		u, err := url.Parse(address)
		if err != nil {
			continue // The configuration was refused then.
		}
		isWeb := u.Scheme == "https" || u.Scheme == "http"
		isLogtos := isWeb && (strings.EqualFold(u.Host, host(e.Endpoint)) || strings.EqualFold(u.Host, host(e.issuer)))
		switch {
		case isLogtos && strings.HasPrefix(u.Path, "/callback"):
			sound = false
			e.fail("REDIRECT_URIS", "set it to a page of your own app, and register that with each provider beside Logto's callback",
				"REDIRECT_URIS has %s, which is Logto's own: its callback is for signing in, not for linking", address)
		case isLogtos:
			sound = false
			e.warn("REDIRECT_URIS", "set it to a page of your own app, unless a proxy leads this one there",
				"REDIRECT_URIS has %s, which is at Logto's address", address)
		case isWeb && isLoopback(u.Hostname()) && !isLoopback(hostname(e.Endpoint)) && !isLoopback(hostname(e.issuer)):
			local = append(local, address)
		case !isWeb && !strings.Contains(u.Scheme, "."):
			sound = false
			e.warn("REDIRECT_URIS", "use a domain of yours backwards, such as com.example.app, or an https link that opens the app",
				"REDIRECT_URIS has %s: another app can claim the scheme %s as well (RFC 8252, section 7.1)", address, u.Scheme)
		}
	}
	if len(local) > 0 {
		e.warn("REDIRECT_URIS", "take that out of REDIRECT_URIS unless people develop an app against this Logto",
			"REDIRECT_URIS has %s, on the user's own machine", enumerate(local))
	} else if sound {
		e.ok("%s, to be registered with each provider", plural(len(e.RedirectURIs), "page"))
	}
}

func hostname(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

func isLoopback(hostname string) bool {
	ip, err := netip.ParseAddr(hostname)
	return strings.EqualFold(hostname, "localhost") || err == nil && ip.IsLoopback()
}

func (e *examination) passwordPolicy(ctx context.Context) {
	var err error
	if e.experience, err = e.Logto.GetSignInExperience(ctx); err != nil {
		e.unreadable(err)
		return
	}
	policy := e.experience.PasswordPolicy
	e.ok("%d to %d characters of at least %s", policy.Length.Min, policy.Length.Max, plural(policy.CharacterTypes.Min, "type"))
}

// breachCheck has Logto judge a random password as it judges those that people
// choose. Nothing is changed.
func (e *examination) breachCheck(ctx context.Context) {
	switch {
	case e.experience == nil:
		e.skip("can't be checked before password-policy is mended")
		return
	case !e.experience.PasswordPolicy.Rejects.Pwned:
		e.ok("the password policy doesn't look for breached passwords")
		return
	case e.oneUser == "":
		e.skip("can't be checked before there is a user")
		return
	}
	const mend = "let Logto reach https://api.pwnedpasswords.com, or turn the check for breached passwords off in Logto's console " +
		"(Sign-in experience > Password policy)"
	password := randomPassword(e.experience.PasswordPolicy)
	_, err := e.Logto.CheckPassword(logto.WithSubject(ctx, e.oneUser), e.oneUser, password)
	switch {
	case errors.Is(err, logto.ErrPasswordCheckUnavailable):
		e.fail("", mend, "Logto can't reach the service that knows breached passwords: nobody can change a password")
	case ranOutOfTime(err):
		e.fail("", mend, "Logto takes too long to ask the service that knows breached passwords: nobody can change a password")
	case err != nil:
		e.unreadable(err)
	default:
		e.ok("Logto reaches the service that knows breached passwords")
	}
}

// randomPassword has all types of characters and as many as the policy wants.
func randomPassword(policy logto.PasswordPolicy) string {
	password := "a-B7" + rand.Text()
	for len(password) < policy.Length.Min {
		password += rand.Text()
	}
	return password[:max(1, min(len(password), max(policy.Length.Min, 24), policy.Length.Max))]
}
