package graph

import (
	"context"

	"accountql/graph/model"
)

// MfaVerifications resolves User.mfaVerifications.
func (r *userResolver) MfaVerifications(ctx context.Context, obj *model.User) ([]model.MfaVerification, error) {
	stored, err := loadersFrom(ctx).mfaVerifications.Load(ctx, obj.ID)
	if err != nil {
		return nil, err
	}
	verifications := make([]model.MfaVerification, 0, len(stored))
	for _, v := range stored {
		if presented := model.NewMfaVerification(v); presented != nil {
			verifications = append(verifications, presented)
		}
	}
	return verifications, nil
}
