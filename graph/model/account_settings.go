package model

import (
	"maps"
	"slices"
	"strings"

	"accountql/logto"
)

// NewPasswordPolicy presents the tenant's rules for passwords.
func NewPasswordPolicy(p logto.PasswordPolicy) *PasswordPolicy {
	return &PasswordPolicy{
		MinLength: p.Length.Min, MaxLength: p.Length.Max, MinCharacterTypes: p.CharacterTypes.Min,
		RejectsBreached: p.Rejects.Pwned, RejectsRepetitionAndSequence: p.Rejects.RepetitionAndSequence,
		RejectsUserInfo: p.Rejects.UserInfo, RejectedWords: p.Rejects.Words,
	}
}

// NewUsernamePolicy presents the tenant's rules for usernames.
func NewUsernamePolicy(p logto.UsernamePolicy) *UsernamePolicy {
	return &UsernamePolicy{
		MinLength: &p.MinLength, MaxLength: &p.MaxLength, CaseSensitive: &p.CaseSensitive,
		Lowercase: &p.AllowedChars.Lowercase, Uppercase: &p.AllowedChars.Uppercase,
		Numbers: &p.AllowedChars.Numbers, Underscore: &p.AllowedChars.Underscore,
	}
}

// NewMfaFactors presents the factors that are turned on. A kind that the schema
// doesn't have is left out.
func NewMfaFactors(settings logto.MfaSettings) []MfaFactor {
	known := map[string]MfaFactor{
		"Totp": MfaFactorTotp, "WebAuthn": MfaFactorWebAuthn, "BackupCode": MfaFactorBackupCode,
		"EmailVerificationCode": MfaFactorEmailVerificationCode, "PhoneVerificationCode": MfaFactorPhoneVerificationCode,
	}
	factors := []MfaFactor{}
	for _, name := range settings.Factors {
		if factor, ok := known[name]; ok {
			factors = append(factors, factor)
		}
	}
	return factors
}

// NewSocialConnector presents a social connector, without its configuration.
func NewSocialConnector(c logto.Connector) *SocialConnector {
	presented := &SocialConnector{ID: c.ID, Target: c.Target, Name: connectorName(c), Logo: logo(c.Logo), Linkable: c.Linkable()}
	if c.LogoDark != nil {
		presented.LogoDark = logo(*c.LogoDark)
	}
	return presented
}

// connectorName prefers English, which every connector of Logto's own has.
func connectorName(c logto.Connector) string {
	if name := c.Name["en"]; name != "" {
		return name
	}
	for _, language := range slices.Sorted(maps.Keys(c.Name)) {
		return c.Name[language]
	}
	return c.Target
}

// logo lets through what a page can show as an image without running anything.
func logo(address string) *string {
	lower := strings.ToLower(address)
	if strings.HasPrefix(lower, "https://") || strings.HasPrefix(lower, "data:image/") {
		return &address
	}
	return nil
}
