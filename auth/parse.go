package auth

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/lestrrat-go/jwx/v2/jwa"

	"accountql/nesting"
)

// signedToken is a JWT taken apart, not verified yet.
type signedToken struct {
	header    object
	algorithm jwa.SignatureAlgorithm
	kid       string
	claims    object
	input     string // What the signature covers: the first two parts as they were sent.
	signature []byte
}

// object is a JSON object's members by their exact names.
type object map[string]any

// checkSize refuses what is too large to be looked at.
func checkSize(raw string) error {
	if len(raw) > maxTokenBytes {
		return refuse(ReasonTooLarge, fmt.Sprintf("the token is over %d bytes", maxTokenBytes))
	}
	return nil
}

// parse takes a JWT in compact form apart. It accepts one spelling only: no padding, no line breaks, no stray bits.
func parse(raw string) (*signedToken, error) {
	if strings.ContainsFunc(raw, notTokenCharacter) {
		return nil, refuse(ReasonMalformed, "the token has characters that no token has: check for quotes, spaces and line breaks")
	}
	parts := strings.Split(raw, ".")
	if len(parts) != 3 {
		return nil, refuse(ReasonMalformed, "the token is not a signed JWT: it does not have three parts")
	}
	header, err := decodeObject(parts[0])
	if err != nil {
		return nil, malformed("its header is no JSON object with distinct keys")
	}
	algorithm, err := header.text("alg")
	if err != nil {
		return nil, err
	}
	kid, err := header.text("kid")
	if err != nil {
		return nil, err
	}
	claims, err := decodeObject(parts[1])
	if err != nil {
		return nil, malformed("its claims are no JSON object with distinct keys")
	}
	signature, err := decodePart(parts[2])
	if err != nil {
		return nil, malformed("its signature is not base64url")
	}
	return &signedToken{
		header:    header,
		algorithm: jwa.SignatureAlgorithm(algorithm),
		kid:       kid,
		claims:    claims,
		input:     raw[:len(parts[0])+1+len(parts[1])],
		signature: signature,
	}, nil
}

// malformed refuses a token that is damaged, or that Logto never makes.
func malformed(what string) *Error {
	return refuse(ReasonMalformed, "the token is malformed: "+what)
}

// notTokenCharacter reports what is outside the alphabet of a compact JWT. The base64 decoder can't be left to find
// out: it skips line breaks.
func notTokenCharacter(r rune) bool {
	return !isWordCharacter(r) && r != '.'
}

// isWordCharacter reports whether r is in the alphabet of base64url, which is also that of Logto's ids.
func isWordCharacter(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_'
}

func decodePart(part string) ([]byte, error) {
	return base64.RawURLEncoding.Strict().DecodeString(part)
}

// maxNesting and maxMembers are far more than the claims have that a tenant adds to Logto's. Tokens full of either take
// as long to decode as a signature to check, and nothing bounds how many are decoded.
const maxNesting, maxMembers = 32, 100

// decodeObject decodes one part of a token. Members are kept by their exact names (encoding/json's structs would take
// "SUB" for "sub"), and a repeated name is an error, since parsers disagree about which one counts (RFC 7519, section 4).
func decodeObject(part string) (object, error) {
	data, err := decodePart(part)
	if err != nil {
		return nil, err
	}
	if !utf8.Valid(data) {
		return nil, errors.New("not UTF-8")
	}
	if nesting.Exceeds(data, maxNesting) {
		return nil, errors.New("nested too deeply")
	}
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil, errors.New("not an object")
	}
	members := object{}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		key, ok := name.(string)
		if _, repeated := members[key]; !ok || repeated || len(members) == maxMembers {
			return nil, errors.New("repeated name, or too many")
		}
		var value any
		if err := decoder.Decode(&value); err != nil {
			return nil, err
		}
		members[key] = value
	}
	if _, err := decoder.Token(); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("data after the object")
	}
	return members, nil
}

func (o object) has(name string) bool {
	_, ok := o[name]
	return ok
}

// text reads a string; an absent one is empty.
func (o object) text(name string) (string, error) {
	value, present := o[name]
	text, ok := value.(string)
	if present && !ok {
		return "", malformed(name + " is not a string")
	}
	return text, nil
}

// date reads a NumericDate (RFC 7519, section 2), dropping fractions of a second; an absent one is the zero time.
func (o object) date(name string) (time.Time, error) {
	const endOfYear9999 = 253402300799
	value, present := o[name]
	if !present {
		return time.Time{}, nil
	}
	seconds, ok := value.(float64)
	if !ok || seconds < 0 || seconds > endOfYear9999 {
		return time.Time{}, malformed(name + " is not a time in seconds")
	}
	return time.Unix(int64(seconds), 0).UTC(), nil
}
