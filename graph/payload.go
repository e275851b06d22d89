package graph

import (
	"context"
	"errors"

	"accountql/account"
	"accountql/graph/generated"
	"accountql/graph/model"
	"accountql/logto"
)

// settle ends a mutation. What earlier fields of the request have loaded is
// forgotten, and the user as the change left it is kept, so that the payload is
// fresh. What the person can mend goes into the payload; any other error is
// returned, for the top level.
func settle(ctx context.Context, user *logto.User, err error) ([]model.AccountError, error) {
	load := loadersFrom(ctx)
	load.forget(subject(ctx))
	if user != nil {
		load.user.Prime(user.ID, user)
	}
	var mendable account.Errors
	if err != nil && !errors.As(err, &mendable) {
		return nil, err
	}
	presented := make([]model.AccountError, len(mendable))
	for i, e := range mendable {
		presented[i] = model.BasicError{Code: model.AccountErrorCode(e.Code), Message: e.Message, Path: e.Path}
	}
	return presented, nil
}

// changed marks a payload's user as there to be read, by payloadUser; nil when
// nothing was changed.
func changed(user *logto.User) *model.User {
	if user == nil {
		return nil
	}
	return &model.User{ID: user.ID}
}

// payloadUser resolves the field user of a payload.
func (r *Resolver) payloadUser(ctx context.Context, marked *model.User) (*model.User, error) {
	if marked == nil {
		return nil, nil
	}
	return r.user(ctx)
}

type (
	updateProfilePayloadResolver    struct{ *Resolver }
	updateCustomDataPayloadResolver struct{ *Resolver }
)

// UpdateProfilePayload implements generated.ResolverRoot.
func (r *Resolver) UpdateProfilePayload() generated.UpdateProfilePayloadResolver {
	return &updateProfilePayloadResolver{r}
}

// User resolves UpdateProfilePayload.user.
func (r *updateProfilePayloadResolver) User(ctx context.Context, obj *model.UpdateProfilePayload) (*model.User, error) {
	return r.payloadUser(ctx, obj.User)
}

// UpdateCustomDataPayload implements generated.ResolverRoot.
func (r *Resolver) UpdateCustomDataPayload() generated.UpdateCustomDataPayloadResolver {
	return &updateCustomDataPayloadResolver{r}
}

// User resolves UpdateCustomDataPayload.user.
func (r *updateCustomDataPayloadResolver) User(ctx context.Context, obj *model.UpdateCustomDataPayload) (*model.User, error) {
	return r.payloadUser(ctx, obj.User)
}
