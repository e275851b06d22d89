package logto

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"accountql/quiet"
	"accountql/upstream"
)

var (
	// ErrMisconfigured marks errors that only the operator can mend: Logto
	// refuses the client's own credentials, or they lack the permission "all".
	ErrMisconfigured = errors.New("credentials of the Management API client are no good")
	// ErrInvalidID marks an id that Logto can't have given out. Nothing was sent.
	ErrInvalidID = errors.New("not an id")
	// ErrAnswerTooLarge marks an answer of more than 4 MiB.
	ErrAnswerTooLarge = errors.New("answer too large")
)

// Error is an answer of Logto's that is not a success; redirects are among them.
// Its text names the endpoint, the status and the code only: Logto's messages and
// data can repeat what was sent.
type Error struct {
	// Endpoint is the method and the path without its values:
	// "GET /api/users/{userId}".
	Endpoint string
	Status   int
	// Code is Logto's: "entity.not_found". It is empty for answers that don't come
	// from the endpoint itself: unreadable requests, failures inside Logto, an
	// unknown route (404), a request of more than 1 MB (404 too) or a proxy's answer.
	Code string
	// Message is meant for people, in a language of Logto's choice.
	Message string
	// Data is what Logto adds to some codes, as sent. It is dropped for the codes
	// "auth.*", where it repeats the claims of the management token.
	Data json.RawMessage
	// RetryAfter is how long Logto asks to wait; zero if it does not say.
	RetryAfter time.Duration

	issues []PasswordIssue
}

func (e *Error) Error() string {
	if e.Code == "" {
		return fmt.Sprintf("logto: %s: status %d", e.Endpoint, e.Status)
	}
	return fmt.Sprintf("logto: %s: status %d, code %q%s", e.Endpoint, e.Status, e.Code, e.mend())
}

// mend tells the operator what to do when the Management API refuses the client's
// token. The token endpoint's refusals are told by tokenError.
func (e *Error) mend() string {
	switch {
	case e.Endpoint == tokenEndpoint || !e.Is(ErrMisconfigured):
		return ""
	case e.Status == http.StatusForbidden:
		return ": give the application of LOGTO_APP_ID a role with the Management API's permission \"all\""
	default:
		return ": check LOGTO_MANAGEMENT_API_RESOURCE, and that LOGTO_ENDPOINT is the Logto that the resource belongs to"
	}
}

// Is makes refusals of the client's own credentials match [ErrMisconfigured].
func (e *Error) Is(target error) bool {
	if target != ErrMisconfigured {
		return false
	}
	if e.Endpoint == tokenEndpoint {
		return e.Status < 500 && e.Status != http.StatusTooManyRequests && e.Status != http.StatusRequestTimeout
	}
	return e.refusesToken() || e.Status == http.StatusForbidden && strings.HasPrefix(e.Code, "auth.")
}

// refusesToken tells whether it is the management token that was refused. Linking
// an identity answers 401 too, when it is the provider's token that is no good.
func (e *Error) refusesToken() bool {
	return e.Status == http.StatusUnauthorized && strings.HasPrefix(e.Code, "auth.")
}

// OutcomeUnknown tells whether a change may have been made although it was refused:
// a gateway on the way to Logto has lost its answer, or given up waiting for it.
// Cloudflare says so with statuses of its own, from 520 on.
func (e *Error) OutcomeUnknown() bool {
	lost := e.Status == http.StatusBadGateway || e.Status == http.StatusGatewayTimeout || e.Status >= 520
	return lost && mayChange(e.Endpoint)
}

// mayChange tells an endpoint apart from those that only read.
func mayChange(endpoint string) bool {
	switch endpoint {
	case tokenEndpoint, "POST /api/users/{userId}/password/verify", "POST /api/sign-in-exp/default/check-password",
		"POST /api/connectors/{connectorId}/authorization-uri":
		return false
	}
	return !strings.HasPrefix(endpoint, "GET ")
}

func newError(endpoint string, status int, header http.Header, body []byte) *Error {
	var answer struct {
		Code    string          `json:"code"`
		Message string          `json:"message"`
		Data    json.RawMessage `json:"data"`
		Issues  []PasswordIssue `json:"issues"`
	}
	if json.Unmarshal(body, &answer) != nil {
		// Some other server's words: the status has to do.
		return &Error{Endpoint: endpoint, Status: status, RetryAfter: upstream.RetryAfter(header)}
	}
	if strings.HasPrefix(answer.Code, "auth.") {
		answer.Data = nil
	}
	return &Error{
		Endpoint: endpoint, Status: status, RetryAfter: upstream.RetryAfter(header),
		Code: answer.Code, Message: answer.Message, Data: answer.Data, issues: answer.Issues,
	}
}

// AnswerError is a success of Logto's whose body can't be used: too large, not
// JSON, of another shape, or about another user. The call took effect, unless the
// endpoint is the token's: then it was not made.
type AnswerError struct {
	Endpoint string
	Err      error
}

func (e *AnswerError) Error() string {
	return fmt.Sprintf("logto: %s: unusable answer: %v", e.Endpoint, e.Err)
}

func (e *AnswerError) Unwrap() error { return e.Err }

// TransportError is a call without an answer: no connection, a time-out, a
// context that ended.
type TransportError struct {
	Endpoint string
	// MayBeSent tells whether the request may have reached Logto, and a change may
	// have been made. It is false where no connection came about.
	MayBeSent bool
	Err       error
}

func (e *TransportError) Error() string {
	return fmt.Sprintf("logto: %s: %v", e.Endpoint, e.Err)
}

func (e *TransportError) Unwrap() error { return e.Err }

// Timeout tells whether time ran out, on the caller's context or on the network.
func (e *TransportError) Timeout() bool {
	timeout, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](e.Err)
	return ok && timeout.Timeout()
}

// OutcomeUnknown tells whether a change may have been made without anybody being
// told: the request may have reached Logto and was not one that only reads.
func (e *TransportError) OutcomeUnknown() bool {
	return e.MayBeSent && mayChange(e.Endpoint)
}

// transportError strips what the standard library wraps around, because it holds
// the address with its ids, and what it quotes of the answer. It passes the guard's
// refusals on as they are.
func transportError(endpoint string, mayBeSent bool, err error) error {
	if refusal, ok := errors.AsType[*GuardError](err); ok {
		return refusal
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	return &TransportError{Endpoint: endpoint, MayBeSent: mayBeSent, Err: quiet.Error(err)}
}

// progress observes how far a request gets.
type progress struct {
	waiting, connected atomic.Bool
}

func (p *progress) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { p.waiting.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { p.connected.Store(true) },
	})
}

// mayBeSent errs on the side of yes: transports that report nothing count as sent.
func (p *progress) mayBeSent() bool {
	return p.connected.Load() || !p.waiting.Load()
}
