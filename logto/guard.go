package logto

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// GuardError is a request that the guard did not let through: a defect of this
// program, or an attack that came this far. Nothing was sent.
type GuardError struct {
	Method string
	Reason string
}

func (e *GuardError) Error() string {
	return fmt.Sprintf("logto: guard refused a %s request: %s", e.Method, e.Reason)
}

// guard is the transport under everything that the client does. It judges the
// request as it goes over the wire and knows nothing of the methods above it.
type guard struct {
	scheme, host, prefix string
	rules                []rule
	network              http.RoundTripper
	logger               *slog.Logger
}

type rule struct {
	endpoint
	method   string
	segments []string
}

func newGuard(base *url.URL, network http.RoundTripper, logger *slog.Logger) *guard {
	g := &guard{
		scheme: base.Scheme, host: base.Host, prefix: strings.TrimRight(base.EscapedPath(), "/") + "/",
		network: network, logger: logger,
	}
	for _, e := range endpoints() {
		method, segments := split(e.name)
		g.rules = append(g.rules, rule{endpoint: e, method: method, segments: segments})
	}
	return g
}

// RoundTrip sends the request if it may be sent.
func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	checked, reason := g.check(req)
	if reason != "" {
		if req.Body != nil {
			_ = req.Body.Close()
		}
		g.logger.ErrorContext(req.Context(), "request to Logto refused by the guard",
			"reason", reason, "method", req.Method, "path", req.URL.EscapedPath(), "subject", subject(req.Context()))
		return nil, &GuardError{Method: req.Method, Reason: reason}
	}
	return g.network.RoundTrip(checked)
}

// CloseIdleConnections lets http.Client reach the network's connections.
func (g *guard) CloseIdleConnections() {
	if network, ok := g.network.(interface{ CloseIdleConnections() }); ok {
		network.CloseIdleConnections()
	}
}

// check returns the request to send, or the reason for sending none.
func (g *guard) check(req *http.Request) (checked *http.Request, reason string) {
	u := req.URL
	if u.Scheme != g.scheme || u.Host != g.host || (req.Host != "" && req.Host != g.host) || u.User != nil || u.Opaque != "" {
		return nil, "it is not addressed to Logto"
	}
	path, ok := strings.CutPrefix(u.EscapedPath(), g.prefix)
	if !ok {
		return nil, "its path is not below Logto's address"
	}
	user := subject(req.Context())
	segments := strings.Split(path, "/")
	i := slices.IndexFunc(g.rules, func(r rule) bool { return r.matches(req.Method, segments) })
	if i < 0 {
		return nil, "the product has no such endpoint"
	}
	r := g.rules[i]
	if !r.tenantWide && !isUserID(user) {
		return nil, "its context has no subject that is a user's id"
	}
	if !r.allowsValues(segments, user) {
		return nil, "its path names another user, or holds a value that is no id"
	}
	if !r.allowsQuery(u.RawQuery) {
		return nil, "its query is not one the product sends"
	}
	if r.userInBody {
		return checkUserInBody(req, user)
	}
	return req, ""
}

// matches compares the shape of the path, still escaped.
func (r rule) matches(method string, segments []string) bool {
	return method == r.method && slices.EqualFunc(r.segments, segments, func(want, got string) bool {
		return isPlaceholder(want) || want == got
	})
}

// allowsValues looks at what stands in for the placeholders. A value must be
// escaped in the one way in which the client escapes, so that nobody on the way
// reads it differently.
func (r rule) allowsValues(segments []string, user string) bool {
	for i, placeholder := range r.segments {
		if !isPlaceholder(placeholder) {
			continue
		}
		value, err := url.PathUnescape(segments[i])
		if err != nil || !isPathValue(value) || url.PathEscape(value) != segments[i] {
			return false
		}
		if placeholder == "{userId}" && value != user {
			return false
		}
	}
	return true
}

func (r rule) allowsQuery(raw string) bool {
	if raw == "" {
		return true
	}
	query, err := url.ParseQuery(raw)
	if err != nil || query.Encode() != raw {
		return false
	}
	for name, values := range query {
		if len(values) != 1 || !slices.Contains(r.query[name], values[0]) {
			return false
		}
	}
	return true
}

// checkUserInBody sees to it that the body names the subject, and sends the very
// bytes that were looked at.
func checkUserInBody(req *http.Request, user string) (checked *http.Request, reason string) {
	if req.Body == nil {
		return nil, "its body names no user"
	}
	defer req.Body.Close()
	body, err := io.ReadAll(io.LimitReader(req.Body, maxErrorAnswer))
	if err != nil {
		return nil, "its body can't be read"
	}
	// A map, because a struct would take "USERID" for "userId".
	var members map[string]any
	if json.Unmarshal(body, &members) != nil || members["userId"] != user {
		return nil, "its body names another user, or none"
	}
	checked = req.Clone(req.Context())
	checked.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	checked.Body, _ = checked.GetBody()
	checked.ContentLength = int64(len(body))
	return checked, ""
}

// isUserID tells whether a subject looks like an id of Logto's: 12 letters and
// digits, with some room for other releases.
func isUserID(userID string) bool {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
	return userID != "" && len(userID) <= 128 && strings.Trim(userID, alphabet) == ""
}
