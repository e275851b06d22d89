package logtotest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"math/big"
)

// Key is a key pair that signs tokens. Logto itself makes ES384 and RS256 keys;
// the other algorithms are for testing verifiers.
type Key struct {
	// ID is the kid.
	ID string
	// Algorithm is the alg of what the key signs.
	Algorithm string

	private crypto.Signer
}

// NewKey makes a key for ES256, ES384, RS256, RS384, RS512, PS256 or EdDSA.
func NewKey(algorithm string) (*Key, error) {
	private, err := newPrivateKey(algorithm)
	if err != nil {
		return nil, fmt.Errorf("make %s key: %w", algorithm, err)
	}
	return &Key{ID: newToken(), Algorithm: algorithm, private: private}, nil
}

func newPrivateKey(algorithm string) (crypto.Signer, error) {
	switch algorithm {
	case "ES256":
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "ES384":
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case "RS256", "RS384", "RS512", "PS256":
		// Half of Logto's 4096 bits, since those take seconds to make.
		return rsa.GenerateKey(rand.Reader, 2048)
	case "EdDSA":
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	default:
		return nil, errors.New("unknown algorithm")
	}
}

// JWK is the public key as the JWKS shows it: an RSA key has no alg.
func (k *Key) JWK() map[string]any {
	jwk := object{"use": "sig", "kid": k.ID}
	switch public := k.private.Public().(type) {
	case *ecdsa.PublicKey:
		point, err := public.Bytes()
		if err != nil {
			// NewKey makes no key off its curve.
			panic(fmt.Sprintf("logtotest: encode public key: %v", err))
		}
		// An uncompressed point is the byte 4, then x and y of equal length.
		half := len(point) / 2
		jwk["kty"], jwk["crv"], jwk["alg"] = "EC", public.Curve.Params().Name, k.Algorithm
		jwk["x"], jwk["y"] = encodeSegment(point[1:1+half]), encodeSegment(point[1+half:])
	case *rsa.PublicKey:
		jwk["kty"], jwk["n"] = "RSA", encodeSegment(public.N.Bytes())
		jwk["e"] = encodeSegment(big.NewInt(int64(public.E)).Bytes())
	case ed25519.PublicKey:
		jwk["kty"], jwk["crv"], jwk["alg"] = "OKP", "Ed25519", k.Algorithm
		jwk["x"] = encodeSegment(public)
	}
	return jwk
}

// digest hashes for the key's algorithm.
func (k *Key) digest(content []byte) (crypto.Hash, []byte) {
	switch k.Algorithm {
	case "ES384", "RS384":
		sum := sha512.Sum384(content)
		return crypto.SHA384, sum[:]
	case "RS512":
		sum := sha512.Sum512(content)
		return crypto.SHA512, sum[:]
	case "EdDSA":
		return 0, content
	default:
		sum := sha256.Sum256(content)
		return crypto.SHA256, sum[:]
	}
}

// sign makes a JWS signature (RFC 7518, section 3).
func (k *Key) sign(content []byte) ([]byte, error) {
	hash, digest := k.digest(content)
	if private, isEC := k.private.(*ecdsa.PrivateKey); isEC {
		r, s, err := ecdsa.Sign(rand.Reader, private, digest)
		if err != nil {
			return nil, fmt.Errorf("sign with %s: %w", k.Algorithm, err)
		}
		half := (private.Curve.Params().BitSize + 7) / 8
		signature := make([]byte, 2*half)
		r.FillBytes(signature[:half])
		s.FillBytes(signature[half:])
		return signature, nil
	}
	var options crypto.SignerOpts = hash
	if k.Algorithm == "PS256" {
		options = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: hash}
	}
	signature, err := k.private.Sign(rand.Reader, digest, options)
	if err != nil {
		return nil, fmt.Errorf("sign with %s: %w", k.Algorithm, err)
	}
	return signature, nil
}

// verifies tells whether the key made the signature.
func (k *Key) verifies(content, signature []byte) bool {
	hash, digest := k.digest(content)
	switch public := k.private.Public().(type) {
	case *ecdsa.PublicKey:
		half := len(signature) / 2
		r, s := new(big.Int).SetBytes(signature[:half]), new(big.Int).SetBytes(signature[half:])
		return ecdsa.Verify(public, digest, r, s)
	case *rsa.PublicKey:
		if k.Algorithm == "PS256" {
			return rsa.VerifyPSS(public, hash, digest, signature, nil) == nil
		}
		return rsa.VerifyPKCS1v15(public, hash, digest, signature) == nil
	case ed25519.PublicKey:
		return ed25519.Verify(public, content, signature)
	default:
		return false
	}
}

// signingKey is a key of the tenant with what GET /api/configs/oidc/private-keys
// tells of it.
type signingKey struct {
	*Key
	entry object
}

// RotateTo makes the key the current one. The one before it stays in the JWKS;
// any older one is dropped.
func (s *Server) RotateTo(key *Key) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rotateTo(key)
}

func (s *Server) rotateTo(key *Key) {
	keyType := "RSA"
	switch key.private.(type) {
	case *ecdsa.PrivateKey:
		keyType = "EC"
	case ed25519.PrivateKey:
		keyType = "OKP"
	}
	current := &signingKey{Key: key, entry: object{
		"id": newID(21), "createdAt": s.seconds(), "signingKeyAlgorithm": keyType, "status": "Current",
	}}
	rotated := []*signingKey{current}
	if len(s.keys) > 0 {
		previous := s.keys[0]
		rotated = append(rotated, &signingKey{Key: previous.Key, entry: merged(previous.entry, object{"status": "Previous"})})
	}
	s.keys = rotated
}

// CurrentKey is the key that signs tokens at present.
func (s *Server) CurrentKey() *Key {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys[0].Key
}
