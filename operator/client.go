// Package operator is the operator's client of the Management API: it reads, and
// can set up, what belongs to the tenant and to no user, such as applications, API
// resources and roles. It is for the commands that an operator runs by hand.
//
// The server never imports it. What serves users is package logto, whose guard lets
// no request through that is not about the caller; there is no such guard here.
package operator

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2/clientcredentials"

	"accountql/quiet"
)

const (
	// requestTimeout bounds a request, its answer included.
	requestTimeout = 15 * time.Second
	// maxAnswer is the largest answer that is read, in bytes.
	maxAnswer = 4 << 20
	// pageSize is the most that Logto gives at once.
	pageSize = 100
)

// Config says which Logto to talk to, and as whom.
type Config struct {
	// Endpoint is Logto's address without a slash at the end.
	Endpoint string
	// AppID and AppSecret are the credentials of a machine-to-machine application.
	AppID, AppSecret string
	// Resource is the Management API's indicator.
	Resource string
}

// Client reads. It has no method that changes anything: see [Editor]. Apart from
// Reach, TenantID and Issuer its methods take a successful Authorize first. It is for
// one goroutine at a time.
type Client struct {
	base        string
	resource    string
	network     *http.Client
	credentials clientcredentials.Config
	token       string
}

// New makes a client. It touches no network.
func New(cfg Config) *Client {
	c := &Client{
		base:     cfg.Endpoint,
		resource: cfg.Resource,
		network: &http.Client{
			Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true},
			Timeout:       requestTimeout,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	c.credentials = newCredentials(cfg)
	return c
}

// Close closes the connections.
func (c *Client) Close() { c.network.CloseIdleConnections() }

// Error is an answer that is not a success. Its text leaves out Logto's message and
// data, which can repeat what was sent.
type Error struct {
	// Endpoint is the method and the path.
	Endpoint string
	Status   int
	// Code is Logto's: "entity.not_found". It is empty where the answer is not of the
	// endpoint itself, as for a path that this release of Logto doesn't know.
	Code string
	// Elsewhere is the scheme and the host that a redirect leads to; empty without one.
	Elsewhere string
}

func (e *Error) Error() string {
	if e.Code == "" {
		return fmt.Sprintf("Logto answered %s with status %d", e.Endpoint, e.Status)
	}
	return fmt.Sprintf("Logto answered %s with status %d, code %s", e.Endpoint, e.Status, e.Code)
}

// IsNotFound tells whether Logto says that there is no such thing.
func IsNotFound(err error) bool {
	answer, ok := errors.AsType[*Error](err)
	return ok && answer.Status == http.StatusNotFound && answer.Code != ""
}

// isUnknownPath tells whether this release of Logto lacks the endpoint.
func isUnknownPath(err error) bool {
	answer, ok := errors.AsType[*Error](err)
	return ok && answer.Status == http.StatusNotFound && answer.Code == ""
}

// request is one call. Its answer, if into is not nil, is JSON.
type request struct {
	method, path string
	query        url.Values
	body         any
	into         any
	// open leaves the token away.
	open bool
	// empty takes no answer but 204, which has no body.
	empty bool
}

// exchange makes a call and returns the answer's header.
func (c *Client) exchange(ctx context.Context, r request) (http.Header, error) {
	endpoint := r.method + " " + r.path
	response, err := c.send(ctx, r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", endpoint, bare(err))
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("read answer of %s: %w", endpoint, bare(err))
	}
	if response.StatusCode < 200 || response.StatusCode > 299 || r.empty && response.StatusCode != http.StatusNoContent {
		return nil, &Error{Endpoint: endpoint, Status: response.StatusCode, Code: codeOf(answer), Elsewhere: elsewhere(response)}
	}
	if r.into == nil {
		return response.Header, nil
	}
	if len(answer) > maxAnswer || json.Unmarshal(answer, r.into) != nil {
		// The decoder's error could quote the answer.
		return nil, fmt.Errorf("the answer of %s is not Logto's: no JSON of the form that is needed", endpoint)
	}
	return response.Header, nil
}

func (c *Client) send(ctx context.Context, r request) (*http.Response, error) {
	var payload io.Reader = http.NoBody
	if r.body != nil {
		encoded, err := json.Marshal(r.body)
		if err != nil {
			return nil, err
		}
		payload = bytes.NewReader(encoded)
	}
	address := c.base + r.path
	if len(r.query) > 0 {
		address += "?" + r.query.Encode()
	}
	request, err := http.NewRequestWithContext(ctx, r.method, address, payload)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	if r.body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if !r.open {
		if c.token == "" {
			return nil, errors.New("there is no management token")
		}
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	return c.network.Do(request)
}

// bare is a transport's error without the address around it, and without what it quotes
// of the answer.
func bare(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	return quiet.Error(err)
}

// elsewhere is where a redirect leads to, without the path, which could repeat what
// was sent.
func elsewhere(response *http.Response) string {
	target, err := response.Location()
	if err != nil {
		return ""
	}
	return target.Scheme + "://" + target.Host
}

// codeOf reads Logto's code, and nothing that isn't one.
func codeOf(answer []byte) string {
	var body struct {
		Code string `json:"code"`
	}
	if json.Unmarshal(answer, &body) != nil || !isWord(body.Code) {
		return ""
	}
	return body.Code
}

// isWord tells whether a text is made of what codes and tenants' ids are made of.
// Nothing else of an answer is repeated.
func isWord(text string) bool {
	return len(text) <= 64 && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz0123456789_.") == ""
}

// get reads one thing.
func get[T any](ctx context.Context, c *Client, path string) (T, error) {
	var value T
	_, err := c.exchange(ctx, request{method: http.MethodGet, path: path, into: &value})
	return value, err
}

// list reads all pages of a list. Some of Logto's lists are paged only when asked,
// others always, so all are asked.
func list[T any](ctx context.Context, c *Client, path string, query url.Values) ([]T, error) {
	var all []T
	for page := 1; ; page++ {
		var some []T
		asked := url.Values{"page": {strconv.Itoa(page)}, "page_size": {strconv.Itoa(pageSize)}}
		for name, values := range query {
			asked[name] = values
		}
		header, err := c.exchange(ctx, request{method: http.MethodGet, path: path, query: asked, into: &some})
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
		if total, err := strconv.Atoi(header.Get("Total-Number")); err != nil || len(all) >= total || len(some) == 0 {
			return all, nil
		}
	}
}
