package seal_test

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"accountql/seal"
)

// content stands for what a kind needs.
type content struct {
	Address string    `json:"address,omitempty"`
	At      time.Time `json:"at,omitzero"`
}

// The kinds share a type here, so that nothing but the sealer keeps them apart.
var kinds = []seal.Kind[content]{
	"step-up", "identifier", "challenge", "link", "enrollment", "reauthentication", "step", "Step-up", "step-up ",
}

const kind seal.Kind[content] = "challenge"

var alice = seal.Binding{
	Issuer: "https://logto.example/oidc", Resource: "https://account.example", Subject: "alice", ClientID: "web",
	Epoch: "epoch-1",
}

var secret = bytes.Repeat([]byte{1}, seal.KeyBytes)

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock {
	return &clock{now: time.Date(2030, 1, 2, 3, 4, 5, 678901234, time.FixedZone("", 3600))}
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func newSealer(t testing.TB, now func() time.Time, secrets ...[]byte) *seal.Sealer {
	t.Helper()
	s, err := seal.New(secrets, now)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustSeal[T any](t testing.TB, s *seal.Sealer, kind seal.Kind[T], binding seal.Binding, content T) seal.Sealed {
	t.Helper()
	sealed, err := seal.Seal(s, kind, binding, content)
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

// refuses fails the test unless the token is refused with ErrInvalid and nothing of it is given out.
func refuses(t *testing.T, s *seal.Sealer, kind seal.Kind[content], binding seal.Binding, token string) {
	t.Helper()
	opened, err := seal.Open(s, kind, binding, token)
	if err != seal.ErrInvalid { //nolint:errorlint // A wrapped one would tell something.
		t.Errorf("Open(%s, %+v, %.200q) = %v, want ErrInvalid itself", kind, binding, token, err)
	}
	if diff := cmp.Diff(seal.Opened[content]{}, opened); diff != "" {
		t.Errorf("a refused value is given out:\n%s", diff)
	}
}

func TestOpenReturnsWhatWasSealed(t *testing.T) {
	t.Parallel()
	c := newClock()
	replica, other := newSealer(t, c.Now, secret), newSealer(t, c.Now, secret)
	want := content{Address: "alice@example.com", At: time.Unix(1, 5).UTC()}
	sealed := mustSeal(t, replica, kind, alice, want)

	if !regexp.MustCompile(`^[A-Za-z0-9_.-]+$`).MatchString(sealed.Token) {
		t.Errorf("not fit for a URL: %s", sealed.Token)
	}
	if !sealed.IssuedAt.Equal(c.Now()) || sealed.ExpiresAt.Sub(sealed.IssuedAt) != 10*time.Minute {
		t.Errorf("issued %v, expires %v", sealed.IssuedAt, sealed.ExpiresAt)
	}
	got, err := seal.Open(other, kind, alice, sealed.Token)
	if err != nil {
		t.Fatal(err)
	}
	opened := seal.Opened[content]{ID: sealed.ID, IssuedAt: sealed.IssuedAt, ExpiresAt: sealed.ExpiresAt, Content: want}
	if diff := cmp.Diff(opened, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if again := mustSeal(t, replica, kind, alice, want); again.ID == sealed.ID || again.Token == sealed.Token {
		t.Error("two values are the same")
	}
}

func TestNothingIsReadable(t *testing.T) {
	t.Parallel()
	sealed := mustSeal(t, newSealer(t, time.Now, secret), kind, alice, content{Address: "alice@example.com"})
	for _, part := range strings.Split(sealed.Token, ".") {
		for _, clear := range []string{"alice", "web", string(kind), sealed.ID} {
			if strings.Contains(string(decode(t, part)), clear) {
				t.Errorf("%s is readable", clear)
			}
		}
	}
}

func TestEveryKindOpensAsItselfOnly(t *testing.T) {
	t.Parallel()
	s := newSealer(t, time.Now, secret)
	for _, sealedAs := range kinds {
		sealed := mustSeal(t, s, sealedAs, alice, content{})
		for _, openedAs := range kinds {
			if openedAs != sealedAs {
				refuses(t, s, openedAs, alice, sealed.Token)
			} else if _, err := seal.Open(s, openedAs, alice, sealed.Token); err != nil {
				t.Errorf("%s: %v", sealedAs, err)
			}
		}
	}
}

func TestEveryBindingOpensUnderItselfOnly(t *testing.T) {
	t.Parallel()
	s := newSealer(t, time.Now, secret)
	change := func(f func(*seal.Binding)) seal.Binding { b := alice; f(&b); return b }
	bindings := []seal.Binding{
		alice,
		change(func(b *seal.Binding) { b.Issuer += "/" }),
		change(func(b *seal.Binding) { b.Resource = "https://other.example" }),
		change(func(b *seal.Binding) { b.Subject = "bob" }),
		change(func(b *seal.Binding) { b.Subject = "Alice" }),
		change(func(b *seal.Binding) { b.ClientID = "native" }),
		change(func(b *seal.Binding) { b.Epoch = "epoch-2" }),
		change(func(b *seal.Binding) { b.Subject, b.ClientID = b.ClientID, b.Subject }),
	}
	for _, sealedFor := range bindings {
		sealed := mustSeal(t, s, kind, sealedFor, content{})
		for _, openedFor := range append(bindings, seal.Binding{}) {
			if openedFor != sealedFor {
				refuses(t, s, kind, openedFor, sealed.Token)
			} else if _, err := seal.Open(s, kind, openedFor, sealed.Token); err != nil {
				t.Errorf("%+v: %v", sealedFor, err)
			}
		}
	}
}

func TestSealNeedsTheWholeBinding(t *testing.T) {
	t.Parallel()
	s := newSealer(t, time.Now, secret)
	for name, strip := range map[string]func(*seal.Binding){
		"issuer":    func(b *seal.Binding) { b.Issuer = "" },
		"resource":  func(b *seal.Binding) { b.Resource = "" },
		"subject":   func(b *seal.Binding) { b.Subject = "" },
		"client id": func(b *seal.Binding) { b.ClientID = "" },
		"epoch":     func(b *seal.Binding) { b.Epoch = "" },
	} {
		b := alice
		strip(&b)
		sealed, err := seal.Seal(s, kind, b, content{})
		if err == nil || !strings.Contains(err.Error(), "no "+name) || sealed != (seal.Sealed{}) {
			t.Errorf("without %s: %+v, %v", name, sealed, err)
		}
	}
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := newSealer(t, c.Now, secret)
	sealed := mustSeal(t, s, kind, alice, content{})
	c.Advance(seal.Lifetime - 1)
	if _, err := seal.Open(s, kind, alice, sealed.Token); err != nil {
		t.Errorf("in its last nanosecond: %v", err)
	}
	c.Advance(1)
	refuses(t, s, kind, alice, sealed.Token)
}

func TestKeyRotation(t *testing.T) {
	t.Parallel()
	next := bytes.Repeat([]byte{2}, seal.KeyBytes)
	before, during, after := newSealer(t, time.Now, secret), newSealer(t, time.Now, next, secret), newSealer(t, time.Now, next)
	old, young := mustSeal(t, before, kind, alice, content{}), mustSeal(t, during, kind, alice, content{})

	for _, test := range []struct {
		name   string
		sealer *seal.Sealer
		token  string
		opens  bool
	}{
		{"old before", before, old.Token, true},
		{"old during", during, old.Token, true},
		{"old after", after, old.Token, false},
		{"young before", before, young.Token, false},
		{"young during", during, young.Token, true},
		{"young after", after, young.Token, true},
	} {
		if _, err := seal.Open(test.sealer, kind, alice, test.token); (err == nil) != test.opens {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	// The old key's header on a value of the new key.
	_, rest, _ := strings.Cut(young.Token, "..")
	header, _, _ := strings.Cut(old.Token, "..")
	refuses(t, during, kind, alice, header+".."+rest)
}

func TestRandomKeys(t *testing.T) {
	t.Parallel()
	one, two := newSealer(t, time.Now), newSealer(t, time.Now)
	sealed := mustSeal(t, one, kind, alice, content{})
	if _, err := seal.Open(one, kind, alice, sealed.Token); err != nil {
		t.Error(err)
	}
	refuses(t, two, kind, alice, sealed.Token)
}

func TestNewRefusesKeysOfOtherLengths(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 16, 31, 33, 64} {
		_, err := seal.New([][]byte{secret, bytes.Repeat([]byte("s"), n)}, time.Now)
		if want := fmt.Sprintf("secret key 2 has %d bytes", n); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d bytes: %v, want %q", n, err, want)
		}
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	s := newSealer(t, time.Now, secret)
	// What the kinds hold at most: an address of 128 characters, or a redirect URI of 2 kB.
	mustSeal(t, s, kind, alice, content{Address: strings.Repeat("a", 2048)})
	_, err := seal.Seal(s, kind, alice, content{Address: strings.Repeat("planted", 600)})
	if err == nil || strings.Contains(err.Error(), "planted") {
		t.Errorf("too large a content: %v", err)
	}
	refuses(t, s, kind, alice, strings.Repeat("A", 1<<20))
}

func TestContentOfAnotherShapeIsRefused(t *testing.T) {
	t.Parallel()
	type earlier struct {
		Address string `json:"address"`
		Gone    bool   `json:"gone"`
	}
	s := newSealer(t, time.Now, secret)
	sealed := mustSeal(t, s, seal.Kind[earlier](kind), alice, earlier{})
	refuses(t, s, kind, alice, sealed.Token)
	if _, err := seal.Seal(s, seal.Kind[func()]("code"), alice, nil); err == nil || errors.Is(err, seal.ErrInvalid) {
		t.Errorf("a function is sealed: %v", err)
	}
}

func BenchmarkSealAndOpen(b *testing.B) {
	s := newSealer(b, time.Now, secret)
	b.ReportAllocs()
	for b.Loop() {
		sealed := mustSeal(b, s, kind, alice, content{Address: "alice@example.com"})
		if _, err := seal.Open(s, kind, alice, sealed.Token); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpenForged is what each of an attacker's tries costs.
func BenchmarkOpenForged(b *testing.B) {
	s := newSealer(b, time.Now, secret)
	token := mustSeal(b, s, kind, alice, content{Address: "alice@example.com"}).Token
	forged := token[:len(token)-22] + strings.Repeat("A", 22)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := seal.Open(s, kind, alice, forged); !errors.Is(err, seal.ErrInvalid) {
			b.Fatal("it opened")
		}
	}
}
