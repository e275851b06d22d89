package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"accountql/account"
	"accountql/auth"
	"accountql/config"
	"accountql/doctor"
	"accountql/operator"
)

// runDoctor checks the environment against its Logto, or explains a token.
func runDoctor(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("accountql doctor", flag.ContinueOnError)
	flags.SetOutput(stderr)
	token := flags.String("token", "", "explain this user's `TOKEN` instead; - reads it from standard input, where no list of processes shows it")
	asJSON := flags.Bool("json", false, "print one JSON object instead of text")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	explain := false
	flags.Visit(func(f *flag.Flag) { explain = explain || f.Name == "token" })
	if explain {
		var err error
		if *token, err = readToken(*token, stdin); err != nil {
			return err
		}
	}
	report := diagnose(ctx, getenv, *token)
	if ctx.Err() != nil {
		return errors.New("doctor: interrupted")
	}
	if *asJSON {
		if err := report.PrintJSON(stdout); err != nil {
			return fmt.Errorf("print report: %w", err)
		}
	} else {
		report.Print(stdout, isTerminal(stdout) && getenv("NO_COLOR") == "")
	}
	if failed := report.Count(doctor.Fail); failed > 0 {
		return fmt.Errorf("doctor: %d failed", failed)
	}
	return nil
}

// readToken takes a token from the flag or, for a dash, from standard input, without
// what is often copied along.
func readToken(given string, stdin io.Reader) (string, error) {
	const most = 64 << 10
	if given == "-" {
		input, err := io.ReadAll(io.LimitReader(stdin, most))
		if err != nil {
			return "", fmt.Errorf("read token from standard input: %w", err)
		}
		given = string(input)
	}
	given = strings.Trim(strings.TrimSpace(given), `"'`)
	for _, copied := range []string{"Authorization:", "Bearer:", "Bearer "} {
		if len(given) >= len(copied) && strings.EqualFold(given[:len(copied)], copied) {
			given = strings.TrimSpace(given[len(copied):])
		}
	}
	if given == "" || strings.EqualFold(given, "Bearer") { // The token was meant to follow.
		return "", misuse{errors.New("there is no token: -token - reads one from standard input")}
	}
	return given, nil
}

// diagnose examines the environment, or the token if there is one.
func diagnose(ctx context.Context, getenv func(string) string, token string) *doctor.Report {
	cfg, err := config.FromEnv(getenv)
	if err != nil {
		return unusable(findings(doctor.Fail, config.Problems(err)), token)
	}
	s, err := starting(ctx, cfg)
	if err != nil {
		return unusable(unstartable(err), token)
	}
	client := newOperator(cfg)
	defer func() {
		client.Close()
		s.client.CloseIdleConnections()
		_ = s.store.Close() // Nobody is left to care.
	}()
	examined := s.examined(cfg, client)
	if token != "" {
		return doctor.Explain(ctx, examined, token)
	}
	return doctor.Examine(ctx, examined)
}

// starting makes what the server makes when it starts, and keeps of it what doesn't
// tell about itself.
func starting(ctx context.Context, cfg *config.Config) (*server, error) {
	logger := slog.New(slog.DiscardHandler)
	t, err := newTelemetry(ctx, cfg, io.Discard, logger)
	if err != nil {
		return nil, err
	}
	if t.tracer != nil {
		_ = t.tracer.Shutdown(ctx) // It has nothing to hand on.
	}
	return newServer(cfg, logger, time.Now, nil, telemetry{})
}

// examined is what package doctor examines of a server.
func (s *server) examined(cfg *config.Config, client *operator.Client) doctor.Config {
	return doctor.Config{
		Endpoint: cfg.LogtoEndpoint, Issuer: cfg.LogtoIssuer, ManagementResource: cfg.LogtoManagementAPIResource,
		AccountResource: cfg.AccountAPIResource,
		AllowedClients:  cfg.AllowedClientIDs, AnyClient: cfg.AllowsAnyClient(),
		AccountPageAppID: cfg.AccountPageAppID, Origins: cfg.CORSAllowedOrigins,
		RedirectURIs: cfg.RedirectURIs, FieldAccess: cfg.FieldAccess,
		SecretKeys: len(cfg.SecretKeys), UsesRedis: cfg.RedisURL != "",
		Warnings: findings(doctor.Warn, cfg.Warnings),
		Verifier: s.verifier, Logto: s.client, Store: s.store, Operator: client,
		SignedOut: func(ctx context.Context, token *auth.Token) (bool, error) {
			accounts := &account.Service{Store: s.store}
			return accounts.Refused(ctx, account.Caller{Subject: token.Subject, TokenID: token.ID, IssuedAt: token.IssuedAt})
		},
	}
}

func newOperator(cfg *config.Config) *operator.Client {
	return operator.New(operator.Config{
		Endpoint: cfg.LogtoEndpoint, AppID: cfg.LogtoAppID, AppSecret: cfg.LogtoAppSecret.Reveal(),
		Resource: cfg.LogtoManagementAPIResource,
	})
}

// unusable reports an environment that nothing can be checked with. What a token says
// of itself can be told all the same.
func unusable(problems []doctor.Finding, token string) *doctor.Report {
	report := &doctor.Report{Findings: append(problems, doctor.Finding{
		Check: "logto", Status: doctor.Skip, Message: "nothing else can be checked before environment is mended",
	})}
	if token != "" {
		report.Token = doctor.Claims(token)
	}
	return report
}

// unstartable reports why the server doesn't start, setting by setting where it is
// known which.
func unstartable(err error) []doctor.Finding {
	if problems := config.Problems(err); len(problems) > 0 {
		return findings(doctor.Fail, problems)
	}
	return []doctor.Finding{{
		Check: "environment", Status: doctor.Fail, Message: "the server can't start: " + err.Error(), Mend: "mend what this is about",
	}}
}

func findings(status doctor.Status, problems []config.Problem) []doctor.Finding {
	found := make([]doctor.Finding, len(problems))
	for i, p := range problems {
		found[i] = doctor.Finding{
			Check: "environment", Status: status, Setting: p.Setting, Message: p.Setting + " " + p.What, Mend: p.Mend,
		}
	}
	return found
}
