package account

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"accountql/access"
	"accountql/address"
	"accountql/events"
	"accountql/logto"
)

// endingBudget bounds how long a change waits for the end of what goes with it.
// Each token exchange leaves a grant, so that there may be very many.
const endingBudget = 10 * time.Second

// Closing says how the person asked for the end of the account.
type Closing struct {
	// Confirm is what the person typed: the account's username, email, phone or id.
	Confirm     string
	StepUpProof *string
}

// SuspendAccount suspends the account. Logto ends its sessions with that, and every
// later request of its access tokens fails with ErrSuspended.
func (s *Service) SuspendAccount(ctx context.Context, caller Caller, closing Closing) error {
	if !s.SelfSuspension {
		s.Logger.WarnContext(ctx, "suspension refused: SELF_SUSPENSION must allow it")
		return fail(FieldNotEditable, "This account can't be suspended here.")
	}
	if err := s.editable(ctx, access.Account); err != nil {
		return err
	}
	_, err := inTurn(ctx, s, caller, func(ctx context.Context, t *turn) (struct{}, error) {
		if _, err := t.requireStepUp(ctx, "suspendAccount", closing.StepUpProof); err != nil {
			return struct{}{}, err
		}
		if err := closing.confirms(t.user); err != nil {
			return struct{}{}, err
		}
		err := t.write(ctx, events.AccountSuspended, nil, func() error {
			_, err := s.Logto.UpdateIsSuspended(ctx, t.user.ID, true)
			return err
		})
		if err != nil {
			return struct{}{}, fmt.Errorf("suspend account: %w", notFound(err))
		}
		return struct{}{}, nil
	})
	return err
}

// DeleteAccount deletes the account, once what could still act for it is ended as
// far as that works. The event tells its last addresses, which nobody can look up
// any more.
func (s *Service) DeleteAccount(ctx context.Context, caller Caller, closing Closing) error {
	if err := s.editable(ctx, access.Account); err != nil {
		return err
	}
	_, err := inTurn(ctx, s, caller, func(ctx context.Context, t *turn) (struct{}, error) {
		if _, err := t.requireStepUp(ctx, "deleteAccount", closing.StepUpProof); err != nil {
			return struct{}{}, err
		}
		if err := closing.confirms(t.user); err != nil {
			return struct{}{}, err
		}
		return struct{}{}, t.delete(ctx)
	})
	return err
}

func (t *turn) delete(ctx context.Context) error {
	if err := t.hold(ctx); err != nil {
		return err
	}
	t.endEverything(ctx)
	addresses := map[string]string{}
	for _, address := range []primaryAddress{primaryEmail(), primaryPhone()} {
		maps.Copy(addresses, address.before(t.user))
	}
	err := t.write(ctx, events.AccountDeleted, addresses, func() error { return t.Logto.DeleteUser(ctx, t.user.ID) })
	if err == nil {
		return nil
	}
	err = fmt.Errorf("delete account: %w", notFound(err))
	if outcomeUnknown(err) || errors.Is(err, ErrNotFound) {
		return err
	}
	return t.partly(ctx, err, "The account is still there, though you may have been signed out and your tokens deleted. Try again.")
}

// endEverything ends sessions, grants and personal access tokens. What fails is
// only logged, since the account goes.
func (t *turn) endEverything(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, endingBudget)
	defer cancel()
	_, sessions := t.endSessions(ctx, presence{})
	if err := errors.Join(sessions, t.endGrants(ctx, nil), t.endPersonalAccessTokens(ctx)); err != nil {
		t.Logger.WarnContext(ctx, "not everything was ended before the account was deleted", "error", err)
	}
}

// confirms refuses what is none of the account's names. Email ignores the case of
// ASCII letters, and phone may have its plus sign.
func (c Closing) confirms(user *logto.User) error {
	typed := strings.TrimSpace(c.Confirm)
	is := func(stored *string, same func(a, b string) bool) bool {
		return stored != nil && *stored != "" && same(*stored, typed)
	}
	exactly := func(a, b string) bool { return a == b }
	switch {
	case typed == user.ID, is(user.Username, exactly), is(user.PrimaryEmail, address.SameEmail),
		is(user.PrimaryPhone, func(digits, typed string) bool { return digits == strings.TrimPrefix(typed, "+") }):
		return nil
	}
	return fail(ConfirmationMismatch, "This is not the account's username, email address, phone number or id.", "input", "confirm")
}
