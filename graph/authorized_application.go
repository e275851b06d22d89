package graph

import (
	"context"

	"accountql/access"
	"accountql/graph/generated"
	"accountql/graph/model"
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
	is := grants[obj.ID]
	return &is, nil
}

func (r *Resolver) thirdPartyGrants(ctx context.Context, userID string) (map[string]bool, error) {
	grants, err := r.Account.Logto.ListThirdPartyGrants(ctx, userID)
	if err != nil {
		return nil, err
	}
	ids := make(map[string]bool, len(grants))
	for _, grant := range grants {
		ids[grant.ID] = true
	}
	return ids, nil
}

// RevokeAuthorizedApplication resolves Mutation.revokeAuthorizedApplication.
func (r *mutationResolver) RevokeAuthorizedApplication(ctx context.Context, input model.RevokeAuthorizedApplicationInput) (*model.UserPayload, error) {
	user, err := r.Account.RevokeAuthorizedApplication(ctx, caller(ctx), input.ID)
	return userPayload(ctx, user, err)
}
