package graph

import (
	"context"

	"accountql/graph/model"
)

// Sessions resolves User.sessions.
func (r *userResolver) Sessions(ctx context.Context, obj *model.User) ([]*model.Session, error) {
	stored, err := loadersFrom(ctx).sessions.Load(ctx, obj.ID)
	if err != nil {
		return nil, err
	}
	return each(stored, model.NewSession), nil
}

// each presents every item of a list, which is empty rather than null.
func each[From, To any](from []From, present func(From) *To) []*To {
	to := make([]*To, len(from))
	for i, item := range from {
		to[i] = present(item)
	}
	return to
}
