package graph

import (
	"cmp"
	"context"
	"slices"

	"accountql/access"
	"accountql/account"
	"accountql/graph/model"
)

// PersonalAccessTokens resolves User.personalAccessTokens, oldest first: Logto
// lists them in no order.
func (r *userResolver) PersonalAccessTokens(ctx context.Context, obj *model.User) ([]*model.PersonalAccessToken, error) {
	if shows, err := obj.Shows(access.PersonalAccessToken); !shows {
		return nil, err
	}
	stored, err := loadersFrom(ctx).personalAccessTokens.Load(ctx, obj.ID)
	if err != nil {
		return nil, err
	}
	now := r.Now()
	tokens := make([]*model.PersonalAccessToken, len(stored))
	for i, token := range stored {
		tokens[i] = model.NewPersonalAccessToken(token, now)
	}
	slices.SortFunc(tokens, func(a, b *model.PersonalAccessToken) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.Name, b.Name))
	})
	return tokens, nil
}

// CreatePersonalAccessToken resolves Mutation.createPersonalAccessToken.
func (r *mutationResolver) CreatePersonalAccessToken(ctx context.Context, input model.CreatePersonalAccessTokenInput) (*model.CreatePersonalAccessTokenPayload, error) {
	created, err := r.Account.CreatePersonalAccessToken(ctx, caller(ctx), account.NewPersonalAccessToken{
		Name: input.Name, ExpiresAt: input.ExpiresAt.Value(), StepUpProof: input.StepUpProof.Value(),
	})
	errs, err := settle(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	payload := &model.CreatePersonalAccessTokenPayload{Errors: errs}
	if created != nil {
		payload.PersonalAccessToken = model.NewPersonalAccessToken(created.PersonalAccessToken, r.Now())
		payload.Value = &created.Value
	}
	return payload, nil
}

// RenamePersonalAccessToken resolves Mutation.renamePersonalAccessToken.
func (r *mutationResolver) RenamePersonalAccessToken(ctx context.Context, input model.RenamePersonalAccessTokenInput) (*model.RenamePersonalAccessTokenPayload, error) {
	renamed, err := r.Account.RenamePersonalAccessToken(ctx, caller(ctx), input.Name, input.NewName)
	errs, err := settle(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	payload := &model.RenamePersonalAccessTokenPayload{Errors: errs}
	if renamed != nil {
		payload.PersonalAccessToken = model.NewPersonalAccessToken(*renamed, r.Now())
	}
	return payload, nil
}

// DeletePersonalAccessToken resolves Mutation.deletePersonalAccessToken.
func (r *mutationResolver) DeletePersonalAccessToken(ctx context.Context, input model.DeletePersonalAccessTokenInput) (*model.DeletePersonalAccessTokenPayload, error) {
	err := r.Account.DeletePersonalAccessToken(ctx, caller(ctx), input.Name)
	deleted := err == nil
	errs, err := settle(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	payload := &model.DeletePersonalAccessTokenPayload{Errors: errs}
	if deleted {
		payload.DeletedName = &input.Name
	}
	return payload, nil
}
