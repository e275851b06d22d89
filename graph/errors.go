package graph

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"accountql/access"
	"accountql/account"
	"accountql/auth"
	"accountql/logto"
	"accountql/store"
	"accountql/upstream"
)

// The values of extensions.code that resolvers give. schema.graphqls says what
// each means to a client.
const (
	codeUnauthenticated       = "UNAUTHENTICATED"
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
		cause := err
		if own != nil {
			presented.Path, presented.Locations = own.Path, own.Locations
			// Its own text begins with the path, and so with names that the client has made up.
			if cause = own.Unwrap(); cause == nil {
				cause = errors.New(own.Message)
			}
		}
		found := describe(err)
		presented.Message = found.message
		presented.Extensions = map[string]any{"code": found.code}
		if wait := retryAfter(err); wait > 0 {
			presented.Extensions["retryAfterSeconds"] = int(math.Ceil(wait.Seconds()))
		}
		if isGivenUp(ctx) && errors.Is(err, context.Canceled) {
			found.level = slog.LevelDebug // It is nobody's fault.
		}
		logger.Log(ctx, found.level, "field failed", "path", schemaPath(ctx).String(), "code", found.code, "error", cause)
		return presented
	}
}

// schemaPath is the path of the field at hand by the names of the schema. In the
// answer's path there are aliases, and one of these may be as long as a request.
func schemaPath(ctx context.Context) ast.Path {
	var path ast.Path
	for field := graphql.GetFieldContext(ctx); field != nil; field = field.Parent {
		if field.Index != nil {
			path = append(path, ast.PathIndex(*field.Index))
		} else if field.Field.Field != nil {
			path = append(path, ast.PathName(field.Field.Name))
		}
	}
	slices.Reverse(path)
	return path
}

// retryAfter is how long waiting helps, zero where that isn't known.
func retryAfter(err error) time.Duration {
	if refused, ok := errors.AsType[*upstream.Refusal](err); ok {
		return refused.RetryAfter
	}
	if refused, ok := errors.AsType[*logto.Error](err); ok {
		return refused.RetryAfter
	}
	return 0
}

// describe maps an error to words that give nothing away.
func describe(err error) failure {
	switch {
	case errors.Is(err, account.ErrSignedOut):
		return failure{codeUnauthenticated, "This access token was issued before the account was signed out everywhere. Sign in again.", slog.LevelInfo}
	case errors.Is(err, account.ErrSuspended):
		return failure{codeAccountSuspended, "This account is suspended.", slog.LevelInfo}
	case errors.Is(err, account.ErrNotFound):
		return failure{codeAccountNotFound, "This account no longer exists.", slog.LevelInfo}
	case errors.Is(err, logto.ErrMisconfigured):
		return failure{codeUpstreamMisconfigured, "The server is not set up correctly: Logto refuses its credentials. Only its operator can mend this.", slog.LevelError}
	case errors.Is(err, store.ErrUnavailable):
		return failure{codeUpstreamUnavailable, "The server can't do this right now. Try again later.", slog.LevelError}
	case errors.Is(err, auth.ErrUnavailable):
		return failure{codeUpstreamUnavailable, "The sign-in can't be verified right now. Try again later.", slog.LevelWarn}
	case errors.Is(err, logto.ErrPasswordCheckUnavailable):
		return failure{codeUpstreamUnavailable, "The new password can't be checked right now. Try again later.", slog.LevelWarn}
	case errors.Is(err, access.ErrUnknown):
		return failure{codeUpstreamUnavailable, "Logto didn't tell what may be seen and changed. Try again later.", slog.LevelWarn}
	}
	if refused, ok := errors.AsType[*logto.Error](err); ok {
		return describeRefusal(refused)
	}
	if refused, ok := errors.AsType[*upstream.Refusal](err); ok {
		return describeLoad(refused)
	}
	if lost, ok := errors.AsType[*logto.TransportError](err); ok {
		return describeLoss(lost)
	}
	if unusable, ok := errors.AsType[*logto.AnswerError](err); ok {
		return describeUnusable(unusable)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return failure{codeOperationTimeout, "The operation took longer than is allowed.", slog.LevelWarn}
	}
	return failure{codeInternal, "An internal error has happened and was logged.", slog.LevelError}
}

// describeRefusal is about Logto's answers.
func describeRefusal(err *logto.Error) failure {
	switch {
	case err.Code == "entity.not_found" && strings.HasPrefix(err.Endpoint, "GET /api/users/{userId}/"):
		// The account went after it was read: lists know no other reason.
		return describe(account.ErrNotFound)
	case err.OutcomeUnknown():
		return outcomeUnknown()
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

// describeUnusable is about answers that say success and can't be read.
func describeUnusable(err *logto.AnswerError) failure {
	message := "Logto gave an answer that can't be used. Try again later."
	if !strings.HasPrefix(err.Endpoint, "GET ") {
		message = "Logto gave an answer that can't be used. The change may have been made or not: read before you try again."
	}
	return failure{codeUpstreamUnavailable, message, slog.LevelError}
}

// describeLoss is about calls without an answer.
func describeLoss(err *logto.TransportError) failure {
	switch {
	case err.OutcomeUnknown():
		return outcomeUnknown()
	case err.Timeout():
		return failure{codeUpstreamTimeout, "Logto did not answer in time. Try again later.", slog.LevelWarn}
	default:
		return failure{codeUpstreamUnavailable, "Logto can't be reached. Try again later.", slog.LevelWarn}
	}
}

// describeLoad is about calls that were not sent, for Logto's sake. There may be
// thousands of them, which the metrics count.
func describeLoad(err *upstream.Refusal) failure {
	message := "Logto has too much to do. Try again later."
	if err.Down {
		message = "Logto is out of order. Try again later."
	}
	return failure{codeUpstreamUnavailable, message, slog.LevelDebug}
}

func outcomeUnknown() failure {
	return failure{codeUpstreamTimeout, "Logto did not answer. The change may have been made or not: read before you try again.", slog.LevelWarn}
}
