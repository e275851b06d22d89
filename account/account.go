// Package account changes a person's account at Logto with the checks that the
// Management API leaves out. Each operation acts on the user id that it is
// given, which is the subject of the caller's access token, and reads that user
// afresh before it writes: a token outlives its account's suspension and
// deletion by up to an hour, and Logto goes on editing both.
package account

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"accountql/logto"
)

// ErrSuspended says that the account is suspended. Its access tokens verify
// until they expire, so every operation asks Logto.
var ErrSuspended = errors.New("account is suspended")

// ErrNotFound says that the account is no longer at Logto.
var ErrNotFound = errors.New("account not found")

// Service holds what the operations need.
type Service struct {
	Logto  *logto.Client
	Logger *slog.Logger
	// ReadableCustomData and WritableCustomData are the top-level keys of custom
	// data that the person may see and change.
	ReadableCustomData, WritableCustomData Keys
}

// Get reads the user. It fails with ErrSuspended or ErrNotFound when nothing may
// be done with the account any more.
func (s *Service) Get(ctx context.Context, userID string) (*logto.User, error) {
	user, err := s.Logto.GetUser(ctx, userID)
	if err != nil {
		return nil, fmt.Errorf("get user: %w", notFound(err))
	}
	if user.IsSuspended {
		return nil, ErrSuspended
	}
	return user, nil
}

// notFound turns Logto's 404 for a user into ErrNotFound.
func notFound(err error) error {
	if refused, ok := errors.AsType[*logto.Error](err); ok && refused.Status == http.StatusNotFound && refused.Code == "entity.not_found" {
		return ErrNotFound
	}
	return err
}
