package auth

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwk"
	"github.com/lestrrat-go/jwx/v2/jws"
)

// minRSABits is the least that RFC 7518, section 3.3, allows.
const minRSABits = 2048

// keySet is what Logto published at one time. It is never changed.
type keySet struct {
	issuer  string
	keys    map[string][]publicKey // By kid; different keys may share one (RFC 7517, section 4.5).
	fetched time.Time
	cache   *cache // Of tokens verified with these keys; sets that say the same share one.
}

// publicKey is a key and the algorithms it may verify.
type publicKey struct {
	algorithms []jwa.SignatureAlgorithm
	key        any
}

// acceptable reports whether an algorithm may sign tokens at all. Neither none nor any HMAC may.
func acceptable(algorithm jwa.SignatureAlgorithm) bool {
	switch algorithm {
	case jwa.ES384, jwa.RS256, jwa.ES256, jwa.RS384, jwa.RS512, jwa.PS256, jwa.EdDSA:
		return true
	}
	return false
}

// shareCache goes on with the cache of the set before this one if the two say the same, or else begins a new one.
func (s *keySet) shareCache(before *keySet) {
	if before != nil && s.issuer == before.issuer && reflect.DeepEqual(s.keys, before.keys) {
		s.cache = before.cache
		return
	}
	s.cache = newCache()
}

// candidates returns the keys of which one must have signed a token that comes from the set's issuer.
func (s *keySet) candidates(signed *signedToken) ([]publicKey, error) {
	if signed.claims["iss"] != s.issuer {
		return nil, refuseIssuer()
	}
	named := s.keys[signed.kid]
	if named == nil {
		return nil, refuse(ReasonUnknownKey, "the token is signed with a key that Logto does not publish (any more): get a new token")
	}
	fitting := slices.DeleteFunc(slices.Clone(named), func(key publicKey) bool {
		return !slices.Contains(key.algorithms, signed.algorithm)
	})
	if len(fitting) == 0 {
		return nil, refuse(ReasonAlgorithm, "the token's signature algorithm (alg) does not fit the key it names")
	}
	return fitting, nil
}

// verify checks a token's signature. One of the keys must have made it.
func (t *signedToken) verify(keys []publicKey) error {
	verifier, err := jws.NewVerifier(t.algorithm)
	if err != nil {
		return fmt.Errorf("verify signature: %w", err)
	}
	for _, key := range keys {
		if verifier.Verify([]byte(t.input), t.signature, key.key) == nil {
			return nil
		}
	}
	return refuse(ReasonBadSignature, "the token's signature is wrong: it was changed, or is not from this API's Logto")
}

// parseKeys reads a JWK set. Keys that can't verify a token are left out, as RFC 7517, section 5, recommends; so are
// keys without a kid, for a token must name its key. A set of which nothing is left is an error: it is sooner a broken
// proxy than Logto without keys.
func parseKeys(document []byte) (map[string][]publicKey, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(document, &set); err != nil {
		return nil, fmt.Errorf("parse key set: %w", err)
	}
	keys := map[string][]publicKey{}
	for _, raw := range set.Keys {
		key, err := jwk.ParseKey(raw)
		if err != nil || key.KeyID() == "" {
			continue
		}
		if public, ok := verificationKey(key); ok {
			keys[key.KeyID()] = append(keys[key.KeyID()], public)
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("parse key set: no key in it can verify a token")
	}
	return keys, nil
}

// verificationKey binds a key to the algorithms that it may verify: those of its type, or the one that it names. Logto's
// RSA keys name none. Symmetric and private keys have no business in a public set and are not taken.
func verificationKey(key jwk.Key) (publicKey, bool) {
	if use := key.KeyUsage(); use != "" && use != string(jwk.ForSignature) {
		return publicKey{}, false
	}
	if operations := key.KeyOps(); len(operations) > 0 && !slices.Contains(operations, jwk.KeyOpVerify) {
		return publicKey{}, false
	}
	var raw any
	if err := key.Raw(&raw); err != nil {
		return publicKey{}, false
	}
	var algorithms []jwa.SignatureAlgorithm
	switch raw := raw.(type) {
	case *ecdsa.PublicKey:
		if _, err := raw.ECDH(); err != nil {
			return publicKey{}, false // The point is not on the curve.
		}
		switch raw.Curve.Params().Name {
		case "P-256":
			algorithms = []jwa.SignatureAlgorithm{jwa.ES256}
		case "P-384":
			algorithms = []jwa.SignatureAlgorithm{jwa.ES384}
		}
	case *rsa.PublicKey:
		if raw.N.BitLen() >= minRSABits {
			algorithms = []jwa.SignatureAlgorithm{jwa.RS256, jwa.RS384, jwa.RS512, jwa.PS256}
		}
	case ed25519.PublicKey:
		// The standard library panics on a key of another size.
		if len(raw) == ed25519.PublicKeySize {
			algorithms = []jwa.SignatureAlgorithm{jwa.EdDSA}
		}
	}
	if named := key.Algorithm().String(); named != "" {
		algorithms = slices.DeleteFunc(algorithms, func(algorithm jwa.SignatureAlgorithm) bool {
			return algorithm.String() != named
		})
	}
	return publicKey{algorithms: algorithms, key: raw}, len(algorithms) > 0
}
