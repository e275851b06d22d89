package graph

import (
	"context"

	"accountql/access"
	"accountql/graph/model"
)

// MfaVerifications resolves User.mfaVerifications.
func (r *userResolver) MfaVerifications(ctx context.Context, obj *model.User) ([]model.MfaVerification, error) {
	if shows, err := obj.Shows(access.Mfa); !shows {
		return nil, err
	}
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

// StartTotpEnrollment resolves Mutation.startTotpEnrollment.
func (r *mutationResolver) StartTotpEnrollment(ctx context.Context, input model.StartTotpEnrollmentInput) (*model.StartTotpEnrollmentPayload, error) {
	started, err := r.Account.StartTotpEnrollment(ctx, caller(ctx), input.StepUpProof.Value())
	errs, err := settle(ctx, nil, err)
	if err != nil {
		return nil, err
	}
	payload := &model.StartTotpEnrollmentPayload{Errors: errs}
	if started != nil {
		payload.Enrollment = &model.TotpEnrollment{
			ID: started.Token, Secret: started.Secret, OtpauthURI: started.URI, QRCode: started.QRCode, ExpiresAt: started.ExpiresAt,
		}
	}
	return payload, nil
}

// ConfirmTotpEnrollment resolves Mutation.confirmTotpEnrollment.
func (r *mutationResolver) ConfirmTotpEnrollment(ctx context.Context, input model.ConfirmTotpEnrollmentInput) (*model.ConfirmTotpEnrollmentPayload, error) {
	user, err := r.Account.ConfirmTotpEnrollment(ctx, caller(ctx), input.EnrollmentID, input.Code)
	errs, err := settle(ctx, user, err)
	if err != nil {
		return nil, err
	}
	return &model.ConfirmTotpEnrollmentPayload{User: changed(user), Errors: errs}, nil
}

// MfaVerification resolves ConfirmTotpEnrollmentPayload.mfaVerification. Logto
// tells nothing of a new factor but in the list of all: should that fail, the
// factor is in force all the same.
func (r confirmTotpEnrollmentPayloadResolver) MfaVerification(ctx context.Context, obj *model.ConfirmTotpEnrollmentPayload) (*model.TotpVerification, error) {
	if obj.User == nil {
		return nil, nil
	}
	stored, err := loadersFrom(ctx).mfaVerifications.Load(ctx, obj.User.ID)
	if err != nil {
		return nil, err
	}
	for _, v := range stored {
		if presented, isTotp := model.NewMfaVerification(v).(*model.TotpVerification); isTotp {
			return presented, nil
		}
	}
	return nil, nil
}

// GenerateBackupCodes resolves Mutation.generateBackupCodes.
func (r *mutationResolver) GenerateBackupCodes(ctx context.Context, input model.GenerateBackupCodesInput) (*model.GenerateBackupCodesPayload, error) {
	made, err := r.Account.GenerateBackupCodes(ctx, caller(ctx), input.Replace, input.StepUpProof.Value())
	errs, err := settle(ctx, made.User, err)
	if err != nil {
		return nil, err
	}
	return &model.GenerateBackupCodesPayload{Codes: made.Codes, User: changed(made.User), Errors: errs}, nil
}

// RemoveMfaVerification resolves Mutation.removeMfaVerification.
func (r *mutationResolver) RemoveMfaVerification(ctx context.Context, input model.RemoveMfaVerificationInput) (*model.UserPayload, error) {
	user, err := r.Account.RemoveMfaVerification(ctx, caller(ctx), input.ID, input.StepUpProof.Value())
	return userPayload(ctx, user, err)
}
