package doctor

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"accountql/operator"
)

// clients looks at the applications whose users may call.
func (e *examination) clients(ctx context.Context) {
	if e.AnyClient {
		e.anyClients(ctx)
		return
	}
	for _, id := range e.AllowedClients {
		if e.met < management {
			return // Logto has left the question about another open.
		}
		application, err := e.Operator.GetApplication(ctx, id)
		switch {
		case operator.IsNotFound(err) && id == e.AccountPageAppID:
			e.fail("ACCOUNT_PAGE_APP_ID", "set ACCOUNT_PAGE_APP_ID, and in ALLOWED_CLIENT_IDS the same, to the app ID of the account page's "+
				"single-page application, as Logto's console shows it", "Logto has no application with the id %s", id)
		case operator.IsNotFound(err):
			e.fail("ALLOWED_CLIENT_IDS", "take it out of ALLOWED_CLIENT_IDS, or set it right: it is the app ID, as Logto's console shows it",
				"Logto has no application with the id %s", id)
		case err != nil:
			e.unreadable(err)
		default:
			e.applications = append(e.applications, application)
			e.client(application)
		}
	}
}

func (e *examination) client(a operator.Application) {
	named := name(a)
	sound := false
	switch {
	case a.Custom.AllowTokenExchange:
		e.warn("ALLOWED_CLIENT_IDS", "turn token exchange off for it in Logto's console, or take it out of ALLOWED_CLIENT_IDS, unless that is "+
			"what you want", "%s allows token exchange: a personal access token, or a token that was stolen, can be turned into new ones", named)
	case a.Type != "SPA" && a.Type != "Native" && a.Type != "Traditional":
		e.fail("ALLOWED_CLIENT_IDS", "take it out of ALLOWED_CLIENT_IDS, and list the applications that people sign in to",
			"%s is of a type that gets no access tokens of people", named)
	case a.SignsPeopleIn() && len(a.Oidc.RedirectURIs) == 0 && a.ID != e.AccountPageAppID:
		e.fail("ALLOWED_CLIENT_IDS", "add the app's own callback address to its redirect URIs in Logto's console, or take it out of "+
			"ALLOWED_CLIENT_IDS", "%s has no redirect URI: nobody can sign in to it", named)
	default:
		sound = true
	}
	if a.IsThirdParty {
		sound = false
		e.warn("ALLOWED_CLIENT_IDS", "take it out of ALLOWED_CLIENT_IDS, unless it may change your users' accounts",
			"%s is a third-party application", named)
	}
	if sound {
		e.ok("users of %s may call", named)
	}
}

func name(a operator.Application) string {
	return fmt.Sprintf("%s (%s, app ID %s)", a.Name, a.Type, a.ID)
}

// anyClients names the applications that a * lets in and that it had better not.
func (e *examination) anyClients(ctx context.Context) {
	applications, err := e.Operator.ListApplications(ctx)
	if err != nil {
		e.unreadable(err)
		return
	}
	e.applications = applications
	var exchanging []string
	for _, a := range applications {
		if a.Custom.AllowTokenExchange {
			exchanging = append(exchanging, a.Name+" (app ID "+a.ID+")")
		}
	}
	if len(exchanging) > 0 {
		e.warn("ALLOWED_CLIENT_IDS", "list the others in ALLOWED_CLIENT_IDS instead of *, unless that is what you want",
			"token exchange is allowed to %s", enumerate(exchanging))
		return
	}
	e.ok("all applications are allowed, and none may exchange tokens")
}

// origins looks whether browsers let the single-page applications call: the pages
// that people come back to after signing in are where requests come from.
func (e *examination) origins(context.Context) {
	sound := true
	for _, a := range e.applications {
		if a.Type != "SPA" || a.ID == e.AccountPageAppID || e.AnyClient {
			continue
		}
		var missing []string
		for _, address := range a.Oidc.RedirectURIs {
			if from := origin(address); from != "" && !slices.Contains(slices.Concat(e.Origins, missing), from) {
				missing = append(missing, from)
			}
		}
		if len(missing) > 0 {
			sound = false
			e.warn("CORS_ALLOWED_ORIGINS", "add "+strings.Join(missing, ",")+" to CORS_ALLOWED_ORIGINS, unless this server has the same address "+
				"as the page", "%s has pages at %s, from where browsers let nobody call", name(a), enumerate(missing))
		}
	}
	switch {
	case !sound:
	case len(e.Origins) == 0:
		e.ok("CORS_ALLOWED_ORIGINS is not set: web pages of this server's own address may call, and native apps")
	default:
		e.ok("web pages at %s may call", enumerate(e.Origins))
	}
}

// origin is that of a web page as browsers write it, and empty for other addresses
// and for patterns.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || strings.Contains(u.Host, "*") {
		return ""
	}
	port := u.Port()
	if u.Scheme == "https" && port == "443" || u.Scheme == "http" && port == "80" {
		return u.Scheme + "://" + strings.TrimSuffix(strings.ToLower(u.Host), ":"+port)
	}
	return u.Scheme + "://" + strings.ToLower(u.Host)
}
