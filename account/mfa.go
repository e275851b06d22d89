package account

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"accountql/access"
	"accountql/events"
	"accountql/logto"
)

// BackupCodes are new backup codes, told this once, and the user as their making
// left it.
type BackupCodes struct {
	Codes []string
	User  *logto.User
}

// GenerateBackupCodes makes a set of backup codes. Logto refuses that while codes
// are left, so replacing them takes two calls. When the second fails, the user is
// returned together with an error that says so.
func (s *Service) GenerateBackupCodes(ctx context.Context, caller Caller, replace bool, proof *string) (BackupCodes, error) {
	var none BackupCodes
	if err := s.editable(ctx, access.Mfa); err != nil {
		return none, err
	}
	return inTurn(ctx, s, caller, func(ctx context.Context, t *turn) (BackupCodes, error) {
		if _, err := t.requireStepUp(ctx, "generateBackupCodes", proof); err != nil {
			return none, err
		}
		if err := s.factorEnabled(ctx, logto.MfaBackupCode); err != nil {
			return none, err
		}
		factors, err := t.factors(ctx, t.user.ID)
		if err != nil {
			return none, err
		}
		if !slices.ContainsFunc(factors, standsAlone) {
			return none, needsAnotherFactor()
		}
		old := slices.DeleteFunc(factors, standsAlone)
		if !replace && slices.ContainsFunc(old, func(set logto.MfaVerification) bool { return set.RemainCodes > 0 }) {
			return none, codesAreLeft()
		}
		return t.replaceBackupCodes(ctx, old)
	})
}

func (t *turn) replaceBackupCodes(ctx context.Context, old []logto.MfaVerification) (BackupCodes, error) {
	err := t.removeBackupCodes(ctx, old)
	if err != nil {
		return BackupCodes{}, err
	}
	codes, err := t.createBackupCodes(ctx)
	switch {
	case err == nil:
		return BackupCodes{Codes: codes, User: t.userAfterMfaChange()}, nil
	case len(old) == 0 || errors.Is(err, ErrNotFound):
		return BackupCodes{}, err
	case outcomeUnknown(err):
		err = t.partly(ctx, err, "The old backup codes no longer work. Whether new ones were made isn't known: make new ones again.")
	default:
		err = t.partly(ctx, err, "The old backup codes no longer work, and no new ones could be made. Try again.")
	}
	return BackupCodes{User: t.userAfterMfaChange()}, err
}

func (t *turn) createBackupCodes(ctx context.Context) (codes []string, err error) {
	err = t.write(ctx, events.BackupCodesGenerated, nil, func() error {
		codes, err = t.Logto.CreateBackupCodes(ctx, t.user.ID)
		return err
	})
	switch upstreamCode(err) {
	case "session.mfa.backup_code_can_not_be_alone":
		return nil, needsAnotherFactor()
	case "user.backup_code_already_in_use":
		return nil, codesAreLeft()
	}
	if err != nil {
		return nil, fmt.Errorf("create backup codes: %w", notFound(err))
	}
	return codes, nil
}

func needsAnotherFactor() error {
	return fail(BackupCodesNeedAnotherFactor, "Backup codes can't be the only factor. Set up another one first.")
}

func codesAreLeft() error {
	return fail(MfaAlreadyEnrolled, "There are backup codes left. New ones would replace them.", "input", "replace")
}

// RemoveMfaVerification removes a factor of any kind, and with the last one that
// stands alone the backup codes, which Logto would leave behind. When only the
// codes could be removed, the user is returned together with an error that says so.
func (s *Service) RemoveMfaVerification(ctx context.Context, caller Caller, id string, proof *string) (*logto.User, error) {
	if err := s.editable(ctx, access.Mfa); err != nil {
		return nil, err
	}
	return inTurn(ctx, s, caller, func(ctx context.Context, t *turn) (*logto.User, error) {
		if _, err := t.requireStepUp(ctx, "removeMfaVerification", proof); err != nil {
			return nil, err
		}
		factors, err := t.factors(ctx, t.user.ID)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(factors, func(factor logto.MfaVerification) bool { return factor.ID == id })
		if i < 0 {
			return nil, noSuchFactor()
		}
		removed, rest := factors[i], slices.Delete(slices.Clone(factors), i, i+1)
		if err := s.mayLose(ctx, removed, rest); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(rest, standsAlone) {
			rest = nil
		}
		return t.removeAfterCodes(ctx, removed, rest)
	})
}

