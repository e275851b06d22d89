package account

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"accountql/access"
	"accountql/events"
	"accountql/logto"
	"accountql/seal"
	"accountql/store"
	"accountql/totp"
)

// wrongTotpCodes bounds the tries of one enrollment.
var wrongTotpCodes = store.Limit{Name: "wrong-totp-codes", Count: 5, Per: ProofLifetime}

// TotpEnrollment is an authenticator app that is being set up.
type TotpEnrollment struct {
	Token string
	// Secret is in base32, URI an otpauth URI, and QRCode a data URL of a PNG.
	Secret, URI, QRCode string
	ExpiresAt           time.Time
}

// enrollment is sealed in a TotpEnrollment.
type enrollment struct{ Secret string }

const enrollmentKind seal.Kind[enrollment] = "enrollment"

// StartTotpEnrollment makes a secret for an authenticator app. Logto hears nothing
// of it: there, a factor would be in force at once, whether the person has the
// secret or not.
func (s *Service) StartTotpEnrollment(ctx context.Context, caller Caller, proof *string) (*TotpEnrollment, error) {
	if err := s.editable(ctx, access.Mfa); err != nil {
		return nil, err
	}
	return inTurn(ctx, s, caller, func(ctx context.Context, t *turn) (*TotpEnrollment, error) {
		if _, err := t.requireStepUp(ctx, "startTotpEnrollment", proof); err != nil {
			return nil, err
		}
		if err := s.mayEnrollTotp(ctx, t.user); err != nil {
			return nil, err
		}
		secret := totp.NewSecret()
		uri := totp.URI(secret, s.totpIssuer(caller), s.totpAccount(ctx, t.user))
		picture, err := totp.QRCode(uri)
		if err != nil {
			return nil, fmt.Errorf("draw enrollment: %w", err)
		}
		sealed, err := sealFor(ctx, s, caller, enrollmentKind, enrollment{Secret: secret})
		if err != nil {
			return nil, err
		}
		return &TotpEnrollment{Token: sealed.Token, Secret: secret, URI: uri, QRCode: picture, ExpiresAt: sealed.ExpiresAt}, nil
	})
}

// mayEnrollTotp checks that the tenant takes the factor and that the account has
// none of it.
func (s *Service) mayEnrollTotp(ctx context.Context, user *logto.User) error {
	if err := s.factorEnabled(ctx, logto.MfaTotp); err != nil {
		return err
	}
	factors, err := s.factors(ctx, user.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(factors, func(factor logto.MfaVerification) bool { return factor.Type == logto.MfaTotp }) {
		return totpIsThere()
	}
	return nil
}

func totpIsThere() error {
	return fail(MfaAlreadyEnrolled, "An authenticator app is set up already. Remove it first.")
}

// totpIssuer is the tenant's name in authenticator apps: Logto's own host unless
// the operator has set another, which is also what Logto's sign-in page takes.
func (s *Service) totpIssuer(caller Caller) string {
	if s.TotpIssuer != "" {
		return s.TotpIssuer
	}
	issuer, err := url.Parse(caller.Issuer)
	if err != nil {
		return ""
	}
	return issuer.Hostname()
}

// totpAccount is the account's name in authenticator apps: what the person signs in
// with, as far as the operator lets it be seen.
func (s *Service) totpAccount(ctx context.Context, user *logto.User) string {
	allowed := s.fieldAccess(ctx)
	for _, identifier := range []struct {
		field  access.Field
		prefix string
		value  *string
	}{
		{access.Username, "", user.Username},
		{access.Email, "", user.PrimaryEmail},
		{access.Phone, "+", user.PrimaryPhone},
		{access.Name, "", user.Name},
	} {
		// Where access can't be told, nothing is shown.
		if shows, _ := allowed.Readable(identifier.field); shows && identifier.value != nil {
			return identifier.prefix + *identifier.value
		}
	}
	return user.ID
}

// ConfirmTotpEnrollment sets up the authenticator app once it has shown a code that
// fits, and returns the user as it is then. An enrollment is good once, and so is
// each of its codes.
func (s *Service) ConfirmTotpEnrollment(ctx context.Context, caller Caller, token, code string) (*logto.User, error) {
	if !isCode(code) {
		return nil, fail(InvalidInput, "The code has six digits.", "input", "code")
	}
	if err := s.editable(ctx, access.Mfa); err != nil {
		return nil, err
	}
	return inTurn(ctx, s, caller, func(ctx context.Context, t *turn) (*logto.User, error) {
		opened, err := openFor(ctx, s, caller, enrollmentKind, token, "input", "enrollmentId")
		if err != nil {
			return nil, err
		}
		if err := t.readUser(ctx); err != nil {
			return nil, err
		}
		if err := s.mayEnrollTotp(ctx, t.user); err != nil {
			return nil, err
		}
		if err := t.tryTotpCode(ctx, opened, code); err != nil {
			return nil, err
		}
		return useOnce(ctx, s, opened, func() (*logto.User, error) { return t.createTotp(ctx, opened.Content.Secret) })
	})
}

// tryTotpCode holds a code against the enrollment's secret, and counts it if it is
// wrong.
func (t *turn) tryTotpCode(ctx context.Context, opened seal.Opened[enrollment], code string) error {
	tries := wrongTotpCodes.For(opened.ID)
	if _, err := t.Store.Peek(ctx, tries); err != nil {
		return spentEnrollment(err)
	}
	step, fits, err := totp.Match(opened.Content.Secret, code, t.Now())
	if err != nil {
		return err
	}
	if fits {
		return t.takeTotpStep(ctx, opened.ID, step)
	}
	left, err := t.Store.Take(ctx, tries)
	if err != nil {
		return spentEnrollment(err)
	}
	return Errors{{
		Code: InvalidCode, Path: []string{"input", "code"}, AttemptsRemaining: &left,
		Message: "The code is wrong. Enter the one that the app shows now, and check that your device's clock is right.",
	}}
}

// takeTotpStep takes each code once (RFC 6238, section 5.2), also when Logto could
// not be told of it.
func (t *turn) takeTotpStep(ctx context.Context, enrollmentID string, step int64) error {
	key := store.NewKey("totp-step", enrollmentID, strconv.FormatInt(step, 10))
	first, err := t.Store.Mark(ctx, key, ProofLifetime)
	if err != nil {
		return fmt.Errorf("mark code as used: %w", err)
	}
	if !first {
		return fail(InvalidCode, "This code was entered before. Wait for the next one.", "input", "code")
	}
	return nil
}

func spentEnrollment(err error) error {
	if _, ok := errors.AsType[*store.Exceeded](err); ok {
		return rateLimited(TooManyAttempts, 0, "Too many wrong codes. Set up the app anew.", "input", "code")
	}
	return fmt.Errorf("count codes: %w", err)
}

func (t *turn) createTotp(ctx context.Context, secret string) (*logto.User, error) {
	err := t.write(ctx, events.TotpEnrolled, nil, func() error { return t.Logto.CreateTotp(ctx, t.user.ID, secret) })
	if upstreamCode(err) == "user.totp_already_in_use" {
		return nil, totpIsThere()
	}
	if err != nil {
		return nil, fmt.Errorf("create TOTP: %w", notFound(err))
	}
	return t.userAfterMfaChange(), nil
}
