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
	var details map[string]any
	_ = json.Unmarshal(identity.Details, &details)
	text := func(name string) *string {
		s, _ := details[name].(string)
		return optionalText(s)
	}
	return &SocialIdentity{
		ID: target, Target: target, UserID: identity.UserID,
		Name: text("name"), Email: text("email"), Avatar: httpURL(text("avatar")),
		Details: identity.Details,
	}
}

func newSsoIdentity(identity logto.SsoIdentity) *SsoIdentity {
	return &SsoIdentity{
		ID: identity.ID, SsoConnectorID: identity.SsoConnectorID, Issuer: identity.Issuer,
		IdentityID: identity.IdentityID, CreatedAt: identity.CreatedAt.Time, Details: identity.Detail,
	}
}
