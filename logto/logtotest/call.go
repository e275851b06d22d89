package logtotest

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"time"
)

// maxBody is where Logto's body parser gives up.
const maxBody = 1 << 20

// call is one request, parsed, together with the server whose state it acts on.
type call struct {
	*Server
	request *http.Request
	// params are the path's parameters, unescaped.
	params map[string]string
	// query holds the first value of each key.
	query object
	// body is the JSON body after its schema; without one it may be nil.
	body object
	// form is the body of a token request.
	form url.Values
	// machine is the application whose Management API token came along.
	machine string
}

// race opens the window between reading and writing that Logto leaves where it
// is not atomic: other calls run meanwhile.
func (c *call) race() {
	c.mu.Unlock()
	runtime.Gosched()
	time.Sleep(c.raceWindow)
	c.mu.Lock()
}

// text is a string of the body, "" when it is not there.
func (c *call) text(key string) string {
	text, _ := c.body[key].(string)
	return text
}

// dispatch runs a request through routing, authentication, guard and handler. A
// trusted one needs no token.
func (s *Server) dispatch(request *http.Request, table []route, trusted bool) answer {
	language := request.Header.Get("Accept-Language")
	found, params, allowed := match(table, request.Method, request.URL.EscapedPath())
	if found == nil {
		return unrouted(allowed).encode(language)
	}
	// The client may be slow, so its body is read before the state is locked.
	raw, err := io.ReadAll(io.LimitReader(request.Body, maxBody+1))
	if err != nil || len(raw) > maxBody {
		return text(http.StatusNotFound).encode(language)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &call{Server: s, request: request, params: params}
	return c.run(found, raw, trusted).encode(language)
}

func (c *call) run(found *route, raw []byte, trusted bool) response {
	if !found.open && !trusted {
		machine, refusal := c.authenticate(c.request)
		if refusal != nil {
			return *refusal
		}
		c.machine = machine
	}
	if refusal := c.read(found, raw); refusal != nil {
		return *refusal
	}
	for _, param := range c.params {
		if strings.ContainsRune(param, 0) {
			return internalError()
		}
	}
	return found.handle(c)
}

// read parses query and body and checks them against the route's schemas.
func (c *call) read(found *route, raw []byte) *response {
	c.query = object{}
	for key, values := range c.request.URL.Query() {
		c.query[key] = values[0]
	}
	if found.query != nil {
		parsed, refusal := guard("query", found.query, c.query)
		if refusal != nil {
			return refusal
		}
		c.query = parsed.(object)
	}
	value, refusal := c.parseBody(raw)
	if refusal == nil && found.body != nil {
		value, refusal = guard("body", found.body, value)
	}
	if refusal != nil {
		return refusal
	}
	c.body, _ = value.(object)
	return nil
}

// parseBody reads JSON, and forms into c.form. Anything else is an empty object.
func (c *call) parseBody(raw []byte) (any, *response) {
	mediaType, _, _ := mime.ParseMediaType(c.request.Header.Get("Content-Type"))
	if mediaType == "application/x-www-form-urlencoded" {
		// What cannot be parsed is left out, and missed by whoever needs it.
		c.form, _ = url.ParseQuery(string(raw))
	}
	if mediaType != "application/json" || len(raw) == 0 {
		return object{}, nil
	}
	var value any
	if err := json.Unmarshal(raw, &value); err != nil {
		return nil, badRequest(syntaxMessage(err))
	}
	switch value.(type) {
	case object, []any:
	default:
		return nil, badRequest("invalid JSON, only supports object and array")
	}
	if hasKey(value, "__proto__") {
		return nil, badRequest("Object contains forbidden prototype property")
	}
	return value, nil
}

func badRequest(message string) *response {
	return &response{status: http.StatusBadRequest, body: object{"message": message}}
}

// syntaxMessage says it as V8 does, as far as was recorded.
func syntaxMessage(err error) string {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) && strings.HasPrefix(syntax.Error(), "unexpected end") {
		return "Unexpected end of JSON input"
	}
	return "Unexpected token in JSON"
}

func hasKey(value any, key string) bool {
	switch value := value.(type) {
	case object:
		for k, v := range value {
			if k == key || hasKey(v, key) {
				return true
			}
		}
	case []any:
		for _, v := range value {
			if hasKey(v, key) {
				return true
			}
		}
	}
	return false
}
