// Package setup creates in a tenant what users need to come by the scopes of the
// server: its API resource, the scopes, and a default role with them. It takes
// nothing away and changes nothing that is right, so it can be run again.
package setup

import (
	"context"
	"fmt"
	"io"
	"strings"

	"accountql/operator"
)

const (
	resourceName    = "Account API"
	roleDescription = "May read and change one's own account"
)

// Plan is what is to be made, in order.
type Plan struct {
	// Indicator names the API resource.
	Indicator string
	editor    operator.Editor
	access    operator.Access
	steps     []step
}

// step is one change.
type step struct {
	what string
	do   func(context.Context) error
}

// New reads the tenant, and plans what doctor would find missing. The client must be
// authorized. An error that the operator can mend says how.
func New(ctx context.Context, client *operator.Client, indicator string) (*Plan, error) {
	access, err := client.ReadAccess(ctx, indicator)
	if err != nil {
		return nil, err
	}
	if access.Resource == nil && access.Similar != "" {
		return nil, fmt.Errorf("this Logto has the API resource %s, which is almost ACCOUNT_API_RESOURCE: "+
			"set ACCOUNT_API_RESOURCE to it, or delete it in Logto's console if it is a mistake", access.Similar)
	}
	p := &Plan{Indicator: indicator, editor: operator.Editor{Client: client}, access: access}
	p.planResource()
	return p, p.planRole()
}

func (p *Plan) add(do func(context.Context) error, format string, args ...any) {
	p.steps = append(p.steps, step{what: fmt.Sprintf(format, args...), do: do})
}

func (p *Plan) planResource() {
	if p.access.Resource == nil {
		p.add(func(ctx context.Context) error {
			made, err := p.editor.CreateResource(ctx, resourceName, p.Indicator)
			p.access.Resource = &made
			return err
		}, "the API resource %q with the identifier %s", resourceName, p.Indicator)
	}
	for _, scope := range operator.AccountScopes() {
		if p.access.Scopes[scope.Name] == "" {
			p.add(func(ctx context.Context) error {
				made, err := p.editor.CreateScope(ctx, p.access.Resource.ID, scope)
				p.access.Scopes[scope.Name] = made.ID
				return err
			}, "its permission %s", scope.Name)
		}
	}
}

// planRole makes a role of its own where the default ones don't grant everything,
// rather than add to what somebody made for something else. One that an earlier run
// left unfinished is finished.
func (p *Plan) planRole() error {
	if len(p.access.NotGranted()) == 0 {
		return nil
	}
	for _, role := range p.access.Roles {
		if role.Name != operator.RoleName {
			continue
		}
		if role.Type != "User" {
			return fmt.Errorf("this Logto has a role %s that is not for users: rename it in Logto's console", role.Name)
		}
		if lacking := role.Lacks(); len(lacking) > 0 {
			p.add(func(ctx context.Context) error {
				return p.editor.AddRoleScopes(ctx, role.ID, p.scopeIDs(lacking))
			}, "the permissions %s in the role %s", strings.Join(lacking, ", "), role.Name)
		}
		if !role.IsDefault {
			p.add(func(ctx context.Context) error {
				return p.editor.MakeRoleDefault(ctx, role.ID)
			}, "the mark that the role %s is a default role, which every new user gets", role.Name)
		}
		return nil
	}
	var names []string
	for _, scope := range operator.AccountScopes() {
		names = append(names, scope.Name)
	}
	p.add(func(ctx context.Context) error {
		return p.editor.CreateDefaultRole(ctx, operator.RoleName, roleDescription, p.scopeIDs(names))
	}, "the role %s with the permissions %s, a default role, which every new user gets", operator.RoleName, strings.Join(names, ", "))
	return nil
}

func (p *Plan) scopeIDs(names []string) []string {
	var ids []string
	for _, name := range names {
		ids = append(ids, p.access.Scopes[name])
	}
	return ids
}

// IsEmpty tells that there is nothing to do.
func (p *Plan) IsEmpty() bool { return len(p.steps) == 0 }

// Print lists what is to be made.
func (p *Plan) Print(w io.Writer) {
	for i, s := range p.steps {
		fmt.Fprintf(w, "  %d. %s\n", i+1, s.what)
	}
}
