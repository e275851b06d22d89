package graph

import (
	"context"
	"slices"

	"accountql/access"
	"accountql/graph/generated"
	"accountql/graph/model"
	"accountql/logto"
)

// AuthorizedApplications resolves User.authorizedApplications.
func (r *userResolver) AuthorizedApplications(ctx context.Context, obj *model.User) ([]*model.AuthorizedApplication, error) {
	if shows, err := obj.Shows(access.Session); !shows {
		return nil, err
	}
	grants, err := loadersFrom(ctx).grants.Load(ctx, obj.ID)
	if err != nil {
		return nil, err
	}
	return each(grants, model.NewAuthorizedApplication), nil
}

type authorizedApplicationResolver struct{ *Resolver }

// AuthorizedApplication implements generated.ResolverRoot.
func (r *Resolver) AuthorizedApplication() generated.AuthorizedApplicationResolver {
	return &authorizedApplicationResolver{r}
}

// IsThirdParty resolves AuthorizedApplication.isThirdParty. A grant doesn't tell
// whose application it is for, a list of those of third parties does.
func (r *authorizedApplicationResolver) IsThirdParty(ctx context.Context, obj *model.AuthorizedApplication) (*bool, error) {
	grants, err := loadersFrom(ctx).thirdPartyGrants.Load(ctx, subject(ctx))
	if err != nil {
		return nil, err
	}
	is := slices.ContainsFunc(grants, func(g logto.Grant) bool { return g.ID == obj.ID })
	return &is, nil
}

// RevokeAuthorizedApplication resolves Mutation.revokeAuthorizedApplication.
func (r *mutationResolver) RevokeAuthorizedApplication(ctx context.Context, input model.RevokeAuthorizedApplicationInput) (*model.UserPayload, error) {
	user, err := r.Account.RevokeAuthorizedApplication(ctx, caller(ctx), input.ID)
	return userPayload(ctx, user, err)
}
