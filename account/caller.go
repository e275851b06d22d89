package account

import "time"

// Caller is who asks, as the verified access token says.
type Caller struct {
	// Subject is the user's id: the one account that an operation acts on.
	Subject string
	// ClientID is the application that the token was issued to. Proofs serve only
	// the one that they were given to.
	ClientID string
	// Issuer is Logto's name for itself.
	Issuer string
	// TokenID tells the access token from others of the account; it may be empty.
	TokenID string
	// IssuedAt is when the access token was issued, to the second, and ExpiresAt when
	// it expires.
	IssuedAt, ExpiresAt time.Time
	// Network is the network address that the request came from, as limits count
	// it; empty when it isn't known.
	Network string
}
