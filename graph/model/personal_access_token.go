package model

import (
	"time"

	"accountql/logto"
)

// NewPersonalAccessToken presents a token as of now. Logto goes on listing those
// that have expired.
func NewPersonalAccessToken(token logto.PersonalAccessToken, now time.Time) *PersonalAccessToken {
	expiresAt := optionalTime(token.ExpiresAt)
	return &PersonalAccessToken{
		ID: token.Name, Name: token.Name, CreatedAt: token.CreatedAt.Time, ExpiresAt: expiresAt,
		IsExpired: expiresAt != nil && !expiresAt.After(now),
	}
}
