package account

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"accountql/access"
	"accountql/events"
	"accountql/logto"
	"accountql/store"
)

// maxPasswordLength bounds what is hashed, in bytes. Logto's policy allows 256
// characters at most.
const maxPasswordLength = 1024

// wrongPasswords is the only lockout there is: Logto counts no tries. It is shared
// by all operations that take the current password.
var wrongPasswords = store.Limit{Name: "wrong-passwords", Count: 5, Per: 15 * time.Minute}

// checkPasswordForm looks at a password, a new one or the account's, before
// anybody is asked about it.
func checkPasswordForm(password string, path ...string) *Error {
	if password != "" && len(password) <= maxPasswordLength {
		return nil
	}
	return &Error{Code: InvalidInput, Path: path, Message: fmt.Sprintf("A password of 1 to %d bytes is needed.", maxPasswordLength)}
}

// VerifyPassword gives a proof for the account's password.
func (s *Service) VerifyPassword(ctx context.Context, caller Caller, password string) (*Proof, error) {
	path := []string{"input", "password"}
	if err := checkPasswordForm(password, path...); err != nil {
		return nil, Errors{err}
	}
	return inTurn(ctx, s, caller, func(ctx context.Context, t *turn) (*Proof, error) {
		if err := t.readUser(ctx); err != nil {
			return nil, err
		}
		if err := t.checkPassword(ctx, password, path...); err != nil {
			return nil, err
		}
		return t.givePresence(ctx, caller, presence{Method: Password})
	})
}

// checkPassword holds a password against the account's. Looking at the limit,
// asking Logto and counting happen in one turn, so that parallel tries count too.
func (t *turn) checkPassword(ctx context.Context, password string, path ...string) error {
	hasPassword, err := t.HasPassword(ctx, t.user)
	if err != nil {
		return err
	}
	if !hasPassword {
		return fail(WrongPassword, "This account has no password. Confirm in another way.", path...)
	}
	tries := wrongPasswords.For(t.caller.Subject)
	if _, err := t.Store.Peek(ctx, tries); err != nil {
		return tooManyPasswords(err, path...)
	}
	err = t.Logto.VerifyPassword(ctx, t.user.ID, password)
	if upstreamCode(err) != "session.invalid_credentials" {
		return notFound(err)
	}
	if _, err := t.Store.Take(ctx, tries); err != nil {
		return tooManyPasswords(err, path...)
	}
	return fail(WrongPassword, "The password is wrong.", path...)
}

func tooManyPasswords(err error, path ...string) error {
	if exceeded, ok := errors.AsType[*store.Exceeded](err); ok {
		return rateLimited(RateLimited, exceeded.RetryAfter, "The password was wrong too often. Wait, or confirm in another way.", path...)
	}
	return fmt.Errorf("count password tries: %w", err)
}

// PasswordChange is what ChangePassword does.
type PasswordChange struct {
	New string
	// Current and StepUpProof each show that the person is there. One is enough; both
	// must be good if both are given.
	Current, StepUpProof *string
	// RevokeSessions signs the account out everywhere, as endWith says, and
	// DeletePersonalAccessTokens deletes all of these.
	RevokeSessions, DeletePersonalAccessTokens bool
}

// ChangePassword changes the password, or sets the first one, and returns the user
// as it is then. Once the password is changed, an error says what could not be
// ended.
func (s *Service) ChangePassword(ctx context.Context, caller Caller, change PasswordChange) (*logto.User, error) {
	if err := change.check(); err != nil {
		return nil, err
	}
	if err := s.mayChange(ctx, change); err != nil {
		return nil, err
	}
	return inTurn(ctx, s, caller, func(ctx context.Context, t *turn) (*logto.User, error) {
		proved, err := t.provePresence(ctx, change)
		if err != nil {
			return nil, err
		}
		if err := t.checkNewPassword(ctx, change.New); err != nil {
			return nil, err
		}
		after, err := t.setPassword(ctx, change.New)
		if err != nil {
			return nil, err
		}
		return after, t.endWith(ctx, change, proved)
	})
}

func (c PasswordChange) check() error {
	var errs Errors
	if err := checkPasswordForm(c.New, "input", "newPassword"); err != nil {
		errs = append(errs, err)
	}
	if c.Current != nil {
		if err := checkPasswordForm(*c.Current, "input", "currentPassword"); err != nil {
			errs = append(errs, err)
		}
	}
	return errs.orNil()
}

