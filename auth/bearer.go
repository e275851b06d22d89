package auth

import (
	"net/http"
	"strings"
)

// bearerToken takes the token out of a request's header, the only place it is looked for (RFC 6750, section 2.1).
func bearerToken(header http.Header) (string, error) {
	values := header.Values("Authorization")
	switch len(values) {
	case 0:
		return "", refuse(ReasonMissing, "send an access token: Authorization: Bearer <token>")
	case 1:
	default:
		return "", refuse(ReasonSeveral, "send one Authorization header, not several")
	}
	scheme, raw, _ := strings.Cut(values[0], " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", refuse(ReasonNotBearer, "the Authorization header must be: Bearer <token>")
	}
	raw = strings.Trim(raw, " ")
	switch raw {
	case "", "undefined", "null":
		return "", refuse(ReasonMissing, "there is no token after Bearer: wait for the access token, then send the request")
	}
	return raw, nil
}
