package doctor

import (
	"accountql/auth"
	"accountql/logto"
)

// MendToken is what to do about a token that is refused for a reason.
func MendToken(reason auth.Reason) string {
	_, mend := (&examination{}).mendToken(&auth.Error{Reason: reason})
	return mend
}

// RandomPassword is one that a policy is asked about.
func RandomPassword(policy logto.PasswordPolicy) string { return randomPassword(policy) }
