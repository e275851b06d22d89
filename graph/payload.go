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
	noteErrors(ctx, mendable)
	presented := make([]model.AccountError, len(mendable))
	for i, e := range mendable {
		presented[i] = accountError(e)
	}
	return presented, nil
}

// userPayload ends a mutation that answers with the user and errors alone.
func userPayload(ctx context.Context, user *logto.User, err error) (*model.UserPayload, error) {
	errs, err := settle(ctx, user, err)
	if err != nil {
		return nil, err
	}
	return &model.UserPayload{User: changed(user), Errors: errs}, nil
}

// changed marks a payload's user as there to be resolved; nil when nothing was
// changed.
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

// userPayloadResolver resolves the payloads that are a model.UserPayload.
type userPayloadResolver struct{ *Resolver }

// User resolves the field user.
func (r userPayloadResolver) User(ctx context.Context, obj *model.UserPayload) (*model.User, error) {
	return r.payloadUser(ctx, obj.User)
}

// UpdateProfilePayload implements generated.ResolverRoot.
func (r *Resolver) UpdateProfilePayload() generated.UpdateProfilePayloadResolver {
	return userPayloadResolver{r}
}

// UpdateCustomDataPayload implements generated.ResolverRoot.
func (r *Resolver) UpdateCustomDataPayload() generated.UpdateCustomDataPayloadResolver {
	return userPayloadResolver{r}
}

// UpdateUsernamePayload implements generated.ResolverRoot.
func (r *Resolver) UpdateUsernamePayload() generated.UpdateUsernamePayloadResolver {
	return userPayloadResolver{r}
}

// UpdatePrimaryEmailPayload implements generated.ResolverRoot.
func (r *Resolver) UpdatePrimaryEmailPayload() generated.UpdatePrimaryEmailPayloadResolver {
	return userPayloadResolver{r}
}

// RemovePrimaryEmailPayload implements generated.ResolverRoot.
func (r *Resolver) RemovePrimaryEmailPayload() generated.RemovePrimaryEmailPayloadResolver {
	return userPayloadResolver{r}
}

// UpdatePrimaryPhonePayload implements generated.ResolverRoot.
func (r *Resolver) UpdatePrimaryPhonePayload() generated.UpdatePrimaryPhonePayloadResolver {
	return userPayloadResolver{r}
}

// RemovePrimaryPhonePayload implements generated.ResolverRoot.
func (r *Resolver) RemovePrimaryPhonePayload() generated.RemovePrimaryPhonePayloadResolver {
	return userPayloadResolver{r}
}

// ChangePasswordPayload implements generated.ResolverRoot.
func (r *Resolver) ChangePasswordPayload() generated.ChangePasswordPayloadResolver {
	return userPayloadResolver{r}
}

// UnlinkIdentityPayload implements generated.ResolverRoot.
func (r *Resolver) UnlinkIdentityPayload() generated.UnlinkIdentityPayloadResolver {
	return userPayloadResolver{r}
}

// RemoveMfaVerificationPayload implements generated.ResolverRoot.
func (r *Resolver) RemoveMfaVerificationPayload() generated.RemoveMfaVerificationPayloadResolver {
	return userPayloadResolver{r}
}

// RevokeSessionPayload implements generated.ResolverRoot.
func (r *Resolver) RevokeSessionPayload() generated.RevokeSessionPayloadResolver {
	return userPayloadResolver{r}
}

// RevokeAuthorizedApplicationPayload implements generated.ResolverRoot.
func (r *Resolver) RevokeAuthorizedApplicationPayload() generated.RevokeAuthorizedApplicationPayloadResolver {
	return userPayloadResolver{r}
}

// linkIdentityPayloadResolver resolves LinkIdentityPayload.
type linkIdentityPayloadResolver struct{ *Resolver }

// LinkIdentityPayload implements generated.ResolverRoot.
func (r *Resolver) LinkIdentityPayload() generated.LinkIdentityPayloadResolver {
	return linkIdentityPayloadResolver{r}
}

// User resolves the field user.
func (r linkIdentityPayloadResolver) User(ctx context.Context, obj *model.LinkIdentityPayload) (*model.User, error) {
	return r.payloadUser(ctx, obj.User)
}

// confirmTotpEnrollmentPayloadResolver resolves ConfirmTotpEnrollmentPayload.
type confirmTotpEnrollmentPayloadResolver struct{ *Resolver }

// ConfirmTotpEnrollmentPayload implements generated.ResolverRoot.
func (r *Resolver) ConfirmTotpEnrollmentPayload() generated.ConfirmTotpEnrollmentPayloadResolver {
	return confirmTotpEnrollmentPayloadResolver{r}
}

// User resolves the field user.
func (r confirmTotpEnrollmentPayloadResolver) User(ctx context.Context, obj *model.ConfirmTotpEnrollmentPayload) (*model.User, error) {
	return r.payloadUser(ctx, obj.User)
}

// generateBackupCodesPayloadResolver resolves GenerateBackupCodesPayload.
type generateBackupCodesPayloadResolver struct{ *Resolver }

// GenerateBackupCodesPayload implements generated.ResolverRoot.
func (r *Resolver) GenerateBackupCodesPayload() generated.GenerateBackupCodesPayloadResolver {
	return generateBackupCodesPayloadResolver{r}
}

// User resolves the field user.
func (r generateBackupCodesPayloadResolver) User(ctx context.Context, obj *model.GenerateBackupCodesPayload) (*model.User, error) {
	return r.payloadUser(ctx, obj.User)
}
