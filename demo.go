package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http/httputil"
	"net/url"
	"strings"
	"time"

	"accountql/accountpage"
	"accountql/config"
	"accountql/logto/logtotest"
)

// runDemo serves an embedded Logto with demo accounts.
func runDemo(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("accountql demo", flag.ContinueOnError)
	flags.SetOutput(stderr)
	addr := flags.String("addr", "127.0.0.1:8080", "`HOST:PORT` to listen on; port 0 takes a free one")
	public := flags.Bool("public-demo", false, "allow an address that is not loopback: whoever reaches it can use the demo accounts")
	asJSON := flags.Bool("json", false, "print one line of JSON instead of text")
	if err := parseFlags(flags, args); err != nil {
		return err
	}
	if _, _, err := net.SplitHostPort(*addr); err != nil {
		return fmt.Errorf("-addr is not HOST:PORT, such as 127.0.0.1:8080: %w", err)
	}
	if !*public && !isLoopback(*addr) {
		return errors.New("the demo gives its accounts away, so -addr must be a loopback address; add -public-demo if others shall reach it")
	}
	embedded, err := logtotest.New(logtotest.Options{})
	if err != nil {
		return err
	}
	defer embedded.Close()

	listener, err := listen(ctx, *addr)
	if err != nil {
		return err
	}
	defer listener.Close()

	env := demoEnv(embedded)
	// The account page's own, here and as Vite serves it.
	env["REDIRECT_URIS"] += "," + demoRoot(listener.Addr()) + "/account/link,http://localhost:5173/account/link"
	cfg, err := config.FromEnv(func(name string) string { return env[name] })
	if err != nil {
		return fmt.Errorf("configure demo: %w", err)
	}
	s, err := newServer(cfg, newLogger(cfg, stderr), time.Now, newDemoPage(embedded), telemetry{})
	if err != nil {
		return err
	}
	return s.serveOn(ctx, listener, func(listening net.Addr) {
		d := describeDemo(embedded, env, listening)
		if *asJSON {
			d.printJSON(stdout)
		} else {
			d.print(stdout)
		}
	})
}

// isLoopback tells whether only this machine can reach addr.
func isLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// demoEnv is the environment with which `accountql` serves the embedded Logto.
func demoEnv(embedded *logtotest.Server) map[string]string {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // It never fails.
	return map[string]string{
		"LOGTO_ENDPOINT":       embedded.Endpoint,
		"LOGTO_APP_ID":         embedded.AppID,
		"LOGTO_APP_SECRET":     embedded.AppSecret,
		"ACCOUNT_API_RESOURCE": logtotest.AccountResource,
		"ALLOWED_CLIENT_IDS":   embedded.ClientID,
		"CORS_ALLOWED_ORIGINS": "http://localhost:3000,http://localhost:5173",
		"CUSTOM_DATA_WRITABLE": "*",
		"PLAYGROUND":           "true",
		"REDIRECT_URIS":        "http://localhost:3000/callback,http://localhost:4000/link/callback,http://localhost:5173/callback",
		// The mock connector takes the account from what the browser brings back, which
		// makes linking usable by hand, and would let anybody be anybody elsewhere.
		"CONNECTOR_DATA_KEYS": "mock-social:userId,email,name,avatar",
		"SECRET_KEY":          base64.StdEncoding.EncodeToString(key),
		"SELF_SUSPENSION":     "true",
		"SHUTDOWN_GRACE":      "0s",
	}
}

func demoToken(embedded *logtotest.Server, name string) string {
	return embedded.AccessToken(embedded.Account(name).ID)
}

// demo is what one needs to know to use the demo.
type demo struct {
	AccountURL    string              `json:"accountUrl"`
	GraphqlURL    string              `json:"graphqlUrl"`
	PlaygroundURL string              `json:"playgroundUrl"`
	LogtoURL      string              `json:"logtoUrl"`
	Users         map[string]demoUser `json:"users"`
	Env           map[string]string   `json:"env"`
}

type demoUser struct {
	logtotest.Account
	Token string `json:"token"`
}

func describeDemo(embedded *logtotest.Server, env map[string]string, listening net.Addr) demo {
	root := demoRoot(listening)
	d := demo{
		AccountURL: root + "/account", GraphqlURL: root + "/graphql", PlaygroundURL: root + "/", LogtoURL: embedded.Endpoint,
		Users: map[string]demoUser{}, Env: env,
	}
	for _, name := range demoNames() {
		account := embedded.Account(name)
		if account.Phone != "" {
			account.Phone = "+" + account.Phone // Logto stores the digits alone; our API takes E.164.
		}
		d.Users[name] = demoUser{Account: account, Token: demoToken(embedded, name)}
	}
	return d
}

func demoNames() []string { return []string{"alice", "bob", "carol"} }

// demoRoot is the demo's address.
func demoRoot(listening net.Addr) string { return "http://" + reachable(listening) }

// newDemoPage lets the account page act as the demo accounts, and lets it reach what
// takes the place of Logto's sign-in page and of people's mailboxes.
func newDemoPage(embedded *logtotest.Server) *accountpage.Demo {
	simulator, _ := url.Parse(embedded.Endpoint + "/simulator") // It is one.
	return &accountpage.Demo{
		Users: func() []accountpage.User {
			var users []accountpage.User
			for _, name := range demoNames() {
				users = append(users, accountpage.User{
					Name: name, Token: demoToken(embedded, name), Password: embedded.Account(name).Password,
				})
			}
			return users
		},
		Simulator: &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(simulator)
		}},
	}
}

// reachable names a listener's address so that this machine can reach it, which
// an address of every interface doesn't.
func reachable(listening net.Addr) string {
	host, port, err := net.SplitHostPort(listening.String())
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return listening.String()
}

func (d demo) printJSON(w io.Writer) {
	line, _ := json.Marshal(d) // Texts always marshal.
	fmt.Fprintf(w, "%s\n", line)
}

func (d demo) print(w io.Writer) {
	fmt.Fprintf(w, `
accountql demo: everything below lives in memory and is gone when you stop it (Ctrl-C).

Account page  %s
GraphQL       %s
Playground    %s
Logto         %s (embedded; codes "sent" are at /simulator/messages)

Demo users: alice has everything, bob a password and an email, carol only a social sign-in.
Passwords: alice %s, bob %s. They are asked for before sensitive changes.
An access token for alice, good for an hour:

%s

Try it:

curl -s %s -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' -d '%s'

`, d.AccountURL, d.GraphqlURL, d.PlaygroundURL, d.LogtoURL, d.Users["alice"].Password, d.Users["bob"].Password, d.Users["alice"].Token, d.GraphqlURL, d.Users["alice"].Token,
		strings.TrimSpace(`{"query":"{ me { username primaryEmail hasPassword personalAccessTokens { name expiresAt isExpired } } }"}`))
}
