package graph

// ListSizes are how long the lists of the schema are in a large account, for the
// limit on complexity; those that aren't named are taken for ten elements long. JSON
// counts like a list of values, custom data, which may have 1 MB, like a long one.
func ListSizes() map[string]int {
	return map[string]int{
		"User.personalAccessTokens":   100,
		"User.sessions":               50,
		"User.authorizedApplications": 50,
		"User.organizations":          50,
		"User.customData":             1000,
		"SocialIdentity.details":      10,
		"SsoIdentity.details":         10,
	}
}
