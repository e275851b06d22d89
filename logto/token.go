package logto

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"accountql/upstream"
)

// managementScope is the Management API's only permission.
const managementScope = "all"

// renewalPause is the time between tries to renew a token that is still good.
const renewalPause = 10 * time.Second

// managementToken is the key to everybody's account. It lives in memory alone.
type managementToken struct {
	value string
	// goodUntil leaves room before the expiry for the clocks and for the request.
	// The zero time means that Logto named no expiry.
	goodUntil, renewAt time.Time
}

// tokenSource keeps the management token that all callers share. A token is
// fetched by one goroutine for everybody, on no caller's context, so that the
// caller that gives up first takes nobody along. It is renewed ahead of time,
// while the one at hand goes on serving.
type tokenSource struct {
	fetch  func() (*managementToken, error)
	logger *slog.Logger

	mu         sync.Mutex
	current    *managementToken
	flight     *tokenFetch
	renewAfter time.Time
}

// tokenFetch is a fetch under way. Its results may be read once done is closed.
type tokenFetch struct {
	done  chan struct{}
	token *managementToken
	err   error
}

func newTokenSource(cfg Config, address string, client *http.Client) *tokenSource {
	_, path, _ := strings.Cut(tokenEndpoint, " ")
	credentials := clientcredentials.Config{
		ClientID:       cfg.AppID,
		ClientSecret:   cfg.AppSecret,
		TokenURL:       address + path,
		Scopes:         []string{managementScope},
		EndpointParams: url.Values{"resource": {cfg.Resource}},
		AuthStyle:      oauth2.AuthStyleInHeader,
	}
	ctx := upstream.Repeatable(withEndpoint(context.Background(), tokenEndpoint))
	ctx = context.WithValue(ctx, oauth2.HTTPClient, client)
	return &tokenSource{logger: cfg.Logger, fetch: func() (*managementToken, error) {
		asked := time.Now()
		answer, err := credentials.Token(ctx)
		if err != nil {
			return nil, fmt.Errorf("fetch management token: %w", tokenError(err))
		}
		return newManagementToken(asked, answer)
	}}
}

func newManagementToken(asked time.Time, answer *oauth2.Token) (*managementToken, error) {
	// Logto grants the scopes that the application's role holds, if need be none,
	// and calls that a success. Every use of such a token would be forbidden.
	scope, _ := answer.Extra("scope").(string)
	if !slices.Contains(strings.Fields(scope), managementScope) {
		return nil, fmt.Errorf("fetch management token: %w: Logto granted no scope %q, which takes a role with the Management API's permission on the application of LOGTO_APP_ID", ErrMisconfigured, managementScope)
	}
	token := &managementToken{value: answer.AccessToken}
	if !answer.Expiry.IsZero() {
		lifetime := answer.Expiry.Sub(asked)
		token.goodUntil = answer.Expiry.Add(-min(10*time.Second, lifetime/10))
		token.renewAt = answer.Expiry.Add(-min(5*time.Minute, lifetime/5))
	}
	return token, nil
}

// token returns the token at hand, or waits for the next one.
func (s *tokenSource) token(ctx context.Context) (*managementToken, error) {
	current, flight := s.look(time.Now())
	if current != nil {
		return current, nil
	}
	select {
	case <-flight.done:
		return flight.token, flight.err
	case <-ctx.Done():
		return nil, &TransportError{Endpoint: tokenEndpoint, Err: ctx.Err()}
	}
}

// look returns a good token, or else the fetch to wait for. It starts a fetch
// where one is due.
func (s *tokenSource) look(now time.Time) (*managementToken, *tokenFetch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current != nil && !s.current.goodUntil.IsZero() && !now.Before(s.current.goodUntil) {
		s.current = nil
	}
	due := s.current == nil || !s.current.renewAt.IsZero() && !now.Before(s.current.renewAt) && !now.Before(s.renewAfter)
	if due && s.flight == nil {
		s.flight = &tokenFetch{done: make(chan struct{})}
		go s.run(s.flight)
	}
	return s.current, s.flight
}

func (s *tokenSource) run(flight *tokenFetch) {
	flight.token, flight.err = s.fetch()
	s.mu.Lock()
	s.flight = nil
	renewing := s.current != nil
	if flight.err == nil {
		s.current = flight.token
	} else {
		s.renewAfter = time.Now().Add(renewalPause)
	}
	s.mu.Unlock()
	close(flight.done)
	if flight.err != nil && renewing {
		// The callers are being served, so nobody else tells the operator.
		s.logger.Warn("management token could not be renewed and goes on being used", "error", flight.err)
	}
}

// drop forgets a token that Logto refused, unless another has taken its place.
func (s *tokenSource) drop(refused *managementToken) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.current == refused {
		s.current = nil
	}
}

// tokenError turns the OAuth library's errors into this package's, because its own
// quote whatever the server said.
func tokenError(err error) error {
	if refusal, ok := errors.AsType[*oauth2.RetrieveError](err); ok {
		answered := newError(tokenEndpoint, refusal.Response.StatusCode, refusal.Response.Header, refusal.Body)
		if errors.Is(answered, ErrMisconfigured) {
			return fmt.Errorf("%w: check LOGTO_ENDPOINT, LOGTO_APP_ID, LOGTO_APP_SECRET and LOGTO_MANAGEMENT_API_RESOURCE", answered)
		}
		return answered
	}
	if _, ok := errors.AsType[*url.Error](err); ok {
		return transportError(tokenEndpoint, false, err)
	}
	return &AnswerError{Endpoint: tokenEndpoint, Err: errors.New("no token in it")}
}
