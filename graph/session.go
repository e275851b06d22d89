package graph

import (
	"context"

	"accountql/access"
	"accountql/graph/model"
)

// Sessions resolves User.sessions.
func (r *userResolver) Sessions(ctx context.Context, obj *model.User) ([]*model.Session, error) {
	if shows, err := obj.Shows(access.Session); !shows {
		return nil, err
	}
	return loadersFrom(ctx).sessions.Load(ctx, obj.ID)
}

func (r *Resolver) sessions(ctx context.Context, userID string) ([]*model.Session, error) {
	stored, err := r.Account.Logto.ListSessions(ctx, userID)
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

// RevokeSession resolves Mutation.revokeSession.
func (r *mutationResolver) RevokeSession(ctx context.Context, input model.RevokeSessionInput) (*model.UserPayload, error) {
	user, err := r.Account.RevokeSession(ctx, caller(ctx), input.ID)
	return userPayload(ctx, user, err)
}
