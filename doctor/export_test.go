package doctor

import (
	"accountql/auth"
	"accountql/logto"
)

// MendToken is what to do about a token that is refused for a reason.
func MendToken(reason auth.Reason) string {
	_, mend := (&examination{report: &Report{Token: new(TokenClaims)}}).mendToken(&auth.Error{Reason: reason})
	return mend
}

// OutOfReach is what is said and what is to be done about an endpoint where no Logto
// answers.
func OutOfReach(endpoint string, err error) (what, mend string) {
	return (&examination{Config: Config{Endpoint: endpoint}}).outOfReach(err)
}

// RandomPassword is one that a policy is asked about.
func RandomPassword(policy logto.PasswordPolicy) string { return randomPassword(policy) }
