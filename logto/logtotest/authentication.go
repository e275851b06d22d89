package logtotest

import (
	"errors"
	"net/http"
	"strings"
)

// authenticate admits calls whose Management API token has the scope all, and
// returns the application that it was given to.
func (s *Server) authenticate(request *http.Request) (string, *response) {
	authorization := request.Header.Get("Authorization")
	if authorization == "" {
		return "", refuse(fail(http.StatusUnauthorized, "auth.authorization_header_missing"))
	}
	bearer, isBearer := strings.CutPrefix(authorization, "Bearer ")
	if !isBearer {
		return "", refuse(fail(http.StatusUnauthorized, "auth.authorization_token_type_not_supported").
			with("data", object{"supportedTypes": []any{"Bearer"}}))
	}
	claims, err := s.verify(bearer)
	switch {
	case errors.Is(err, errNoKey):
		return "", unauthorized(object{"code": "ERR_JWKS_NO_MATCHING_KEY", "name": "JWKSNoMatchingKey"})
	case errors.Is(err, errMalformed):
		return "", unauthorized(object{"code": "ERR_JWS_INVALID", "name": "JWSInvalid"})
	case errors.Is(err, errBadSignature):
		return "", unauthorized(object{"code": "ERR_JWS_SIGNATURE_VERIFICATION_FAILED", "name": "JWSSignatureVerificationFailed"})
	case claims["aud"] != ManagementResource:
		return "", unauthorized(object{
			"code": "ERR_JWT_CLAIM_VALIDATION_FAILED", "name": "JWTClaimValidationFailed",
			"claim": "aud", "reason": "check_failed", "payload": claims,
		})
	case errors.Is(err, errExpired):
		return "", unauthorized(object{
			"code": "ERR_JWT_EXPIRED", "name": "JWTExpired",
			"claim": "exp", "reason": "check_failed", "payload": claims,
		})
	case claims["scope"] != "all":
		return "", refuse(fail(http.StatusForbidden, "auth.forbidden"))
	}
	machine, _ := claims["sub"].(string)
	return machine, nil
}

// unauthorized carries what the JWT library threw, claims included.
func unauthorized(data object) *response {
	return refuse(fail(http.StatusUnauthorized, "auth.unauthorized").with("data", data))
}

func refuse(r response) *response { return &r }
