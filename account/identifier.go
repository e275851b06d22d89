package account

import (
	"context"
	"fmt"

	"accountql/access"
	"accountql/address"
	"accountql/events"
	"accountql/logto"
	"accountql/seal"
	"accountql/signin"
)

// maxUsernameLength is the width of Logto's column for a username, in characters.
const maxUsernameLength = 128

// UpdateUsername sets the username, or removes it. A username that is there
// already may stay, whatever the tenant's policy says of new ones.
func (s *Service) UpdateUsername(ctx context.Context, caller Caller, change Change, stepUpProof *string) (*logto.User, error) {
	path := []string{"input", "username"}
	if err := checkUsername(change, path); err != nil {
		return nil, err
	}
	if err := s.editable(ctx, access.Username, path...); err != nil {
		return nil, err
	}
	return inTurn(ctx, s, caller, func(ctx context.Context, t *turn) (*logto.User, error) {
		if _, err := t.requireStepUp(ctx, "updateUsername", stepUpProof); err != nil {
			return nil, err
		}
		if before := t.user.Username; before == nil && change.Value == nil || before != nil && change.Value != nil && *before == *change.Value {
			return t.user, nil
		}
		if err := t.mayChangeUsername(ctx, change.Value, path); err != nil {
			return nil, err
		}
		return t.writeIdentifier(ctx, logto.UserPatch{Username: logto.Set(change.Value)}, events.UsernameUpdated, nil, path...)
	})
}

// checkUsername looks for what no tenant's Logto takes.
func checkUsername(change Change, path []string) error {
	if !change.Given {
		return fail(InvalidInput, "Give a username, or null to remove the one that is there.", path...)
	}
	if change.Value == nil {
		return nil
	}
	if err := checkText(*change.Value, maxUsernameLength, path...); err != nil {
		return Errors{err}
	}
	if flaw := signin.UsernameFlaw(*change.Value); flaw != "" {
		return fail(InvalidInput, flaw, path...)
	}
	return nil
}

// mayChangeUsername holds a new username against the tenant's policy, and the
// removal of one, where wanted is nil, against losing the last way in.
func (t *turn) mayChangeUsername(ctx context.Context, wanted *string, path []string) error {
	if wanted == nil {
		return t.survivesWithout(ctx, signin.Username, path...)
	}
	experience, err := t.Tenant.SignInExperience(ctx)
	if err != nil {
		return fmt.Errorf("look up username policy: %w", err)
	}
	if problem := signin.UsernameProblem(experience.UsernamePolicy, *wanted); problem != "" {
		return fail(IdentifierNotAllowed, problem, path...)
	}
	return nil
}

// UpdatePrimaryEmail makes the email the account's that identifierProof was given
// for. It is stored in the spelling that the code was sent to, which alone is
// proved to reach the person.
func (s *Service) UpdatePrimaryEmail(ctx context.Context, caller Caller, email, identifierProof string, stepUpProof *string) (*logto.User, error) {
	given := CodeRequest{Email: &email, StepUpProof: stepUpProof}
	return s.updateAddress(ctx, caller, primaryEmail(), given, identifierProof, func(ctx context.Context, t *turn) error {
		_, err := t.requireStepUp(ctx, "updatePrimaryEmail", stepUpProof)
		return err
	})
}

// UpdatePrimaryPhone makes the phone number the account's that identifierProof was
// given for.
func (s *Service) UpdatePrimaryPhone(ctx context.Context, caller Caller, phone, identifierProof string, stepUpProof *string) (*logto.User, error) {
	given := CodeRequest{Phone: &phone, StepUpProof: stepUpProof}
	return s.updateAddress(ctx, caller, primaryPhone(), given, identifierProof, func(ctx context.Context, t *turn) error {
		_, err := t.requireStepUp(ctx, "updatePrimaryPhone", stepUpProof)
		return err
	})
}

// RemovePrimaryEmail takes the email away, unless it is the last way in.
func (s *Service) RemovePrimaryEmail(ctx context.Context, caller Caller, stepUpProof *string) (*logto.User, error) {
	return s.removeAddress(ctx, caller, primaryEmail(), func(ctx context.Context, t *turn) error {
		_, err := t.requireStepUp(ctx, "removePrimaryEmail", stepUpProof)
		return err
	})
}

// RemovePrimaryPhone takes the phone number away, unless it is the last way in.
func (s *Service) RemovePrimaryPhone(ctx context.Context, caller Caller, stepUpProof *string) (*logto.User, error) {
	return s.removeAddress(ctx, caller, primaryPhone(), func(ctx context.Context, t *turn) error {
		_, err := t.requireStepUp(ctx, "removePrimaryPhone", stepUpProof)
		return err
	})
}

// primaryAddress tells apart the two addresses that an account can have.
type primaryAddress struct {
	identifier signin.Identifier
	field      access.Field
	of         func(*logto.User) *string
	// patch sets the address, or clears it where that is nil.
	patch            func(*string) logto.UserPatch
	updated, removed events.Type
	// previous is what an event calls the address that was there before.
	previous string
}

func primaryEmail() primaryAddress {
	return primaryAddress{
		identifier: signin.Email, field: access.Email,
		of:      func(user *logto.User) *string { return user.PrimaryEmail },
		patch:   func(email *string) logto.UserPatch { return logto.UserPatch{PrimaryEmail: logto.Set(email)} },
		updated: events.PrimaryEmailUpdated, removed: events.PrimaryEmailRemoved, previous: "previousEmail",
	}
}

