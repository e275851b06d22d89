package model

import "accountql/logto"

// NewAuthorizedApplication presents a grant.
func NewAuthorizedApplication(g logto.Grant) *AuthorizedApplication {
	return &AuthorizedApplication{
		ID: g.ID, ApplicationID: g.ApplicationID, Name: optionalText(g.ApplicationName), Scopes: g.Scopes,
		CreatedAt: optionalTime(g.CreatedAt), ExpiresAt: optionalTime(g.ExpiresAt),
	}
}
