package graph

import (
	"context"

	"accountql/access"
	"accountql/account"
	"accountql/graph/model"
	"accountql/logto"
)

// Me resolves Query.me.
func (r *queryResolver) Me(ctx context.Context) (*model.User, error) { return r.user(ctx) }

// user resolves a field of the type User. It looks ahead: every call that the
// selection needs starts at once, together with that for the user itself, which
// tells suspension and deletion.
func (r *Resolver) user(ctx context.Context) (*model.User, error) {
	id, fields := subject(ctx), selected(ctx, "User")
	if fields.onlyID() {
		return &model.User{ID: id}, nil
	}
	load := loadersFrom(ctx)
	allowed := load.access()
	user, err := load.user.LoadHere(ctx, id, func() { r.prefetch(ctx, load, id, fields, allowed) })
	if err != nil {
		return nil, err
	}
	if user.UpdatedAt.IsZero() && fields.has("updatedAt") {
		// A change answered without the time of the change, and it is asked for.
		load.user.Clear(id)
		if user, err = load.user.Load(ctx, id); err != nil {
			return nil, err
		}
	}
	return model.NewUser(user, allowed, r.Account.ReadableCustomData), nil
}

// prefetch starts what the selected fields will ask their loaders for. Fields that
// the policy hides ask for nothing.
func (r *Resolver) prefetch(ctx context.Context, load *loaders, id string, fields selection, allowed access.Set) {
	shows := func(part access.Field, field string) bool {
		readable, _ := allowed.Readable(part)
		return readable && fields.has(field)
	}
	if shows(access.PersonalAccessToken, "personalAccessTokens") {
		load.personalAccessTokens.LoadThunk(ctx, id)
	}
	if shows(access.Mfa, "mfaVerifications") {
		load.mfaVerifications.LoadThunk(ctx, id)
	}
	if shows(access.Session, "sessions") {
		load.sessions.LoadThunk(ctx, id)
	}
	if shows(access.Session, "authorizedApplications") {
		load.grants.LoadThunk(ctx, id)
		if fields.within("authorizedApplications", "AuthorizedApplication", "isThirdParty") {
			load.thirdPartyGrants.LoadThunk(ctx, id)
		}
	}
	if fields.has("organizations") {
		load.organizations.LoadThunk(ctx, id)
	}
	waysIn := fields.has("stepUpMethods") || asksRemovable(fields, allowed)
	if waysIn {
		r.Tenant.Prefetch(ctx)
	}
	if r.apartHasPassword.Load() && (waysIn || shows(access.Password, "hasPassword")) {
		load.hasPassword.LoadThunk(ctx, id)
	}
}

// hasPassword asks an endpoint of its own where Logto's user doesn't tell.
func (r *Resolver) hasPassword(ctx context.Context, user *logto.User) (bool, error) {
	r.apartHasPassword.Store(user.HasPassword == nil)
	if user.HasPassword != nil {
		return *user.HasPassword, nil
	}
	return loadersFrom(ctx).hasPassword.Load(ctx, user.ID)
}

// HasPassword resolves User.hasPassword.
func (r *userResolver) HasPassword(ctx context.Context, obj *model.User) (*bool, error) {
	if shows, err := obj.Shows(access.Password); !shows {
		return nil, err
	}
	has, err := r.hasPassword(ctx, obj.Logto())
	if err != nil {
		return nil, err
	}
	return &has, nil
}

// StepUpMethods resolves User.stepUpMethods. No policy hides it: a proof can be
// given with a password or an address that is hidden, and whoever is asked for one
// has to know how.
func (r *userResolver) StepUpMethods(ctx context.Context, obj *model.User) ([]account.Method, error) {
	user := obj.Logto()
	hasPassword, err := r.hasPassword(ctx, user)
	if err != nil {
		return nil, err
	}
	connectors, err := r.Tenant.Connectors(ctx)
	if err != nil {
		return nil, err
	}
	return account.StepUpMethods(user, hasPassword, connectors), nil
}
