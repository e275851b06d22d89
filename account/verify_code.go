package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"accountql/seal"
	"accountql/store"
)

// The limits of wrong codes, of which Logto itself lets ten a code pass.
var (
	wrongCodes           = store.Limit{Name: "wrong-codes", Count: 20, Per: 24 * time.Hour}
	wrongCodesOnce       = store.Limit{Name: "wrong-codes-challenge", Count: 5, Per: ProofLifetime}
	wrongCodesOfStranger = store.Limit{Name: "wrong-codes-stranger", Count: 10, Per: time.Hour}
)

// VerifyCode gives the proof that a challenge is for: that the person is there, if
// the code was sent to the account's own address, otherwise that the address is
// theirs.
func (s *Service) VerifyCode(ctx context.Context, caller Caller, challengeToken, code string) (*Proof, error) {
	if !isCode(code) {
		return nil, fail(InvalidInput, "The code has six digits.", "input", "code")
	}
	return inTurn(ctx, s, caller, func(ctx context.Context, t *turn) (*Proof, error) {
		opened, err := openFor(ctx, s, caller, challengeKind, challengeToken, "input", "challengeId")
		if err != nil {
			return nil, err
		}
		if err := t.readUser(ctx); err != nil {
			return nil, err
		}
		sent := opened.Content
		if _, own := sent.Recipient.own(t.user); sent.Own && !own {
			return nil, invalidProof("input", "challengeId")
		}
		if err := t.tryCode(ctx, opened, code); err != nil {
			return nil, err
		}
		if _, err := s.Store.Mark(ctx, usedKey(opened.ID), ProofLifetime); err != nil {
			return nil, fmt.Errorf("mark challenge as used: %w", err)
		}
		if sent.Own {
			return t.givePresence(ctx, caller, presence{Method: sent.Recipient.method(), Recipient: sent.Recipient})
		}
		return t.giveAddress(ctx, caller, sent.Recipient)
	})
}

// isCode tells whether text could be one of Logto's codes.
func isCode(text string) bool {
	if len(text) != 6 {
		return false
	}
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// tryCode asks Logto about a code, and counts it if it is wrong.
func (t *turn) tryCode(ctx context.Context, opened seal.Opened[challenge], code string) error {
	to := opened.Content.Recipient
	once := wrongCodesOnce.For(opened.ID)
	all := []store.Counted{wrongCodes.For(t.caller.Subject)}
	if !opened.Content.Own {
		all = append(all, wrongCodesOfStranger.For(to.key()...))
	}
	latest, known, err := t.Store.Get(ctx, to.latestKey())
	if err != nil {
		return fmt.Errorf("look for a later challenge: %w", err)
	}
	if known && latest != opened.ID {
		return codeExpired()
	}
	if _, err := t.Store.Peek(ctx, once); err != nil {
		return t.spentChallenge(ctx, to, err)
	}
	if _, err := t.Store.Peek(ctx, all...); err != nil {
		return tooManyCodes(err)
	}
	err = t.Logto.VerifyVerificationCode(ctx, to.logto(), code)
	switch upstreamCode(err) {
	case "verification_code.code_mismatch":
	case "verification_code.not_found", "verification_code.expired":
		return codeExpired()
	case "verification_code.exceed_max_try":
		return t.tooManyAttempts(ctx, to)
	default:
		if err != nil {
			return fmt.Errorf("verify code: %w", err)
		}
		return nil
	}
	left, err := t.Store.Take(ctx, once)
	if err != nil {
		return t.spentChallenge(ctx, to, err)
	}
	if _, err := t.Store.Take(ctx, all...); err != nil {
		return tooManyCodes(err)
	}
	return Errors{{
		Code: InvalidCode, Message: "The code is wrong.", Path: []string{"input", "code"}, AttemptsRemaining: &left,
	}}
}

func codeExpired() error {
	return fail(CodeExpired, "This code is no longer good. Ask for another.", "input", "code")
}

func (t *turn) spentChallenge(ctx context.Context, to recipient, err error) error {
	if _, ok := errors.AsType[*store.Exceeded](err); ok {
		return t.tooManyAttempts(ctx, to)
	}
	return fmt.Errorf("count codes: %w", err)
}

// tooManyAttempts says when another code can be sent.
func (t *turn) tooManyAttempts(ctx context.Context, to recipient) error {
	var wait time.Duration
	_, err := t.Store.Peek(ctx, resendsTo(t.caller, to))
	if exceeded, ok := errors.AsType[*store.Exceeded](err); ok {
		wait, err = exceeded.RetryAfter, nil
	}
	if err != nil {
		return fmt.Errorf("look when another code can be sent: %w", err)
	}
	return rateLimited(TooManyAttempts, wait, "Too many wrong codes. Ask for another.", "input", "code")
}

func tooManyCodes(err error) error {
	if exceeded, ok := errors.AsType[*store.Exceeded](err); ok {
		return rateLimited(RateLimited, exceeded.RetryAfter, "Too many wrong codes. Wait before you try again.", "input", "code")
	}
	return fmt.Errorf("count codes: %w", err)
}
