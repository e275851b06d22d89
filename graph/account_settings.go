package graph

import (
	"context"
	"slices"

	"accountql/access"
	"accountql/graph/generated"
	"accountql/graph/model"
	"accountql/logto"
)

// AccountSettings resolves Query.accountSettings. It asks nothing itself: each of
// its fields does.
func (r *queryResolver) AccountSettings(ctx context.Context) (*model.AccountSettings, error) {
	r.Tenant.Prefetch(ctx)
	return &model.AccountSettings{}, nil
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

// Fields resolves AccountSettings.fields.
func (r *accountSettingsResolver) Fields(ctx context.Context, _ *model.AccountSettings) ([]*model.FieldPermission, error) {
	allowed := loadersFrom(ctx).access()
	permissions := []*model.FieldPermission{}
	for _, field := range access.Fields() {
		level, err := allowed.Of(field)
		if err != nil {
			return nil, err
		}
		permissions = append(permissions, &model.FieldPermission{Field: field, Access: level, StepUp: asksForProof(field)})
	}
	return permissions, nil
}

// asksForProof is true of the parts that have a mutation marked @stepUp.
func asksForProof(field access.Field) bool {
	switch field {
	case access.Username, access.Email, access.Phone, access.Password,
		access.Social, access.Mfa, access.PersonalAccessToken, access.Account:
		return true
	default:
		return false
	}
}
