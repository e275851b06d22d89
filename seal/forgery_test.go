package seal_test

import (
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/lestrrat-go/jwx/v2/jwa"
	"github.com/lestrrat-go/jwx/v2/jwe"

	"accountql/seal"
)

func decode(t testing.TB, part string) []byte {
	t.Helper()
	decoded, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		t.Fatal(err)
	}
	return decoded
}

// derive is the derivation written a second time: another one would make a new version refuse what replicas of the old
// one sealed.
func derive(t testing.TB, info string, length int) []byte {
	t.Helper()
	key, err := hkdf.Key(sha256.New, secret, nil, info, length)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// insider is somebody who has the very key and claims of a kind. What such a one makes by other algorithms must be
// refused too, since nothing but the header says that it is another one.
type insider struct {
	key     []byte
	keyID   string
	payload []byte
}

func newInsider(t testing.TB) insider {
	t.Helper()
	now := time.Now().UTC()
	payload, err := json.Marshal(map[string]any{
		"iss": alice.Issuer, "aud": alice.Resource, "sub": alice.Subject, "client_id": alice.ClientID, "epoch": alice.Epoch,
		"kind": kind, "jti": "J", "iat": now, "exp": now.Add(time.Hour), "content": content{},
	})
	if err != nil {
		t.Fatal(err)
	}
	return insider{
		key:     derive(t, "accountql seal: kind "+string(kind), 32),
		keyID:   base64.RawURLEncoding.EncodeToString(derive(t, "accountql seal: key id", 9)),
		payload: payload,
	}
}

// mint makes a JWE by direct encryption and A256GCM unless options say otherwise.
func (i insider) mint(t testing.TB, headers map[string]any, options ...jwe.EncryptOption) string {
	t.Helper()
	protected := jwe.NewHeaders()
	all := map[string]any{jwe.KeyIDKey: i.keyID}
	maps.Copy(all, headers)
	for name, value := range all {
		if err := protected.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	options = append(options, jwe.WithProtectedHeaders(protected))
	token, err := jwe.Encrypt(i.payload, options...)
	if err != nil {
		t.Fatal(err)
	}
	return string(token)
}

func TestOtherHeadersAreRefused(t *testing.T) {
	t.Parallel()
	s := newSealer(t, time.Now, secret)
	i := newInsider(t)
	direct := jwe.WithKey(jwa.DIRECT, i.key)
	if _, err := seal.Open(s, kind, alice, i.mint(t, nil, direct)); err != nil {
		t.Fatalf("the insider's own token, which the others are variations of: %v", err)
	}
	astray := i
	astray.payload = bytes.Replace(i.payload, []byte(`"kind":"`+kind), []byte(`"kind":"x`+kind), 1)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, token := range map[string]string{
		"another kind":     astray.mint(t, nil, direct),
		"A256GCMKW":        i.mint(t, nil, jwe.WithKey(jwa.A256GCMKW, i.key)),
		"A256KW":           i.mint(t, nil, jwe.WithKey(jwa.A256KW, i.key)),
		"RSA-OAEP":         i.mint(t, nil, jwe.WithKey(jwa.RSA_OAEP, &rsaKey.PublicKey)),
		"PBES2":            i.mint(t, nil, jwe.WithKey(jwa.PBES2_HS256_A128KW, i.key)),
		"A128GCM":          i.mint(t, nil, jwe.WithKey(jwa.DIRECT, i.key[:16]), jwe.WithContentEncryption(jwa.A128GCM)),
		"A128CBC-HS256":    i.mint(t, nil, direct, jwe.WithContentEncryption(jwa.A128CBC_HS256)),
		"zip":              i.mint(t, nil, direct, jwe.WithCompress(jwa.Deflate)),
		"crit":             i.mint(t, map[string]any{jwe.CriticalKey: []string{"exp"}}, direct),
		"another header":   i.mint(t, map[string]any{"typ": "JWE"}, direct),
		"another key id":   i.mint(t, map[string]any{jwe.KeyIDKey: "AAAAAAAAAAAA"}, direct),
		"no key id":        i.mint(t, map[string]any{jwe.KeyIDKey: ""}, direct),
		"header jku":       i.mint(t, map[string]any{jwe.JWKSetURLKey: "https://evil.example"}, direct),
		"JSON":             i.mint(t, nil, direct, jwe.WithJSON()),
		"pretty JSON":      i.mint(t, nil, direct, jwe.WithJSON(jwe.WithPretty(true))),
		"the key as token": base64.RawURLEncoding.EncodeToString(i.key),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refuses(t, s, kind, alice, token)
		})
	}
}

