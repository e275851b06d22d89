package graph

import (
	"context"

	"accountql/account"
	"accountql/graph/model"
	"accountql/logto"
)

// Me resolves Query.me.
func (r *queryResolver) Me(ctx context.Context) (*model.User, error) { return r.user(ctx) }

// user resolves a field of the type User. It looks ahead: every call that the
// selection needs starts at once, and only then it waits for the user itself,
// which tells suspension and deletion.
func (r *Resolver) user(ctx context.Context) (*model.User, error) {
	id, fields := subject(ctx), selected(ctx, "User")
	if fields.onlyID() {
		return &model.User{ID: id}, nil
	}
	load := loadersFrom(ctx)
	wait := load.user.LoadThunk(ctx, id)
	r.prefetch(ctx, load, id, fields)
	user, err := wait()
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
	return model.NewUser(user, r.Account.ReadableCustomData)
}

// prefetch starts what the selected fields will ask their loaders for.
func (r *Resolver) prefetch(ctx context.Context, load *loaders, id string, fields selection) {
	if fields.has("personalAccessTokens") {
		load.personalAccessTokens.LoadThunk(ctx, id)
	}
	if fields.has("mfaVerifications") {
		load.mfaVerifications.LoadThunk(ctx, id)
	}
	if fields.has("sessions") {
		load.sessions.LoadThunk(ctx, id)
	}
	if fields.has("authorizedApplications") {
		load.grants.LoadThunk(ctx, id)
		if fields.within("authorizedApplications", "AuthorizedApplication", "isThirdParty") {
			load.thirdPartyGrants.LoadThunk(ctx, id)
		}
	}
	if fields.has("organizations") {
		load.organizations.LoadThunk(ctx, id)
	}
	removable := fields.has("usernameRemovable", "primaryEmailRemovable", "primaryPhoneRemovable") ||
		fields.within("identities", "SocialIdentity", "removable")
	if removable || fields.has("stepUpMethods") {
		r.Tenant.Prefetch(ctx)
	}
	if r.apartHasPassword.Load() && (removable || fields.has("hasPassword", "stepUpMethods")) {
		load.hasPassword.LoadThunk(ctx, id)
	}
}

// hasPassword asks an endpoint of its own where Logto's user doesn't tell.
func (r *Resolver) hasPassword(ctx context.Context, user *logto.User) (bool, error) {
	if user.HasPassword != nil {
		return *user.HasPassword, nil
	}
	r.apartHasPassword.Store(true)
	return loadersFrom(ctx).hasPassword.Load(ctx, user.ID)
}

// HasPassword resolves User.hasPassword.
func (r *userResolver) HasPassword(ctx context.Context, obj *model.User) (*bool, error) {
	has, err := r.hasPassword(ctx, obj.Logto())
	if err != nil {
		return nil, err
	}
	return &has, nil
}

// StepUpMethods resolves User.stepUpMethods.
func (r *userResolver) StepUpMethods(ctx context.Context, obj *model.User) ([]model.StepUpMethod, error) {
	user := obj.Logto()
	hasPassword, err := r.hasPassword(ctx, user)
	if err != nil {
		return nil, err
	}
	connectors, err := r.Tenant.Connectors(ctx)
	if err != nil {
		return nil, err
	}
	return stepUpMethods(account.StepUpMethods(user, hasPassword, connectors)), nil
}

func stepUpMethods(methods []account.Method) []model.StepUpMethod {
	presented := make([]model.StepUpMethod, len(methods))
	for i, method := range methods {
		presented[i] = model.StepUpMethod(method)
	}
	return presented
}
