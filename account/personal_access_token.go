package account

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf16"

	"accountql/access"
	"accountql/events"
	"accountql/logto"
)

// maxTokenNameLength is Logto's bound on the name of a personal access token, in
// UTF-16 code units.
const maxTokenNameLength = 256

// NewPersonalAccessToken says what token to make.
type NewPersonalAccessToken struct {
	Name string
	// ExpiresAt is nil for a token that lives as long as the operator allows.
	ExpiresAt   *time.Time
	StepUpProof *string
}

// CreatePersonalAccessToken makes a personal access token. Its value is told this
// once.
func (s *Service) CreatePersonalAccessToken(ctx context.Context, caller Caller, wanted NewPersonalAccessToken) (*logto.CreatedPersonalAccessToken, error) {
	expiresAt, err := s.checkNewToken(wanted, s.Now())
	if err != nil {
		return nil, err
	}
	if err := s.editable(ctx, access.PersonalAccessToken); err != nil {
		return nil, err
	}
	return inTurn(ctx, s, caller, func(ctx context.Context, t *turn) (*logto.CreatedPersonalAccessToken, error) {
		if _, err := t.requireStepUp(ctx, "createPersonalAccessToken", wanted.StepUpProof); err != nil {
			return nil, err
		}
		if err := t.roomForToken(ctx); err != nil {
			return nil, err
		}
		var created logto.CreatedPersonalAccessToken
		err := t.write(ctx, events.PersonalAccessTokenCreated, map[string]string{"name": wanted.Name}, func() (err error) {
			created, err = s.Logto.CreatePersonalAccessToken(ctx, t.user.ID, wanted.Name, expiresAt)
			return err
		})
		if err != nil {
			return nil, newTokenFailure(err)
		}
		return &created, nil
	})
}

// checkNewToken reports everything that is wrong with a token that is asked for,
// and works out until when it lives; the zero time is for ever.
func (s *Service) checkNewToken(wanted NewPersonalAccessToken, now time.Time) (expiresAt time.Time, err error) {
	var errs Errors
	if err := checkTokenName(wanted.Name, "input", "name"); err != nil {
		errs = append(errs, err)
	}
	var latest time.Time
	if s.TokenMaxLifetime > 0 {
		latest = now.Add(s.TokenMaxLifetime)
	}
	if wanted.ExpiresAt == nil {
		return latest, errs.orNil()
	}
	refuse := func(message string) {
		errs = append(errs, &Error{Code: InvalidInput, Path: []string{"input", "expiresAt"}, Message: message})
	}
	switch {
	// Logto counts milliseconds, and takes 0 for a token that never expires.
	case wanted.ExpiresAt.UnixMilli() <= now.UnixMilli():
		refuse("Choose a time in the future.")
	case !latest.IsZero() && wanted.ExpiresAt.After(latest):
		refuse("Choose a time no later than " + latest.UTC().Format(time.RFC3339) + ".")
	}
	return *wanted.ExpiresAt, errs.orNil()
}

// checkTokenName takes every character that Logto can store.
func checkTokenName(name string, path ...string) *Error {
	switch {
	case name == "":
		return &Error{Code: InvalidInput, Path: path, Message: "Enter a name."}
	case len(utf16.Encode([]rune(name))) > maxTokenNameLength:
		return &Error{Code: ValueTooLong, Path: path, Message: fmt.Sprintf("At most %d characters are allowed.", maxTokenNameLength)}
	case strings.ContainsRune(name, 0):
		return &Error{Code: InvalidInput, Path: path, Message: "The text holds a NUL character. Remove it."}
	}
	return nil
}

// roomForToken counts the tokens. Those that have expired count, since they stay
// until somebody deletes them.
func (t *turn) roomForToken(ctx context.Context) error {
	tokens, err := t.Logto.ListPersonalAccessTokens(ctx, t.user.ID)
	if err != nil {
		return fmt.Errorf("count personal access tokens: %w", notFound(err))
	}
	if len(tokens) >= t.TokenMaxCount {
		return fail(CountLimitReached, fmt.Sprintf("At most %d tokens are allowed. Delete one that you no longer need.", t.TokenMaxCount))
	}
	return nil
}

// newTokenFailure reads Logto's refusals of a new token.
func newTokenFailure(err error) error {
	switch upstreamCode(err) {
	case "user.personal_access_token_name_exists":
		return nameTaken("input", "name")
	case "entity.relation_foreign_key_not_found":
		return ErrNotFound
	case "request.invalid_input":
		// By Logto's clock the time has come.
		return fail(InvalidInput, "Choose a later time.", "input", "expiresAt")
	}
	return fmt.Errorf("create personal access token: %w", err)
}

func nameTaken(path ...string) error {
	return fail(NameTaken, "You have a token of this name already. Choose another name, or delete that token.", path...)
}

// RenamePersonalAccessToken gives a token another name. Whether a name is taken is
// Logto's to say, so that it takes no turn.
func (s *Service) RenamePersonalAccessToken(ctx context.Context, caller Caller, name, newName string) (*logto.PersonalAccessToken, error) {
	if err := checkTokenName(newName, "input", "newName"); err != nil {
		return nil, Errors{err}
	}
	if err := s.mayChangeToken(ctx, caller, name); err != nil {
		return nil, err
	}
	renamed, err := s.Logto.RenamePersonalAccessToken(ctx, caller.Subject, name, newName)
	switch upstreamCode(err) {
	case "entity.not_exists":
		return nil, noSuchToken()
	case "user.personal_access_token_name_exists":
		return nil, nameTaken("input", "newName")
	}
	if err != nil {
		return nil, fmt.Errorf("rename personal access token: %w", err)
	}
	s.emit(ctx, caller, events.PersonalAccessTokenRenamed, map[string]string{"name": newName, "previousName": name})
	return &renamed, nil
}

// DeletePersonalAccessToken revokes a token. That makes the account safer, so it
// takes neither a proof nor a turn.
func (s *Service) DeletePersonalAccessToken(ctx context.Context, caller Caller, name string) error {
	if err := s.mayChangeToken(ctx, caller, name); err != nil {
		return err
	}
	err := s.Logto.DeletePersonalAccessToken(ctx, caller.Subject, name)
	if upstreamCode(err) == "entity.not_found" {
		return noSuchToken()
	}
	if err != nil {
		return fmt.Errorf("delete personal access token: %w", err)
	}
	s.emit(ctx, caller, events.PersonalAccessTokenDeleted, map[string]string{"name": name})
	return nil
}

// mayChangeToken checks what renaming and deleting have in common. A name that
// Logto can't have stored is not asked for: a NUL in it would be a server error.
func (s *Service) mayChangeToken(ctx context.Context, caller Caller, name string) error {
	if err := s.editable(ctx, access.PersonalAccessToken); err != nil {
		return err
	}
	if _, err := s.Get(ctx, caller.Subject); err != nil {
		return err
	}
	if checkTokenName(name) != nil {
		return noSuchToken()
	}
	return nil
}

func noSuchToken() error {
	return fail(NotFound, "You have no token of this name.", "input", "name")
}
