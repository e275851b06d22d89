package logto

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode"
)

const (
	// maxAnswer is the largest answer that is read, in bytes, decompressed.
	maxAnswer = 4 << 20
	// maxErrorAnswer is how much of an error's body is looked at, in bytes.
	maxErrorAnswer = 64 << 10
)

// call is one request: an endpoint by its name, the values of the placeholders
// in its path in order, and what is sent along.
type call struct {
	endpoint string
	values   []string
	query    url.Values
	body     any
}

// send makes a call and decodes the answer.
func send[T any](ctx context.Context, c *Client, ca call) (T, error) {
	var answer, none T
	body, err := c.exchange(ctx, ca)
	if err != nil {
		return none, err
	}
	if bytes.Equal(bytes.TrimSpace(body), []byte("null")) {
		// It would decode to anything, as an account without a single field.
		return none, &AnswerError{Endpoint: ca.endpoint, Err: errors.New("null")}
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return none, &AnswerError{Endpoint: ca.endpoint, Err: err}
	}
	return answer, nil
}

// exec makes a call whose answer tells nothing more than that it succeeded.
func (c *Client) exec(ctx context.Context, ca call) error {
	_, err := c.exchange(ctx, ca)
	return err
}

// message is a call as it goes over the wire, but for the token.
type message struct {
	endpoint, method, address string
	payload                   []byte
}

// exchange makes a call, with another token if Logto refuses the one at hand.
func (c *Client) exchange(ctx context.Context, ca call) ([]byte, error) {
	m := message{endpoint: ca.endpoint}
	var err error
	if m.method, m.address, err = c.address(ca); err != nil {
		return nil, err
	}
	if ca.body != nil {
		if m.payload, err = json.Marshal(ca.body); err != nil {
			return nil, fmt.Errorf("encode body of %s: %w", ca.endpoint, err)
		}
	}
	token, err := c.tokens.token(ctx)
	if err != nil {
		return nil, err
	}
	answer, err := c.attempt(ctx, m, token)
	if refusal, ok := errors.AsType[*Error](err); !ok || !refusal.refusesToken() {
		return answer, err
	}
	c.tokens.drop(token)
	if token, err = c.tokens.token(ctx); err != nil {
		return nil, err
	}
	return c.attempt(ctx, m, token)
}

// address fills the placeholders of a call's path. It is the only place where
// values become parts of an address.
func (c *Client) address(ca call) (method, address string, err error) {
	method, segments := split(ca.endpoint)
	values := ca.values
	for i, segment := range segments {
		if !isPlaceholder(segment) {
			continue
		}
		if !isPathValue(values[0]) {
			return "", "", fmt.Errorf("build address of %s: %s: %w", ca.endpoint, segment, ErrInvalidID)
		}
		segments[i], values = url.PathEscape(values[0]), values[1:]
	}
	address = c.base + "/" + strings.Join(segments, "/")
	if len(ca.query) > 0 {
		address += "?" + ca.query.Encode()
	}
	return method, address, nil
}

// isPathValue tells whether a value may stand in a path. No id of Logto's fails
// this. Escaping alone would not do for the others: a proxy in front of Logto
// that decodes the path and resolves dots would see another path, and with it
// another user.
func isPathValue(value string) bool {
	return strings.Trim(value, ".") != "" && !strings.ContainsAny(value, `/\`) && !strings.ContainsFunc(value, unicode.IsControl)
}

// attempt sends one request and reads its answer.
func (c *Client) attempt(ctx context.Context, m message, token *managementToken) ([]byte, error) {
	var seen progress
	req, err := http.NewRequestWithContext(seen.watch(ctx), m.method, m.address, bytes.NewReader(m.payload))
	if err != nil {
		return nil, fmt.Errorf("build request for %s: %w", m.endpoint, err)
	}
	req.Header.Set("Authorization", "Bearer "+token.value)
	req.Header.Set("Accept", "application/json")
	if m.payload != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, transportError(m.endpoint, seen.mayBeSent(), err)
	}
	defer resp.Body.Close()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		// What can't be read of an error's body is done without.
		body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorAnswer))
		return nil, newError(m.endpoint, resp.StatusCode, resp.Header, body)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, transportError(m.endpoint, true, err)
	}
	if len(body) > maxAnswer {
		return nil, &AnswerError{Endpoint: m.endpoint, Err: ErrAnswerTooLarge}
	}
	return body, nil
}
