package account

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"accountql/access"
	"accountql/events"
	"accountql/logto"
	"accountql/signin"
)

// LinkAnswer is what the client brings back from the provider.
type LinkAnswer struct {
	// Link is the token of an IdentityLink.
	Link string
	// State is the one that the client kept.
	State string
	// ConnectorData is an object of the parameters that the provider sent back.
	ConnectorData json.RawMessage
	// Replace agrees to replace an identity of the same target.
	Replace bool
}

// LinkedIdentity is the outcome of LinkIdentity.
type LinkedIdentity struct {
	// User is the account afterwards; nil if nothing was changed.
	User   *logto.User
	Target string
	// Identity is nil if there was an error.
	Identity *logto.Identity
}

// LinkIdentity links the social account that the provider's answer proves. Logto
// compares no state and replaces an identity of the same target without a word;
// both are looked at here. It has no way of taking a provider's user id from a
// client.
//
// Logto looks for another account with the same social account and then writes,
// without looking again, so that two accounts which link at the same time both get
// it. The later one finds that out here and gives it back: see claimIdentity. That
// can't be had beforehand, since only Logto's answer tells which social account it
// is, nor by looking at other accounts, which the client never does. What goes
// unnoticed is a parallel link whose answer is lost, or one made past this server.
func (s *Service) LinkIdentity(ctx context.Context, caller Caller, answer LinkAnswer) (LinkedIdentity, error) {
	var none LinkedIdentity
	data, err := decodeObject(answer.ConnectorData)
	if err != nil {
		return none, fail(InvalidInput, "An object with the provider's parameters is needed.", "input", "connectorData")
	}
	if err := s.editable(ctx, access.Social); err != nil {
		return none, err
	}
	return inTurn(ctx, s, caller, func(ctx context.Context, t *turn) (LinkedIdentity, error) {
		opened, err := openFor(ctx, s, caller, identityLinkKind, answer.Link, "input", "linkId")
		if err != nil {
			return none, err
		}
		link := opened.Content
		parameters, err := link.parameters(answer.State, data, s.ConnectorDataKeys[link.Target])
		if err != nil {
			return none, err
		}
		if err := t.readUser(ctx); err != nil {
			return none, err
		}
		return useOnce(ctx, s, opened, func() (LinkedIdentity, error) {
			return t.linkIdentity(ctx, link, parameters, answer.Replace)
		})
	})
}

// parameters returns what of the data is for the connector, once it is clear that
// the data is the answer to this link and no refusal.
func (l identityLink) parameters(state string, data map[string]json.RawMessage, added []string) (map[string]string, error) {
	if !l.hasState(state) {
		return nil, stateMismatch("input", "state")
	}
	parameters, err := providerAnswer(data, added)
	if err != nil {
		return nil, err
	}
	if returned, given := parameters["state"]; given && !l.hasState(returned) {
		return nil, stateMismatch("input", "connectorData", "state")
	}
	if err := providerRefusal(parameters); err != nil {
		return nil, err
	}
	parameters["redirectUri"] = l.RedirectURI
	return parameters, nil
}

func stateMismatch(path ...string) error {
	return fail(StateMismatch, "This answer doesn't belong to the link that was started. Start again.", path...)
}

// linkIdentity links and emits the event.
func (t *turn) linkIdentity(ctx context.Context, link identityLink, parameters map[string]string, replace bool) (LinkedIdentity, error) {
	var none LinkedIdentity
	connector, err := t.linkableConnector(ctx, link.ConnectorID, "input", "linkId")
	if err != nil {
		return none, err
	}
	if connector.Target != link.Target {
		return none, invalidProof("input", "linkId") // The operator has changed it since.
	}
	var previous *logto.Identity
	if found, exists := t.user.Identities[link.Target]; exists {
		previous = &found
	}
	if previous != nil && !replace {
		return none, fail(IdentityAlreadyLinked, "An account of this provider is linked already. Agree to replace it first.", "input", "replace")
	}
	data, _ := json.Marshal(parameters) // Texts always marshal.
	if err := t.hold(ctx); err != nil {
		return none, err
	}
	identities, err := t.Logto.LinkIdentity(ctx, t.user.ID, link.ConnectorID, data)
	identity, found := identities[link.Target]
	if err == nil && !found {
		err = &logto.AnswerError{Endpoint: "POST /api/users/{userId}/identities", Err: errors.New("it lacks the identity")}
	}
	if outcomeUnknown(err) {
		t.emitUnknown(ctx, events.IdentityLinked, ofTarget(link.Target))
	}
	if err != nil {
		return none, t.linkFailure(ctx, err)
	}
	after := *t.user
	after.Identities = identities
	after.UpdatedAt = logto.Time{} // Logto's answer doesn't tell it.
	linked := LinkedIdentity{User: &after, Target: link.Target, Identity: &identity}
	return t.settleLink(ctx, linked, previous)
}

