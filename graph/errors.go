package graph

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"accountql/account"
	"accountql/logto"
)

// The values of extensions.code that resolvers give. schema.graphqls says what
// each means to a client.
const (
	codeForbidden             = "FORBIDDEN"
	codeAccountSuspended      = "ACCOUNT_SUSPENDED"
	codeAccountNotFound       = "ACCOUNT_NOT_FOUND"
	codeUpstreamUnavailable   = "UPSTREAM_UNAVAILABLE"
	codeUpstreamTimeout       = "UPSTREAM_TIMEOUT"
	codeUpstreamMisconfigured = "UPSTREAM_MISCONFIGURED"
	codeOperationTimeout      = "OPERATION_TIMEOUT"
	codeRateLimited           = "RATE_LIMITED"
	codeInternal              = "INTERNAL"
)

// failure is what a client is told of an error.
type failure struct {
	code, message string
	// level is the level to log at. What the client's own program or person has
	// to mend is not logged as a fault of ours.
	level slog.Level
}

// PresentError returns the presenter of top-level errors. What a client may see
// is listed in describe; anything else is logged with its path and shown as an
// internal error.
func PresentError(logger *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		own, _ := errors.AsType[*gqlerror.Error](err)
		if own != nil && own.Unwrap() == nil && own.Extensions["code"] != nil {
			return own // Made for clients, by validation or here.
		}
		presented := &gqlerror.Error{Path: graphql.GetPath(ctx)}
		if own != nil {
			presented.Path, presented.Locations = own.Path, own.Locations
		}
		found := describe(err)
		presented.Message = found.message
		presented.Extensions = map[string]any{"code": found.code}
		if refused, ok := errors.AsType[*logto.Error](err); ok && refused.RetryAfter > 0 {
			presented.Extensions["retryAfterSeconds"] = int(math.Ceil(refused.RetryAfter.Seconds()))
		}
		logger.Log(ctx, found.level, "field failed", "path", presented.Path.String(), "code", found.code, "error", err)
		return presented
	}
}

// describe maps an error to words that give nothing away.
func describe(err error) failure {
	switch {
	case errors.Is(err, account.ErrSuspended):
		return failure{codeAccountSuspended, "This account is suspended.", slog.LevelInfo}
	case errors.Is(err, account.ErrNotFound):
		return failure{codeAccountNotFound, "This account no longer exists.", slog.LevelInfo}
	case errors.Is(err, logto.ErrMisconfigured):
		return failure{codeUpstreamMisconfigured, "The server is not set up correctly: Logto refuses its credentials. Only its operator can mend this.", slog.LevelError}
	}
	if refused, ok := errors.AsType[*logto.Error](err); ok {
		return describeRefusal(refused)
	}
	if lost, ok := errors.AsType[*logto.TransportError](err); ok {
		return describeLoss(lost)
	}
	if _, ok := errors.AsType[*logto.AnswerError](err); ok {
		return failure{codeUpstreamUnavailable, "Logto gave an answer that can't be used. Try again later.", slog.LevelError}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return failure{codeOperationTimeout, "The operation took longer than is allowed.", slog.LevelWarn}
	}
	return failure{codeInternal, "An internal error has happened and was logged.", slog.LevelError}
}

// describeRefusal is about Logto's answers.
func describeRefusal(err *logto.Error) failure {
	switch {
	case err.Status == http.StatusTooManyRequests:
		return failure{codeRateLimited, "There were too many requests. Wait before you try again.", slog.LevelWarn}
	case err.Status >= http.StatusInternalServerError:
		return failure{codeUpstreamUnavailable, "Logto failed to answer. Try again later.", slog.LevelWarn}
	default:
		// Logto's refusals that mean something to a person are told apart by
		// package account.
		return failure{codeInternal, "An internal error has happened and was logged.", slog.LevelError}
	}
}

// describeLoss is about calls without an answer.
func describeLoss(err *logto.TransportError) failure {
	switch {
	case err.OutcomeUnknown():
		return failure{codeUpstreamTimeout, "Logto did not answer. The change may have been made or not: read before you try again.", slog.LevelWarn}
	case err.Timeout():
		return failure{codeUpstreamTimeout, "Logto did not answer in time. Try again later.", slog.LevelWarn}
	default:
		return failure{codeUpstreamUnavailable, "Logto can't be reached. Try again later.", slog.LevelWarn}
	}
}
