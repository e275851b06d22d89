package graph

import (
	"context"

	"accountql/account"
	"accountql/graph/model"
)

// StartIdentityLink resolves Mutation.startIdentityLink.
func (r *mutationResolver) StartIdentityLink(ctx context.Context, input model.StartIdentityLinkInput) (*model.StartIdentityLinkPayload, error) {
	link, err := r.Account.StartIdentityLink(ctx, caller(ctx), account.LinkRequest{
		ConnectorID: input.ConnectorID, RedirectURI: input.RedirectURI, State: input.State, StepUpProof: input.StepUpProof.Value(),
	})
	errs, err := settle(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	payload := &model.StartIdentityLinkPayload{Errors: errs}
	if link != nil {
		payload.Link = &model.IdentityLink{ID: link.Token, AuthorizationURI: link.AuthorizationURI, ExpiresAt: link.ExpiresAt}
	}
	return payload, nil
}

// LinkIdentity resolves Mutation.linkIdentity.
func (r *mutationResolver) LinkIdentity(ctx context.Context, input model.LinkIdentityInput) (*model.LinkIdentityPayload, error) {
	linked, err := r.Account.LinkIdentity(ctx, caller(ctx), account.LinkAnswer{
		Link: input.LinkID, State: input.State, ConnectorData: input.ConnectorData, Replace: input.Replace,
	})
	errs, err := settle(ctx, linked.User, err)
	if err != nil {
		return nil, err
	}
	payload := &model.LinkIdentityPayload{User: changed(linked.User), Errors: errs}
	if linked.Identity != nil {
		payload.Identity = model.NewSocialIdentity(linked.Target, *linked.Identity)
	}
	return payload, nil
}

// UnlinkIdentity resolves Mutation.unlinkIdentity.
func (r *mutationResolver) UnlinkIdentity(ctx context.Context, input model.UnlinkIdentityInput) (*model.UserPayload, error) {
	user, err := r.Account.UnlinkIdentity(ctx, caller(ctx), input.Target, input.StepUpProof.Value())
	return userPayload(ctx, user, err)
}
