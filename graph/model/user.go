// Package model holds the Go side of the GraphQL types: what gqlgen generates
// from the schema, and the types bound by hand that present Logto's data.
package model

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"accountql/access"
	"accountql/account"
	"accountql/logto"
)

// User presents Logto's user. When only its id was asked for, ID is all there is.
type User struct {
	ID       string
	logto    *logto.User
	allowed  access.Set
	readable account.Keys
}

// NewUser presents the parts of user that are allowed to be seen, with those keys
// of its custom data that are readable.
func NewUser(user *logto.User, allowed access.Set, readable account.Keys) *User {
	return &User{ID: user.ID, logto: user, allowed: allowed, readable: readable}
}

// Shows tells whether a part of the account may be seen. With an error it may not.
func (u *User) Shows(part access.Field) (bool, error) { return u.allowed.Readable(part) }

// shown is a value, or nothing where its part of the account may not be seen.
func shown[T any](u *User, part access.Field, value func() T) (T, error) {
	if shows, err := u.Shows(part); !shows {
		var hidden T
		return hidden, err
	}
	return value(), nil
}

// Logto returns Logto's user, for resolvers that need more than is presented.
func (u *User) Logto() *logto.User { return u.logto }

// Username resolves User.username.
func (u *User) Username() (*string, error) {
	return shown(u, access.Username, func() *string { return u.logto.Username })
}

// PrimaryEmail resolves User.primaryEmail.
func (u *User) PrimaryEmail() (*string, error) {
	return shown(u, access.Email, func() *string { return u.logto.PrimaryEmail })
}

// PrimaryPhone resolves User.primaryPhone: Logto stores the digits of E.164 alone.
func (u *User) PrimaryPhone() (*string, error) {
	return shown(u, access.Phone, func() *string {
		if u.logto.PrimaryPhone == nil {
			return nil
		}
		e164 := "+" + *u.logto.PrimaryPhone
		return &e164
	})
}

// Name resolves User.name.
func (u *User) Name() (*string, error) {
	return shown(u, access.Name, func() *string { return u.logto.Name })
}

// Avatar resolves User.avatar.
func (u *User) Avatar() (*string, error) {
	return shown(u, access.Avatar, func() *string { return httpURL(u.logto.Avatar) })
}

// Profile resolves User.profile.
func (u *User) Profile() (*logto.Profile, error) {
	return shown(u, access.Profile, func() *logto.Profile {
		profile := u.logto.Profile
		profile.Profile, profile.Website = httpURL(profile.Profile), httpURL(profile.Website)
		return &profile
	})
}

// CustomData resolves User.customData.
func (u *User) CustomData() (json.RawMessage, error) {
	if shows, err := u.Shows(access.CustomData); !shows {
		return nil, err
	}
	return u.readable.Readable(u.logto.CustomData)
}

// IsSuspended resolves User.isSuspended.
func (u *User) IsSuspended() bool { return u.logto.IsSuspended }

// Identities resolves User.identities, in the order of their targets.
func (u *User) Identities() ([]*SocialIdentity, error) {
	return shown(u, access.Social, func() []*SocialIdentity {
		identities := make([]*SocialIdentity, 0, len(u.logto.Identities))
		for _, target := range slices.Sorted(maps.Keys(u.logto.Identities)) {
			identities = append(identities, NewSocialIdentity(target, u.logto.Identities[target]))
		}
		return identities
	})
}

// SsoIdentities resolves User.ssoIdentities.
func (u *User) SsoIdentities() ([]*SsoIdentity, error) {
	return shown(u, access.Social, func() []*SsoIdentity {
		identities := make([]*SsoIdentity, len(u.logto.SsoIdentities))
		for i, identity := range u.logto.SsoIdentities {
			identities[i] = newSsoIdentity(identity)
		}
		return identities
	})
}

// CreatedAt resolves User.createdAt.
func (u *User) CreatedAt() time.Time { return u.logto.CreatedAt.Time }

// UpdatedAt resolves User.updatedAt.
func (u *User) UpdatedAt() time.Time { return u.logto.UpdatedAt.Time }

// LastSignInAt resolves User.lastSignInAt.
func (u *User) LastSignInAt() *time.Time { return optionalTime(u.logto.LastSignInAt) }

// optionalTime is nil where Logto has no time.
func optionalTime(t logto.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t.Time
}

// optionalText is nil where Logto has no text.
func optionalText(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func httpURL(stored *string) *string {
	if stored == nil {
		return nil
	}
	return HTTPURL(*stored)
}
