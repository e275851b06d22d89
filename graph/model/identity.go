package model

import (
	"encoding/json"

	"accountql/logto"
)

// SocialIdentity presents an account at a social provider.
type SocialIdentity struct {
	ID      string
	Target  string
	UserID  string
	Name    *string
	Email   *string
	Avatar  *string
	Details json.RawMessage
}

// NewSocialIdentity picks out of the provider's details what most of them tell.
func NewSocialIdentity(target string, identity logto.Identity) *SocialIdentity {
	// Details are the provider's: a text may be missing or be something else.
	var details struct{ Name, Email, Avatar providerText }
	_ = json.Unmarshal(identity.Details, &details)
	return &SocialIdentity{
		ID: target, Target: target, UserID: identity.UserID,
		Name: details.Name.value, Email: details.Email.value, Avatar: httpURL(details.Avatar.value),
		Details: identity.Details,
	}
}

func newSsoIdentity(identity logto.SsoIdentity) *SsoIdentity {
	return &SsoIdentity{
		ID: identity.ID, SsoConnectorID: identity.SsoConnectorID, Issuer: identity.Issuer,
		IdentityID: identity.IdentityID, CreatedAt: identity.CreatedAt.Time, Details: identity.Detail,
	}
}

// providerText is what a provider may tell as a text. Anything else is nothing.
type providerText struct{ value *string }

// UnmarshalJSON never fails.
func (t *providerText) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) == nil {
		t.value = optionalText(text)
	}
	return nil
}
