package logtotest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"
)

// Message is a verification code that was "sent".
type Message struct {
	// To is the email address, or the phone number without its plus sign.
	To   string    `json:"to"`
	Code string    `json:"code"`
	At   time.Time `json:"at"`
}

// Messages lists the verification codes sent, newest last.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message{}, s.messages...)
}

// Manage acts as a Management API call with full rights, for building state: it
// needs no token, no fault or delay meets it and it is not counted. The body is
// anything that fits JSON, nil for none. The answer is decoded JSON, or a string.
func (s *Server) Manage(method, path string, body any) (status int, result any) {
	request, err := http.NewRequest(method, path, bytes.NewReader(encodeJSON(body)))
	if err != nil {
		return http.StatusBadRequest, err.Error()
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	got := s.dispatch(request, s.routes, true)
	if json.Unmarshal(got.body, &result) != nil {
		result = string(got.body)
	}
	return got.status, result
}

// controlRoutes are the simulator's own endpoints, for trying flows by hand.
func controlRoutes() []route {
	return []route{
		{method: "GET", pattern: "/simulator/messages", open: true, handle: func(c *call) response {
			return ok(append([]Message{}, c.messages...))
		}},
		{method: "GET", pattern: "/simulator/calls", open: true, handle: func(c *call) response {
			return ok(c.Calls())
		}},
		{method: "DELETE", pattern: "/simulator/calls", open: true, handle: func(c *call) response {
			c.ResetCalls()
			return noContent()
		}},
		{
			method: "POST", pattern: "/simulator/sign-in", open: true, handle: controlSignIn,
			body: shape(field{"user", ofType("string")}, field{"nonce", optional(ofType("string"))}),
		},
	}
}

func controlSignIn(c *call) response {
	tokens, err := c.signIn(c.text("user"), c.text("nonce"))
	if err != nil {
		return response{status: http.StatusNotFound, body: object{"message": err.Error()}}
	}
	return ok(tokens)
}
