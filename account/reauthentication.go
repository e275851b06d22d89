package account

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"accountql/auth"
	"accountql/seal"
)

// Reauthentication is a fresh sign-in that was asked for.
type Reauthentication struct {
	Token     string
	Nonce     string
	ExpiresAt time.Time
}

// reauthentication is sealed in a Reauthentication.
type reauthentication struct{ Nonce string }

const reauthenticationKind seal.Kind[reauthentication] = "reauthentication"

// StartReauthentication gives the nonce that the ID token of the sign-in must carry.
func (s *Service) StartReauthentication(ctx context.Context, caller Caller) (*Reauthentication, error) {
	if _, err := s.Get(ctx, caller.Subject); err != nil {
		return nil, err
	}
	nonce := rand.Text()
	sealed, err := sealFor(ctx, s, caller, reauthenticationKind, reauthentication{Nonce: nonce})
	if err != nil {
		return nil, err
	}
	return &Reauthentication{Token: sealed.Token, Nonce: nonce, ExpiresAt: sealed.ExpiresAt}, nil
}

// CompleteReauthentication gives a proof for a sign-in that was made after
// StartReauthentication, with its nonce. Nobody who merely holds an access token
// can make one.
func (s *Service) CompleteReauthentication(ctx context.Context, caller Caller, token, idToken string) (*Proof, error) {
	return inTurn(ctx, s, caller, func(ctx context.Context, t *turn) (*Proof, error) {
		opened, err := openFor(ctx, s, caller, reauthenticationKind, token, "input", "id")
		if err != nil {
			return nil, err
		}
		signedInAt, err := s.Tokens.VerifySignIn(ctx, idToken, auth.SignIn{
			Subject: caller.Subject, ClientID: caller.ClientID, Nonce: opened.Content.Nonce, NotBefore: opened.IssuedAt,
		})
		if refused, ok := errors.AsType[*auth.SignInError](err); ok {
			s.Logger.InfoContext(ctx, "fresh sign-in refused", "reason", string(refused.Reason))
			return nil, fail(InvalidProof, "The sign-in could not be confirmed: "+refused.Message+".", "input", "idToken")
		}
		if err != nil {
			return nil, fmt.Errorf("verify sign-in: %w", err)
		}
		if err := t.readUser(ctx); err != nil {
			return nil, err
		}
		return useOnce(ctx, s, opened, func() (*Proof, error) {
			return t.givePresence(ctx, caller, presence{Method: FreshSignIn, SignedInAt: signedInAt})
		})
	})
}
