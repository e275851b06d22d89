package graph

import (
	"context"

	"accountql/graph/model"
)

// UpdateCustomData resolves Mutation.updateCustomData.
func (r *mutationResolver) UpdateCustomData(ctx context.Context, input model.UpdateCustomDataInput) (*model.UserPayload, error) {
	user, err := r.Account.UpdateCustomData(ctx, caller(ctx), input.Data, input.Mode == model.CustomDataModeReplace)
	return userPayload(ctx, user, err)
}
