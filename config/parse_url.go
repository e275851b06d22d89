package config

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// absolute parses a URL that names a host. The errors of package url quote
// their input, which may hold a password, and so are not wrapped.
func absolute(v string) (*url.URL, error) {
	u, err := url.Parse(v)
	switch {
	case err != nil || u.Scheme == "" || u.Hostname() == "":
		return nil, errors.New("is not an absolute URL")
	case u.User != nil:
		return nil, errors.New("holds a user name or password")
	case strings.Contains(v, "#"):
		return nil, errors.New("has a fragment")
	case strings.ContainsFunc(u.Host, func(r rune) bool { return r > unicode.MaxASCII }):
		return nil, errors.New("has a host that isn't in its ASCII form, xn--…")
	case strings.Contains(u.Host, "*"):
		return nil, errors.New("has a wildcard, and only exact hosts are known here")
	}
	if port := u.Port(); port != "" {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return nil, errors.New("has no port from 0 to 65535")
		}
	}
	return u, nil
}

// isHTTP reports whether u is of the web, with TLS or without.
func isHTTP(u *url.URL) bool {
	return u.Scheme == "https" || u.Scheme == "http"
}

// normalHost returns u's host as browsers write it in an origin: in lower case
// and without the scheme's default port.
func normalHost(u *url.URL) string {
	host := strings.ToLower(u.Host)
	switch u.Scheme {
	case "https":
		return strings.TrimSuffix(host, ":443")
	case "http":
		return strings.TrimSuffix(host, ":80")
	}
	return host
}

// isLoopback reports whether a URL's host is this machine and no other.
func isLoopback(v string) bool {
	u, err := url.Parse(v)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return strings.EqualFold(u.Hostname(), "localhost") || err == nil && ip.IsLoopback()
}

// webhook parses the address that events are posted to. Its path or query may
// hold a token, so it is a secret.
func webhook(v string) (Secret, error) {
	u, err := absolute(v)
	switch {
	case err != nil:
		return "", err
	case u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(v)):
		return "", errors.New("uses no https and isn't on loopback")
	}
	return Secret(v), nil
}

// redisURL parses the address of a Redis, whose password may be part of it.
func redisURL(v string) (Secret, error) {
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "redis" && u.Scheme != "rediss" || u.Hostname() == "" {
		return "", errors.New("is not an address that begins with redis:// or rediss://")
	}
	if database := strings.TrimPrefix(u.Path, "/"); database != "" {
		if _, err := strconv.ParseUint(database, 10, 16); err != nil {
			return "", errors.New("has a path that is no database's number")
		}
	}
	return Secret(v), nil
}

// endpoint parses Logto's address. People paste the addresses of what Logto
// serves below it, which would fail later and less clearly.
func endpoint(v string) (string, error) {
	u, err := absolute(v)
	if err != nil {
		return "", err
	}
	base := strings.TrimRight(u.EscapedPath(), "/")
	switch {
	case !isHTTP(u):
		return "", errors.New("is neither https nor http")
	case strings.Contains(v, "?"):
		return "", errors.New("has a query")
	case slices.Contains([]string{"oidc", "api", "console", "openid-configuration"}, path.Base(base)):
		return "", errors.New("is the address of something that Logto serves, not of Logto")
	}
	return u.Scheme + "://" + normalHost(u) + base, nil
}

// issuer parses an issuer and keeps it as it is, since issuers are compared
// character by character (RFC 8414, section 2, has no query or fragment).
func issuer(v string) (string, error) {
	u, err := absolute(v)
	if err != nil {
		return "", err
	}
	if !isHTTP(u) || strings.Contains(v, "?") {
		return "", errors.New("is not an http(s) URL without a query")
	}
	return v, nil
}

// resource parses a resource indicator (RFC 8707, section 2: an absolute URI
// without a fragment) and keeps it as it is, since audiences are compared
// character by character.
func resource(v string) (string, error) {
	u, err := url.Parse(v)
	if err != nil || u.Scheme == "" || strings.ContainsAny(v, "# ") {
		return "", errors.New("is not an absolute URI without a fragment")
	}
	return v, nil
}

// origin parses a web origin into the form in which browsers send it. A single
// slash at the end is forgiven.
func origin(v string) (string, error) {
	u, err := absolute(v)
	if err != nil {
		return "", err
	}
	if strings.TrimSuffix(u.Path, "/") != "" || strings.Contains(v, "?") {
		return "", errors.New("is more than scheme://host[:port]")
	}
	return u.Scheme + "://" + normalHost(u), nil
}

// redirectURI parses a URI that people may be sent back to and keeps it as it
// is, since clients must name it exactly. Mobile apps have schemes of their own
// (RFC 8252, section 7.1), which can be anything but those that a browser runs
// or reads from by itself.
func redirectURI(v string) (string, error) {
	u, err := url.Parse(v)
	if err != nil || u.Scheme == "" || strings.ContainsAny(v, " #*") {
		return "", errors.New("is not an absolute URI without spaces, wildcards and fragment")
	}
	switch u.Scheme {
	case "https", "http":
		if _, err := absolute(v); err != nil {
			return "", err
		}
		if u.Scheme == "http" && !isLoopback(v) {
			return "", errors.New("uses http and isn't on loopback")
		}
	case "javascript", "vbscript", "data", "blob", "file", "filesystem", "about", "view-source", "ws", "wss", "ftp":
		return "", fmt.Errorf("has the scheme %s, which is no app's", u.Scheme)
	}
	return v, nil
}
