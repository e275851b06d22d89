// Command accountql serves the account settings of Logto's users as one GraphQL
// endpoint. `accountql` serves the Logto that its environment names,
// `accountql demo` an embedded one. `accountql help` lists the other commands.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"

	"accountql/accountpage"
	"accountql/auth"
	"accountql/clientip"
	"accountql/config"
	"accountql/events"
	"accountql/graphqlhttp"
	"accountql/logto"
	"accountql/metrics"
	"accountql/seal"
	"accountql/store"
	"accountql/tenant"
	"accountql/tracing"
	"accountql/upstream"
)

//go:generate go run ./graph/codegen

func main() {
	floor := tuneCollector(os.Getenv)
	ctx, end := context.WithCancel(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		signal.Stop(signals) // A second one ends the process, as signals do by default.
		end()
	}()
	err := run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr)
	end()
	runtime.KeepAlive(floor)
	if code := exitCode(err); code != 0 {
		fmt.Fprintf(os.Stderr, "accountql: %v\n", err)
		os.Exit(code)
	}
}

// run is the program without the process around it. It returns nil when ctx
// ended and everything that was accepted has been answered.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("accountql", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() { fmt.Fprint(stderr, usage) }
	if err := flags.Parse(args); err != nil {
		return misuse{err}
	}
	if flags.NArg() == 0 {
		return runServer(ctx, getenv, stdout, stderr)
	}
	switch rest := flags.Args()[1:]; flags.Arg(0) {
	case "demo":
		return runDemo(ctx, rest, stdout, stderr)
	case "doctor":
		return runDoctor(ctx, rest, getenv, stdin, stdout, stderr)
	case "setup":
		return runSetup(ctx, rest, getenv, stdin, stdout, stderr)
	case "health":
		return runHealth(ctx, rest, getenv, stderr)
	case "version":
		printVersion(stdout)
	case "help":
		fmt.Fprint(stdout, usage)
	default:
		flags.Usage()
		return noCommand(flags.Arg(0))
	}
	return nil
}

// runServer serves the Logto that the environment names.
func runServer(ctx context.Context, getenv func(string) string, stdout, stderr io.Writer) error {
	cfg, err := config.FromEnv(getenv)
	if err != nil {
		return fmt.Errorf("the configuration has problems:\n%w", err)
	}
	logger := newLogger(cfg, stderr)
	log.SetFlags(0)
	log.SetOutput(libraries{logger})
	for _, warning := range cfg.Warnings {
		logger.WarnContext(ctx, warning.Error())
	}
	t, err := newTelemetry(ctx, cfg, stdout, logger)
	if err != nil {
		return err
	}
	s, err := newServer(cfg, logger, time.Now, nil, t)
	if err != nil {
		return err
	}
	return s.serve(ctx, func(net.Addr) {})
}

func newLogger(cfg *config.Config, w io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: cfg.LogLevel}
	var handler slog.Handler = slog.NewTextHandler(w, options)
	if cfg.LogFormat == "json" {
		handler = slog.NewJSONHandler(w, options)
	}
	handler = graphqlhttp.LogHandler(handler)
	if cfg.Tracing.Exporter != "none" {
		handler = tracing.LogHandler(handler)
	}
	return slog.New(handler)
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

	telemetry telemetry

	// grace is how long the server, told to end, says so before it stops listening;
	// after is time.After outside of tests.
	grace    time.Duration
	after    func(time.Duration) <-chan time.Time
	draining atomic.Bool
	// drain is how long requests under way may take to end once the server listens no
	// more. It is longer than an operation may take.
	drain time.Duration
}

// newServer wires the packages. now is time.Now outside of tests. demo, if not nil,
// is for the account page and for the playground's token box.
func newServer(cfg *config.Config, logger *slog.Logger, now func() time.Time, demo *accountpage.Demo, t telemetry) (*server, error) {
	network := upstream.New(upstream.Config{
		Network:        upstream.Observe(logto.NewTransport(cfg.LogtoEndpoint, cfg.LogtoMaxConcurrency), managementEndpoint, t.calls...),
		MaxConcurrency: cfg.LogtoMaxConcurrency, Kind: managementEndpoint, Logger: logger,
	})
	client, err := logto.New(logto.Config{
		Endpoint: cfg.LogtoEndpoint,
		AppID:    cfg.LogtoAppID, AppSecret: cfg.LogtoAppSecret.Reveal(),
		Resource:  cfg.LogtoManagementAPIResource,
		Transport: network,
		Logger:    logger,
	})
	if err != nil {
		return nil, err
	}
	verifier, err := auth.New(auth.Config{
		Endpoint: cfg.LogtoEndpoint, Issuer: cfg.LogtoIssuer, Audience: cfg.AccountAPIResource,
		AllowedClientIDs: cfg.AllowedClientIDs, AllowAnyClient: cfg.AllowsAnyClient(),
		HTTPClient: &http.Client{
			Timeout:   10 * time.Second,
			Transport: upstream.Observe(http.DefaultTransport, keysEndpoint, t.calls...),
		},
		Logger: logger, Now: now, Network: clientip.Network, ForgeriesPerSecond: cfg.MaxForgedTokens,
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
		telemetry: t,
		addr:      cfg.Addr, logger: logger, now: now, client: client, verifier: verifier, sealer: sealer, store: shared,
		tenant: tenant.New(client, logger, now, cfg.FieldAccess.FollowTenant),
		events: events.New(events.Config{
			URL: cfg.EventsWebhookURL.Reveal(), Secret: []byte(cfg.EventsWebhookSecret.Reveal()),
			RequestID: graphqlhttp.RequestID, Logger: logger,
		}),
		grace: cfg.ShutdownGrace, after: time.After, drain: cfg.Limits.OperationTime + 5*time.Second,
	}
	if t.metrics != nil {
		t.metrics.Read(metrics.Sources{Tokens: s.verifier, Tenant: s.tenant, Store: s.store, Events: s.events, Upstream: network})
	}
	if s.handler, err = s.routes(cfg, demo); err != nil {
		return nil, errors.Join(err, shared.Close())
	}
	return s, nil
}

// newStore makes the store of counts, locks and marks, which replicas share by
// Redis.
func newStore(cfg *config.Config, now func() time.Time) (*store.Store, error) {
	if cfg.RedisURL == "" {
		return store.NewMemory(now), nil
	}
	// The oldest key, so that a new one put before it changes nothing.
	shared, err := store.NewRedis(cfg.RedisURL.Reveal(), []byte(cfg.SecretKeys[len(cfg.SecretKeys)-1].Reveal()))
	if err != nil {
		return nil, config.Problem{
			Setting: "REDIS_URL", What: "can't be used: " + err.Error(),
			Mend: "set it to your Redis's address without parameters, e.g. rediss://user:password@redis.example.com:6379/0",
		}
	}
	return shared, nil
}

func secretKeys(cfg *config.Config) [][]byte {
	keys := make([][]byte, len(cfg.SecretKeys))
	for i, key := range cfg.SecretKeys {
		keys[i] = []byte(key.Reveal())
	}
	return keys
}
