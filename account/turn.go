package account

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"accountql/events"
	"accountql/logto"
	"accountql/store"
)

// turn is a caller's turn at changing the account. While it lasts, no other change
// that takes one is under way, on any replica: what Logto does by reading and
// writing, without looking in between, has one winner.
type turn struct {
	*Service
	caller Caller
	// user is the account as it was read in the turn.
	user *logto.User
	lock *store.Lock
	// writing is set once a write may have begun.
	writing bool
}

// inTurn waits for the caller's turn and runs do, with a context that ends when the
// turn is lost. do opens what the person hands over, so that nothing is asked of
// Logto for what is no good, and then reads the user, by requireStepUp or readUser.
func inTurn[T any](ctx context.Context, s *Service, caller Caller, do func(context.Context, *turn) (T, error)) (T, error) {
	var none T
	lock, err := s.Store.Lock(ctx, store.NewKey("account", caller.Subject))
	if err != nil {
		return none, conflict(err)
	}
	defer lock.Release()
	// Asked again, since the turn may have been waited for, and since a request goes
	// on when this can't be known as it comes in.
	refused, err := s.Refused(ctx, caller)
	if err != nil {
		return none, err
	}
	if refused {
		return none, ErrSignedOut
	}
	t := &turn{Service: s, caller: caller, lock: lock}
	result, err := do(lock.Context(), t)
	t.keepOthersOut(err)
	return result, conflict(err)
}

// readUser reads the user, who may have changed since the last turn.
func (t *turn) readUser(ctx context.Context) (err error) {
	t.user, err = t.Get(ctx, t.caller.Subject)
	return err
}

// keepOthersOut lets the next turn begin only when the lease has ended, if err
// leaves open whether Logto is still at a write.
func (t *turn) keepOthersOut(err error) {
	if t.writing && lostAnswer(err) {
		t.lock.Abandon()
	}
}

// partly is the error of a change of which a part was made before cause stood in
// the way of the rest.
func (t *turn) partly(ctx context.Context, cause error, message string, path ...string) error {
	t.keepOthersOut(cause)
	t.Logger.WarnContext(ctx, "change was made in part", "error", cause)
	return fail(PartlyDone, message, path...)
}

// hold must be called right before a write at Logto: it fails when the turn may be
// somebody else's by now, and when nobody has looked whether the account may be
// changed at all.
func (t *turn) hold(ctx context.Context) error {
	if t.user == nil {
		return errors.New("write before the user was read")
	}
	if err := t.lock.Held(ctx); err != nil {
		return fmt.Errorf("keep turn: %w", err)
	}
	t.writing = true
	return nil
}

// write makes a change at Logto and emits its event. Where nobody knows whether the
// change was made, the event says so: a warning too many is better than one too few.
func (t *turn) write(ctx context.Context, change events.Type, data map[string]string, call func() error) error {
	if err := t.hold(ctx); err != nil {
		return err
	}
	err := call()
	switch {
	case err == nil:
		t.emit(ctx, t.caller, change, data)
	case outcomeUnknown(err):
		t.emitUnknown(ctx, change, data)
	}
	return err
}

// emitUnknown tells of a change that may have been made.
func (t *turn) emitUnknown(ctx context.Context, change events.Type, data map[string]string) {
	told := map[string]string{"outcome": "unknown"}
	maps.Copy(told, data)
	t.emit(ctx, t.caller, change, told)
}

// conflict turns a turn that wasn't had, or was lost before a write, into what the
// person is told. A write that was under way when it was lost may have been made.
func conflict(err error) error {
	if lostAnswer(err) {
		return err
	}
	if errors.Is(err, store.ErrBusy) || errors.Is(err, store.ErrLost) {
		return fail(Conflict, "Another change of this account is under way. Try again in a moment.")
	}
	return err
}
