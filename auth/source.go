package auth

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"accountql/quiet"
)

const (
	// refreshAfter is the age from which keys are fetched again, while the ones at hand go on serving.
	refreshAfter = 10 * time.Minute

	// overdueAfter is the age from which a request waits for the new keys: nobody asked for long, and a key may have
	// been dropped meanwhile. If they can't be had, the ones at hand serve.
	overdueAfter = 2 * refreshAfter

	// discardAfter bounds how long an outage of Logto is bridged. A key that Logto withdrew must not live on for ever
	// because somebody keeps us from hearing of it; tokens themselves live for an hour.
	discardAfter = 24 * time.Hour

	// refetchInterval bounds how often an unknown kid makes us ask Logto, and how often a failed refresh is repeated.
	refetchInterval = 30 * time.Second

	// retryInterval bounds how often Logto is asked while there are no keys at all, so that it is noticed soon.
	retryInterval = time.Second

	// fetchTimeout bounds one fetch, of discovery and keys together.
	fetchTimeout = 5 * time.Second

	// maxDocumentBytes is many times the size of Logto's discovery document and of its two or three keys.
	maxDocumentBytes = 256 << 10
)

// keySource keeps Logto's key set fresh. Requests whose key is known never wait for a lock or for the network, unless
// the keys are overdue.
type keySource struct {
	endpoint *url.URL
	pinned   string // The issuer, if it is pinned.
	client   *http.Client
	logger   *slog.Logger
	now      func() time.Time

	set atomic.Pointer[keySet] // nil until Logto has answered once.

	mu        sync.Mutex
	pending   *fetch    // In flight, or nil.
	failure   error     // Of the latest fetch.
	attempted time.Time // When the latest fetch began.
	missed    time.Time // When an unknown kid last began one.
}

// fetch is one fetch, shared by everybody who waits for it.
type fetch struct {
	done  chan struct{}
	retry bool // The fetch before this one failed.
	set   *keySet
	err   error
}

func newKeySource(endpoint *url.URL, config Config) *keySource {
	client := *config.HTTPClient
	// Logto doesn't redirect here. Following would let keys come from anywhere, unencrypted even.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &keySource{endpoint: endpoint, pinned: config.Issuer, client: &client, logger: config.Logger, now: config.Now}
}

// atHand returns the key set if there is one to judge by. It fetches none.
func (s *keySource) atHand(now time.Time) *keySet {
	set := s.set.Load()
	if set == nil || now.Sub(set.fetched) >= discardAfter {
		return nil
	}
	return set
}

// current returns the key set to judge by, and sees to it that it doesn't grow old.
func (s *keySource) current(ctx context.Context) (*keySet, error) {
	set := s.atHand(s.now())
	if set == nil {
		return s.await(ctx, s.refresh(&s.attempted, retryInterval))
	}
	age := s.now().Sub(set.fetched)
	if age < refreshAfter {
		return set, nil
	}
	fetch := s.refresh(&s.attempted, refetchInterval)
	// In an outage nobody waits: the fetches are repeated in the background.
	if fetch == nil || fetch.retry || age < overdueAfter {
		return set, nil
	}
	if fresh, err := s.await(ctx, fetch); err == nil {
		return fresh, nil
	}
	return set, nil
}

// lookup returns the keys of which one must have signed a token, and the set that they are from. Logto may have rotated
// its keys since they were fetched, so for an unknown kid they are fetched again, however rarely: anybody can make kids
// up.
func (s *keySource) lookup(ctx context.Context, signed *signedToken) (*keySet, []publicKey, error) {
	if s.pinned != "" && signed.claims["iss"] != s.pinned {
		return nil, nil, refuseIssuer()
	}
	set, err := s.current(ctx)
	if err != nil {
		return nil, nil, err
	}
	if signed.claims["iss"] == set.issuer && set.keys[signed.kid] == nil {
		if set, err = s.await(ctx, s.refresh(&s.missed, refetchInterval)); err != nil {
			// Whether Logto has such a key by now can't be told, so the token is not called bad.
			return nil, nil, err
		}
	}
	keys, err := set.candidates(signed)
	return set, keys, err
}

