package doctor

import (
	"context"
	"slices"
	"strings"

	"accountql/access"
	"accountql/logto"
	"accountql/operator"
)

// Where Logto and providers send people back to, below the account page's own
// address, which ends in home.
const (
	home     = "/account/"
	callback = home + "callback"
	link     = home + "link"
)

// accountPage looks whether the account page can sign people in and out.
func (e *examination) accountPage(ctx context.Context) {
	if e.AccountPageAppID == "" {
		e.ok("ACCOUNT_PAGE_APP_ID is not set: the account page is not served")
		return
	}
	application, err := e.Operator.GetApplication(ctx, e.AccountPageAppID)
	switch {
	case operator.IsNotFound(err) && !e.AnyClient:
		e.skip("can't be checked before clients is mended")
	case operator.IsNotFound(err):
		e.fail("ACCOUNT_PAGE_APP_ID", "set ACCOUNT_PAGE_APP_ID to the app ID of the account page's single-page application, as Logto's "+
			"console shows it", "Logto has no application with the id %s", e.AccountPageAppID)
	case err != nil:
		e.unreadable(err)
	case application.Type != "SPA" && application.Type != "Native":
		e.fail("ACCOUNT_PAGE_APP_ID", "create a single-page application in Logto's console, and set ACCOUNT_PAGE_APP_ID to its app ID",
			"%s is no single-page application: the account page can't get tokens by it", name(application))
	default:
		e.pageAddresses(application)
	}
}

// pageAddresses compares where Logto may send people back to with where the page is.
// That tells its address, which this server doesn't know.
func (e *examination) pageAddresses(a operator.Application) {
	var roots []string
	for _, address := range a.Oidc.RedirectURIs {
		if root, found := strings.CutSuffix(address, callback); found {
			roots = append(roots, root)
		}
	}
	if len(roots) == 0 {
		e.fail("ACCOUNT_PAGE_APP_ID", "add https://{this server}"+callback+" to its redirect URIs in Logto's console",
			"%s has no redirect URI that ends in %s: nobody can sign in to the account page", name(a), callback)
		return
	}
	sound := true
	for _, root := range roots {
		if !slices.Contains(a.Oidc.PostLogoutRedirectURIs, root+home) {
			sound = false
			e.fail("ACCOUNT_PAGE_APP_ID", "add "+root+home+" to its post sign-out redirect URIs in Logto's console",
				"%s lacks the post sign-out redirect URI %s: signing out of the account page ends in an error", name(a), root+home)
		}
		if len(e.RedirectURIs) > 0 && !slices.Contains(e.RedirectURIs, root+link) && !strings.Contains(root, "*") && e.links() {
			sound = false
			e.warn("REDIRECT_URIS", "add "+root+link+" to REDIRECT_URIS, and register it with each provider",
				"REDIRECT_URIS lacks %s: accounts can't be linked on the account page", root+link)
		}
	}
	if e.Issuer == "" && e.issuer != "" && host(e.issuer) != host(e.Endpoint) {
		sound = false
		e.warn("LOGTO_ISSUER", "set LOGTO_ISSUER to "+e.issuer+", unless browsers reach Logto at LOGTO_ENDPOINT",
			"the account page signs people in at %s, and Logto's own address is another", e.Endpoint)
	}
	if sound {
		e.ok("%s signs people in at %s", name(a), enumerate(roots))
	}
}

// links tells whether people may link accounts, and with what.
func (e *examination) links() bool {
	editable, err := e.fields.Editable(access.Social)
	return (err != nil || editable) && slices.ContainsFunc(e.connectors, logto.Connector.Linkable)
}
