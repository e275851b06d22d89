// Package seal makes values that clients keep for this server: proofs, challenges, links, enrollments and
// re-authentications. Only a server with the same secret key can read one or make one, so that every replica opens what
// another sealed, and nothing is stored while a person is busy.
//
// A sealed value is a JWE in compact serialization (RFC 7516) with direct encryption by A256GCM (RFC 7518, sections 4.5
// and 5.3). Its key is derived by HKDF (RFC 5869) from a secret key and the kind of value, and what it is bound to is
// encrypted with it. Opening takes nothing from the outside but the choice of a secret key: the header must be, byte by
// byte, one that this server writes, so that there is no algorithm, compression or extension to choose, and the rest
// must be the one encoding of what it holds, so that no two strings are the same value.
//
// A sealed value can be used until it expires. Whatever is good once only takes a mark under its ID.
package seal

import (
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwe"
)

const (
	// Lifetime is how long a sealed value can be opened.
	Lifetime = 10 * time.Minute

	// KeyBytes is the length of a secret key.
	KeyBytes = 32

	// maxBytes bounds a sealed value. It is a GraphQL argument, and the largest content, a redirect URI, is far smaller.
	maxBytes = 4 << 10
)

// ErrInvalid is the one error of Open. It tells no more, since an attacker could learn from the difference.
var ErrInvalid = errors.New("sealed value is not valid")

// A Kind names a kind of sealed value and ties it to the type of its content, so that a value of one kind opens as no
// other, neither for the compiler nor in fact:
//
//	const challenge seal.Kind[Challenge] = "challenge"
type Kind[T any] string

// Binding is for whom and where a value is sealed. It opens under the very same binding only. Each field is UTF-8, and none is empty.
type Binding struct {
	// Issuer is the issuer of users' tokens.
	Issuer string `json:"iss"`
	// Resource is the API resource of this server, the audience of users' tokens.
	Resource string `json:"aud"`
	// Subject is the user.
	Subject string `json:"sub"`
	// ClientID is the application that the user's token was given to.
	ClientID string `json:"client_id"`
	// Epoch is that of the store which holds the marks and counts about the value. When the store forgets, by a Redis
	// that comes back empty for instance, the values that it knew as used or guessed at must not revive.
	Epoch string `json:"epoch"`
}

// Sealed is a value for the client to keep.
type Sealed struct {
	// Token is what the client gets: at most 4 kB of letters, digits, "-", "_" and ".".
	Token string
	// ID is unique to this value.
	ID        string
	IssuedAt  time.Time
	ExpiresAt time.Time
}

// Opened is a sealed value that came back.
type Opened[T any] struct {
	ID        string
	IssuedAt  time.Time
	ExpiresAt time.Time
	Content   T
}

// Sealer seals and opens. It is safe for concurrent use.
type Sealer struct {
	keys []secretKey
	now  func() time.Time
}

// secretKey is a configured key and the header of all that it seals.
type secretKey struct {
	secret []byte
	id     string
	header string
}

// New makes a sealer from secret keys of 32 bytes: the first seals, all of them open. Without any it makes a random one,
// and nothing outlives the process. now is the clock.
//
// The nonces of A256GCM are random, so that a key is good for 2^32 values of one kind (NIST SP 800-38D, section 8.3).
func New(secrets [][]byte, now func() time.Time) (*Sealer, error) {
	if len(secrets) == 0 {
		random := make([]byte, KeyBytes)
		rand.Read(random)
		secrets = [][]byte{random}
	}
	s := &Sealer{now: now}
	for i, secret := range secrets {
		if len(secret) != KeyBytes {
			return nil, fmt.Errorf("secret key %d has %d bytes instead of %d", i+1, len(secret), KeyBytes)
		}
		id, err := hkdf.Key(sha256.New, secret, nil, "accountql seal: key id", 9)
		if err != nil {
			return nil, fmt.Errorf("derive key id: %w", err)
		}
		k := secretKey{secret: slices.Clone(secret), id: base64.RawURLEncoding.EncodeToString(id)}
		// The header is whatever jwx makes of what it is told in encrypt.
		token, err := k.encrypt("", nil)
		if err != nil {
			return nil, err
		}
		k.header, _, _ = strings.Cut(token, ".")
		s.keys = append(s.keys, k)
	}
	return s, nil
}

// claims is what a JWE holds.
type claims[T any] struct {
	Binding
	Kind      string    `json:"kind"`
	ID        string    `json:"jti"`
	IssuedAt  time.Time `json:"iat"`
	ExpiresAt time.Time `json:"exp"`
	Content   T         `json:"content"`
}

