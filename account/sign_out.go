package account

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"accountql/events"
	"accountql/logto"
	"accountql/store"
)

// ErrSignedOut says that the access token was issued before the account was signed
// out everywhere. Logto's tokens verify until they expire, so they are refused
// here.
var ErrSignedOut = errors.New("access token was issued before the account was signed out everywhere")

// endWith ends what a change of the password is to end, and says what it could not.
// Logto ends nothing by itself. With RevokeSessions these are all sessions, all
// grants and every access token issued until then. What stays is the caller's own
// access token and, if the proof was a fresh sign-in, the session of that sign-in
// with the grants of the applications that are signed in by it.
//
// Access tokens come last: whatever could still get one is gone by then.
func (t *turn) endWith(ctx context.Context, change PasswordChange, proved presence) error {
	var errs Errors
	note := func(err error, what string, path ...string) {
		if err != nil {
			t.Logger.WarnContext(ctx, "not everything was ended with a change of the password", "what", what, "error", err)
			errs = append(errs, &Error{
				Code: PartlyDone, Path: path,
				Message: "The password was changed, but not all " + what + " could be ended. Look at what is left, and end it.",
			})
		}
	}
	ending, cancel := context.WithTimeout(ctx, endingBudget)
	defer cancel()
	if change.RevokeSessions {
		stays, err := t.endSessions(ending, proved)
		note(err, "sessions", "input", "revokeSessions")
		note(t.endGrants(ending, stays.GrantIDs), "grants of applications", "input", "revokeSessions")
	}
	if change.DeletePersonalAccessTokens {
		note(t.endPersonalAccessTokens(ending), "personal access tokens", "input", "deletePersonalAccessTokens")
	}
	if change.RevokeSessions {
		note(t.refuseTokens(ctx), "access tokens", "input", "revokeSessions")
	}
	return errs.orNil()
}

// endSessions ends all sessions but the one that was proved, and returns that.
func (t *turn) endSessions(ctx context.Context, proved presence) (stays logto.Session, err error) {
	sessions, err := t.Logto.ListSessions(ctx, t.user.ID)
	if err != nil {
		return stays, err
	}
	if keep := provedSession(sessions, t.caller.ClientID, proved); keep >= 0 {
		stays = sessions[keep]
		sessions = slices.Delete(sessions, keep, keep+1)
	}
	return stays, endEach(ctx, sessions, "oidc.session_not_found", func(session logto.Session) error {
		err := t.Logto.DeleteSession(ctx, t.user.ID, session.UID, logto.RevokeGrantsAll)
		if err == nil {
			t.emitRevoked(ctx, t.caller, events.SessionRevoked, session.UID)
		}
		return err
	})
}

// provedSession is the index of the session whose sign-in was proved, or -1. Logto
// tells the time of a sign-in by the second: of two in the same second, either may
// be somebody else's, and none is taken.
func provedSession(sessions []logto.Session, clientID string, proved presence) int {
	found := -1
	for i, session := range sessions {
		if proved.SignedInAt.IsZero() || !session.SignedInAt.Equal(proved.SignedInAt) || !slices.Contains(session.ApplicationIDs, clientID) {
			continue
		}
		if found >= 0 {
			return -1
		}
		found = i
	}
	return found
}

// endGrants takes back what is left when the sessions have ended: those of other
// people's applications, and what token exchanges leave.
func (t *turn) endGrants(ctx context.Context, kept []string) error {
	grants, err := t.Logto.ListGrants(ctx, t.user.ID)
	if err != nil {
		return err
	}
	grants = slices.DeleteFunc(grants, func(grant logto.Grant) bool { return slices.Contains(kept, grant.ID) })
	return endEach(ctx, grants, "oidc.invalid_grant", func(grant logto.Grant) error {
		err := t.Logto.DeleteGrant(ctx, t.user.ID, grant.ID)
		if err == nil {
			t.emitRevoked(ctx, t.caller, events.AuthorizedApplicationRevoked, grant.ID)
		}
		return err
	})
}

func (t *turn) endPersonalAccessTokens(ctx context.Context) error {
	tokens, err := t.Logto.ListPersonalAccessTokens(ctx, t.user.ID)
	if err != nil {
		return err
	}
	return endEach(ctx, tokens, "entity.not_found", func(token logto.PersonalAccessToken) error {
		err := t.Logto.DeletePersonalAccessToken(ctx, t.user.ID, token.Name)
		if err == nil {
			t.emit(ctx, t.caller, events.PersonalAccessTokenDeleted, map[string]string{"name": token.Name})
		}
		return err
	})
}

// endEach ends what is listed, as far as that works before ctx is over. What is gone
// already, by Logto's code for it, is no failure.
func endEach[T any](ctx context.Context, listed []T, gone string, end func(T) error) error {
	var failures []error
	for _, one := range listed {
		if err := ctx.Err(); err != nil {
			failures = append(failures, err)
			break
		}
		if err := end(one); upstreamCode(err) != gone {
			failures = append(failures, err)
		}
	}
	return errors.Join(failures...)
}

// refusedKey marks until when access tokens were issued that are refused, and which
// one is spared.
func refusedKey(subject string) store.Key { return store.NewKey("tokens-refused", subject) }

// refuseTokens has the access tokens refused that were issued until now, but for
// the caller's. It lasts until the present second is over, since a token tells the
// second of its issue only: who signs in after the answer must not be refused.
func (t *turn) refuseTokens(ctx context.Context) error {
	now := t.Now()
	// All tokens for this server live equally long. A minute more is for clocks.
	lifetime := max(time.Hour, t.caller.ExpiresAt.Sub(t.caller.IssuedAt)) + time.Minute
	value := now.UTC().Format(time.RFC3339Nano) + " " + t.caller.TokenID
	if err := t.Store.Set(ctx, refusedKey(t.caller.Subject), value, lifetime); err != nil {
		return err
	}
	select {
	case <-time.After(now.Truncate(time.Second).Add(time.Second).Sub(now)):
	case <-ctx.Done():
	}
	return nil
}

// Refused tells whether the caller's access token was issued before the account was
// signed out everywhere. Whoever only reads may go on if that can't be known; what
// takes a turn fails then.
func (s *Service) Refused(ctx context.Context, caller Caller) (bool, error) {
	value, found, err := s.Store.Get(ctx, refusedKey(caller.Subject))
	if err != nil || !found {
		return false, err
	}
	until, spared, _ := strings.Cut(value, " ")
	refusedUntil, err := time.Parse(time.RFC3339Nano, until)
	if err != nil {
		return false, fmt.Errorf("read until when tokens are refused: %w", err)
	}
	isSpared := spared != "" && spared == caller.TokenID
	return !isSpared && !caller.IssuedAt.After(refusedUntil), nil
}