// removeAfterCodes removes a factor once the backup codes are gone that go with it.
// Codes that were left alone would be all that sign-in takes, and somebody who has
// lost them could not come in again.
func (t *turn) removeAfterCodes(ctx context.Context, removed logto.MfaVerification, codes []logto.MfaVerification) (*logto.User, error) {
	if err := t.removeBackupCodes(ctx, codes); err != nil {
		return nil, err
	}
	err := t.removeFactor(ctx, removed)
	switch {
	case err == nil:
		return t.userAfterMfaChange(), nil
	case isGone(err):
		return nil, noSuchFactor()
	case len(codes) == 0:
		return nil, err
	}
	return t.userAfterMfaChange(), t.partly(ctx, err, "The backup codes, which go with the factor, were removed. The factor may still be there: try again.")
}

func noSuchFactor() error {
	return fail(NotFound, "You have no such factor.", "input", "id")
}

// mayLose refuses the loss of the last factor where the tenant makes MFA mandatory.
// What counts is set up, turned on in the tenant and stands alone. Codes by email
// and phone do not count, though Logto may take them: they need no set-up, and are
// no second factor to somebody who signs in by them.
func (s *Service) mayLose(ctx context.Context, lost logto.MfaVerification, rest []logto.MfaVerification) error {
	experience, err := s.Tenant.SignInExperience(ctx)
	if err != nil {
		return fmt.Errorf("look up MFA policy: %w", err)
	}
	counts := func(factor logto.MfaVerification) bool {
		return standsAlone(factor) && slices.Contains(experience.Mfa.Factors, string(factor.Type))
	}
	if experience.Mfa.Mandatory() && counts(lost) && !slices.ContainsFunc(rest, counts) {
		return fail(MfaRequired, "This is your last factor, and one is required here. Set up another one first.")
	}
	return nil
}

// factorEnabled refuses to set up a factor that the tenant has not turned on. Logto
// itself would set it up.
func (s *Service) factorEnabled(ctx context.Context, factor logto.MfaType) error {
	experience, err := s.Tenant.SignInExperience(ctx)
	if err != nil {
		return fmt.Errorf("look up MFA factors: %w", err)
	}
	if !slices.Contains(experience.Mfa.Factors, string(factor)) {
		return fail(MfaFactorNotEnabled, "This factor can't be used here.")
	}
	return nil
}

// factors lists what is set up.
func (s *Service) factors(ctx context.Context, userID string) ([]logto.MfaVerification, error) {
	factors, err := s.Logto.ListMfaVerifications(ctx, userID)
	if err != nil {
		return nil, fmt.Errorf("list MFA verifications: %w", notFound(err))
	}
	return factors, nil
}

// standsAlone is true of all factors but backup codes.
func standsAlone(factor logto.MfaVerification) bool { return factor.Type != logto.MfaBackupCode }

// removeFactor removes a factor. Its error may say that the factor isGone.
func (t *turn) removeFactor(ctx context.Context, factor logto.MfaVerification) error {
	err := t.write(ctx, events.MfaVerificationRemoved, map[string]string{"type": string(factor.Type)}, func() error {
		return t.Logto.DeleteMfaVerification(ctx, t.user.ID, factor.ID)
	})
	if err != nil {
		return fmt.Errorf("remove MFA verification: %w", err)
	}
	return nil
}

// removeBackupCodes removes sets of backup codes, those with no code left too: an
// account has one at most, unless Logto has let two be made at the same time.
func (t *turn) removeBackupCodes(ctx context.Context, sets []logto.MfaVerification) error {
	for _, set := range sets {
		if err := t.removeFactor(ctx, set); err != nil && !isGone(err) {
			return err
		}
	}
	return nil
}

// isGone reads Logto's answer to the removal of a factor that isn't there.
func isGone(err error) bool { return upstreamCode(err) == "entity.not_found" }

// userAfterMfaChange is the user after a change of the factors. Logto doesn't tell
// when that was.
func (t *turn) userAfterMfaChange() *logto.User {
	after := *t.user
	after.UpdatedAt = logto.Time{}
	return &after
}
