package graph

import (
	"context"

	"accountql/graph/model"
)

// UpdateCustomData resolves Mutation.updateCustomData.
func (r *mutationResolver) UpdateCustomData(ctx context.Context, input model.UpdateCustomDataInput) (*model.UpdateCustomDataPayload, error) {
	user, err := r.Account.UpdateCustomData(ctx, subject(ctx), input.Data, input.Mode == model.CustomDataModeReplace)
	errs, err := settle(ctx, user, err)
	if err != nil {
		return nil, err
	}
	return &model.UpdateCustomDataPayload{User: changed(user), Errors: errs}, nil
}