// Seal seals content. It fails when the binding has an empty field, or one that isn't UTF-8, and when the content is too large.
func Seal[T any](s *Sealer, kind Kind[T], binding Binding, content T) (Sealed, error) {
	if err := binding.check(); err != nil {
		return Sealed{}, fmt.Errorf("seal %s: %w", kind, err)
	}
	issuedAt := s.now().UTC().Round(0)
	c := claims[T]{
		Binding: binding, Kind: string(kind), ID: rand.Text(),
		IssuedAt: issuedAt, ExpiresAt: issuedAt.Add(Lifetime), Content: content,
	}
	plaintext, err := json.Marshal(c)
	if err != nil {
		return Sealed{}, fmt.Errorf("seal %s: encode content: %w", kind, err)
	}
	token, err := s.keys[0].encrypt(string(kind), plaintext)
	if err != nil {
		return Sealed{}, fmt.Errorf("seal %s: %w", kind, err)
	}
	if len(token) > maxBytes {
		return Sealed{}, fmt.Errorf("seal %s: %d bytes, more than %d", kind, len(token), maxBytes)
	}
	return Sealed{Token: token, ID: c.ID, IssuedAt: c.IssuedAt, ExpiresAt: c.ExpiresAt}, nil
}

// Open opens a value that was sealed as this kind under this binding, and has not expired. Its only error is ErrInvalid.
func Open[T any](s *Sealer, kind Kind[T], binding Binding, token string) (Opened[T], error) {
	plaintext, err := s.decrypt(string(kind), token)
	if err != nil {
		return Opened[T]{}, ErrInvalid
	}
	var c claims[T]
	// Both are this server's own writing, but perhaps by another version of it.
	decoder := json.NewDecoder(bytes.NewReader(plaintext))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		return Opened[T]{}, ErrInvalid
	}
	if c.Binding != binding || c.Kind != string(kind) || !s.now().Before(c.ExpiresAt) {
		return Opened[T]{}, ErrInvalid
	}
	return Opened[T]{ID: c.ID, IssuedAt: c.IssuedAt, ExpiresAt: c.ExpiresAt, Content: c.Content}, nil
}

func (b Binding) check() error {
	for name, value := range map[string]string{
		"issuer": b.Issuer, "resource": b.Resource, "subject": b.Subject, "client id": b.ClientID, "epoch": b.Epoch,
	} {
		if value == "" {
			return fmt.Errorf("binding has no %s", name)
		}
		// JSON would make one of all that isn't.
		if !utf8.ValidString(value) {
			return fmt.Errorf("the %s of the binding is not UTF-8", name)
		}
	}
	return nil
}

// decrypt returns the plaintext of a token of this kind.
func (s *Sealer) decrypt(kind, token string) ([]byte, error) {
	if len(token) > maxBytes {
		return nil, errors.New("too long")
	}
	// Direct encryption leaves the second of the five parts empty.
	header, rest, _ := strings.Cut(token, "..")
	i := slices.IndexFunc(s.keys, func(k secretKey) bool { return k.header == header })
	if i < 0 {
		return nil, errors.New("no header of ours")
	}
	if !canonical(rest) {
		return nil, errors.New("not the encoding of ours")
	}
	key, err := s.keys[i].derive(kind)
	if err != nil {
		return nil, err
	}
	return jwe.Decrypt([]byte(token), jwe.WithKey(jwa.DIRECT, key))
}

// canonical reports whether parts are an initialization vector, a ciphertext and a tag in the only encoding that this
// server writes. jwx takes several: padded or not, of either alphabet, with line breaks and with stray bits at the end.
func canonical(parts string) bool {
	lengths := []int{}
	for part := range strings.SplitSeq(parts, ".") {
		decoded, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil || base64.RawURLEncoding.EncodeToString(decoded) != part {
			return false
		}
		lengths = append(lengths, len(decoded))
	}
	const nonce, tag = 12, 16
	return len(lengths) == 3 && lengths[0] == nonce && lengths[2] == tag
}

// derive returns the key of a kind.
func (k secretKey) derive(kind string) ([]byte, error) {
	key, err := hkdf.Key(sha256.New, k.secret, nil, "accountql seal: kind "+kind, KeyBytes)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	return key, nil
}

// encrypt makes the token of a kind.
func (k secretKey) encrypt(kind string, plaintext []byte) (string, error) {
	key, err := k.derive(kind)
	if err != nil {
		return "", err
	}
	headers := jwe.NewHeaders()
	if err := headers.Set(jwe.KeyIDKey, k.id); err != nil {
		return "", fmt.Errorf("set key id: %w", err)
	}
	token, err := jwe.Encrypt(plaintext, jwe.WithKey(jwa.DIRECT, key), jwe.WithContentEncryption(jwa.A256GCM),
		jwe.WithProtectedHeaders(headers))
	if err != nil {
		return "", fmt.Errorf("encrypt: %w", err)
	}
	return string(token), nil
}
