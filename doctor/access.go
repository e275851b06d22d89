package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"accountql/operator"
)

// apiResource looks for what users' tokens must be for.
func (e *examination) apiResource(ctx context.Context) {
	e.access, e.accessErr = e.Operator.ReadAccess(ctx, e.AccountResource)
	switch {
	case e.accessErr != nil:
		e.unreadable(e.accessErr)
	case e.access.Resource != nil:
		e.ok("Logto has the API resource %s", e.AccountResource)
	case e.access.Similar != "":
		e.fail("ACCOUNT_API_RESOURCE", "set ACCOUNT_API_RESOURCE to "+e.access.Similar+": it is compared character by character",
			"Logto has no API resource %s, but one that is almost the same", e.AccountResource)
	default:
		e.fail("ACCOUNT_API_RESOURCE", "create it by accountql setup, or set ACCOUNT_API_RESOURCE to the identifier of the one that you have "+
			"for this server", "Logto has no API resource %s", e.AccountResource)
	}
}

// scopes looks for the permissions of the API resource.
func (e *examination) scopes(context.Context) {
	if e.withoutResource() {
		return
	}
	if missing := e.access.MissingScopes(); len(missing) > 0 {
		e.fail("", "create what is missing by accountql setup", "the API resource lacks %s", enumerate(missing))
		return
	}
	e.ok("the API resource has the permissions %s", enumerate(accountScopes()))
}

// defaultRole looks for roles that every new user gets.
func (e *examination) defaultRole(context.Context) {
	if e.withoutResource() {
		return
	}
	if missing := e.access.NotGranted(); len(missing) > 0 {
		e.fail("", "create one by accountql setup, or mark a user role that has these permissions as default in Logto's console",
			"no default role of users has %s, so new users' tokens come without", enumerate(missing))
		return
	}
	e.ok("new users get the permissions by %s", enumerate(e.grantingRoles()))
}

// withoutResource reports, and tells, that there is no API resource to look at.
func (e *examination) withoutResource() bool {
	there := e.accessErr == nil && e.access.Resource != nil
	if !there {
		e.skip("can't be checked before api-resource is mended")
	}
	return !there
}

// grantingRoles are the default roles that grant something.
func (e *examination) grantingRoles() []string {
	var names []string
	for _, role := range e.access.Roles {
		if role.IsDefault && len(role.Scopes) > 0 {
			names = append(names, "the role "+role.Name)
		}
	}
	return names
}

// users compares how many users there are with how many have the role: Logto gives
// default roles to new users alone.
func (e *examination) users(ctx context.Context) {
	total, one, err := e.Operator.CountUsers(ctx)
	if err != nil {
		e.unreadable(err)
		return
	}
	e.oneUser = one
	holding := -1
	var name string
	for _, role := range e.access.Roles {
		if role.IsDefault && len(role.Lacks()) == 0 && role.UsersCount > holding {
			holding, name = role.UsersCount, role.Name
		}
	}
	switch {
	case total == 0:
		e.ok("there are no users yet")
	case holding < 0:
		e.skip("%s; no default role grants all permissions", plural(total, "user"))
	case holding < total:
		e.warn("", "give the others the role in Logto's console (Roles > "+name+" > Users), unless they have the permissions by another one: "+
			"a default role is given to new users only", "%d of %s have the role %s", holding, plural(total, "user"), name)
	default:
		e.ok("%s, all with the role %s", plural(total, "user"), name)
	}
}

// clients looks at the applications whose users may call.
func (e *examination) clients(ctx context.Context) {
	if e.AnyClient {
		e.anyClients(ctx)
		return
	}
	for _, id := range e.AllowedClients {
		application, err := e.Operator.GetApplication(ctx, id)
		switch {
		case operator.IsNotFound(err):
			e.fail("ALLOWED_CLIENT_IDS", "take it out of ALLOWED_CLIENT_IDS, or set it right: it is the app ID, as Logto's console shows it",
				"Logto has no application with the id %s", id)
		case err != nil:
			e.unreadable(err)
		default:
			e.client(application)
		}
	}
}

func (e *examination) client(a operator.Application) {
	named := fmt.Sprintf("%s (%s, app ID %s)", a.Name, a.Type, a.ID)
	sound := true
	if a.Type == "MachineToMachine" {
		sound = false
		e.fail("ALLOWED_CLIENT_IDS", "take it out of ALLOWED_CLIENT_IDS, and list the applications that people sign in to",
			"%s is a machine-to-machine application: nobody signs in to it", named)
	}
	if a.Custom.AllowTokenExchange {
		sound = false
		e.warn("ALLOWED_CLIENT_IDS", "turn token exchange off for it in Logto's console, or take it out of ALLOWED_CLIENT_IDS, unless that is "+
			"what you want", "%s allows token exchange: a personal access token, or a token that was stolen, can be turned into new ones", named)
	}
	if a.IsThirdParty {
		sound = false
		e.warn("ALLOWED_CLIENT_IDS", "take it out of ALLOWED_CLIENT_IDS, unless it may change your users' accounts",
			"%s is a third-party application", named)
	}
	if a.SignsPeopleIn() && len(a.Oidc.RedirectURIs) == 0 {
		sound = false
		e.warn("", "add the app's own callback address to its redirect URIs in Logto's console",
			"%s has no redirect URI: nobody can sign in to it", named)
	}
	if sound {
		e.ok("users of %s may call", named)
	}
}

// anyClients names the applications that a * lets in and that it had better not.
func (e *examination) anyClients(ctx context.Context) {
	applications, err := e.Operator.ListApplications(ctx)
	if err != nil {
		e.unreadable(err)
		return
	}
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

func accountScopes() []string {
	var names []string
	for _, scope := range operator.AccountScopes() {
		names = append(names, scope.Name)
	}
	return names
}

// enumerate writes a list out: "a, b and c".
func enumerate(list []string) string {
	if len(list) < 2 {
		return strings.Join(list, "")
	}
	last := len(list) - 1
	return strings.Join(slices.Clone(list[:last]), ", ") + " and " + list[last]
}
