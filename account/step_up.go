package account

import (
	"context"
	"errors"
	"time"

	"accountql/logto"
	"accountql/seal"
	"accountql/signin"
)

// ProofLifetime is how long a proof, and anything else that is sealed, is good.
const ProofLifetime = seal.Lifetime

// Method is one of the schema's StepUpMethod: a way to prove that the person is
// there.
type Method string

// The methods.
const (
	Password    Method = "PASSWORD"
	EmailCode   Method = "EMAIL_CODE"
	PhoneCode   Method = "PHONE_CODE"
	FreshSignIn Method = "FRESH_SIGN_IN"
)

// StepUpMethods lists the methods that work for a user in a tenant with the
// connectors: a password if there is one, codes where they can be sent, a fresh
// sign-in always. Logto may have stored an address that no code is ever sent to.
func StepUpMethods(user *logto.User, hasPassword bool, connectors []logto.Connector) []Method {
	var methods []Method
	if hasPassword {
		methods = append(methods, Password)
	}
	tenant := signin.Tenant{Connectors: connectors}
	reaches := func(request CodeRequest) bool {
		to, _, err := parseRecipient(request)
		_, isOwn := to.own(user)
		return err == nil && isOwn && tenant.SendsCodesTo(to.Identifier)
	}
	if user.PrimaryEmail != nil && reaches(CodeRequest{Email: user.PrimaryEmail}) {
		methods = append(methods, EmailCode)
	}
	if phone := user.PrimaryPhone; phone != nil {
		if e164 := "+" + *phone; reaches(CodeRequest{Phone: &e164}) {
			methods = append(methods, PhoneCode)
		}
	}
	return append(methods, FreshSignIn)
}

// requireStepUp is the check behind the directive @stepUp: the person must have
// proved a moment ago that they are there. operation is the mutation, as the
// schema names it. There is no waiver. The user is read once the proof has turned
// out to be good.
func (t *turn) requireStepUp(ctx context.Context, operation string, proof *string) (presence, error) {
	proved, err := t.openPresence(ctx, t.caller, proof)
	if err != nil {
		return presence{}, err
	}
	if err := t.readUser(ctx); err != nil {
		return presence{}, err
	}
	return proved, t.checkPresence(ctx, t.user, operation, proved)
}

// openPresence opens a step-up proof. Without one it returns none, which has no
// method.
func (s *Service) openPresence(ctx context.Context, caller Caller, proof *string) (presence, error) {
	if !isGiven(proof) {
		return presence{}, nil
	}
	opened, err := openFor(ctx, s, caller, presenceKind, *proof, "input", "stepUpProof")
	return opened.Content, err
}

// isGiven tells whether there is a proof at all. An empty text is none.
func isGiven(proof *string) bool { return proof != nil && *proof != "" }

// checkPresence tells whether what is proved is enough for the operation of this
// user.
func (s *Service) checkPresence(ctx context.Context, user *logto.User, operation string, proved presence) error {
	switch proved.Method {
	case FreshSignIn:
		return nil
	case EmailCode, PhoneCode:
		if _, own := proved.Recipient.own(user); !own {
			return invalidProof("input", "stepUpProof")
		}
	}
	freshOnly, err := s.takesFreshSignInOnly(ctx, user, operation)
	if err != nil {
		return err
	}
	if freshOnly || proved.Method == "" {
		return s.stepUpRequired(ctx, user, freshOnly)
	}
	return nil
}

// takesFreshSignInOnly is true of the operations with which somebody who has a
// password or a mailbox in hand, but not the second factor, could get rid of it.
func (s *Service) takesFreshSignInOnly(ctx context.Context, user *logto.User, operation string) (bool, error) {
	switch operation {
	case "removeMfaVerification", "generateBackupCodes", "updatePrimaryEmail", "removePrimaryEmail",
		"updatePrimaryPhone", "removePrimaryPhone", "deleteAccount":
	default:
		return false, nil
	}
	verifications, err := s.Logto.ListMfaVerifications(ctx, user.ID)
	return len(verifications) > 0, err
}

func (s *Service) stepUpRequired(ctx context.Context, user *logto.User, freshOnly bool) error {
	methods := []Method{FreshSignIn}
	if !freshOnly {
		hasPassword, err := s.HasPassword(ctx, user)
		if err != nil {
			return err
		}
		connectors, err := s.Tenant.Connectors(ctx)
		if err != nil {
			return err
		}
		methods = StepUpMethods(user, hasPassword, connectors)
	}
	return Errors{{
		Code: StepUpRequired, Path: []string{"input", "stepUpProof"}, Methods: methods,
		Message: "Please confirm first that it's you.",
	}}
}

// HasPassword tells whether the user has a password. Older releases of Logto tell
// it at an endpoint of its own.
func (s *Service) HasPassword(ctx context.Context, user *logto.User) (bool, error) {
	if user.HasPassword != nil {
		return *user.HasPassword, nil
	}
	return s.Logto.HasPassword(ctx, user.ID)
}

// rateLimited is what a limit that is exceeded becomes.
func rateLimited(code Code, wait time.Duration, message string, path ...string) error {
	return Errors{{Code: code, Message: message, Path: path, RetryAfter: wait}}
}

// upstreamCode is the code of Logto's answer, or "" if err is something else.
func upstreamCode(err error) string {
	refused, _ := errors.AsType[*logto.Error](err)
	if refused == nil {
		return ""
	}
	return refused.Code
}
