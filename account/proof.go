package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"accountql/address"
	"accountql/logto"
	"accountql/seal"
	"accountql/signin"
	"accountql/store"
)

// Proof is what a person has proved, sealed for the client to hand back.
type Proof struct {
	Token     string
	Kind      ProofKind
	Method    Method
	ExpiresAt time.Time
}

// ProofKind is one of the schema's ProofKind: what a proof is for is fixed when it
// is given.
type ProofKind string

// The kinds of proofs.
const (
	// ProofOfPresence shows that the person is there.
	ProofOfPresence ProofKind = "STEP_UP"
	// ProofOfAddress shows that an address that isn't the account's is theirs.
	ProofOfAddress ProofKind = "IDENTIFIER"
)

// presence is sealed in a ProofOfPresence.
type presence struct {
	Method Method
	// Recipient is where the code was sent, with the methods by code: the proof dies
	// when that is no longer the account's own address.
	Recipient recipient `json:",omitzero"`
	// SignedInAt is the time of the sign-in, with FreshSignIn. It tells which session
	// the person is using.
	SignedInAt time.Time `json:",omitzero"`
}

const (
	presenceKind seal.Kind[presence]  = "stepUp"
	addressKind  seal.Kind[recipient] = "identifier"
)

// recipient is an address that a code is sent to.
type recipient struct {
	Identifier signin.Identifier
	// Address is an email, or the digits of a phone number.
	Address string
}

// logto is the recipient as the client takes it.
func (r recipient) logto() logto.Recipient {
	if r.Identifier == signin.Phone {
		return logto.PhoneRecipient(r.Address)
	}
	return logto.EmailRecipient(r.Address)
}

// own returns the account's own spelling of the address, and whether it is the
// account's at all.
func (r recipient) own(user *logto.User) (recipient, bool) {
	switch {
	case r.Identifier == signin.Email && user.PrimaryEmail != nil && address.SameEmail(*user.PrimaryEmail, r.Address):
		return recipient{signin.Email, *user.PrimaryEmail}, true
	case r.Identifier == signin.Phone && user.PrimaryPhone != nil && *user.PrimaryPhone == r.Address:
		return r, true
	default:
		return recipient{}, false
	}
}

// method is the way of proving by a code that is sent there.
func (r recipient) method() Method {
	if r.Identifier == signin.Phone {
		return PhoneCode
	}
	return EmailCode
}

// binding is what everything is sealed for. It depends on the store, since what is
// sealed is good only as long as the marks about it are known.
func (s *Service) binding(ctx context.Context, caller Caller) (seal.Binding, error) {
	epoch, err := s.Store.Epoch(ctx)
	if err != nil {
		return seal.Binding{}, fmt.Errorf("bind: %w", err)
	}
	return seal.Binding{
		Issuer: caller.Issuer, Resource: s.Resource, Subject: caller.Subject, ClientID: caller.ClientID, Epoch: epoch,
	}, nil
}

func sealFor[T any](ctx context.Context, s *Service, caller Caller, kind seal.Kind[T], content T) (seal.Sealed, error) {
	binding, err := s.binding(ctx, caller)
	if err != nil {
		return seal.Sealed{}, err
	}
	return seal.Seal(s.Sealer, kind, binding, content)
}

// openFor opens what was sealed for the caller. What was given before the last
// change of the password is void, and what is good once must not be used up.
func openFor[T any](ctx context.Context, s *Service, caller Caller, kind seal.Kind[T], token string, path ...string) (seal.Opened[T], error) {
	var none seal.Opened[T]
	binding, err := s.binding(ctx, caller)
	if err != nil {
		return none, err
	}
	opened, err := seal.Open(s.Sealer, kind, binding, token)
	if errors.Is(err, seal.ErrInvalid) {
		return none, invalidProof(path...)
	}
	if err != nil {
		return none, err
	}
	used, err := s.Store.Marked(ctx, usedKey(opened.ID))
	if err != nil {
		return none, fmt.Errorf("look for use: %w", err)
	}
	void, err := s.givenBeforePasswordChange(ctx, caller, opened.IssuedAt)
	if err != nil {
		return none, err
	}
	if used || void {
		return none, invalidProof(path...)
	}
	return opened, nil
}

func invalidProof(path ...string) error {
	return fail(InvalidProof, "This confirmation is not valid, has expired, or was used before. Start again.", path...)
}

func usedKey(id string) store.Key { return store.NewKey("used", id) }

// useOnce runs do for something sealed that is good once, and uses it up if do
// succeeds. It is marked first, so that nobody can use it in between.
func useOnce[T, R any](ctx context.Context, s *Service, opened seal.Opened[T], do func() (R, error)) (R, error) {
	var none R
	first, err := s.Store.Mark(ctx, usedKey(opened.ID), ProofLifetime)
	if err != nil {
		return none, fmt.Errorf("mark as used: %w", err)
	}
	if !first {
		return none, invalidProof()
	}
	result, err := do()
	if err != nil {
		// If this fails too, it stays used up, which is the safe side.
		_ = s.Store.Forget(ctx, usedKey(opened.ID))
	}
	return result, err
}

// givePresence gives a proof that the person is there.
func (s *Service) givePresence(ctx context.Context, caller Caller, proved presence) (*Proof, error) {
	sealed, err := sealFor(ctx, s, caller, presenceKind, proved)
	if err != nil {
		return nil, err
	}
	return &Proof{Token: sealed.Token, Kind: ProofOfPresence, Method: proved.Method, ExpiresAt: sealed.ExpiresAt}, nil
}

// giveAddress gives a proof that an address is the person's.
func (s *Service) giveAddress(ctx context.Context, caller Caller, proved recipient) (*Proof, error) {
	sealed, err := sealFor(ctx, s, caller, addressKind, proved)
	if err != nil {
		return nil, err
	}
	return &Proof{Token: sealed.Token, Kind: ProofOfAddress, Method: proved.method(), ExpiresAt: sealed.ExpiresAt}, nil
}

// passwordChangedKey marks when the password was last changed, for as long as
// anything that was sealed before could be opened.
func passwordChangedKey(caller Caller) store.Key {
	return store.NewKey("password-changed", caller.Subject)
}

func (s *Service) givenBeforePasswordChange(ctx context.Context, caller Caller, given time.Time) (bool, error) {
	value, found, err := s.Store.Get(ctx, passwordChangedKey(caller))
	if err != nil || !found {
		return false, err
	}
	changed, err := time.Parse(time.RFC3339Nano, value)
	if err != nil {
		return false, fmt.Errorf("read time of password change: %w", err)
	}
	return !given.After(changed), nil
}
