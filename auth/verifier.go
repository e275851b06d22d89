// Package auth verifies the access tokens that Logto gives to users, and the ID tokens that prove a fresh sign-in.
//
// A token is judged in two steps. What costs nothing comes first: its size and form, its header, then the claims that
// RFC 9068 and this product ask for. Only a token that passes is worth a key and a signature check, so that garbage
// neither makes Logto serve its keys nor costs a P-384 verification. Nothing read from a token is used before its
// signature is good, except to say what is wrong with it.
//
// Header and claims are parsed here, once, strictly: keys that differ in case are different keys, repeated keys are
// refused, and the signature is checked over the very bytes that were parsed. No second parser can come to another
// reading. Keys and signature algorithms are jwx's.
//
// What an access token says is remembered for a minute once its signature was good, so that most requests cost a hash
// and no more (cache.go). What forged ones may cost all together is bounded (gate.go).
package auth

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

const (
	// leeway is how far the clocks of Logto and of this server may be apart.
	leeway = 30 * time.Second

	// maxTokenBytes is many times the size of the tokens that Logto issues, which are about 1 kB.
	maxTokenBytes = 8 << 10
)

// Config says which tokens are good.
type Config struct {
	// Endpoint is Logto's address, without /oidc. Discovery and keys are fetched from this origin only.
	Endpoint string
	// Issuer pins the issuer. If it is empty, the one that discovery names is taken; it need not resemble Endpoint, for
	// behind a container network Logto's own address is another one.
	Issuer string
	// Audience is the API resource that tokens must be for.
	Audience string
	// AllowedClientIDs are the applications whose tokens are taken.
	AllowedClientIDs []string
	// AllowAnyClient takes the tokens of every application instead.
	AllowAnyClient bool
	// HTTPClient fetches discovery and keys; its redirect policy is not used. Default: http.DefaultClient.
	HTTPClient *http.Client
	// Logger is told about trouble with the keys, never about tokens. Default: slog.Default.
	Logger *slog.Logger
	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// Network tells from which network a request comes, so that who sends forged tokens is in nobody else's way.
	// Default: all come from one.
	Network func(context.Context) string
	// ForgeriesPerSecond bounds how many forged tokens have their signature checked in a second, for each CPU: those of
	// networks that send few of them, and once more those of all others. Default: DefaultForgeriesPerSecond.
	ForgeriesPerSecond int
}

// Verifier verifies tokens. It is safe for concurrent use.
type Verifier struct {
	audience  string
	clients   map[string]bool
	anyClient bool
	keys      *keySource
	gate      *gate
	now       func() time.Time
	hits      atomic.Uint64
}

// New makes a verifier. It fetches nothing: Logto may come up later than this server.
func New(config Config) (*Verifier, error) {
	endpoint, err := url.Parse(config.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("parse Logto's endpoint: %w", err)
	}
	if (endpoint.Scheme != "https" && endpoint.Scheme != "http") || endpoint.Host == "" {
		return nil, errors.New("logto's endpoint must be an http or https address")
	}
	// Messages name the audience, and a challenge can't carry every character (RFC 6750, section 3).
	if config.Audience == "" || strings.ContainsFunc(config.Audience, func(r rune) bool {
		return r <= ' ' || r > '~' || r == '"' || r == '\\'
	}) {
		return nil, errors.New("the audience must be an absolute URI in ASCII")
	}
	if len(config.AllowedClientIDs) == 0 && !config.AllowAnyClient {
		return nil, errors.New("no client is allowed")
	}
	if config.HTTPClient == nil {
		config.HTTPClient = http.DefaultClient
	}
	if config.Logger == nil {
		config.Logger = slog.Default()
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Network == nil {
		config.Network = func(context.Context) string { return "" }
	}
	if config.ForgeriesPerSecond == 0 {
		config.ForgeriesPerSecond = DefaultForgeriesPerSecond
	}
	clients := make(map[string]bool, len(config.AllowedClientIDs))
	for _, id := range config.AllowedClientIDs {
		clients[id] = true
	}
	return &Verifier{
		audience:  config.Audience,
		clients:   clients,
		anyClient: config.AllowAnyClient,
		keys:      newKeySource(endpoint, config),
		gate:      newGate(config.ForgeriesPerSecond, config.Network),
		now:       config.Now,
	}, nil
}

// Ready tells whether tokens can be verified now, fetching discovery and keys if they are not there yet. Its error is
// an ErrUnavailable.
func (v *Verifier) Ready(ctx context.Context) error {
	_, err := v.keys.current(ctx)
	return err
}

// Authenticate verifies the access token in a request's header. See Verify for its errors.
func (v *Verifier) Authenticate(ctx context.Context, header http.Header) (*Token, error) {
	raw, err := bearerToken(header)
	if err != nil {
		return nil, err
	}
	return v.Verify(ctx, raw)
}

// Verify verifies an access token as it stands in the Authorization header, without the scheme. A token that is not
// good gives an *Error. If the token can't be judged, since keys can't be had or too many signatures must be checked,
// the error is an ErrUnavailable.
func (v *Verifier) Verify(ctx context.Context, raw string) (*Token, error) {
	if err := checkSize(raw); err != nil {
		return nil, err
	}
	now := v.wallClock()
	// The copy is on the stack for tokens of the usual size.
	id := fingerprint(sha256.Sum256(append(make([]byte, 0, 1<<10), raw...)))
	if keys := v.keys.atHand(now); keys != nil {
		if token, _ := keys.cache.get(id, now); token != nil {
			v.hits.Add(1)
			return token, nil
		}
	}
	if !strings.Contains(raw, ".") {
		return nil, v.refuseOpaque(raw)
	}
	signed, err := parse(raw)
	if err != nil {
		return nil, err
	}
	token, err := v.accessToken(signed, now)
	if err != nil {
		return nil, err
	}
	if err := v.checkOnce(ctx, signed, id, token, now); err != nil {
		return nil, err
	}
	return token, nil
}

// wallClock is now, without the reading of the monotonic clock: that one stands still while the machine sleeps.
func (v *Verifier) wallClock() time.Time {
	return v.now().Round(0)
}

// checkOnce checks that a token comes from our Logto, and remembers it if it does. What it says was found good at
// checked.
func (v *Verifier) checkOnce(ctx context.Context, signed *signedToken, id fingerprint, token *Token, checked time.Time) error {
	set, keys, err := v.keys.lookup(ctx, signed)
	if err != nil {
		return err
	}
	return set.cache.once(ctx, id, func(ctx context.Context) error {
		fresh, known := set.cache.get(id, v.wallClock())
		if fresh != nil {
			return nil // Another check has ended since the cache was asked.
		}
		if err := v.gate.pass(ctx, known, func() error { return signed.verify(keys) }); err != nil {
			return err
		}
		set.cache.put(id, token, checked)
		return nil
	})
}

// refuseOpaque says what to do about a token that is no JWT. Personal access tokens are known by Logto's prefix.
func (v *Verifier) refuseOpaque(raw string) *Error {
	if strings.HasPrefix(raw, "pat_") {
		return refuse(ReasonPersonalAccessToken, "this is a personal access token: exchange it for an access token first")
	}
	return refuse(ReasonOpaque, "this is an opaque token: ask for one with the resource parameter set to "+v.audience)
}
