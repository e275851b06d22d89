package graph

import (
	"context"

	"accountql/graph/model"
)

// Organizations resolves User.organizations.
func (r *userResolver) Organizations(ctx context.Context, obj *model.User) ([]*model.Organization, error) {
	stored, err := loadersFrom(ctx).organizations.Load(ctx, obj.ID)
	if err != nil {
		return nil, err
	}
	return each(stored, model.NewOrganization), nil
}
