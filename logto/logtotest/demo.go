package logtotest

import "time"

// Account is a demo account as one needs it to sign in. What it lacks is "".
type Account struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	Password string `json:"password"`
	Email    string `json:"email"`
	Phone    string `json:"phone"`
}

// The passwords of the demo's accounts, which exist nowhere else.
const (
	alicePassword = "correct-Horse-7-staple"
	bobPassword   = "battery-Lemon-4-cloud"
)

const (
	firefox = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:132.0) Gecko/20100101 Firefox/132.0"
	iphone  = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile/15E148 Safari/604.1"
)

// Account returns a demo account: alice, who has everything, bob, who has a
// username, a password and an email address, or carol, who came by a social
// connector and has none of these. The password is the one at the start, all else
// is as it is now. Any other name gives a zero Account.
func (s *Server) Account(name string) Account {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.people[name]
	if u == nil {
		return Account{}
	}
	text := func(key string) string {
		value, _ := u.data[key].(string)
		return value
	}
	password := map[string]string{"alice": alicePassword, "bob": bobPassword}[name]
	return Account{
		ID: u.id(), Username: text("username"), Password: password, Email: text("primaryEmail"), Phone: text("primaryPhone"),
	}
}

// named finds a user by a demo account's name or by id.
func (s *Server) named(name string) *user {
	if u := s.people[name]; u != nil {
		return s.user(u.id())
	}
	return s.user(name)
}

func (s *Server) seedPeople() {
	s.people = map[string]*user{
		"alice": s.seedAlice(),
		"bob": s.addUser(object{
			"username": "bob", "primaryEmail": "bob@example.com", "name": "Bob Brown",
		}),
		"carol": s.addUser(object{
			"name": "Carol Clark", "identities": object{"github": identity("90210", "Carol Clark", "carol@users.example.com")},
		}),
	}
	s.people["alice"].digest, s.people["bob"].digest = digest(alicePassword), digest(bobPassword)
}

// seedAlice makes a user who has some of everything.
func (s *Server) seedAlice() *user {
	alice := s.addUser(object{
		"username": "alice", "primaryEmail": "alice@example.com", "primaryPhone": "12025550143", "name": "Alice Anderson",
		"avatar":     "https://example.com/avatars/alice.png",
		"customData": object{"theme": "dark", "newsletter": true, "plan": "pro", "layout": object{"columns": 3.0}},
		"profile": object{
			"givenName": "Alice", "middleName": "Marie", "familyName": "Anderson", "nickname": "ally", "preferredUsername": "alice",
			"profile": "https://example.com/people/alice", "website": "https://alice.example.com", "gender": "female",
			"birthdate": "1990-05-17", "zoneinfo": "Europe/Berlin", "locale": "en-GB",
			"address": object{
				"formatted": "1 Main Street, 10115 Berlin, Germany", "streetAddress": "1 Main Street", "locality": "Berlin",
				"region": "BE", "postalCode": "10115", "country": "Germany",
			},
		},
		"identities": object{
			"google": identity("100200300400500600700", "Alice Anderson", "alice@gmail.example.com"),
			"github": identity("583231", "alice-a", "alice@users.example.com"),
		},
	})
	alice.ssoIdentities = []object{{
		"tenantId": "default", "id": newID(21), "userId": alice.id(), "issuer": "https://login.acme.example.com",
		"identityId": "aa-4711", "ssoConnectorId": newID(12), "createdAt": s.millis(), "updatedAt": s.millis(),
		"detail": object{"id": "aa-4711", "email": "alice@acme.example.com", "name": "Alice Anderson"},
	}}
	s.seedPersonalTokens(alice)
	s.seedFactors(alice)
	s.seedTraces(alice)

	acme := s.addOrganization(object{"name": "Acme", "description": "Everything company"})
	admin := s.addOrganizationRole(object{"name": "admin", "description": "Runs the organization"})
	alice.organizations[acme["id"].(string)] = []string{admin["id"].(string)}
	return alice
}

// identity is what a social connector stores, provider's raw answer included.
func identity(id, name, email string) object {
	return object{"userId": id, "details": object{
		"id": id, "name": name, "email": email, "avatar": "https://example.com/avatars/" + id + ".png",
		"rawData": object{"sub": id, "name": name, "email": email},
	}}
}

func (s *Server) seedPersonalTokens(u *user) {
	const day = 24 * time.Hour
	for _, personal := range []struct {
		name    string
		age     time.Duration
		expires any
	}{
		{"laptop", 40 * day, nil},
		{"ci", 90 * day, s.millis() + float64((90 * day).Milliseconds())},
		{"old script", 200 * day, s.millis() - float64((20 * day).Milliseconds())},
		{"a/b? #1 50% off", day, nil},
	} {
		u.tokens = append(u.tokens, object{
			"tenantId": "default", "userId": u.id(), "name": personal.name, "value": "pat_" + newSecret(32),
			"createdAt": s.millis() - float64(personal.age.Milliseconds()), "expiresAt": personal.expires,
		})
	}
}

func (s *Server) seedFactors(u *user) {
	at := func(ago time.Duration) string { return s.now().Add(-ago).UTC().Format("2006-01-02T15:04:05.000Z") }
	codes := []any{}
	for range backupCodeCount {
		codes = append(codes, object{"code": fromAlphabet("0123456789abcdef", 10)})
	}
	codes[0].(object)["usedAt"] = at(time.Hour)
	u.mfa = []object{
		{"type": "Totp", "id": newID(21), "createdAt": at(72 * time.Hour), "lastUsedAt": at(time.Hour), "key": fromAlphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 32)},
		{"type": "WebAuthn", "id": newID(21), "createdAt": at(48 * time.Hour), "name": "Alice's MacBook", "agent": firefox},
		{"type": "BackupCode", "id": newID(21), "createdAt": at(72 * time.Hour), "codes": codes},
	}
}

// seedTraces leaves what signing in on two devices and letting an application of
// somebody else act leave.
func (s *Server) seedTraces(u *user) {
	s.addSession(u, s.ClientID, firefox)
	s.addSession(u, s.ClientID, iphone)
	s.addGrant(u, s.ThirdPartyClientID, "openid profile email", nil)
}
