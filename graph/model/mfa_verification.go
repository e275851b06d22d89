package model

import "accountql/logto"

// NewMfaVerification presents a second factor. It is nil for kinds that the
// schema doesn't have: codes by email and phone, which Logto derives from the
// account's addresses, and what later releases may bring.
func NewMfaVerification(v logto.MfaVerification) MfaVerification {
	lastUsedAt := optionalTime(v.LastUsedAt)
	switch v.Type {
	case logto.MfaTotp:
		return &TotpVerification{ID: v.ID, CreatedAt: v.CreatedAt.Time, LastUsedAt: lastUsedAt}
	case logto.MfaWebAuthn:
		return &WebAuthnVerification{ID: v.ID, CreatedAt: v.CreatedAt.Time, LastUsedAt: lastUsedAt, Name: v.Name, Agent: v.Agent}
	case logto.MfaBackupCode:
		return &BackupCodeVerification{ID: v.ID, CreatedAt: v.CreatedAt.Time, LastUsedAt: lastUsedAt, RemainingCodes: v.RemainCodes}
	default:
		return nil
	}
}
