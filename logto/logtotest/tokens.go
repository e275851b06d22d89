package logtotest

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
)

// tokenLifetime is how many seconds every JWT lives.
const tokenLifetime = 3600

// token is a JWT about to be signed.
type token struct {
	header object
	claims object
	sign   func(content []byte) ([]byte, error)
}

// TokenOption changes a token before it is signed.
type TokenOption func(*token)

// Claim sets a claim.
func Claim(name string, value any) TokenOption {
	return func(t *token) { t.claims[name] = value }
}

// WithoutClaim leaves a claim out.
func WithoutClaim(name string) TokenOption {
	return func(t *token) { delete(t.claims, name) }
}

// Header sets a field of the header, such as typ, kid, crit, jwk or jku. It does
// not change how the token is signed.
func Header(name string, value any) TokenOption {
	return func(t *token) { t.header[name] = value }
}

// WithoutHeader leaves a field of the header out.
func WithoutHeader(name string) TokenOption {
	return func(t *token) { delete(t.header, name) }
}

// SignedWith signs with another key than the current one, naming its kid and alg.
func SignedWith(key *Key) TokenOption {
	return func(t *token) {
		t.header["alg"], t.header["kid"] = key.Algorithm, key.ID
		t.sign = key.sign
	}
}

// Unsigned makes an alg none token.
func Unsigned() TokenOption {
	return func(t *token) {
		t.header["alg"] = "none"
		t.sign = func([]byte) ([]byte, error) { return nil, nil }
	}
}

// KeyConfusion makes an HS256 token whose secret is the public key in PEM, which a
// verifier that lets the token choose the algorithm would take.
func KeyConfusion(key *Key) TokenOption {
	return func(t *token) {
		t.header["alg"], t.header["kid"] = "HS256", key.ID
		t.sign = func(content []byte) ([]byte, error) {
			public, err := x509.MarshalPKIXPublicKey(key.private.Public())
			if err != nil {
				return nil, fmt.Errorf("encode public key: %w", err)
			}
			mac := hmac.New(sha256.New, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))
			mac.Write(content)
			return mac.Sum(nil), nil
		}
	}
}

// mint signs a JWT with the current key unless an option says otherwise.
func (s *Server) mint(header, claims object, options ...TokenOption) string {
	key := s.keys[0]
	t := &token{header: merged(object{"alg": key.Algorithm, "kid": key.ID}, header), claims: claims, sign: key.sign}
	for _, option := range options {
		option(t)
	}
	content := encodeSegment(encodeJSON(t.header)) + "." + encodeSegment(encodeJSON(t.claims))
	signature, err := t.sign([]byte(content))
	if err != nil {
		// Keys come from NewKey, which makes none that cannot sign.
		panic(fmt.Sprintf("logtotest: mint token: %v", err))
	}
	return content + "." + encodeSegment(signature)
}

func encodeSegment(raw []byte) string { return base64.RawURLEncoding.EncodeToString(raw) }

// AccessToken is an access token of a user for AccountResource, as ClientID gets
// it: scopes account:read, account:write and account:security, for one hour. The
// user is named by id and need not exist.
func (s *Server) AccessToken(userID string, options ...TokenOption) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accessToken(userID, s.ClientID, AccountResource, accountScopes, options...)
}

func (s *Server) accessToken(subject, client, audience, scope string, options ...TokenOption) string {
	now := s.seconds()
	claims := object{
		"jti": newToken(), "sub": subject, "iat": now, "exp": now + tokenLifetime,
		"client_id": client, "iss": s.Issuer, "aud": audience,
	}
	if scope != "" {
		claims["scope"] = scope
	}
	return s.mint(object{"typ": "at+jwt"}, claims, options...)
}

// IDToken is a user's ID token for ClientID. Sign-in adds auth_time and nonce
// when asked; here options do.
func (s *Server) IDToken(userID string, options ...TokenOption) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.idToken(userID, s.ClientID, options...)
}

func (s *Server) idToken(userID, client string, options ...TokenOption) string {
	now := s.seconds()
	claims := object{"sub": userID}
	if u := s.user(userID); u != nil {
		claims = s.userClaims(u, openidScopes)
	}
	claims["aud"], claims["exp"], claims["iat"], claims["iss"] = client, now+tokenLifetime, now, s.Issuer
	return s.mint(nil, claims, options...)
}

// MachineToken is what a machine-to-machine application gets for AccountResource.
func (s *Server) MachineToken(options ...TokenOption) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accessToken(s.AppID, s.AppID, AccountResource, accountScopes, options...)
}

// OpaqueToken is what a user's application gets without a resource: 43 characters
// that only Logto itself can read.
func (s *Server) OpaqueToken(userID string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.issueOpaque(&tokenGrant{userID: userID, clientID: s.ClientID, scope: openidScopes, expires: s.seconds() + tokenLifetime})
}

var (
	errMalformed    = errors.New("not a JWT")
	errNoKey        = errors.New("no key of the token's kid and alg")
	errBadSignature = errors.New("signature does not verify")
	errExpired      = errors.New("token has expired")
)

// verify checks a JWT of the server's own and returns its claims, with errExpired
// too.
func (s *Server) verify(text string) (claims object, err error) {
	var header object
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return nil, errMalformed
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || decodeSegment(parts[0], &header) != nil || decodeSegment(parts[1], &claims) != nil {
		return nil, errMalformed
	}
	for _, key := range s.keys {
		if key.ID != header["kid"] || key.Algorithm != header["alg"] {
			continue
		}
		if !key.verifies([]byte(parts[0]+"."+parts[1]), signature) {
			return nil, errBadSignature
		}
		if expiry, isNumber := claims["exp"].(float64); !isNumber || expiry <= s.seconds() {
			return claims, errExpired
		}
		return claims, nil
	}
	return nil, errNoKey
}

func decodeSegment(segment string, target *object) error {
	raw, err := base64.RawURLEncoding.DecodeString(segment)
	if err != nil {
		return fmt.Errorf("decode segment: %w", err)
	}
	if err := json.Unmarshal(raw, target); err != nil {
		return fmt.Errorf("decode segment: %w", err)
	}
	return nil
}