func TestHeadersEditedIntoATokenAreRefused(t *testing.T) {
	t.Parallel()
	s := newSealer(t, time.Now, secret)
	token := mustSeal(t, s, kind, alice, content{}).Token
	header, rest, _ := strings.Cut(token, ".")
	original := string(decode(t, header))
	for _, edited := range []string{
		strings.Replace(original, `"dir"`, `"A256GCMKW"`, 1),
		strings.Replace(original, `"dir"`, `"none"`, 1),
		strings.Replace(original, `"A256GCM"`, `"A128GCM"`, 1),
		strings.Replace(original, `{`, `{"zip":"DEF",`, 1),
		strings.Replace(original, `{`, `{"crit":["x"],"x":1,`, 1),
		strings.Replace(original, `{`, `{"alg":"RSA-OAEP",`, 1),
		strings.Replace(original, `}`, `,"kid":""}`, 1),
		strings.Replace(original, `{`, `{ `, 1),
		`{}`, ``, `[]`, `null`,
	} {
		if edited == original {
			t.Fatalf("nothing is edited in %s", original)
		}
		refuses(t, s, kind, alice, base64.RawURLEncoding.EncodeToString([]byte(edited))+"."+rest)
	}
}

func TestEveryEditIsRefused(t *testing.T) {
	t.Parallel()
	s := newSealer(t, time.Now, secret)
	token := mustSeal(t, s, kind, alice, content{Address: "alice@example.com"}).Token

	t.Run("each bit of each character", func(t *testing.T) {
		t.Parallel()
		for i := range len(token) {
			for bit := range 8 {
				edited := []byte(token)
				edited[i] ^= 1 << bit
				refuses(t, s, kind, alice, string(edited))
			}
		}
	})
	t.Run("each character by each of the alphabet", func(t *testing.T) {
		t.Parallel()
		for i := range len(token) {
			// A neighbour in base64's alphabet differs in the lowest bit, which may be one that a decoder throws away.
			for _, c := range "AB_.=+/ \n" {
				if rune(token[i]) != c {
					refuses(t, s, kind, alice, token[:i]+string(c)+token[i+1:])
				}
			}
		}
	})
	t.Run("truncated, extended and interspersed", func(t *testing.T) {
		t.Parallel()
		for i := range len(token) {
			refuses(t, s, kind, alice, token[:i])
			refuses(t, s, kind, alice, token[i+1:])
			for _, more := range []string{"A", "\n", "\r\n", "=", "."} {
				refuses(t, s, kind, alice, token[:i]+more+token[i:])
			}
		}
		for _, more := range []string{"A", "\n", " ", "=", "==", ".", ".A", "\x00"} {
			refuses(t, s, kind, alice, token+more)
			refuses(t, s, kind, alice, more+token)
		}
	})
	t.Run("bytes moved between ciphertext and tag", func(t *testing.T) {
		t.Parallel()
		encode := base64.RawURLEncoding.EncodeToString
		parts := strings.Split(token, ".")
		joined := append(decode(t, parts[3]), decode(t, parts[4])...)
		for at := range joined {
			if at != len(joined)-16 {
				moved := []string{parts[0], "", parts[2], encode(joined[:at]), encode(joined[at:])}
				refuses(t, s, kind, alice, strings.Join(moved, "."))
			}
		}
		refuses(t, s, kind, alice, strings.Join([]string{parts[0], encode([]byte("key")), parts[2], parts[3], parts[4]}, "."))
	})
}

