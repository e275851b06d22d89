package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"accountql/config"
)

// healthTimeout bounds how long the server may take to say that it serves.
const healthTimeout = 3 * time.Second

// runHealth asks the server on this machine whether it serves, for containers whose
// image has nothing else to ask with. It doesn't ask whether Logto is there: who
// restarts what isn't healthy would make that worse.
func runHealth(ctx context.Context, args []string, getenv func(string) string, stderr io.Writer) error {
	flags := flag.NewFlagSet("accountql health", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintf(stderr, "Usage of accountql health:\n  It takes no flags, asks %s at ADDR, and exits with 0 if that answers 200, else with 1.\n", healthPath)
	}
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	addr, err := config.Addr(getenv)
	if err != nil {
		return err
	}
	address, err := loopback(addr)
	if err != nil {
		return err
	}
	return askHealth(ctx, "http://"+address+healthPath)
}

// loopback is where this machine reaches what listens on addr.
func loopback(addr string) (string, error) {
	host, port, err := net.SplitHostPort(addr)
	switch {
	case err != nil:
		return "", err
	case port == "0":
		return "", errors.New("ADDR has port 0, which the server takes any free port for: set it to the port that is to be asked")
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port), nil
}

// askHealth fails unless the answer is 200. It goes by no proxy.
func askHealth(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return err
	}
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		return fmt.Errorf("ask %s: %w", address, err)
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered with status %d", address, response.StatusCode)
	}
	return nil
}
