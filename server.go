// Command accountql serves the account settings of Logto's users as one GraphQL
// endpoint. `accountql` serves the Logto that its environment names,
// `accountql demo` an embedded one.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/rs/cors"

	"accountql/account"
	"accountql/auth"
	"accountql/clientip"
	"accountql/config"
	"accountql/events"
	"accountql/graph"
	"accountql/graphqlhttp"
	"accountql/logto"
	"accountql/playground"
	"accountql/seal"
	"accountql/store"
	"accountql/tenant"
)

//go:generate go run github.com/99designs/gqlgen generate

// drainTimeout is how long requests that were accepted may take to end after
// SIGTERM. It is longer than an operation may take.
const drainTimeout = graphqlhttp.DefaultOperationTimeout + 5*time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintf(os.Stderr, "accountql: %v\n", err)
		os.Exit(1)
	}
}

// run is the program without the process around it. It returns nil when ctx
// ended and everything that was accepted has been answered.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) error {
	if len(args) > 0 && args[0] == "demo" {
		return runDemo(ctx, args[1:], stdout, stderr)
	}
	flags := flag.NewFlagSet("accountql", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, "usage: accountql        serve the Logto that the environment names (README.md has the settings)\n"+
			"       accountql demo   serve an embedded Logto with demo accounts\n")
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		flags.Usage()
		return fmt.Errorf("unknown command %q", flags.Arg(0))
	}
	cfg, err := config.FromEnv(getenv)
	if err != nil {
		return fmt.Errorf("the configuration has problems:\n%w", err)
	}
	logger := newLogger(cfg, stderr)
	for _, warning := range cfg.Warnings {
		logger.WarnContext(ctx, warning)
	}
	s, err := newServer(cfg, logger, time.Now, nil)
	if err != nil {
		return err
	}
	return s.serve(ctx, func(net.Addr) {})
}

func newLogger(cfg *config.Config, w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: cfg.LogLevel}
	if cfg.LogFormat == "json" {
		return slog.New(graphqlhttp.LogHandler(slog.NewJSONHandler(w, options)))
	}
	return slog.New(graphqlhttp.LogHandler(slog.NewTextHandler(w, options)))
}

// server is the product, wired.
type server struct {
	addr     string
	logger   *slog.Logger
	now      func() time.Time
	verifier *auth.Verifier
	client   *logto.Client
	sealer   *seal.Sealer
	store    *store.Store
	tenant   *tenant.Cache
	events   *events.Emitter
	handler  http.Handler
}

// newServer wires the packages. now is time.Now outside of tests. playgroundToken,
// if not nil, fills the playground's token box.
func newServer(cfg *config.Config, logger *slog.Logger, now func() time.Time, playgroundToken func() string) (*server, error) {
	client, err := logto.New(logto.Config{
		Endpoint: cfg.LogtoEndpoint,
		AppID:    cfg.LogtoAppID, AppSecret: cfg.LogtoAppSecret.Reveal(),
		Resource: cfg.LogtoManagementAPIResource,
		Logger:   logger,
	})
	if err != nil {
		return nil, err
	}
	verifier, err := auth.New(auth.Config{
		Endpoint: cfg.LogtoEndpoint, Issuer: cfg.LogtoIssuer, Audience: cfg.AccountAPIResource,
		AllowedClientIDs: cfg.AllowedClientIDs, AllowAnyClient: cfg.AllowsAnyClient(),
		HTTPClient: &http.Client{Timeout: 10 * time.Second}, Logger: logger, Now: now,
	})
	if err != nil {
		return nil, fmt.Errorf("configure token verification: %w", err)
	}
	sealer, err := seal.New(secretKeys(cfg), now)
	if err != nil {
		return nil, err
	}
	shared, err := newStore(cfg, now)
	if err != nil {
		return nil, err
	}
	s := &server{
		addr: cfg.Addr, logger: logger, now: now, client: client, verifier: verifier, sealer: sealer, store: shared,
		tenant: tenant.New(client, logger, now, cfg.FieldAccess.FollowTenant),
		events: events.New(events.Config{
			URL: cfg.EventsWebhookURL.Reveal(), Secret: []byte(cfg.EventsWebhookSecret.Reveal()),
			RequestID: graphqlhttp.RequestID, Logger: logger,
		}),
	}
	s.handler = s.routes(cfg, playgroundToken)
	return s, nil
}