// refresh joins the fetch in flight or begins one. It returns nil if the latest one of the same cause, whose time is
// at last, began less than an interval ago.
func (s *keySource) refresh(last *time.Time, interval time.Duration) *fetch {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pending != nil {
		return s.pending
	}
	now := s.now()
	if !last.IsZero() && now.Sub(*last) < interval {
		return nil
	}
	*last, s.attempted = now, now
	s.pending = &fetch{done: make(chan struct{}), retry: s.failure != nil}
	go s.run(s.pending)
	return s.pending
}

// await waits for a fetch. Without one it returns what the latest one brought.
func (s *keySource) await(ctx context.Context, fetch *fetch) (*keySet, error) {
	if fetch == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.failure != nil {
			return nil, fmt.Errorf("%w: %w", ErrUnavailable, s.failure)
		}
		return s.set.Load(), nil
	}
	select {
	case <-fetch.done:
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: wait for keys: %w", ErrUnavailable, ctx.Err())
	}
	if fetch.err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, fetch.err)
	}
	return fetch.set, nil
}

// run carries a fetch out. It depends on no request's context, for others may be waiting for it, and ends by itself.
func (s *keySource) run(fetch *fetch) {
	ctx, cancel := context.WithTimeout(context.Background(), fetchTimeout)
	defer cancel()
	fetch.set, fetch.err = s.load(ctx)

	s.mu.Lock()
	s.pending, s.failure = nil, fetch.err
	if fetch.err == nil {
		fetch.set.shareCache(s.set.Load())
		s.set.Store(fetch.set)
	}
	s.mu.Unlock()
	close(fetch.done)

	if fetch.err != nil {
		s.logger.WarnContext(ctx, "fetching Logto's keys failed", "error", fetch.err)
	}
}

// load fetches discovery and keys. Logto makes the address of the keys from the Host header it was asked with, or from
// what a proxy made of it, which may be a name or a scheme that is of no use from here. So only its path is taken: the
// keys come from the origin that the operator configured.
func (s *keySource) load(ctx context.Context) (*keySet, error) {
	began := s.now()
	document, err := s.get(ctx, s.endpoint.JoinPath("oidc/.well-known/openid-configuration"))
	if err != nil {
		return nil, fmt.Errorf("fetch discovery: %w", err)
	}
	var discovery struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if err := json.Unmarshal(document, &discovery); err != nil {
		return nil, fmt.Errorf("parse discovery: %w", err)
	}
	address, err := url.Parse(discovery.Keys)
	if err != nil || address.Path == "" || discovery.Issuer == "" {
		return nil, errors.New("parse discovery: issuer or jwks_uri is missing")
	}
	document, err = s.get(ctx, s.endpoint.ResolveReference(&url.URL{Path: address.Path, RawQuery: address.RawQuery}))
	if err != nil {
		return nil, fmt.Errorf("fetch keys: %w", err)
	}
	keys, err := parseKeys(document)
	if err != nil {
		return nil, err
	}
	return &keySet{issuer: cmp.Or(s.pinned, discovery.Issuer), keys: keys, fetched: began}, nil
}

// get fetches a JSON document of bounded size.
func (s *keySource) get(ctx context.Context, address *url.URL) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	request.Header.Set("Accept", "application/json")
	response, err := s.client.Do(request)
	if err != nil {
		return nil, quiet.Error(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered with status %d", address.Redacted(), response.StatusCode)
	}
	document, err := io.ReadAll(io.LimitReader(response.Body, maxDocumentBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read body: %w", quiet.Error(err))
	}
	if len(document) > maxDocumentBytes {
		return nil, fmt.Errorf("%s answered with over %d bytes", address.Redacted(), maxDocumentBytes)
	}
	return document, nil
}