// settleLink keeps a link that was made, or gives it back to an account that was
// the first to make it. It doesn't depend on anybody still waiting for the answer.
func (t *turn) settleLink(ctx context.Context, linked LinkedIdentity, previous *logto.Identity) (LinkedIdentity, error) {
	ctx = context.WithoutCancel(ctx)
	if previous == nil || previous.UserID != linked.Identity.UserID {
		if !t.claimIdentity(ctx, linked.Target, linked.Identity.UserID) {
			return t.giveIdentityBack(ctx, linked, previous)
		}
		if previous != nil {
			t.disclaimIdentity(ctx, linked.Target, previous.UserID)
		}
	}
	t.emit(ctx, t.caller, events.IdentityLinked, ofTarget(linked.Target))
	return linked, nil
}

// linkFailure reads Logto's refusals of a link.
func (t *turn) linkFailure(ctx context.Context, err error) error {
	refused, isRefusal := errors.AsType[*logto.Error](err)
	switch {
	case !isRefusal:
	case refused.Code == "user.identity_already_in_use":
		return identityTaken()
	case refused.Code == "connector.not_implemented":
		return notLinkable("input", "linkId")
	case refused.Code == "entity.not_found":
		// It is either the account or the connector that is gone.
		if _, err := t.Get(ctx, t.user.ID); err != nil {
			return err
		}
		return noConnector("input", "linkId")
	case strings.HasPrefix(refused.Code, "connector.") && refused.Status < http.StatusInternalServerError:
		t.Logger.WarnContext(ctx, "connector refused a sign-in: it expired, was tampered with, or the connector is not set up well", "error", err)
		return fail(ProviderRefused, "The provider didn't confirm the sign-in. Start again.", "input", "connectorData")
	}
	return fmt.Errorf("link identity: %w", err)
}

func identityTaken() error {
	return fail(IdentityTaken, "This social account is linked to another account. Unlink it there first.")
}

// UnlinkIdentity takes a social account away, unless nothing else is left to sign
// in with, and returns the user as it is then.
func (s *Service) UnlinkIdentity(ctx context.Context, caller Caller, target string, proof *string) (*logto.User, error) {
	if err := s.editable(ctx, access.Social); err != nil {
		return nil, err
	}
	return inTurn(ctx, s, caller, func(ctx context.Context, t *turn) (*logto.User, error) {
		if _, err := t.requireStepUp(ctx, "unlinkIdentity", proof); err != nil {
			return nil, err
		}
		identity, linked := t.user.Identities[target]
		if !linked {
			return nil, noIdentity()
		}
		survives := func(in signin.Tenant, has signin.Account) bool { return in.SurvivesSocial(has, target) }
		if err := t.keepsWayIn(ctx, survives, "input", "target"); err != nil {
			return nil, err
		}
		var after *logto.User
		err := t.write(ctx, events.IdentityUnlinked, ofTarget(target), func() (err error) {
			after, err = t.Logto.UnlinkIdentity(ctx, t.user.ID, target)
			return err
		})
		if upstreamCode(err) == "user.identity_not_exist" || errors.Is(err, logto.ErrInvalidID) {
			return nil, noIdentity()
		}
		if err != nil {
			return nil, fmt.Errorf("unlink identity: %w", notFound(err))
		}
		after.SsoIdentities = t.user.SsoIdentities // Logto's answer doesn't tell them.
		t.disclaimIdentity(ctx, target, identity.UserID)
		return after, nil
	})
}

func noIdentity() error {
	return fail(NotFound, "No such social account is linked.", "input", "target")
}

// ofTarget is an event's data about an identity.
func ofTarget(target string) map[string]string { return map[string]string{"target": target} }
