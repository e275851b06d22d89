package account

import (
	"context"
	"errors"
	"fmt"

	"accountql/access"
	"accountql/logto"
)

// Change is what an input says of one text: nothing, to clear it, or a value.
type Change struct {
	Given bool
	// Value is nil to clear.
	Value *string
}

// ProfileChange is what UpdateProfile changes. Fields holds the texts of the
// OIDC profile by Logto's names (givenName …), Address those of its address; a
// nil text clears.
type ProfileChange struct {
	Name, Avatar               Change
	Fields, Address            map[string]*string
	ClearProfile, ClearAddress bool
}

// UpdateProfile changes name, avatar and the OIDC profile, field by field, and
// returns the user as it is then.
//
// Logto merges a profile but can't clear a field that way, so a change that
// clears something replaces the whole profile, in one call with name and avatar.
// Any other change of the profile is merged, which loses nothing that somebody
// else writes at the same time, in a call of its own after that for name and
// avatar. When that second call fails, the user is returned together with an
// error that says so.
func (s *Service) UpdateProfile(ctx context.Context, caller Caller, change ProfileChange) (*logto.User, error) {
	if err := s.checkProfile(ctx, change); err != nil {
		return nil, err
	}
	return inTurn(ctx, s, caller, func(ctx context.Context, t *turn) (*logto.User, error) {
		if err := t.readUser(ctx); err != nil {
			return nil, err
		}
		return t.updateProfile(ctx, change)
	})
}

func (t *turn) updateProfile(ctx context.Context, change ProfileChange) (*logto.User, error) {
	merge, whole, clears := change.applyTo(t.user.Profile)
	patch, wanted := logto.UserPatch{}, change.Name.Given || change.Avatar.Given
	if change.Name.Given {
		patch.Name = logto.Set(change.Name.Value)
	}
	if change.Avatar.Given {
		patch.Avatar = logto.Set(change.Avatar.Value)
	}
	if clears {
		patch.Profile, wanted = &whole, true
		merge = logto.Profile{}
	}

	after := t.user
	if wanted {
		if err := t.hold(ctx); err != nil {
			return nil, err
		}
		var err error
		if after, err = t.Logto.UpdateUser(ctx, t.user.ID, patch); err != nil {
			return nil, fmt.Errorf("update user: %w", notFound(err))
		}
		after.SsoIdentities = t.user.SsoIdentities // Logto's answer doesn't tell them.
	}
	if merge == (logto.Profile{}) {
		return after, nil
	}
	merged, err := t.mergeProfile(ctx, after, merge)
	if err != nil && wanted && !errors.Is(err, ErrNotFound) {
		return t.profileNotSaved(ctx, after, err)
	}
	return merged, err
}

// mergeProfile makes the call for the profile alone.
func (t *turn) mergeProfile(ctx context.Context, user *logto.User, merge logto.Profile) (*logto.User, error) {
	if err := t.hold(ctx); err != nil {
		return nil, err
	}
	stored, err := t.Logto.UpdateProfile(ctx, user.ID, merge)
	if err != nil {
		return nil, fmt.Errorf("update profile: %w", notFound(err))
	}
	after := *user
	after.Profile = stored
	after.UpdatedAt = logto.Time{} // Logto's answer doesn't tell it.
	return &after, nil
}

// profileNotSaved says what became of a change whose second call failed.
func (t *turn) profileNotSaved(ctx context.Context, user *logto.User, cause error) (*logto.User, error) {
	message := "Name and avatar were saved, the profile was not. Try again with the profile."
	if outcomeUnknown(cause) {
		message = "Name and avatar were saved. Whether the profile was isn't known: look at it before you try again."
		if seen, err := t.Get(ctx, user.ID); err == nil {
			user = seen
		}
	}
	return user, t.partly(ctx, cause, message, "input", "profile")
}

