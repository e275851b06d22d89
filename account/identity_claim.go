package account

import (
	"context"
	"time"

	"accountql/events"
	"accountql/logto"
	"accountql/store"
)

// justLinkedFor is how long a social account counts as linked just now: longer than
// a call to Logto may take.
const justLinkedFor = time.Minute

// claimIdentity tells whether nobody else has linked a social account just now.
// Of several accounts that Logto let link it at the same time, the first one to
// come here keeps it.
func (t *turn) claimIdentity(ctx context.Context, target, providerUserID string) bool {
	first, err := t.Store.Mark(ctx, justLinkedKey(target, providerUserID), justLinkedFor)
	if err != nil {
		// To give it back would need the store too.
		t.Logger.ErrorContext(ctx, "whether two accounts have linked the same social account can't be told", "error", err)
		return true
	}
	return first
}

// disclaimIdentity lets another account link a social account at once. If it
// fails, that has to wait until the claim lapses.
func (t *turn) disclaimIdentity(ctx context.Context, target, providerUserID string) {
	_ = t.Store.Forget(ctx, justLinkedKey(target, providerUserID))
}

func justLinkedKey(target, providerUserID string) store.Key {
	return store.NewKey("just-linked", target, providerUserID)
}

// giveIdentityBack undoes a link that another account was the first to make. What
// the link replaced, if anything, comes back as Logto told it.
func (t *turn) giveIdentityBack(ctx context.Context, linked LinkedIdentity, replaced *logto.Identity) (LinkedIdentity, error) {
	err := t.putIdentityBack(ctx, linked.Target, replaced)
	if err == nil {
		return LinkedIdentity{}, identityTaken()
	}
	t.emit(ctx, t.caller, events.IdentityLinked, ofTarget(linked.Target))
	linked.Identity = nil
	if seen, err := t.Get(ctx, t.user.ID); err == nil {
		linked.User = seen
	}
	return linked, t.partly(ctx, err, "Another account has linked this social account at the same moment. "+
		"The link here had to be undone, and that failed: unlink it.")
}

// putIdentityBack makes the identity of a target what it was; nil is none.
func (t *turn) putIdentityBack(ctx context.Context, target string, before *logto.Identity) error {
	if err := t.hold(ctx); err != nil {
		return err
	}
	var err error
	if before == nil {
		_, err = t.Logto.UnlinkIdentity(ctx, t.user.ID, target)
	} else {
		_, err = t.Logto.PutIdentity(ctx, t.user.ID, target, *before)
	}
	return err
}
