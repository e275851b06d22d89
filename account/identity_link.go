package account

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"slices"
	"strings"
	"time"

	"accountql/access"
	"accountql/logto"
	"accountql/seal"
)

// The length of a state, in characters: 22 of base64 hold 128 random bits.
const minStateLength, maxStateLength = 22, 256

// LinkRequest says which social account to link.
type LinkRequest struct {
	ConnectorID string
	// RedirectURI is where the provider sends the person back to.
	RedirectURI string
	// State is the client's own, and comes back from the provider.
	State       string
	StepUpProof *string
}

// IdentityLink is a link that is under way.
type IdentityLink struct {
	Token string
	// AuthorizationURI is where the person signs in at the provider.
	AuthorizationURI string
	ExpiresAt        time.Time
}

// identityLink is sealed in an IdentityLink.
type identityLink struct {
	ConnectorID string
	Target      string
	RedirectURI string
	StateSHA256 []byte
}

const identityLinkKind seal.Kind[identityLink] = "link"

// hasState compares with the state that the link was started with.
func (l identityLink) hasState(state string) bool {
	sum := sha256.Sum256([]byte(state))
	return subtle.ConstantTimeCompare(sum[:], l.StateSHA256) == 1
}

// StartIdentityLink asks for the address at the provider. Logto checks neither the
// redirect URI nor the state, so both are checked here. Whether the connector can
// be linked is looked up before a proof is asked for: getting one may take a
// sign-in.
func (s *Service) StartIdentityLink(ctx context.Context, caller Caller, request LinkRequest) (*IdentityLink, error) {
	if err := s.checkLinkRequest(ctx, request); err != nil {
		return nil, err
	}
	if err := s.editable(ctx, access.Social); err != nil {
		return nil, err
	}
	return inTurn(ctx, s, caller, func(ctx context.Context, t *turn) (*IdentityLink, error) {
		proved, err := s.openPresence(ctx, caller, request.StepUpProof)
		if err != nil {
			return nil, err
		}
		connector, err := s.linkableConnector(ctx, request.ConnectorID, "input", "connectorId")
		if err != nil {
			return nil, err
		}
		if err := t.readUser(ctx); err != nil {
			return nil, err
		}
		if err := s.checkPresence(ctx, t.user, "startIdentityLink", proved); err != nil {
			return nil, err
		}
		return t.startIdentityLink(ctx, connector, request)
	})
}

// startIdentityLink gets the address and seals the link. That is in the turn, so
// that a change of the password that voids the proof comes before it or voids the
// link too.
func (t *turn) startIdentityLink(ctx context.Context, connector logto.Connector, request LinkRequest) (*IdentityLink, error) {
	address, err := t.Logto.GetConnectorAuthorizationURI(ctx, connector.ID, request.RedirectURI, request.State)
	switch upstreamCode(err) {
	case "entity.not_found":
		return nil, noConnector("input", "connectorId")
	case "connector.not_implemented":
		return nil, notLinkable("input", "connectorId")
	}
	if err != nil {
		return nil, fmt.Errorf("get authorization uri: %w", err)
	}
	state := sha256.Sum256([]byte(request.State))
	sealed, err := sealFor(ctx, t.Service, t.caller, identityLinkKind, identityLink{
		ConnectorID: connector.ID, Target: connector.Target, RedirectURI: request.RedirectURI, StateSHA256: state[:],
	})
	if err != nil {
		return nil, err
	}
	return &IdentityLink{Token: sealed.Token, AuthorizationURI: address, ExpiresAt: sealed.ExpiresAt}, nil
}

// checkLinkRequest reports everything that is wrong with the form at once.
func (s *Service) checkLinkRequest(ctx context.Context, request LinkRequest) error {
	var errs Errors
	if !slices.Contains(s.RedirectURIs, request.RedirectURI) {
		s.Logger.WarnContext(ctx, "link refused: REDIRECT_URIS doesn't list the redirect URI")
		errs = append(errs, &Error{
			Code: RedirectURINotAllowed, Path: []string{"input", "redirectUri"},
			Message: "This app can't link accounts here: the page to come back to isn't listed.",
		})
	}
	if !isState(request.State) {
		errs = append(errs, &Error{
			Code: InvalidInput, Path: []string{"input", "state"},
			Message: fmt.Sprintf("A state of %d to %d printable ASCII characters without spaces is needed.", minStateLength, maxStateLength),
		})
	}
	return errs.orNil()
}

// isState takes what RFC 6749, appendix A.5, lets a state be, but for spaces, which
// come back as plus signs from some providers.
func isState(state string) bool {
	return len(state) >= minStateLength && len(state) <= maxStateLength &&
		!strings.ContainsFunc(state, func(r rune) bool { return r <= ' ' || r > '~' })
}

// linkableConnector finds a connector that the tenant has, and that can be linked.
func (s *Service) linkableConnector(ctx context.Context, id string, path ...string) (logto.Connector, error) {
	connectors, err := s.Tenant.Connectors(ctx)
	if err != nil {
		return logto.Connector{}, fmt.Errorf("look up connectors: %w", err)
	}
	i := slices.IndexFunc(connectors, func(c logto.Connector) bool { return c.ID == id })
	switch {
	case i < 0:
		return logto.Connector{}, noConnector(path...)
	case !connectors[i].Linkable():
		return logto.Connector{}, notLinkable(path...)
	default:
		return connectors[i], nil
	}
}

func noConnector(path ...string) error {
	return fail(NotFound, "There is no such connector. Choose one of those listed.", path...)
}

func notLinkable(path ...string) error {
	return fail(ConnectorNotLinkable, "This kind of account can't be linked here.", path...)
}
