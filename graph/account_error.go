package graph

import (
	"math"
	"time"

	"accountql/account"
	"accountql/graph/model"
)

// accountError presents an error in the type that its code has in the schema.
func accountError(e *account.Error) model.AccountError {
	switch e.Code {
	case account.StepUpRequired:
		return model.StepUpRequiredError{
			Code: e.Code, Message: e.Message, Path: e.Path,
			Methods: e.Methods, MaxAgeSeconds: seconds(account.ProofLifetime),
		}
	case account.RateLimited, account.TooManyAttempts:
		return model.RateLimitedError{Code: e.Code, Message: e.Message, Path: e.Path, RetryAfterSeconds: seconds(e.RetryAfter)}
	case account.InvalidCode:
		return model.InvalidCodeError{Code: e.Code, Message: e.Message, Path: e.Path, AttemptsRemaining: e.AttemptsRemaining}
	case account.PasswordRejected:
		violations := make([]*model.PasswordViolation, len(e.Violations))
		for i, v := range e.Violations {
			violations[i] = &model.PasswordViolation{Code: v.Code, Message: v.Message}
		}
		return model.PasswordRejectedError{Code: e.Code, Message: e.Message, Path: e.Path, Violations: violations}
	default:
		return model.BasicError{Code: e.Code, Message: e.Message, Path: e.Path}
	}
}

// seconds rounds up, so that whoever waits that long has waited enough.
func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }
