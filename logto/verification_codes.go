package logto

import "context"

// Recipient is where a verification code is sent: [EmailRecipient] or
// [PhoneRecipient]. Logto keeps codes by recipient alone, compared byte for byte.
type Recipient struct{ kind, address string }

// EmailRecipient is an email address.
func EmailRecipient(address string) Recipient { return Recipient{"email", address} }

// PhoneRecipient is a phone number: its digits, without "+".
func PhoneRecipient(digits string) Recipient { return Recipient{"phone", digits} }

// SendVerificationCode sends a six-digit code, good for ten minutes, in place of an
// earlier one. After ten sends in ten minutes Logto answers 429
// "request.message_rate_limited", to the recipient's own sign-in as well.
//
// Management API: POST /api/verification-codes.
func (c *Client) SendVerificationCode(ctx context.Context, to Recipient) error {
	return c.exec(ctx, call{endpoint: "POST /api/verification-codes", body: map[string]string{to.kind: to.address}})
}

// VerifyVerificationCode uses a code up. What is wrong with it stands in the code
// of the [*Error]: "verification_code.not_found", "verification_code.code_mismatch",
// "verification_code.expired" or "verification_code.exceed_max_try".
//
// Management API: POST /api/verification-codes/verify.
func (c *Client) VerifyVerificationCode(ctx context.Context, to Recipient, code string) error {
	return c.exec(ctx, call{
		endpoint: "POST /api/verification-codes/verify",
		body:     map[string]string{to.kind: to.address, "verificationCode": code},
	})
}