// FuzzOpen looks for a token that makes Open panic, that opens though it was not sealed, or whose refusal tells more
// than that it is one.
func FuzzOpen(f *testing.F) {
	now := newClock().Now
	s := newSealer(f, now, secret)
	i := newInsider(f)
	// A constant, so that an input found in one process means the same in the next.
	const token = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwia2lkIjoiUF9ZMTM2UjROaV9OIn0..fbWtSlZbjC3EjvXz.mSPQcoqH332rxmEdx1LrV2RN" +
		"0P4qFvVSVZw5kydK95d7dJq0xsdIxhiHUZPqo0RUO6SqvqrO-3bIXj8SUHtaFeeVLjViw6EQNGodAc1k71YiUadw84DkyrclSMwE8E807vMg7s" +
		"hTsUSZlUtgs4h9oTiJPNiVcshwyQIjWYbRReLv1jON-A9-8ybMQfmX2U7jgi59CXHBjaz5WoRtoZSA0rg0wAAHjdU5M3Jnd8uBTs2rvJUU7eRw" +
		"IWjOgCeZDRALtPtuuHEKhdiPtUOeVzmfiZ89-TE-_VIFo5uwSb2afDdnFxvHJMWR98JvLzBdJGDXESM3Iv-6AJXDPlDDPOyt2SZuSaAusTo.ld" +
		"TWgJnjZ_qNTS1r_9hTEA"
	if _, err := seal.Open(s, kind, alice, token); err != nil {
		f.Fatal(err)
	}
	direct := jwe.WithKey(jwa.DIRECT, i.key)
	f.Add(token)
	f.Add("")
	f.Add("....")
	f.Add(i.mint(f, nil, direct, jwe.WithCompress(jwa.Deflate)))
	f.Add(i.mint(f, nil, direct, jwe.WithJSON()))
	f.Add(i.mint(f, nil, jwe.WithKey(jwa.A256GCMKW, i.key)))
	f.Fuzz(func(t *testing.T, raw string) {
		opened, err := seal.Open(s, kind, alice, raw)
		if err == nil {
			if raw != token {
				t.Fatalf("a forged token opens: %+v", opened)
			}
			return
		}
		if !errors.Is(err, seal.ErrInvalid) || err.Error() != seal.ErrInvalid.Error() || opened.ID != "" {
			t.Fatalf("got (%+v, %v), want ErrInvalid alone", opened, err)
		}
	})
}

// FuzzBinding seals for one and opens for another, who are as like as a fuzzer makes them.
func FuzzBinding(f *testing.F) {
	f.Add("challenge", "alice", "web", "alice@example.com", "challenge", "alice", "web")
	f.Add("challenge", "alice", "web", "", "challengealice", "", "web")
	f.Add("step", "a", "\",\"sub\":\"b", "\",\"sub\":\"b", "step", "b", "")
	f.Add("k", "\xff", "c", "\xfe", "k", "\ufffd", "c")
	s := newSealer(f, newClock().Now, secret)
	f.Fuzz(func(t *testing.T, kind, subject, client, address, otherKind, otherSubject, otherClient string) {
		binding, other := alice, alice
		binding.Subject, binding.ClientID = subject, client
		other.Subject, other.ClientID = otherSubject, otherClient
		sealed, err := seal.Seal(s, seal.Kind[content](kind), binding, content{Address: address})
		if err != nil {
			if subject != "" && client != "" && utf8.ValidString(subject) && utf8.ValidString(client) && len(kind)+len(subject)+len(client)+len(address) < 300 {
				t.Errorf("%q for %q by %q is not sealed: %v", kind, subject, client, err)
			}
			return
		}
		if other != binding || otherKind != kind {
			refuses(t, s, seal.Kind[content](otherKind), other, sealed.Token)
		}
		if !utf8.ValidString(kind) || !utf8.ValidString(address) {
			return // Kinds are constants, and documents UTF-8.
		}
		opened, err := seal.Open(s, seal.Kind[content](kind), binding, sealed.Token)
		if err != nil || opened.Content.Address != address {
			t.Errorf("%q for %q by %q: opened %+v, %v", kind, subject, client, opened, err)
		}
	})
}
