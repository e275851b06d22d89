package logtotest

import "regexp"

// usernamePattern is all that the Management API asks of a username, whatever the
// tenant's policy says.
var usernamePattern = regexp.MustCompile(`^[A-Z_a-z]\w*$`)

func newUserSchema() schema {
	return shape(
		field{"username", optional(nullable(matching(usernamePattern)))},
		field{"primaryEmail", optional(nullable(matching(emailPattern)))},
		field{"primaryPhone", optional(nullable(matching(phonePattern)))},
		field{"name", optional(nullable(ofType("string")))},
		field{"avatar", optional(nullable(ofType("string")))},
		field{"password", optional(length(1, 0))},
		field{"customData", optional(ofType("object"))},
		field{"profile", optional(profileSchema())},
	)
}

// userPatchSchema takes "" for everything that null clears.
func userPatchSchema() schema {
	clearable := func(check schema) schema { return optional(nullable(either(check, literal("")))) }
	return shape(
		field{"username", clearable(matching(usernamePattern))},
		field{"primaryEmail", clearable(matching(emailPattern))},
		field{"primaryPhone", clearable(matching(phonePattern))},
		field{"name", clearable(ofType("string"))},
		field{"avatar", clearable(ofType("string"))},
		field{"customData", optional(ofType("object"))},
		field{"profile", optional(profileSchema())},
	)
}

func profileSchema() schema {
	texts := func(keys ...string) []field {
		fields := make([]field, len(keys))
		for i, key := range keys {
			fields[i] = field{key, optional(ofType("string"))}
		}
		return fields
	}
	address := shape(texts("formatted", "streetAddress", "locality", "region", "postalCode", "country")...)
	return shape(append(texts(
		"familyName", "givenName", "middleName", "nickname", "preferredUsername", "profile", "website", "gender",
		"birthdate", "zoneinfo", "locale",
	), field{"address", optional(address)})...)
}

func configsSchema() schema {
	flag := func(key string) field { return field{key, optional(ofType("boolean"))} }
	return shape(
		field{"mfa", optional(shape(
			flag("enabled"), flag("skipped"), flag("additionalBindingSuggestionSkipped"), flag("skipMfaOnSignIn"),
		))},
		field{"passkeySignIn", optional(shape(flag("skipped")))},
	)
}
