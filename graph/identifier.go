package graph

import (
	"context"

	"accountql/graph/model"
)

// UpdateUsername resolves Mutation.updateUsername.
func (r *mutationResolver) UpdateUsername(ctx context.Context, input model.UpdateUsernameInput) (*model.UserPayload, error) {
	user, err := r.Account.UpdateUsername(ctx, caller(ctx), changeOf(input.Username), input.StepUpProof.Value())
	return userPayload(ctx, user, err)
}

// UpdatePrimaryEmail resolves Mutation.updatePrimaryEmail.
func (r *mutationResolver) UpdatePrimaryEmail(ctx context.Context, input model.UpdatePrimaryEmailInput) (*model.UserPayload, error) {
	user, err := r.Account.UpdatePrimaryEmail(ctx, caller(ctx), input.Email, input.IdentifierProof, input.StepUpProof.Value())
	return userPayload(ctx, user, err)
}

// RemovePrimaryEmail resolves Mutation.removePrimaryEmail.
func (r *mutationResolver) RemovePrimaryEmail(ctx context.Context, input model.RemovePrimaryEmailInput) (*model.UserPayload, error) {
	user, err := r.Account.RemovePrimaryEmail(ctx, caller(ctx), input.StepUpProof.Value())
	return userPayload(ctx, user, err)
}

// UpdatePrimaryPhone resolves Mutation.updatePrimaryPhone.
func (r *mutationResolver) UpdatePrimaryPhone(ctx context.Context, input model.UpdatePrimaryPhoneInput) (*model.UserPayload, error) {
	user, err := r.Account.UpdatePrimaryPhone(ctx, caller(ctx), input.Phone, input.IdentifierProof, input.StepUpProof.Value())
	return userPayload(ctx, user, err)
}

// RemovePrimaryPhone resolves Mutation.removePrimaryPhone.
func (r *mutationResolver) RemovePrimaryPhone(ctx context.Context, input model.RemovePrimaryPhoneInput) (*model.UserPayload, error) {
	user, err := r.Account.RemovePrimaryPhone(ctx, caller(ctx), input.StepUpProof.Value())
	return userPayload(ctx, user, err)
}
