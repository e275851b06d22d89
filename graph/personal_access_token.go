package graph

import (
	"cmp"
	"context"
	"slices"

	"accountql/graph/model"
)

// PersonalAccessTokens resolves User.personalAccessTokens, oldest first: Logto
// lists them in no order.
func (r *userResolver) PersonalAccessTokens(ctx context.Context, obj *model.User) ([]*model.PersonalAccessToken, error) {
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
