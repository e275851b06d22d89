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
	"time"
	"unicode"

	fastjson "github.com/segmentio/encoding/json"
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
	if err := decode(body, &answer); err != nil {
		return none, &AnswerError{Endpoint: ca.endpoint, Err: err}
	}
	return answer, nil
}

// fewBrackets is how many opening brackets an answer may have to be decoded the fast
// way, which calls itself for each level: an answer of nothing else would take more
// stack than there is.
const fewBrackets = 1000

// decode is json.Unmarshal, in a third of the time for most answers. What it fills
// keeps the body, instead of copies of its parts.
func decode[T any](body []byte, answer *T) error {
	if bytes.Count(body, []byte("["))+bytes.Count(body, []byte("{")) <= fewBrackets {
		if rest, err := fastjson.Parse(body, answer, fastjson.ZeroCopy); err == nil && len(rest) == 0 {
			return nil
		}
		// Its errors would quote the answer.
		*answer = *new(T)
	}
	return json.Unmarshal(body, answer)
}

// exec makes a call that Logto answers with 204, which tells nothing more than that
// it succeeded. A page that a gateway sends with 200 must not make a password right.
func (c *Client) exec(ctx context.Context, ca call) error {
	body, err := c.exchange(ctx, ca)
	if err == nil && body != nil {
		return &AnswerError{Endpoint: ca.endpoint, Err: errors.New("not 204")}
	}
	return err
}

// message is a call as it goes over the wire, but for the token.
type message struct {
	endpoint, method, address string
	payload                   []byte
}

// exchange makes a call, with another token if Logto refuses the one at hand. The
// body is nil if the status is 204, and only then.
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
	method, path, _ := strings.Cut(ca.endpoint, " ")
	address = c.base
	for _, value := range ca.values {
		before, rest, _ := strings.Cut(path, "{")
		placeholder, after, _ := strings.Cut(rest, "}")
		if !isPathValue(value) {
			return "", "", fmt.Errorf("build address of %s: {%s}: %w", ca.endpoint, placeholder, ErrInvalidID)
		}
		address += before + url.PathEscape(value)
		path = after
	}
	address += path
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
	if deadline, ok := ctx.Deadline(); !ok || time.Until(deadline) > requestTimeout {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, requestTimeout)
		defer cancel()
	}
	var seen progress
	if mayChange(m.endpoint) { // Of the others nobody asks whether they were sent.
		ctx = seen.watch(ctx)
	}
	req, err := http.NewRequestWithContext(withEndpoint(ctx, m.endpoint), m.method, m.address, bytes.NewReader(m.payload))
	if err != nil {
		return nil, fmt.Errorf("build request for %s: %w", m.endpoint, err)
	}
	req.Header.Set("Authorization", "Bearer "+token.value)
	req.Header.Set("Accept", "application/json")
	if accept := language(ctx); accept != "" {
		req.Header.Set("Accept-Language", accept)
	}
	if m.payload != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.network.RoundTrip(req)
	if err != nil {
		return nil, transportError(m.endpoint, seen.mayBeSent(), err)
	}
	defer resp.Body.Close()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		// What can't be read of an error's body is done without.
		body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorAnswer))
		return nil, newError(m.endpoint, resp.StatusCode, resp.Header, body)
	}
	if resp.StatusCode == http.StatusNoContent {
		return nil, nil
	}
	body, err := readAll(resp)
	if err != nil {
		return nil, transportError(m.endpoint, true, err)
	}
	if len(body) > maxAnswer {
		return nil, &AnswerError{Endpoint: m.endpoint, Err: ErrAnswerTooLarge}
	}
	return body, nil
}

// readAll reads an answer's body, but for what is beyond maxAnswer, in one piece
// where Logto tells its length.
func readAll(resp *http.Response) ([]byte, error) {
	if resp.ContentLength <= 0 || resp.ContentLength > maxAnswer {
		return io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	}
	body := make([]byte, resp.ContentLength)
	_, err := io.ReadFull(resp.Body, body)
	return body, err
}
