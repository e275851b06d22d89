// Package account changes a person's account at Logto with the checks that the
// Management API leaves out. Each operation acts on the subject of the caller's
// access token and on nobody else, and reads that user afresh before it writes: a
// token outlives its account's suspension and deletion by up to an hour, and Logto
// goes on editing both.
package account

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"accountql/access"
	"accountql/auth"
	"accountql/events"
	"accountql/logto"
	"accountql/seal"
	"accountql/store"
	"accountql/tenant"
)

// ErrSuspended says that the account is suspended. Its access tokens verify
// until they expire, so every operation asks Logto.
var ErrSuspended = errors.New("account is suspended")

// ErrNotFound says that the account is no longer at Logto.
var ErrNotFound = errors.New("account not found")

// Service holds what the operations need.
type Service struct {
	Logto  *logto.Client
	Tenant *tenant.Cache
	Tokens *auth.Verifier
	Sealer *seal.Sealer
	Store  *store.Store
	Events *events.Emitter
	Logger *slog.Logger
	// Now is time.Now outside of tests.
	Now func() time.Time
	// Resource is the API resource of this server, the audience of users' tokens.
	Resource string
	// SendBudget is how many verification codes an hour are sent over all accounts.
	SendBudget int
	// TokenMaxLifetime is how long a personal access token lives at most, and where
	// nothing else is asked for; zero for no bound.
	TokenMaxLifetime time.Duration
	// TokenMaxCount is how many personal access tokens an account may have.
	TokenMaxCount int
	// TotpIssuer is the name that authenticator apps show for the tenant's accounts;
	// empty for the host of Logto's issuer.
	TotpIssuer string
	// SelfSuspension lets people suspend their own accounts.
	SelfSuspension bool
	// PhoneCountries are the countries that phone numbers may be of (ISO 3166); empty
	// for all of them.
	PhoneCountries []string
	// RedirectURIs are where social providers may send people back to.
	RedirectURIs []string
	// ConnectorDataKeys are, by target, the parameters of a provider's answer that its
	// connector gets beside the usual ones.
	ConnectorDataKeys map[string][]string
	// FieldAccess is what people may do with the parts of their accounts.
	FieldAccess access.Policy
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

// emit tells the operator's receiver of a change that the caller has made.
func (s *Service) emit(ctx context.Context, caller Caller, change events.Type, data map[string]string) {
	s.Events.Emit(ctx, events.Event{Type: change, Subject: caller.Subject, ClientID: caller.ClientID, Data: data})
}

// notFound turns Logto's 404 for a user into ErrNotFound.
func notFound(err error) error {
	if refused, ok := errors.AsType[*logto.Error](err); ok && refused.Status == http.StatusNotFound && refused.Code == "entity.not_found" {
		return ErrNotFound
	}
	return err
}
