package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"accountql/account"
	"accountql/accountpage"
	"accountql/auth"
	"accountql/clientip"
	"accountql/config"
	"accountql/graph"
	"accountql/graphqlhttp"
	"accountql/logto"
	"accountql/playground"
	"accountql/upstream"
)

// graphQLPath is where the endpoint is, healthPath where the process says that it
// serves.
const (
	graphQLPath = "/graphql"
	healthPath  = "/healthz"
)

// routes puts the handlers together.
func (s *server) routes(cfg *config.Config, demo *accountpage.Demo) (http.Handler, error) {
	servesAccountPage := demo != nil || cfg.AccountPageAppID != ""
	operations, err := trustedOperations(cfg.PersistedOperations, servesAccountPage)
	if err != nil {
		return nil, err
	}
	resolver := &graph.Resolver{
		Account: &account.Service{
			Logto: s.client, Tenant: s.tenant, Tokens: s.verifier, Sealer: s.sealer, Store: s.store, Events: s.events,
			Logger: s.logger, Now: s.now, Resource: cfg.AccountAPIResource,
			TokenMaxLifetime: cfg.PATMaxLifetime, TokenMaxCount: cfg.PATMaxCount,
			TotpIssuer: cfg.TotpIssuer, SelfSuspension: cfg.SelfSuspension,
			SendBudget: cfg.SendBudget, PhoneCountries: cfg.PhoneCountries, FieldAccess: cfg.FieldAccess,
			RedirectURIs: cfg.RedirectURIs, ConnectorDataKeys: cfg.ConnectorDataKeys,
			ReadableCustomData: account.NewKeys(cfg.CustomDataReadable),
			WritableCustomData: account.NewKeys(cfg.CustomDataWritable),
		},
		Tenant: s.tenant,
		Now:    s.now,
	}
	endpoint, err := graphqlhttp.New(graphqlhttp.Config{
		Schema: graph.NewSchema(resolver),
		Authenticate: func(ctx context.Context, header http.Header) (context.Context, error) {
			token, err := s.verifier.Authenticate(ctx, header)
			if err != nil {
				return nil, err
			}
			if s.signedOut(ctx, resolver.Account, token) {
				return nil, &auth.Error{
					Reason:  auth.ReasonSignedOut,
					Message: "this token was issued before the account was signed out everywhere: sign in again",
				}
			}
			ctx = logto.WithSubject(auth.WithToken(ctx, token), token.Subject)
			ctx = logto.WithLanguage(ctx, header.Get("Accept-Language"))
			return resolver.WithLoaders(ctx), nil
		},
		Operation: func(ctx context.Context, mutation bool) context.Context {
			if mutation {
				return upstream.WithRequest(ctx, upstream.Write)
			}
			return upstream.WithRequest(ctx, upstream.Read)
		},
		ErrorPresenter:      graph.PresentError(s.logger),
		RootFieldMiddleware: graph.Audit(s.logger, s.telemetry.rootFields...),
		DocumentLookup:      s.telemetry.documentLookup,
		Introspection:       cfg.Playground,
		Operations:          operations,
		OnlyOperations:      cfg.PersistedOperations.Only,
		Limits:              graphqlhttp.Limits(cfg.Limits),
		ListSizes:           graph.ListSizes(),
		Logger:              s.logger,
	})
	switch {
	case errors.Is(err, graphqlhttp.ErrOperations):
		return nil, config.Problem{
			Setting: "PERSISTED_OPERATIONS", What: "lists what can't be executed: " + err.Error(),
			Mend: "write the manifests anew with this server's schema.graphqls",
		}
	case err != nil:
		return nil, fmt.Errorf("configure GraphQL: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle(graphQLPath, allowOrigins(cfg.CORSAllowedOrigins, endpoint))
	mux.Handle("GET "+healthPath, graphqlhttp.Healthz())
	mux.Handle("GET /readyz", graphqlhttp.Readyz(s.ready))
	if cfg.Playground {
		page := playground.New(playground.Options{GraphQLPath: graphQLPath, Token: firstToken(demo)})
		mux.Handle("/{$}", page)
		mux.Handle("/playground/", page)
	}
	if servesAccountPage {
		mux.Handle(accountpage.Root, accountpage.New(accountpage.Options{
			GraphQLPath: graphQLPath, SelfSuspension: cfg.SelfSuspension, Demo: demo,
			Logto: accountpage.Logto{Endpoint: signInEndpoint(cfg), AppID: cfg.AccountPageAppID, Resource: cfg.AccountAPIResource},
		}))
	}
	return graphqlhttp.WithRequestID(withHeaders(clientip.Middleware(cfg.TrustedProxies, graphqlhttp.Observe(mux, s.telemetry.requests...)))), nil
}

// signInEndpoint is Logto's address as browsers reach it, which LOGTO_ENDPOINT may
// not be: that one may be inside of a private network.
func signInEndpoint(cfg *config.Config) string {
	if cfg.LogtoIssuer != "" {
		return strings.TrimSuffix(cfg.LogtoIssuer, "/oidc")
	}
	return cfg.LogtoEndpoint
}

// firstToken makes tokens for the demo's first user. Without a demo it is nil.
func firstToken(demo *accountpage.Demo) func() string {
	if demo == nil {
		return nil
	}
	return func() string { return demo.Users()[0].Token }
}

// signedOut tells whether a token that verifies is refused all the same. While the
// store can't tell, requests go on: package account asks again before any change
// that takes a turn, and refuses that.
func (s *server) signedOut(ctx context.Context, accounts *account.Service, token *auth.Token) bool {
	refused, err := accounts.Refused(ctx, account.Caller{Subject: token.Subject, TokenID: token.ID, IssuedAt: token.IssuedAt})
	if err != nil {
		s.logger.WarnContext(ctx, "whether the token was signed out isn't known", "error", err)
	}
	return refused
}
