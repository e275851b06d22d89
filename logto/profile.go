package logto

import "context"

// Profile holds the standard claims of OpenID Connect (Core 1.0, section 5.1). Nil
// is a field that isn't there. Logto checks no format: a website can be anything.
type Profile struct {
	FamilyName        *string  `json:"familyName,omitempty"`
	GivenName         *string  `json:"givenName,omitempty"`
	MiddleName        *string  `json:"middleName,omitempty"`
	Nickname          *string  `json:"nickname,omitempty"`
	PreferredUsername *string  `json:"preferredUsername,omitempty"`
	Profile           *string  `json:"profile,omitempty"`
	Website           *string  `json:"website,omitempty"`
	Gender            *string  `json:"gender,omitempty"`
	Birthdate         *string  `json:"birthdate,omitempty"`
	Zoneinfo          *string  `json:"zoneinfo,omitempty"`
	Locale            *string  `json:"locale,omitempty"`
	Address           *Address `json:"address,omitempty"`
}

// Address is the address claim of OpenID Connect (Core 1.0, section 5.1.1).
type Address struct {
	Formatted     *string `json:"formatted,omitempty"`
	StreetAddress *string `json:"streetAddress,omitempty"`
	Locality      *string `json:"locality,omitempty"`
	Region        *string `json:"region,omitempty"`
	PostalCode    *string `json:"postalCode,omitempty"`
	Country       *string `json:"country,omitempty"`
}

// UpdateProfile sets the fields given and keeps the others; the address is
// replaced whole. A field can be set to the empty string but not be removed: that
// takes [UserPatch]. The answer is the profile as it is then.
//
// Management API: PATCH /api/users/{userId}/profile.
func (c *Client) UpdateProfile(ctx context.Context, userID string, changes Profile) (Profile, error) {
	return send[Profile](ctx, c, call{
		endpoint: "PATCH /api/users/{userId}/profile", values: []string{userID},
		body: map[string]Profile{"profile": changes},
	})
}
