package logtotest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// handler answers one call. It runs while the server's mutex is held; call.race
// releases it for a moment.
type handler func(*call) response

// route is one endpoint. Its pattern names path parameters as {name}; a literal
// segment wins over a parameter. Body and query, where given, are checked before
// the handler runs, as Logto's guard does, and what the handler sees is the
// checked value. An open route needs no Management API token.
type route struct {
	method  string
	pattern string
	handle  handler
	body    schema
	query   schema
	open    bool
}

// routes lists every endpoint, by the file that holds its handlers.
func routes() []route {
	return slices.Concat(
		oidcRoutes(),
		userRoutes(),
		personalTokenRoutes(),
		organizationRoutes(),
		applicationRoutes(),
		roleRoutes(),
		resourceRoutes(),
		tenantRoutes(),
		passwordRoutes(),
		verificationCodeRoutes(),
		signInExperienceRoutes(),
		connectorRoutes(),
		identityRoutes(),
		mfaRoutes(),
		sessionRoutes(),
		accountAPIRoutes(),
	)
}

// match finds the route of a request and its path parameters. A path that only
// other methods have gives no route and the methods it has.
func match(table []route, method, escapedPath string) (found *route, params map[string]string, allowed []string) {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	for i := range table {
		candidate, matched := matchPath(table[i].pattern, escapedPath)
		if !matched {
			continue
		}
		if table[i].method != method {
			if table[i].method == http.MethodGet {
				allowed = append(allowed, http.MethodHead)
			}
			allowed = append(allowed, table[i].method)
			continue
		}
		if found == nil || len(candidate) < len(params) {
			found, params = &table[i], candidate
		}
	}
	return found, params, allowed
}

// matchPath compares segment by segment while the path is still escaped, so that
// an escaped slash stays inside its segment. As in koa's router, one slash at the
// end makes no difference: a request for the user with the empty id is one for
// the list of all users.
func matchPath(pattern, escapedPath string) (map[string]string, bool) {
	want := strings.Split(pattern, "/")
	got := strings.Split(strings.TrimSuffix(escapedPath, "/"), "/")
	if len(want) != len(got) {
		return nil, false
	}
	params := map[string]string{}
	for i, segment := range want {
		name, isParam := strings.CutPrefix(segment, "{")
		value, err := url.PathUnescape(got[i])
		switch {
		case err != nil, isParam && value == "", !isParam && segment != value:
			return nil, false
		case isParam:
			params[strings.TrimSuffix(name, "}")] = value
		}
	}
	return params, true
}

// unrouted is koa's answer to what no route takes.
func unrouted(allowed []string) response {
	if len(allowed) == 0 {
		return text(http.StatusNotFound)
	}
	return text(http.StatusMethodNotAllowed).withHeader("Allow", strings.Join(allowed, ", "))
}
