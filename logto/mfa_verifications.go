package logto

import (
	"context"
	"errors"
)

// MfaType is a kind of second factor. Other releases of Logto may know more.
type MfaType string

// The kinds that an account can hold as verifications of its own.
const (
	MfaTotp       MfaType = "Totp"
	MfaWebAuthn   MfaType = "WebAuthn"
	MfaBackupCode MfaType = "BackupCode"
)

// MfaVerification is a second factor of an account, without its secret.
type MfaVerification struct {
	ID         string  `json:"id"`
	Type       MfaType `json:"type"`
	CreatedAt  Time    `json:"createdAt"`
	LastUsedAt Time    `json:"lastUsedAt"`
	// Name and Agent describe a passkey; either can be missing.
	Name  *string `json:"name"`
	Agent *string `json:"agent"`
	// RemainCodes counts the backup codes that are left.
	RemainCodes int `json:"remainCodes"`
}

// ListMfaVerifications lists an account's second factors.
//
// Management API: GET /api/users/{userId}/mfa-verifications.
func (c *Client) ListMfaVerifications(ctx context.Context, userID string) ([]MfaVerification, error) {
	return send[[]MfaVerification](ctx, c, call{
		endpoint: "GET /api/users/{userId}/mfa-verifications", values: []string{userID},
	})
}

// CreateTotp adds a time-based code with the secret, in base32. It counts at once:
// prove that the person holds the secret first. Logto would store an empty secret
// too, so that is refused here.
//
// Management API: POST /api/users/{userId}/mfa-verifications.
func (c *Client) CreateTotp(ctx context.Context, userID, secret string) error {
	if secret == "" {
		return errors.New("create TOTP: secret is empty")
	}
	_, err := send[struct{}](ctx, c, call{
		endpoint: "POST /api/users/{userId}/mfa-verifications", values: []string{userID},
		body: map[string]string{"type": string(MfaTotp), "secret": secret},
	})
	return err
}

// CreateBackupCodes makes ten new codes and returns them. While codes are left,
// and without another factor, Logto refuses with 422.
//
// Management API: POST /api/users/{userId}/mfa-verifications.
func (c *Client) CreateBackupCodes(ctx context.Context, userID string) ([]string, error) {
	answer, err := send[struct {
		Codes []string `json:"codes"`
	}](ctx, c, call{
		endpoint: "POST /api/users/{userId}/mfa-verifications", values: []string{userID},
		body: map[string]string{"type": string(MfaBackupCode)},
	})
	return answer.Codes, err
}

// DeleteMfaVerification removes a second factor; backup codes can be left alone.
//
// Management API: DELETE /api/users/{userId}/mfa-verifications/{verificationId}.
func (c *Client) DeleteMfaVerification(ctx context.Context, userID, verificationID string) error {
	return c.exec(ctx, call{
		endpoint: "DELETE /api/users/{userId}/mfa-verifications/{verificationId}", values: []string{userID, verificationID},
	})
}
