package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strings"

	"accountql/config"
	"accountql/operator"
	"accountql/setup"
)

// runSetup creates in the tenant what doctor finds missing.
func runSetup(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("accountql setup", flag.ContinueOnError)
	flags.SetOutput(stderr)
	yes := flags.Bool("yes", false, "make the changes without asking")
	dryRun := flags.Bool("dry-run", false, "tell the changes and make none")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	cfg, err := config.FromEnv(func(name string) string {
		value := getenv(name)
		if name == "ALLOWED_CLIENT_IDS" && value == "" {
			return "*" // Nobody calls yet, and below it is told what to set it to.
		}
		return value
	})
	if err != nil {
		return fmt.Errorf("the configuration has problems:\n%w", err)
	}
	client := newOperator(cfg)
	defer client.Close()
	if err := client.Authorize(ctx); err != nil {
		return fmt.Errorf("%w (accountql doctor tells more)", err)
	}
	plan, err := setup.New(ctx, client, cfg.AccountAPIResource)
	if err != nil {
		return err
	}
	if plan.IsEmpty() {
		fmt.Fprintf(stdout, "%s has all that users need for %s: nothing to do.\n", cfg.LogtoEndpoint, plan.Indicator)
	} else {
		fmt.Fprintf(stdout, "%s lacks, for %s:\n\n", cfg.LogtoEndpoint, plan.Indicator)
		plan.Print(stdout)
		fmt.Fprintln(stdout)
	}
	if *dryRun {
		return nil
	}
	consent := setup.Consent{Given: *yes}
	if isTerminal(stdin) {
		consent.Answers = stdin
	}
	if err := plan.CarryOut(ctx, consent, stdout); err != nil {
		return err
	}
	printNext(ctx, stdout, getenv, client, plan)
	return nil
}

// printNext says what is left for the operator to do.
func printNext(ctx context.Context, w io.Writer, getenv func(string) string, client *operator.Client, plan *setup.Plan) {
	fmt.Fprintf(w, "\nThe environment needs\n\nACCOUNT_API_RESOURCE=%s\n", plan.Indicator)
	if getenv("ALLOWED_CLIENT_IDS") == "" {
		fmt.Fprintln(w, "# The app IDs, separated by commas, of your apps that have an account page, as Logto's console shows them:")
		applications, _ := client.ListApplications(ctx) // Without the list, the console has it.
		for _, a := range applications {
			if a.SignsPeopleIn() && !a.IsThirdParty && !a.Custom.AllowTokenExchange {
				fmt.Fprintf(w, "#   %s  %q (%s)\n", a.ID, a.Name, a.Type)
			}
		}
		fmt.Fprintln(w, "ALLOWED_CLIENT_IDS=")
	}
	if getenv("SECRET_KEY") == "" {
		fmt.Fprintln(w, "# 32 random bytes in base64, as this prints: openssl rand -base64 32")
		fmt.Fprintln(w, "SECRET_KEY=")
	}
	var scopes []string
	for _, scope := range operator.AccountScopes() {
		scopes = append(scopes, scope.Name)
	}
	fmt.Fprintf(w, `
Your apps sign people in with the resource %s
and the scopes %s.
Users who exist already get no default role by themselves: give it to them in Logto's console (Roles).
Then run accountql doctor.
`, plan.Indicator, strings.Join(scopes, " "))
}
