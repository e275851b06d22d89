package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"accountql/account"
	"accountql/graph/model"
)

// UpdateProfile resolves Mutation.updateProfile.
func (r *mutationResolver) UpdateProfile(ctx context.Context, input model.UpdateProfileInput) (*model.UserPayload, error) {
	user, err := r.Account.UpdateProfile(ctx, caller(ctx), profileChange(input))
	return userPayload(ctx, user, err)
}

func profileChange(input model.UpdateProfileInput) account.ProfileChange {
	change := account.ProfileChange{Name: changeOf(input.Name), Avatar: changeOf(input.Avatar)}
	profile, given := input.Profile.ValueOK()
	if !given {
		return change
	}
	if profile == nil {
		change.ClearProfile = true
		return change
	}
	change.Fields = givenTexts(map[string]graphql.Omittable[*string]{
		"familyName": profile.FamilyName, "givenName": profile.GivenName, "middleName": profile.MiddleName,
		"nickname": profile.Nickname, "preferredUsername": profile.PreferredUsername,
		"profile": profile.Profile, "website": profile.Website, "gender": profile.Gender,
		"birthdate": profile.Birthdate, "zoneinfo": profile.Zoneinfo, "locale": profile.Locale,
	})
	address, given := profile.Address.ValueOK()
	if !given {
		return change
	}
	if address == nil {
		change.ClearAddress = true
		return change
	}
	change.Address = givenTexts(map[string]graphql.Omittable[*string]{
		"formatted": address.Formatted, "streetAddress": address.StreetAddress, "locality": address.Locality,
		"region": address.Region, "postalCode": address.PostalCode, "country": address.Country,
	})
	return change
}

// changeOf reads one text of an input: absent keeps, null clears.
func changeOf(text graphql.Omittable[*string]) account.Change {
	value, given := text.ValueOK()
	return account.Change{Given: given, Value: value}
}

// givenTexts keeps the texts that the input names.
func givenTexts(texts map[string]graphql.Omittable[*string]) map[string]*string {
	changes := map[string]*string{}
	for name, text := range texts {
		if value, given := text.ValueOK(); given {
			changes[name] = value
		}
	}
	return changes
}
