package logto

import (
	"context"
	"encoding/json"
	"strings"
)

// SignInExperience is how the tenant lets people sign in. Policies that are not
// set, in whole or in part, read as Logto's defaults.
type SignInExperience struct {
	SignIn struct {
		Methods []SignInMethod `json:"methods"`
	} `json:"signIn"`
	// SocialSignInConnectorTargets are the targets of the enabled social connectors.
	SocialSignInConnectorTargets []string             `json:"socialSignInConnectorTargets"`
	SingleSignOnEnabled          bool                 `json:"singleSignOnEnabled"`
	PasswordPolicy               PasswordPolicy       `json:"passwordPolicy"`
	UsernamePolicy               UsernamePolicy       `json:"usernamePolicy"`
	EmailBlocklistPolicy         EmailBlocklistPolicy `json:"emailBlocklistPolicy"`
	Mfa                          MfaSettings          `json:"mfa"`
}

// SignInMethod says what an identifier can be combined with.
type SignInMethod struct {
	// Identifier is "username", "email" or "phone".
	Identifier       string `json:"identifier"`
	Password         bool   `json:"password"`
	VerificationCode bool   `json:"verificationCode"`
}

// PasswordPolicy is what new passwords have to satisfy.
type PasswordPolicy struct {
	Length struct {
		Min int `json:"min"`
		Max int `json:"max"`
	} `json:"length"`
	// CharacterTypes are lower case, upper case, digits and symbols.
	CharacterTypes struct {
		Min int `json:"min"`
	} `json:"characterTypes"`
	Rejects struct {
		Pwned                 bool     `json:"pwned"`
		RepetitionAndSequence bool     `json:"repetitionAndSequence"`
		UserInfo              bool     `json:"userInfo"`
		Words                 []string `json:"words"`
	} `json:"rejects"`
}

// UsernamePolicy is what usernames have to satisfy. The Management API itself does
// not enforce it.
type UsernamePolicy struct {
	CaseSensitive bool `json:"caseSensitive"`
	MinLength     int  `json:"minLength"`
	MaxLength     int  `json:"maxLength"`
	AllowedChars  struct {
		Lowercase  bool `json:"lowercase"`
		Uppercase  bool `json:"uppercase"`
		Numbers    bool `json:"numbers"`
		Underscore bool `json:"underscore"`
	} `json:"allowedChars"`
}

// EmailBlocklistPolicy is which email addresses are kept out. The Management API
// itself does not enforce it.
type EmailBlocklistPolicy struct {
	BlockDisposableAddresses bool `json:"blockDisposableAddresses"`
	BlockSubaddressing       bool `json:"blockSubaddressing"`
	// CustomAllowlist and CustomBlocklist hold addresses, domains ("@example.com")
	// and wildcards ("@*.example.com").
	CustomAllowlist []string `json:"customAllowlist"`
	CustomBlocklist []string `json:"customBlocklist"`
}

// MfaSettings are the second factors on offer.
type MfaSettings struct {
	// Factors are [MfaType]s, "EmailVerificationCode" and "PhoneVerificationCode".
	Factors []string `json:"factors"`
	Policy  string   `json:"policy"`
}

// Mandatory tells whether everybody needs a second factor.
func (m MfaSettings) Mandatory() bool { return strings.HasSuffix(m.Policy, "Mandatory") }

// UnmarshalJSON puts Logto's defaults where nothing is set.
func (s *SignInExperience) UnmarshalJSON(data []byte) error {
	type plain SignInExperience
	var p plain
	p.PasswordPolicy.Length.Min, p.PasswordPolicy.Length.Max = 8, 256
	p.PasswordPolicy.CharacterTypes.Min = 1
	rejects := &p.PasswordPolicy.Rejects
	rejects.Pwned, rejects.RepetitionAndSequence, rejects.UserInfo = true, true, true
	p.UsernamePolicy.CaseSensitive = true
	p.UsernamePolicy.MinLength, p.UsernamePolicy.MaxLength = 1, 128
	chars := &p.UsernamePolicy.AllowedChars
	chars.Lowercase, chars.Uppercase, chars.Numbers, chars.Underscore = true, true, true, true
	if err := json.Unmarshal(data, &p); err != nil {
		return err
	}
	*s = SignInExperience(p)
	return nil
}

// GetSignInExperience reads the tenant's sign-in experience.
//
// Management API: GET /api/sign-in-exp.
func (c *Client) GetSignInExperience(ctx context.Context) (*SignInExperience, error) {
	return send[*SignInExperience](ctx, c, call{endpoint: "GET /api/sign-in-exp"})
}
