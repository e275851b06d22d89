package logto

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// requestTimeout bounds a request, its answer included, for callers whose
// context has no earlier deadline.
const requestTimeout = 30 * time.Second

// Config says which Logto to talk to, and as whom.
type Config struct {
	// Endpoint is Logto's address, with a path prefix where it has one:
	// "https://tenant.logto.app", "https://example.com/logto".
	Endpoint string
	// AppID and AppSecret are the credentials of a machine-to-machine
	// application whose role holds the Management API's permission "all".
	AppID, AppSecret string
	// Resource is the indicator of the Management API:
	// "https://default.logto.app/api" for a Logto of one's own.
	Resource string
	// Transport is the network. Nil stands for NewTransport(Endpoint, 64).
	Transport http.RoundTripper
	// Logger hears of requests that the guard refused, at error level, and of
	// management tokens that could not be renewed. Nil stands for slog.Default.
	Logger *slog.Logger
}

// Client calls Logto's Management API. It is safe for concurrent use.
type Client struct {
	base    string
	network *guard
	tokens  *tokenSource
}

// New makes a client. It touches no network. All problems of the configuration
// are reported at once.
func New(cfg Config) (*Client, error) {
	base, err := cfg.check()
	if err != nil {
		return nil, fmt.Errorf("configure Logto client: %w", err)
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.Default()
	}
	if cfg.Transport == nil {
		cfg.Transport = NewTransport(cfg.Endpoint, 64)
	}
	guard := newGuard(base, cfg.Transport, cfg.Logger)
	httpClient := &http.Client{
		Transport: guard,
		// A redirect is an answer like any other, and an error.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       requestTimeout,
	}
	address := strings.TrimRight(base.String(), "/")
	return &Client{
		base:    address,
		network: guard,
		tokens:  newTokenSource(cfg, address, httpClient),
	}, nil
}

// CloseIdleConnections closes the connections that no request is using.
func (c *Client) CloseIdleConnections() {
	c.network.CloseIdleConnections()
}

func (cfg Config) check() (*url.URL, error) {
	var problems []error
	for _, field := range []struct{ name, value string }{{"AppID", cfg.AppID}, {"AppSecret", cfg.AppSecret}, {"Resource", cfg.Resource}} {
		if field.value == "" {
			problems = append(problems, fmt.Errorf("%s is empty", field.name))
		}
	}
	// The parser's error is left out: it quotes the address, which may hold a
	// password.
	base, err := url.Parse(cfg.Endpoint)
	switch {
	case err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https"):
		problems = append(problems, errors.New("the Endpoint is not an absolute http or https address"))
	case base.User != nil || base.RawQuery != "" || base.ForceQuery || base.Fragment != "":
		problems = append(problems, errors.New("the Endpoint holds more than a scheme, a host and a path"))
	}
	return base, errors.Join(problems...)
}

type subjectKey struct{}

// WithSubject returns a context whose requests may name the user userID, and no
// other. Authentication calls it with the subject of the verified access token.
func WithSubject(ctx context.Context, userID string) context.Context {
	return context.WithValue(ctx, subjectKey{}, userID)
}

func subject(ctx context.Context) string {
	userID, _ := ctx.Value(subjectKey{}).(string)
	return userID
}
