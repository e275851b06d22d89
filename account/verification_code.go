package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"accountql/access"
	"accountql/address"
	"accountql/logto"
	"accountql/seal"
	"accountql/signin"
	"accountql/store"
)

// The limits of sends. A code that we send counts against the ten in
// ten minutes that Logto sends to one recipient, sign-in codes among them, so few
// go to addresses that the caller hasn't proved to own.
var (
	resends         = store.Limit{Name: "code-resends", Count: 1, Per: time.Minute}
	sends           = store.Limit{Name: "code-sends", Count: 10, Per: time.Hour}
	sendsByNetwork  = store.Limit{Name: "code-sends-network", Count: 30, Per: time.Hour}
	sendsToStranger = store.Limit{Name: "code-sends-stranger", Count: 3, Per: time.Hour}
)

// Challenge is a code that was sent and waits to be entered.
type Challenge struct {
	Token         string
	MaskedTarget  string
	ExpiresAt     time.Time
	ResendAllowed time.Time
}

// challenge is sealed in a Challenge.
type challenge struct {
	Recipient recipient
	// Own says that it was the account's own address: what the code proves is fixed
	// when it is sent.
	Own bool
}

const challengeKind seal.Kind[challenge] = "challenge"

// CodeRequest says where to send a code: exactly one of Email and Phone.
type CodeRequest struct {
	Email, Phone *string
	StepUpProof  *string
}

// SendVerificationCode sends a code. The account's own address is sent to in the
// spelling that is stored, since Logto compares byte for byte; any other address
// takes a proof that the person is there. A proof that is no good is refused in any
// case, before Logto is asked whose the address is. Whether somebody else has the
// address makes no difference.
func (s *Service) SendVerificationCode(ctx context.Context, caller Caller, request CodeRequest) (*Challenge, error) {
	to, path, err := parseRecipient(request)
	if err != nil {
		return nil, err
	}
	proved, err := s.openPresence(ctx, caller, request.StepUpProof)
	if err != nil {
		return nil, err
	}
	user, err := s.Get(ctx, caller.Subject)
	if err != nil {
		return nil, err
	}
	own, isOwn := to.own(user)
	if isOwn {
		to = own
	} else if err := s.mayVerify(ctx, user, to, proved, path); err != nil {
		return nil, err
	}
	if err := s.canSendTo(ctx, to, path); err != nil {
		return nil, err
	}
	if err := s.countSend(ctx, caller, to, isOwn); err != nil {
		return nil, err
	}
	sealed, err := sealFor(ctx, s, caller, challengeKind, challenge{Recipient: to, Own: isOwn})
	if err != nil {
		return nil, err
	}
	if err := s.Logto.SendVerificationCode(ctx, to.logto()); err != nil {
		return nil, sendFailure(err)
	}
	if err := s.Store.Set(ctx, to.latestKey(), sealed.ID, ProofLifetime); err != nil {
		return nil, fmt.Errorf("mark latest challenge: %w", err)
	}
	return &Challenge{
		Token: sealed.Token, MaskedTarget: address.Mask(to.Address),
		ExpiresAt: sealed.ExpiresAt, ResendAllowed: sealed.IssuedAt.Add(resends.Per),
	}, nil
}

// parseRecipient checks the form of the address and returns the input's path to it.
func parseRecipient(request CodeRequest) (to recipient, path []string, err error) {
	switch {
	case request.Email != nil && request.Phone == nil:
		path = []string{"input", "email"}
		email, err := address.ParseEmail(*request.Email)
		if err != nil {
			return to, path, fail(InvalidInput, err.Error(), path...)
		}
		return recipient{signin.Email, email.String()}, path, nil
	case request.Phone != nil && request.Email == nil:
		path = []string{"input", "phone"}
		digits, err := address.ParsePhone(*request.Phone, nil)
		if err != nil {
			return to, path, fail(InvalidInput, err.Error(), path...)
		}
		return recipient{signin.Phone, digits}, path, nil
	default:
		return to, nil, fail(InvalidInput, "Give either an email address or a phone number.", "input")
	}
}

// mayVerify checks what it takes to have a code sent to an address that isn't the
// account's: the operator allows the change that the code is for, and the person
// is there.
func (s *Service) mayVerify(ctx context.Context, user *logto.User, to recipient, proved presence, path []string) error {
	field := access.Email
	if to.Identifier == signin.Phone {
		field = access.Phone
	}
	if err := s.editable(ctx, field, path...); err != nil {
		return err
	}
	if err := s.checkPresence(ctx, user, "sendVerificationCode", proved); err != nil {
		return err
	}
	return s.identifierAllowed(ctx, to, path)
}

// canSendTo asks for a connector beforehand: without one Logto has no useful error.
func (s *Service) canSendTo(ctx context.Context, to recipient, path []string) error {
	connectors, err := s.Tenant.Connectors(ctx)
	if err != nil {
		return fmt.Errorf("look up connectors: %w", err)
	}
	if !(signin.Tenant{Connectors: connectors}).SendsCodesTo(to.Identifier) {
		return fail(IdentifierNotAllowed, "Codes can't be sent there. Choose another way.", path...)
	}
	return nil
}

// countSend counts a send on every limit, or on none when one is exceeded.
func (s *Service) countSend(ctx context.Context, caller Caller, to recipient, own bool) error {
	limits := []store.Counted{
		store.Limit{Name: "code-sends-everything", Count: s.SendBudget, Per: time.Hour}.For(),
		resendsTo(caller, to),
		sends.For(caller.Subject),
	}
	if caller.Network != "" {
		limits = append(limits, sendsByNetwork.For(caller.Network))
	}
	if !own {
		limits = append(limits, sendsToStranger.For(to.key()...))
	}
	_, err := s.Store.Take(ctx, limits...)
	if exceeded, ok := errors.AsType[*store.Exceeded](err); ok {
		return rateLimited(RateLimited, exceeded.RetryAfter, "Too many codes were sent. Wait before you ask for another.")
	}
	if err != nil {
		return fmt.Errorf("count send: %w", err)
	}
	return nil
}

// sendFailure reads Logto's refusals of a send.
func sendFailure(err error) error {
	switch upstreamCode(err) {
	case "request.message_rate_limited":
		// Ten in ten minutes; Logto doesn't say how many of those are left.
		return rateLimited(RateLimited, 10*time.Minute, "Too many codes were sent to this address. Wait before you ask for another.")
	case "entity.not_found":
		// Of two sends to the same address at once, the later finds its code gone.
		return rateLimited(RateLimited, resends.Per, "Another code was sent to this address just now. Wait before you ask for another.")
	}
	return fmt.Errorf("send verification code: %w", err)
}

// key names the recipient in limits, whatever letter case it is written in.
func (r recipient) key() []string { return []string{string(r.Identifier), strings.ToLower(r.Address)} }

// latestKey marks the challenge that was sent last. Logto keeps one code for each
// recipient, whoever asked for it, so no earlier challenge is good any more.
func (r recipient) latestKey() store.Key { return store.NewKey("latest-challenge", r.key()...) }

func resendsTo(caller Caller, to recipient) store.Counted {
	return resends.For(append([]string{caller.Subject}, to.key()...)...)
}
