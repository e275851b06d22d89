package graph

import (
	"context"

	"accountql/account"
	"accountql/graph/model"
)

// SuspendAccount resolves Mutation.suspendAccount.
func (r *mutationResolver) SuspendAccount(ctx context.Context, input model.SuspendAccountInput) (*model.SuspendAccountPayload, error) {
	err := r.Account.SuspendAccount(ctx, caller(ctx), account.Closing{Confirm: input.Confirm, StepUpProof: input.StepUpProof.Value()})
	suspended := err == nil
	errs, err := settle(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	return &model.SuspendAccountPayload{Suspended: suspended, Errors: errs}, nil
}

// DeleteAccount resolves Mutation.deleteAccount.
func (r *mutationResolver) DeleteAccount(ctx context.Context, input model.DeleteAccountInput) (*model.DeleteAccountPayload, error) {
	err := r.Account.DeleteAccount(ctx, caller(ctx), account.Closing{Confirm: input.Confirm, StepUpProof: input.StepUpProof.Value()})
	deleted := err == nil
	errs, err := settle(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	payload := &model.DeleteAccountPayload{Errors: errs}
	if deleted {
		id := subject(ctx)
		payload.DeletedID = &id
	}
	return payload, nil
}
