package account

import (
	"errors"
	"strings"
	"time"

	"accountql/logto"
)

// Code is one of the schema's AccountErrorCode.
type Code string

// The codes that the operations answer with. schema.graphqls says what each means
// to a client.
const (
	InvalidInput                 Code = "INVALID_INPUT"
	StepUpRequired               Code = "STEP_UP_REQUIRED"
	WrongPassword                Code = "WRONG_PASSWORD"
	InvalidCode                  Code = "INVALID_CODE"
	CodeExpired                  Code = "CODE_EXPIRED"
	TooManyAttempts              Code = "TOO_MANY_ATTEMPTS"
	RateLimited                  Code = "RATE_LIMITED"
	InvalidProof                 Code = "INVALID_PROOF"
	PasswordRejected             Code = "PASSWORD_REJECTED"
	IdentifierTaken              Code = "IDENTIFIER_TAKEN"
	IdentifierNotAllowed         Code = "IDENTIFIER_NOT_ALLOWED"
	IdentityTaken                Code = "IDENTITY_TAKEN"
	IdentityAlreadyLinked        Code = "IDENTITY_ALREADY_LINKED"
	NameTaken                    Code = "NAME_TAKEN"
	NotFound                     Code = "NOT_FOUND"
	LastSignInMethod             Code = "LAST_SIGN_IN_METHOD"
	FieldNotEditable             Code = "FIELD_NOT_EDITABLE"
	ConnectorNotLinkable         Code = "CONNECTOR_NOT_LINKABLE"
	StateMismatch                Code = "STATE_MISMATCH"
	RedirectURINotAllowed        Code = "REDIRECT_URI_NOT_ALLOWED"
	ProviderRefused              Code = "PROVIDER_REFUSED"
	MfaAlreadyEnrolled           Code = "MFA_ALREADY_ENROLLED"
	MfaFactorNotEnabled          Code = "MFA_FACTOR_NOT_ENABLED"
	MfaRequired                  Code = "MFA_REQUIRED"
	BackupCodesNeedAnotherFactor Code = "BACKUP_CODES_NEED_ANOTHER_FACTOR"
	ConfirmationMismatch         Code = "CONFIRMATION_MISMATCH"
	ValueTooLong                 Code = "VALUE_TOO_LONG"
	CountLimitReached            Code = "COUNT_LIMIT_REACHED"
	Conflict                     Code = "CONFLICT"
	PartlyDone                   Code = "PARTLY_DONE"
)

// Error is something that the person can mend. It goes into the payload's
// errors.
type Error struct {
	Code Code
	// Message says what is wrong and what to do, in words for the person.
	Message string
	// Path leads to the input field: "input", "profile", "birthdate".
	Path []string

	// Methods are the ways to give the proof that StepUpRequired asks for.
	Methods []Method
	// RetryAfter is how long to wait, with RateLimited and TooManyAttempts.
	RetryAfter time.Duration
	// AttemptsRemaining is how many more codes may be tried, with InvalidCode; nil
	// if that isn't known.
	AttemptsRemaining *int
	// Violations are the rules that the password breaks, with PasswordRejected.
	Violations []PasswordViolation
}

// PasswordViolation is a rule that a new password breaks.
type PasswordViolation struct {
	// Code is Logto's.
	Code    string
	Message string
}

// Error implements error.
func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Errors are all that was wrong with one input.
type Errors []*Error

// Error implements error.
func (es Errors) Error() string {
	texts := make([]string, len(es))
	for i, e := range es {
		texts[i] = e.Error()
	}
	return strings.Join(texts, "; ")
}

// orNil keeps an empty list from becoming an error that is not nil.
func (es Errors) orNil() error {
	if len(es) == 0 {
		return nil
	}
	return es
}

// fail is one error alone.
func fail(code Code, message string, path ...string) error {
	return Errors{{Code: code, Message: message, Path: path}}
}

// outcomeUnknown tells whether a change that failed may have been made.
func outcomeUnknown(err error) bool {
	if lostAnswer(err) {
		return true
	}
	_, unusable := errors.AsType[*logto.AnswerError](err)
	return unusable
}

// lostAnswer tells whether a change that failed may still be under way at Logto.
func lostAnswer(err error) bool {
	lost, ok := errors.AsType[interface {
		error
		OutcomeUnknown() bool
	}](err)
	return ok && lost.OutcomeUnknown()
}
