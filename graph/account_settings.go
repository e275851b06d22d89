package graph

import (
	"context"
	"slices"

	"accountql/graph/generated"
	"accountql/graph/model"
	"accountql/logto"
)

// AccountSettings resolves Query.accountSettings. It asks nothing itself: each of
// its fields does.
func (r *queryResolver) AccountSettings(ctx context.Context) (*model.AccountSettings, error) {
	r.Tenant.Prefetch(ctx)
	return &model.AccountSettings{Fields: r.fieldPermissions()}, nil
}

type accountSettingsResolver struct{ *Resolver }

// AccountSettings implements generated.ResolverRoot.
func (r *Resolver) AccountSettings() generated.AccountSettingsResolver {
	return &accountSettingsResolver{r}
}

// PasswordPolicy resolves AccountSettings.passwordPolicy.
func (r *accountSettingsResolver) PasswordPolicy(ctx context.Context, _ *model.AccountSettings) (*model.PasswordPolicy, error) {
	experience, err := r.Tenant.SignInExperience(ctx)
	if err != nil {
		return nil, err
	}
	return model.NewPasswordPolicy(experience.PasswordPolicy), nil
}

// UsernamePolicy resolves AccountSettings.usernamePolicy.
func (r *accountSettingsResolver) UsernamePolicy(ctx context.Context, _ *model.AccountSettings) (*model.UsernamePolicy, error) {
	experience, err := r.Tenant.SignInExperience(ctx)
	if err != nil {
		return nil, err
	}
	return model.NewUsernamePolicy(experience.UsernamePolicy), nil
}

// MfaFactors resolves AccountSettings.mfaFactors.
func (r *accountSettingsResolver) MfaFactors(ctx context.Context, _ *model.AccountSettings) ([]model.MfaFactor, error) {
	experience, err := r.Tenant.SignInExperience(ctx)
	if err != nil {
		return nil, err
	}
	return model.NewMfaFactors(experience.Mfa), nil
}

// MfaRequired resolves AccountSettings.mfaRequired.
func (r *accountSettingsResolver) MfaRequired(ctx context.Context, _ *model.AccountSettings) (*bool, error) {
	experience, err := r.Tenant.SignInExperience(ctx)
	if err != nil {
		return nil, err
	}
	required := experience.Mfa.Mandatory()
	return &required, nil
}

// SocialConnectors resolves AccountSettings.socialConnectors.
func (r *accountSettingsResolver) SocialConnectors(ctx context.Context, _ *model.AccountSettings) ([]*model.SocialConnector, error) {
	connectors, err := r.Tenant.Connectors(ctx)
	if err != nil {
		return nil, err
	}
	social := slices.DeleteFunc(slices.Clone(connectors), func(c logto.Connector) bool { return c.Type != logto.ConnectorSocial })
	return each(social, model.NewSocialConnector), nil
}

// fieldPermissions tells what may be done with each part of the account.
func (r *Resolver) fieldPermissions() []*model.FieldPermission {
	permissions := make([]*model.FieldPermission, len(model.AllAccountField))
	for i, field := range model.AllAccountField {
		permissions[i] = &model.FieldPermission{Field: field, Access: model.AccessEdit, StepUp: asksForProof(field)}
		if field == model.AccountFieldCustomData {
			permissions[i].Access = r.customDataAccess()
		}
	}
	return permissions
}

// customDataAccess follows from the keys that the operator lists.
func (r *Resolver) customDataAccess() model.Access {
	switch {
	case !r.Account.WritableCustomData.Empty():
		return model.AccessEdit
	case !r.Account.ReadableCustomData.Empty():
		return model.AccessReadOnly
	default:
		return model.AccessOff
	}
}

// asksForProof is true of the parts that have a mutation marked @stepUp.
func asksForProof(field model.AccountField) bool {
	switch field {
	case model.AccountFieldUsername, model.AccountFieldEmail, model.AccountFieldPhone, model.AccountFieldPassword,
		model.AccountFieldSocial, model.AccountFieldMfa, model.AccountFieldPersonalAccessToken, model.AccountFieldAccount:
		return true
	default:
		return false
	}
}
