package account

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"accountql/access"
	"accountql/events"
	"accountql/logto"
)

// maxIDLength is far above that of Logto's ids, in bytes. An address that is too
// long gets an answer of another kind than an unknown id.
const maxIDLength = 128

// RevokeSession ends a session together with the grants of its applications, whose
// refresh tokens would go on working otherwise. It returns the user, of whom
// nothing else changes. Like every revocation it takes no turn and needs no store:
// it must also work when little else does.
//
// The session is looked for among the account's own first. That Logto would not
// end another account's has not been measured.
func (s *Service) RevokeSession(ctx context.Context, caller Caller, id string) (*logto.User, error) {
	if err := s.editable(ctx, access.Session); err != nil {
		return nil, err
	}
	user, err := s.Get(ctx, caller.Subject)
	if err != nil {
		return nil, err
	}
	sessions, err := s.Logto.ListSessions(ctx, user.ID)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	if !slices.ContainsFunc(sessions, func(session logto.Session) bool { return session.UID == id }) {
		return nil, noSession()
	}
	err = s.Logto.DeleteSession(ctx, user.ID, id, logto.RevokeGrantsAll)
	if upstreamCode(err) == "oidc.session_not_found" {
		return nil, noSession()
	}
	if err != nil {
		return nil, fmt.Errorf("delete session: %w", err)
	}
	s.emitRevoked(ctx, caller, events.SessionRevoked, id)
	return user, nil
}

func noSession() error {
	return fail(NotFound, "There is no such session, or it has ended.", "input", "id")
}

// RevokeAuthorizedApplication takes a grant back and returns the user, of whom
// nothing else changes. Another account's grant is none to Logto.
func (s *Service) RevokeAuthorizedApplication(ctx context.Context, caller Caller, id string) (*logto.User, error) {
	if err := s.editable(ctx, access.Session); err != nil {
		return nil, err
	}
	user, err := s.Get(ctx, caller.Subject)
	if err != nil {
		return nil, err
	}
	if len(id) > maxIDLength {
		return nil, noGrant()
	}
	err = s.Logto.DeleteGrant(ctx, user.ID, id)
	if upstreamCode(err) == "oidc.invalid_grant" || errors.Is(err, logto.ErrInvalidID) {
		return nil, noGrant()
	}
	if err != nil {
		return nil, fmt.Errorf("delete grant: %w", err)
	}
	s.emitRevoked(ctx, caller, events.AuthorizedApplicationRevoked, id)
	return user, nil
}

func noGrant() error {
	return fail(NotFound, "There is no such grant, or it has ended.", "input", "id")
}

func (s *Service) emitRevoked(ctx context.Context, caller Caller, what events.Type, id string) {
	s.emit(ctx, caller, what, map[string]string{"id": id})
}
