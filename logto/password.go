package logto

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// ErrPasswordCheckUnavailable means that Logto could not reach the service that
// knows breached passwords: nothing is known about the password.
var ErrPasswordCheckUnavailable = errors.New("breached-password service can't be reached")

// PasswordIssue is a rule of the password policy that a password breaks.
type PasswordIssue struct {
	// Code is Logto's: "password_rejected.too_short".
	Code string `json:"code"`
	// Interpolation holds the values of Logto's message for the code: {"min": 8}.
	Interpolation map[string]any `json:"interpolation"`
}

// VerifyPassword tells whether the password is the account's. A wrong one, as well
// as an account without a password, is an [*Error] with the code
// "session.invalid_credentials". Logto doesn't count tries.
//
// Management API: POST /api/users/{userId}/password/verify.
func (c *Client) VerifyPassword(ctx context.Context, userID, password string) error {
	return c.exec(ctx, call{
		endpoint: "POST /api/users/{userId}/password/verify", values: []string{userID},
		body: map[string]string{"password": password},
	})
}

// UpdatePassword sets the password. It enforces no policy (see
// [Client.CheckPassword]) and ends no session.
//
// Management API: PATCH /api/users/{userId}/password.
func (c *Client) UpdatePassword(ctx context.Context, userID, password string) (*User, error) {
	return c.user(ctx, userID, call{
		endpoint: "PATCH /api/users/{userId}/password", values: []string{userID},
		body: map[string]string{"password": password},
	})
}

// HasPassword tells whether the account has a password, for releases of Logto
// whose users don't say.
//
// Management API: GET /api/users/{userId}/has-password.
func (c *Client) HasPassword(ctx context.Context, userID string) (bool, error) {
	answer, err := send[struct {
		HasPassword bool `json:"hasPassword"`
	}](ctx, c, call{
		endpoint: "GET /api/users/{userId}/has-password", values: []string{userID},
	})
	return answer.HasPassword, err
}

// CheckPassword holds a password against the tenant's policy and returns every
// rule that it breaks; none if it may be used. It returns
// [ErrPasswordCheckUnavailable] when Logto can't tell.
//
// Management API: POST /api/sign-in-exp/default/check-password.
func (c *Client) CheckPassword(ctx context.Context, userID, password string) ([]PasswordIssue, error) {
	const endpoint = "POST /api/sign-in-exp/default/check-password"
	answer, err := send[struct {
		Result bool `json:"result"`
	}](ctx, c, call{
		endpoint: endpoint, body: map[string]string{"userId": userID, "password": password},
	})
	if refusal, ok := errors.AsType[*Error](err); ok && refusal.Status == http.StatusBadRequest {
		return refusal.passwordIssues()
	}
	if err == nil && !answer.Result {
		return nil, &AnswerError{Endpoint: endpoint, Err: errors.New("no result")}
	}
	return nil, err
}

// passwordIssues reads the two meanings that a 400 has besides a bad request: a
// password that breaks rules, and an outage.
func (e *Error) passwordIssues() ([]PasswordIssue, error) {
	if len(e.issues) > 0 {
		return e.issues, nil
	}
	var data struct {
		Message string `json:"message"`
	}
	if e.Code == "request.invalid_input" && json.Unmarshal(e.Data, &data) == nil && data.Message == "fetch failed" {
		return nil, fmt.Errorf("%w: %w", ErrPasswordCheckUnavailable, e)
	}
	return nil, e
}