// applyTo works out what the change makes of a stored profile: merge is what
// Logto has to merge into it, whole is the outcome, and clears says that merging
// can't get there.
func (c ProfileChange) applyTo(stored logto.Profile) (merge, whole logto.Profile, clears bool) {
	if c.ClearProfile {
		return merge, whole, stored != logto.Profile{}
	}
	whole = stored
	mergeFields, wholeFields := profileFields(&merge), profileFields(&whole)
	for name, value := range c.Fields {
		clears = clears || value == nil && *wholeFields[name] != nil
		*wholeFields[name], *mergeFields[name] = value, value
	}
	if c.ClearAddress {
		clears = clears || stored.Address != nil
		whole.Address = nil
	}
	if len(c.Address) == 0 {
		return merge, whole, clears
	}
	var address logto.Address
	if stored.Address != nil {
		address = *stored.Address
	}
	parts := addressParts(&address)
	for name, value := range c.Address {
		*parts[name] = value
	}
	// Logto replaces an address whole even where it merges the profile.
	merge.Address, whole.Address = &address, &address
	if address == (logto.Address{}) {
		merge.Address, whole.Address = nil, nil
		clears = clears || stored.Address != nil
	}
	return merge, whole, clears
}

// checkProfile reports everything that is wrong with the change at once: what may
// not be changed, and what can't be.
func (s *Service) checkProfile(ctx context.Context, change ProfileChange) error {
	var errs Errors
	for _, part := range []struct {
		field access.Field
		given bool
		name  string
	}{
		{access.Name, change.Name.Given, "name"},
		{access.Avatar, change.Avatar.Given, "avatar"},
		{access.Profile, change.changesProfile(), "profile"},
	} {
		if !part.given {
			continue
		}
		err := s.editable(ctx, part.field, "input", part.name)
		refused, isRefused := errors.AsType[Errors](err)
		if err != nil && !isRefused {
			return err
		}
		errs = append(errs, refused...)
	}
	return append(errs, change.check()...).orNil()
}

func (c ProfileChange) changesProfile() bool {
	return c.ClearProfile || c.ClearAddress || len(c.Fields) > 0 || len(c.Address) > 0
}

// check looks at the values.
func (c ProfileChange) check() Errors {
	var errs Errors
	note := func(err *Error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	if c.Name.Value != nil {
		note(checkText(*c.Name.Value, maxNameLength, "input", "name"))
	}
	if c.Avatar.Value != nil {
		note(checkLink(*c.Avatar.Value, "input", "avatar"))
	}
	for _, name := range sortedKeys(c.Fields) {
		value, path := c.Fields[name], []string{"input", "profile", name}
		switch {
		case value == nil:
		case name == "profile" || name == "website":
			note(checkLink(*value, path...))
		default:
			note(checkText(*value, maxProfileLength, path...))
		}
	}
	for _, name := range sortedKeys(c.Address) {
		if value := c.Address[name]; value != nil {
			note(checkText(*value, maxProfileLength, "input", "profile", "address", name))
		}
	}
	return errs
}

// profileFields names the texts of a profile as the schema and Logto do.
func profileFields(p *logto.Profile) map[string]**string {
	return map[string]**string{
		"familyName": &p.FamilyName, "givenName": &p.GivenName, "middleName": &p.MiddleName,
		"nickname": &p.Nickname, "preferredUsername": &p.PreferredUsername,
		"profile": &p.Profile, "website": &p.Website, "gender": &p.Gender,
		"birthdate": &p.Birthdate, "zoneinfo": &p.Zoneinfo, "locale": &p.Locale,
	}
}

// addressParts names the texts of an address as the schema and Logto do.
func addressParts(a *logto.Address) map[string]**string {
	return map[string]**string{
		"formatted": &a.Formatted, "streetAddress": &a.StreetAddress, "locality": &a.Locality,
		"region": &a.Region, "postalCode": &a.PostalCode, "country": &a.Country,
	}
}
