package doctor

import (
	"context"
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