func primaryPhone() primaryAddress {
	return primaryAddress{
		identifier: signin.Phone, field: access.Phone,
		of:      func(user *logto.User) *string { return user.PrimaryPhone },
		patch:   func(phone *string) logto.UserPatch { return logto.UserPatch{PrimaryPhone: logto.Set(phone)} },
		updated: events.PrimaryPhoneUpdated, removed: events.PrimaryPhoneRemoved, previous: "previousPhone",
	}
}

// before is an event's data about the address that the account had.
func (a primaryAddress) before(user *logto.User) map[string]string {
	address := a.of(user)
	switch {
	case address == nil:
		return nil
	case a.identifier == signin.Phone:
		return map[string]string{a.previous: "+" + *address} // E.164, as everywhere but in Logto.
	default:
		return map[string]string{a.previous: *address}
	}
}

// updateAddress sets an address, given as for a code, once prove has shown that
// the person is there and identifierProof that the address is theirs. The tenant's
// policy may have changed since the code was sent, so it is asked again.
func (s *Service) updateAddress(
	ctx context.Context, caller Caller, which primaryAddress, given CodeRequest, identifierProof string, prove func(context.Context, *turn) error,
) (*logto.User, error) {
	to, path, err := parseRecipient(given)
	if err != nil {
		return nil, err
	}
	if err := s.editable(ctx, which.field, path...); err != nil {
		return nil, err
	}
	return inTurn(ctx, s, caller, func(ctx context.Context, t *turn) (*logto.User, error) {
		// Nothing is asked of Logto for a proof that is no good, but whoever has given no
		// step-up proof is told that first.
		proved, invalid := t.openAddress(ctx, to, identifierProof)
		if invalid != nil && isGiven(given.StepUpProof) {
			return nil, invalid
		}
		if err := prove(ctx, t); err != nil {
			return nil, err
		}
		if invalid != nil {
			return nil, invalid
		}
		if err := s.identifierAllowed(ctx, proved.Content, path); err != nil {
			return nil, err
		}
		return useOnce(ctx, s, proved, func() (*logto.User, error) {
			return t.writeIdentifier(ctx, which.patch(&proved.Content.Address), which.updated, which.before(t.user), path...)
		})
	})
}

// removeAddress takes an address away, once prove has shown that the person is
// there.
func (s *Service) removeAddress(ctx context.Context, caller Caller, which primaryAddress, prove func(context.Context, *turn) error) (*logto.User, error) {
	if err := s.editable(ctx, which.field); err != nil {
		return nil, err
	}
	return inTurn(ctx, s, caller, func(ctx context.Context, t *turn) (*logto.User, error) {
		if err := prove(ctx, t); err != nil {
			return nil, err
		}
		if which.of(t.user) == nil {
			return nil, fail(NotFound, "There is nothing to remove.")
		}
		if err := t.survivesWithout(ctx, which.identifier); err != nil {
			return nil, err
		}
		return t.writeIdentifier(ctx, which.patch(nil), which.removed, which.before(t.user))
	})
}

// openAddress opens an identifier proof, which must be for the address: for an
// email in any letter case.
func (t *turn) openAddress(ctx context.Context, to recipient, proof string) (seal.Opened[recipient], error) {
	path := []string{"input", "identifierProof"}
	opened, err := openFor(ctx, t.Service, t.caller, addressKind, proof, path...)
	if err == nil && !opened.Content.is(to) {
		err = invalidProof(path...)
	}
	return opened, err
}

// is compares addresses as the mail of most hosts does, in any letter case.
func (r recipient) is(other recipient) bool {
	return r.Identifier == other.Identifier && (r.Address == other.Address || r.Identifier == signin.Email && address.SameEmail(r.Address, other.Address))
}

// identifierAllowed holds an address that is to become the account's against the
// operator's countries and the tenant's policy, which the Management API itself
// doesn't enforce.
func (s *Service) identifierAllowed(ctx context.Context, to recipient, path []string) error {
	if to.Identifier == signin.Phone {
		if _, err := address.ParsePhone("+"+to.Address, s.PhoneCountries); err != nil {
			return fail(IdentifierNotAllowed, err.Error(), path...)
		}
		return nil
	}
	experience, err := s.Tenant.SignInExperience(ctx)
	if err != nil {
		return fmt.Errorf("look up email policy: %w", err)
	}
	if problem := signin.EmailProblem(experience.EmailBlocklistPolicy, to.Address); problem != "" {
		return fail(IdentifierNotAllowed, problem, path...)
	}
	return nil
}

func (t *turn) survivesWithout(ctx context.Context, identifier signin.Identifier, path ...string) error {
	return t.keepsWayIn(ctx, func(in signin.Tenant, has signin.Account) bool {
		return in.SurvivesIdentifier(has, identifier)
	}, path...)
}

// writeIdentifier makes a patch of one identifier. Whether somebody else has it is
// Logto's to say.
func (t *turn) writeIdentifier(
	ctx context.Context, patch logto.UserPatch, change events.Type, data map[string]string, path ...string,
) (after *logto.User, err error) {
	err = t.write(ctx, change, data, func() error {
		after, err = t.Logto.UpdateUser(ctx, t.user.ID, patch)
		return err
	})
	switch upstreamCode(err) {
	case "user.username_already_in_use", "user.email_already_in_use", "user.phone_already_in_use":
		return nil, fail(IdentifierTaken, "Another account has it already. Choose another.", path...)
	}
	if err != nil {
		return nil, fmt.Errorf("update identifier: %w", notFound(err))
	}
	after.SsoIdentities = t.user.SsoIdentities // Logto's answer doesn't tell them.
	return after, nil
}