// mayChange asks the operator's policy about every part that the change touches.
func (s *Service) mayChange(ctx context.Context, change PasswordChange) error {
	if err := s.editable(ctx, access.Password, "input", "newPassword"); err != nil {
		return err
	}
	if change.RevokeSessions {
		if err := s.editable(ctx, access.Session, "input", "revokeSessions"); err != nil {
			return err
		}
	}
	if change.DeletePersonalAccessTokens {
		return s.editable(ctx, access.PersonalAccessToken, "input", "deletePersonalAccessTokens")
	}
	return nil
}

// provePresence takes the proof before the password, since a proof costs no try.
func (t *turn) provePresence(ctx context.Context, change PasswordChange) (proved presence, err error) {
	if change.Current == nil || isGiven(change.StepUpProof) {
		proved, err = t.requireStepUp(ctx, "changePassword", change.StepUpProof)
	} else {
		err = t.readUser(ctx)
	}
	if err == nil && change.Current != nil {
		err = t.checkPassword(ctx, *change.Current, "input", "currentPassword")
	}
	return proved, err
}

// checkNewPassword holds a password against the tenant's policy, which Logto
// doesn't do when it is set.
func (t *turn) checkNewPassword(ctx context.Context, password string) error {
	issues, err := t.Logto.CheckPassword(ctx, t.user.ID, password)
	if err != nil {
		return fmt.Errorf("check new password: %w", notFound(err))
	}
	if len(issues) == 0 {
		return nil
	}
	rejected := &Error{Code: PasswordRejected, Path: []string{"input", "newPassword"}}
	messages := make([]string, len(issues))
	for i, issue := range issues {
		messages[i] = violation(issue)
		rejected.Violations = append(rejected.Violations, PasswordViolation{Code: issue.Code, Message: messages[i]})
	}
	rejected.Message = strings.Join(messages, " ")
	return Errors{rejected}
}

// violation says what is wrong in words, which Logto leaves to its own pages.
func violation(issue logto.PasswordIssue) string {
	bound := func(sentence, name string) string {
		if number, ok := issue.Interpolation[name].(float64); ok {
			return fmt.Sprintf(sentence, number)
		}
		return "The password breaks a rule of this site. Choose another."
	}
	switch issue.Code {
	case "password_rejected.too_short":
		return bound("Use at least %v characters.", "min")
	case "password_rejected.too_long":
		return bound("Use at most %v characters.", "max")
	case "password_rejected.character_types":
		return bound("Use at least %v of these: small letters, capital letters, digits, symbols.", "min")
	case "password_rejected.unsupported_characters":
		return "Use only letters from A to Z, digits and the symbols of an English keyboard."
	case "password_rejected.pwned":
		return "This password is known from data breaches. Choose another."
	case "password_rejected.restricted.repetition":
		return "Avoid repeated characters, such as aaa."
	case "password_rejected.restricted.sequence":
		return "Avoid sequences, such as abc or 123."
	case "password_rejected.restricted.user_info":
		return "Avoid your name, username, email address and phone number."
	case "password_rejected.restricted.words":
		return "Avoid words that are easy to guess here, such as the name of this site."
	}
	return bound("", "")
}

// setPassword voids what was sealed before and then changes the password, in this
// order: were Redis to go in between, proofs are void that needn't be, and none is
// good that must not be. The turn keeps new ones from being given meanwhile.
func (t *turn) setPassword(ctx context.Context, password string) (after *logto.User, err error) {
	// A minute more than anything sealed is good, for clocks.
	err = t.Store.Set(ctx, passwordChangedKey(t.caller), t.Now().UTC().Format(time.RFC3339Nano), ProofLifetime+time.Minute)
	if err != nil {
		return nil, fmt.Errorf("void proofs: %w", err)
	}
	err = t.write(ctx, events.PasswordChanged, nil, func() error {
		after, err = t.Logto.UpdatePassword(ctx, t.user.ID, password)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("change password: %w", notFound(err))
	}
	after.SsoIdentities = t.user.SsoIdentities // Logto's answer doesn't tell them.
	return after, nil
}
