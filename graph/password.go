package graph

import (
	"context"

	"accountql/account"
	"accountql/graph/model"
)

// ChangePassword resolves Mutation.changePassword.
func (r *mutationResolver) ChangePassword(ctx context.Context, input model.ChangePasswordInput) (*model.UserPayload, error) {
	user, err := r.Account.ChangePassword(ctx, caller(ctx), account.PasswordChange{
		New: input.NewPassword, Current: input.CurrentPassword.Value(), StepUpProof: input.StepUpProof.Value(),
		RevokeSessions: input.RevokeSessions, DeletePersonalAccessTokens: input.DeletePersonalAccessTokens,
	})
	return userPayload(ctx, user, err)
}
