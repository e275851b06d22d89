package graph

import (
	"context"

	"accountql/access"
	"accountql/account"
	"accountql/graph/model"
	"accountql/logto"
	"accountql/signin"
)

// UsernameRemovable resolves User.usernameRemovable.
func (r *userResolver) UsernameRemovable(ctx context.Context, obj *model.User) (*model.Removable, error) {
	return r.identifierRemovable(ctx, obj, access.Username, signin.Username, obj.Logto().Username)
}

// PrimaryEmailRemovable resolves User.primaryEmailRemovable.
func (r *userResolver) PrimaryEmailRemovable(ctx context.Context, obj *model.User) (*model.Removable, error) {
	return r.identifierRemovable(ctx, obj, access.Email, signin.Email, obj.Logto().PrimaryEmail)
}

// PrimaryPhoneRemovable resolves User.primaryPhoneRemovable.
func (r *userResolver) PrimaryPhoneRemovable(ctx context.Context, obj *model.User) (*model.Removable, error) {
	return r.identifierRemovable(ctx, obj, access.Phone, signin.Phone, obj.Logto().PrimaryPhone)
}

// identifierRemovable is nil where there is nothing to remove, or nothing to be
// seen of it.
func (r *Resolver) identifierRemovable(
	ctx context.Context, obj *model.User, part access.Field, identifier signin.Identifier, value *string,
) (*model.Removable, error) {
	if shows, err := obj.Shows(part); !shows || value == nil {
		return nil, err
	}
	return r.removable(ctx, part, obj.Logto(), func(in signin.Tenant, has signin.Account) bool {
		return in.SurvivesIdentifier(has, identifier)
	})
}

// Removable resolves SocialIdentity.removable.
func (r *socialIdentityResolver) Removable(ctx context.Context, obj *model.SocialIdentity) (*model.Removable, error) {
	user, err := loadersFrom(ctx).user.Load(ctx, subject(ctx))
	if err != nil {
		return nil, err
	}
	return r.removable(ctx, access.Social, user, func(in signin.Tenant, has signin.Account) bool {
		return in.SurvivesSocial(has, obj.Target)
	})
}

// removable tells whether the policy allows a removal and the account survives it.
func (r *Resolver) removable(
	ctx context.Context, part access.Field, user *logto.User, survives func(signin.Tenant, signin.Account) bool,
) (*model.Removable, error) {
	if editable, err := loadersFrom(ctx).access().Editable(part); err != nil || !editable {
		return notRemovable(account.FieldNotEditable), err
	}
	hasPassword, err := r.hasPassword(ctx, user)
	if err != nil {
		return nil, err
	}
	keeps, err := r.Account.KeepsWayIn(ctx, user, hasPassword, survives)
	if err != nil {
		return nil, err
	}
	if keeps {
		return &model.Removable{Allowed: true}, nil
	}
	return notRemovable(account.LastSignInMethod), nil
}

func notRemovable(code account.Code) *model.Removable {
	return &model.Removable{Reason: &code}
}

// asksRemovable tells whether the selection of a user asks for the removal of
// anything that the policy allows to remove, which takes more than the user to
// answer.
func asksRemovable(fields selection, allowed access.Set) bool {
	editable := func(part access.Field) bool {
		is, _ := allowed.Editable(part)
		return is
	}
	return fields.has("usernameRemovable") && editable(access.Username) ||
		fields.has("primaryEmailRemovable") && editable(access.Email) ||
		fields.has("primaryPhoneRemovable") && editable(access.Phone) ||
		fields.within("identities", "SocialIdentity", "removable") && editable(access.Social)
}
