//go:build soak

package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"accountql/logto/logtotest"
)

// client is a page of an account of its own, behind a network of its own.
type client struct {
	page
	email string
	// answer is the last one of a change, and last the body of the last one at all.
	answer answer
	last   string
	// made numbers what it made.
	made int
	// spent says that nobody knows what the account has.
	spent bool
}

// newClient signs an account up.
func (s *soak) newClient() *client {
	s.mu.Lock()
	s.accounts++
	number := s.accounts
	s.mu.Unlock()
	name := fmt.Sprintf("soak%d", number)
	email := name + "@soak.example"
	user := s.manage(http.MethodPost, "/api/users", object{"username": name, "password": crowdPassword, "primaryEmail": email})
	id := user.(object)["id"].(string)
	network := fmt.Sprintf("2001:db8:%x:%x::1", number>>16, number&0xffff)
	return &client{email: email, page: page{world: s.world, name: id, id: id, token: s.logto.AccessToken(id), forwarded: network}}
}

// change calls a mutation.
func (c *client) change(name string, input object) string {
	c.answer = c.do(name, input)
	c.last = c.answer.body
	return strings.TrimPrefix(c.answer.code, "top-level ")
}

// prove calls one that takes a proof.
func (c *client) prove(name string, input object) string {
	if outcome := c.change("verifyPassword", object{"password": crowdPassword}); outcome != "OK" {
		return outcome
	}
	input["stepUpProof"] = c.answer.proof()
	return c.change(name, input)
}

// send sends a request, and returns the status, if it isn't 200, and the first
// error's code, or OK.
func (c *client) send(method, query, body string, header http.Header) string {
	request, err := http.NewRequest(method, c.url+"/graphql"+query, strings.NewReader(body))
	if err != nil {
		c.t.Error(err)
		return ""
	}
	request.Header = bearer(c.token)
	request.Header.Set("X-Forwarded-For", c.forwarded)
	for name, values := range header {
		request.Header[name] = values
	}
	r, err := exchange(request)
	if err != nil {
		c.last = err.Error()
		return "no answer"
	}
	c.last = r.body
	var whole struct {
		Errors []struct{ Extensions struct{ Code string } }
	}
	if err := json.Unmarshal([]byte(r.body), &whole); err != nil {
		return "no JSON"
	}
	code := "OK"
	if len(whole.Errors) > 0 {
		code = whole.Errors[0].Extensions.Code
	}
	if r.status == http.StatusOK {
		return code
	}
	return fmt.Sprint(r.status, " ", code)
}

func (c *client) post(body string) string { return c.send(http.MethodPost, "", body, nil) }

func (c *client) look(document string) string { return c.post(encode(c.t, object{"query": document})) }

func (c *client) lookByGet() string {
	return c.send(http.MethodGet, "?query="+url.QueryEscape(`{ me { username sessions { id } } }`), "", nil)
}

// lookByHash registers one of many documents, or names it.
func (c *client) lookByHash() string {
	document := fmt.Sprintf(`{ me { a%d: username } }`, rand.IntN(1000))
	body := object{"extensions": object{"persistedQuery": object{"version": 1, "sha256Hash": fmt.Sprintf("%x", sha256.Sum256([]byte(document)))}}}
	if rand.IntN(2) == 0 {
		body["query"] = document
	}
	return c.post(encode(c.t, body))
}

// sendNonsense sends what is no request of GraphQL over HTTP.
func (c *client) sendNonsense() string {
	const fine = `{"query":"{ me { id } }"}`
	switch rand.IntN(7) {
	case 0:
		return c.send(http.MethodPut, "", fine, nil)
	case 1:
		return c.send(http.MethodPost, "", fine, http.Header{"Content-Type": {"text/plain"}})
	case 2:
		return c.send(http.MethodPost, "", fine, http.Header{"Accept": {"text/html"}})
	case 3:
		return c.post(strings.Repeat(" ", 2<<20) + fine)
	case 4:
		return c.post(`[` + fine + `]`)
	case 5:
		return c.look(`{ me { id }`)
	default:
		return c.post(fine[:rand.IntN(len(fine))])
	}
}

// forge sends a token that is no good.
func (c *client) forge() string {
	good := c.token
	defer func() { c.token = good }()
	switch rand.IntN(5) {
	case 0:
		c.token = c.logto.AccessToken(c.id, logtotest.Claim("exp", time.Now().Add(-time.Hour).Unix()))
	case 1:
		c.token = c.logto.AccessToken(c.id, logtotest.Claim("aud", "https://other.example"))
	case 2:
		c.token = c.logto.AccessToken(c.id, logtotest.Unsigned())
	case 3:
		c.token = c.logto.OpaqueToken(c.id)
	default:
		cut := strings.LastIndexByte(good, '.') + 1 + rand.IntN(20)
		c.token = good[:cut] + string("AB"[good[cut]&1]) + good[cut+1:]
	}
	return c.look(`{ me { username } }`)
}

// giveUp doesn't wait for the answer.
func (c *client) giveUp() string {
	ctx, cancel := context.WithTimeout(context.Background(), rand.N(20*time.Millisecond))
	defer cancel()
	body := `{"query":"mutation { updateCustomData(input: {data: {a: 1}}) { user { sessions { id } } errors { code } } }"}`
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url+"/graphql", strings.NewReader(body))
	if err != nil {
		c.t.Error(err)
		return ""
	}
	request.Header = bearer(c.token)
	_, _ = exchange(request) // Whether it was faster is all the same.
	return "given up"
}

// reset cuts the connection in the middle of a request.
func (c *client) reset() string {
	connection, err := net.Dial("tcp", strings.TrimPrefix(c.url, "http://"))
	if err != nil {
		return err.Error()
	}
	request := fmt.Sprintf("POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{", c.token)
	_, _ = io.WriteString(connection, request[:rand.IntN(len(request))])
	_ = connection.(*net.TCPConn).SetLinger(0)
	_ = connection.Close()
	return "reset"
}

func (c *client) askForHealth() string {
	if r := get(c.t, c.url+"/healthz"); r.status != http.StatusOK {
		return fmt.Sprint(r.status)
	}
	return "OK"
}