// newStore makes the store of counts, locks and marks, which replicas share by
// Redis.
func newStore(cfg *config.Config, now func() time.Time) (*store.Store, error) {
	if cfg.RedisURL == "" {
		return store.NewMemory(now), nil
	}
	// The oldest key, so that a new one put before it changes nothing.
	return store.NewRedis(cfg.RedisURL.Reveal(), []byte(cfg.SecretKeys[len(cfg.SecretKeys)-1].Reveal()))
}

func secretKeys(cfg *config.Config) [][]byte {
	keys := make([][]byte, len(cfg.SecretKeys))
	for i, key := range cfg.SecretKeys {
		keys[i] = []byte(key.Reveal())
	}
	return keys
}

// routes puts the handlers together.
func (s *server) routes(cfg *config.Config, playgroundToken func() string) http.Handler {
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
	endpoint := graphqlhttp.New(graphqlhttp.Config{
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
			return resolver.WithLoaders(ctx), nil
		},
		ErrorPresenter:      graph.PresentError(s.logger),
		RootFieldMiddleware: graph.Audit(s.logger),
		Introspection:       cfg.Playground,
		Logger:              s.logger,
	})
	mux := http.NewServeMux()
	mux.Handle("/graphql", allowOrigins(cfg.CORSAllowedOrigins, endpoint))
	mux.Handle("GET /healthz", graphqlhttp.Healthz())
	mux.Handle("GET /readyz", graphqlhttp.Readyz(s.ready))
	if cfg.Playground {
		mux.Handle("/", playground.New(playground.Options{GraphQLPath: "/graphql", Token: playgroundToken}))
	}
	return graphqlhttp.WithRequestID(clientip.Middleware(cfg.TrustedProxies, mux))
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

// allowOrigins answers preflights. No cookies are used, so none are allowed.
func allowOrigins(origins []string, next http.Handler) http.Handler {
	return cors.New(cors.Options{
		// An empty AllowedOrigins would allow all of them.
		AllowOriginFunc: allowList(origins),
		AllowedMethods:  []string{http.MethodGet, http.MethodPost},
		AllowedHeaders: []string{
			"Authorization", "Content-Type", graphqlhttp.RequestIDHeader,
			"Apollo-Require-Preflight", "X-Apollo-Operation-Name",
		},
		ExposedHeaders: []string{"WWW-Authenticate", "Retry-After", graphqlhttp.RequestIDHeader},
		MaxAge:         int((2 * time.Hour).Seconds()),
	}).Handler(next)
}

func allowList(origins []string) func(string) bool {
	allowed := make(map[string]bool, len(origins))
	for _, origin := range origins {
		allowed[origin] = true
	}
	return func(origin string) bool { return allowed[origin] }
}

// ready tells whether requests can be served: Logto's keys and the tenant's
// settings are there, which takes credentials that work.
func (s *server) ready(ctx context.Context) bool {
	if s.verifier.Ready(ctx) != nil {
		return false
	}
	_, err := s.tenant.SignInExperience(ctx)
	return err == nil
}

// serve listens, says so, and serves until ctx ends and all that was accepted
// has been answered. It starts without Logto and becomes ready when Logto comes.
func (s *server) serve(ctx context.Context, listening func(net.Addr)) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", s.addr, err)
	}
	httpServer := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      2 * drainTimeout,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(s.logger.Handler(), slog.LevelWarn),
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	var wg sync.WaitGroup
	wg.Go(func() { s.tenant.Run(background) })
	wg.Go(func() { _ = s.verifier.Ready(background) }) // So that the first request needn't wait for keys.
	wg.Go(func() { s.events.Run(background) })
	defer func() {
		stop()
		wg.Wait()
		s.client.CloseIdleConnections()
		_ = s.store.Close() // Nobody is left to care.
	}()

	failed := make(chan error, 1)
	go func() { failed <- httpServer.Serve(listener) }()
	s.logger.InfoContext(ctx, "listening", "address", listener.Addr().String())
	listening(listener.Addr())
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	s.logger.Info("draining")
	draining, cancel := context.WithTimeout(background, drainTimeout)
	defer cancel()
	if err := httpServer.Shutdown(draining); err != nil {
		return fmt.Errorf("drain: %w", err)
	}
	return nil
}
