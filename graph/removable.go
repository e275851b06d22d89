package graph

import (
	"context"

	"accountql/account"
	"accountql/graph/model"
	"accountql/logto"
	"accountql/signin"
)

// UsernameRemovable resolves User.usernameRemovable.
func (r *userResolver) UsernameRemovable(ctx context.Context, obj *model.User) (*model.Removable, error) {
	return r.identifierRemovable(ctx, obj.Logto(), signin.Username, obj.Logto().Username)
}

// PrimaryEmailRemovable resolves User.primaryEmailRemovable.
func (r *userResolver) PrimaryEmailRemovable(ctx context.Context, obj *model.User) (*model.Removable, error) {
	return r.identifierRemovable(ctx, obj.Logto(), signin.Email, obj.Logto().PrimaryEmail)
}

// PrimaryPhoneRemovable resolves User.primaryPhoneRemovable.
func (r *userResolver) PrimaryPhoneRemovable(ctx context.Context, obj *model.User) (*model.Removable, error) {
	return r.identifierRemovable(ctx, obj.Logto(), signin.Phone, obj.Logto().PrimaryPhone)
}

// identifierRemovable is nil where there is nothing to remove.
func (r *Resolver) identifierRemovable(ctx context.Context, user *logto.User, identifier signin.Identifier, value *string) (*model.Removable, error) {
	if value == nil {
		return nil, nil
	}
	return r.removable(ctx, user, func(in signin.Tenant, has signin.Account) bool {
		return in.SurvivesIdentifier(has, identifier)
	})
}

// Removable resolves SocialIdentity.removable.
func (r *socialIdentityResolver) Removable(ctx context.Context, obj *model.SocialIdentity) (*model.Removable, error) {
	user, err := loadersFrom(ctx).user.Load(ctx, subject(ctx))
	if err != nil {
		return nil, err
	}
	return r.removable(ctx, user, func(in signin.Tenant, has signin.Account) bool {
		return in.SurvivesSocial(has, obj.Target)
	})
}

// removable tells whether the account survives a removal.
func (r *Resolver) removable(ctx context.Context, user *logto.User, survives func(signin.Tenant, signin.Account) bool) (*model.Removable, error) {
	hasPassword, err := r.hasPassword(ctx, user)
	if err != nil {
		return nil, err
	}
	experience, err := r.Tenant.SignInExperience(ctx)
	if err != nil {
		return nil, err
	}
	connectors, err := r.Tenant.Connectors(ctx)
	if err != nil {
		return nil, err
	}
	if survives(signin.Tenant{Experience: experience, Connectors: connectors}, signin.AccountOf(user, hasPassword)) {
		return &model.Removable{Allowed: true}, nil
	}
	reason := model.AccountErrorCode(account.LastSignInMethod)
	return &model.Removable{Reason: &reason}, nil
}
