package graphqlhttp

import (
	"errors"
	"net/http"
	"strconv"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"accountql/auth"
)

// The extensions.code of the errors that come from this package.
const (
	codeUnauthenticated     = "UNAUTHENTICATED"
	codeUpstreamUnavailable = "UPSTREAM_UNAVAILABLE"
	codeBadRequest          = "BAD_REQUEST"
	codeParseFailed         = "GRAPHQL_PARSE_FAILED"
	codeValidationFailed    = "GRAPHQL_VALIDATION_FAILED"
	codeLimitExceeded       = "DOCUMENT_LIMIT_EXCEEDED"
	codeComplexityExceeded  = "COMPLEXITY_LIMIT_EXCEEDED"
	codePersistedNotFound   = "PERSISTED_QUERY_NOT_FOUND"
	codePersistedNotAllowed = "PERSISTED_QUERY_NOT_ALLOWED"
	codeInternal            = "INTERNAL"
)

// messageInternal is all that a client is told of a mistake of ours.
const messageInternal = "An internal error has happened and was logged."

// retrySeconds is after how long a client shall come back when tokens can't be verified: about as long as a restart of
// Logto takes.
const retrySeconds = 5

// refusal ends a request before anything of it is executed. Nothing in it repeats what the client sent.
type refusal struct {
	// status is the HTTP status.
	status int
	// document says that the request was well-formed and only its GraphQL is at fault: 200 to a client that asks for
	// application/json, as the specification has it.
	document bool
	// name and value are one more header field, if name is set.
	name, value string

	errors gqlerror.List
}

// refuse makes the refusal of a request that is not a well-formed GraphQL request.
func refuse(status int, message string) *refusal {
	return &refusal{status: status, errors: gqlerror.List{coded(codeBadRequest, message)}}
}

// refuseDocument makes the refusal of a request whose document can't be executed.
func refuseDocument(errs ...*gqlerror.Error) *refusal {
	return &refusal{status: http.StatusBadRequest, document: true, errors: errs}
}

// with adds a header field to the answer.
func (r *refusal) with(name, value string) *refusal {
	r.name, r.value = name, value
	return r
}

// unauthenticated turns what Config.Authenticate found into an answer; false means that err is none of a token's doing.
func unauthenticated(err error) (*refusal, bool) {
	if refused, ok := errors.AsType[*auth.Error](err); ok {
		r := &refusal{status: http.StatusUnauthorized, errors: gqlerror.List{coded(codeUnauthenticated, refused.Message)}}
		return r.with("WWW-Authenticate", refused.Challenge()), true
	}
	if errors.Is(err, auth.ErrUnavailable) {
		unavailable := coded(codeUpstreamUnavailable, "Tokens can't be verified now. Try again in a moment.")
		unavailable.Extensions["retryAfterSeconds"] = retrySeconds
		r := &refusal{status: http.StatusServiceUnavailable, errors: gqlerror.List{unavailable}}
		return r.with("Retry-After", strconv.Itoa(retrySeconds)), true
	}
	return nil, false
}

func internalError() *refusal {
	return &refusal{status: http.StatusInternalServerError, errors: gqlerror.List{coded(codeInternal, messageInternal)}}
}

// coded makes an error of the answer.
func coded(code, message string) *gqlerror.Error {
	return &gqlerror.Error{Message: message, Extensions: map[string]any{"code": code}}
}
