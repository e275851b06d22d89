package main

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"accountql/logto/logtotest"
)

const (
	bobsPhone  = "+12025550177"
	strangers  = "new@corp.example"
	strangeTel = "+12025550188"
	wrong      = "wrong-Horse-7-staple"
)

// newProofWorld has a server with two allowed clients and a fixed secret key, and
// gives bob, who has no MFA, a phone too.
func newProofWorld(t *testing.T, given env) *world {
	t.Helper()
	return newProofWorldOn(t, newLogto(t), given)
}

func newProofWorldOn(t *testing.T, logto *logtotest.Server, given env) *world {
	t.Helper()
	w := newWorldOn(t, logto, merged(merged(linkEnv(logto), env{
		"SECRET_KEY":         base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32))),
		"ALLOWED_CLIENT_IDS": logto.ClientID + "," + logto.OtherClientID,
	}), given))
	w.manage(http.MethodPatch, "/api/users/{bob}", object{"primaryPhone": strings.TrimPrefix(bobsPhone, "+")})
	w.logto.ResetCalls()
	return w
}

// page is an account page: somebody's access token at a server.
type page struct {
	*world
	name, id, token string
	// forwarded is what it says in X-Forwarded-For.
	forwarded string
}

func (w *world) page(name string, options ...logtotest.TokenOption) page {
	return page{world: w, name: name, id: w.id(name), token: w.logto.AccessToken(w.id(name), options...)}
}

// renewed has an access token of now.
func (p page) renewed() page {
	p.token = p.logto.AccessToken(p.id)
	return p
}

// on is the same page at another server.
func (p page) on(w *world) page {
	p.world = w
	return p
}

// answer is that of one mutation.
type answer struct {
	body    string
	payload object
	// code is the first error's, in the payload or, with "top-level " before it,
	// outside; OK if there is none.
	code string
	// first is the first error of the payload.
	first object
}

// selections of the payloads beside errors, where a test looks at them.
var selections = map[string]string{
	"verifyPassword":           "verification { proof kind method expiresAt }",
	"sendVerificationCode":     "challenge { id maskedTarget expiresAt resendAvailableAt }",
	"verifyCode":               "verification { proof kind method expiresAt }",
	"startReauthentication":    "reauthentication { id nonce authorizationParameters expiresAt }",
	"completeReauthentication": "verification { proof kind method expiresAt }",
	"startIdentityLink":        "link { id }",
	"startTotpEnrollment":      "enrollment { id secret }",
}

const errorSelection = ` errors { code message path
  ... on StepUpRequiredError { methods maxAgeSeconds }
  ... on RateLimitedError { retryAfterSeconds }
  ... on InvalidCodeError { attemptsRemaining } }`

// do calls a mutation; input is nil for one that takes none. It may be called by
// other goroutines than the test's.
func (p page) do(name string, input object) answer {
	p.t.Helper()
	selection := selections[name] + errorSelection
	document := mutation(name, selection)
	if input == nil {
		document = "mutation { " + name + " { " + selection + " } }"
	}
	return p.submit(name, document, object{"input": input})
}

// submit sends a document and reads the answer to the root field of the name.
func (p page) submit(name, document string, variables object) answer {
	p.t.Helper()
	body, err := json.Marshal(object{"query": document, "variables": variables})
	if err != nil {
		p.t.Error(err)
		return answer{}
	}
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.url+"/graphql", strings.NewReader(string(body)))
	if err != nil {
		p.t.Error(err)
		return answer{}
	}
	request.Header = bearer(p.token)
	if p.forwarded != "" {
		request.Header.Set("X-Forwarded-For", p.forwarded)
	}
	r, err := exchange(request)
	if err != nil {
		p.t.Error(err)
		return answer{}
	}
	return p.read(name, r.body)
}

func (p page) read(name, body string) answer {
	p.t.Helper()
	var whole struct {
		Data   map[string]object
		Errors []struct {
			Path       []any
			Extensions struct{ Code string }
		}
	}
	if err := json.Unmarshal([]byte(body), &whole); err != nil {
		p.t.Errorf("%v in %s", err, body)
	}
	a := answer{body: body, payload: whole.Data[name], code: "OK"}
	for _, err := range whole.Errors {
		if len(err.Path) == 0 || err.Path[0] == name {
			a.code = "top-level " + err.Extensions.Code
			return a
		}
	}
	if errors, _ := a.payload["errors"].([]any); len(errors) > 0 {
		a.first = errors[0].(object)
		a.code = a.first["code"].(string)
	}
	return a
}

// text is a text in the payload, such as "challenge", "id".
func (a answer) text(path ...string) string {
	var value any = a.payload
	for _, name := range path {
		inner, _ := value.(object)
		value = inner[name]
	}
	text, _ := value.(string)
	return text
}

func (a answer) proof() string { return a.text("verification", "proof") }

// must fails the test unless the answer has the code.
func (p page) must(want string, a answer) answer {
	p.t.Helper()
	if a.code != want {
		p.t.Fatalf("got %s instead of %s: %s", a.code, want, a.body)
	}
	return a
}

// code is the code that was last sent to an address as Logto stores it.
func (w *world) code(to string) string {
	w.t.Helper()
	messages := w.logto.Messages()
	for _, message := range slices.Backward(messages) {
		if message.To == to {
			return message.Code
		}
	}
	w.t.Fatalf("nothing was sent to %s but %v", to, messages)
	return ""
}

// notCode is a code of the same form that is another.
func notCode(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

// minute lets the next code be sent.
func (w *world) minute() { w.advance(time.Minute) }

// byPassword is a step-up proof, like those that follow.
func (p page) byPassword() string {
	p.t.Helper()
	return p.must("OK", p.do("verifyPassword", object{"password": p.logto.Account(p.name).Password})).proof()
}

func (p page) byEmail() string {
	p.t.Helper()
	email := p.logto.Account(p.name).Email
	return p.byCode(object{"email": email}, email)
}

func (p page) byPhone() string {
	p.t.Helper()
	phone := p.logto.Account(p.name).Phone
	return p.byCode(object{"phone": "+" + phone}, phone)
}

// ofAddress is an identifier proof.
func (p page) ofAddress(email string) string {
	p.t.Helper()
	return p.byCode(object{"email": email, "stepUpProof": p.byPassword()}, email)
}

func (p page) byCode(input object, to string) string {
	p.t.Helper()
	challenge := p.challenge(input)
	return p.must("OK", p.do("verifyCode", object{"challengeId": challenge, "code": p.code(to)})).proof()
}

// challenge has a code sent.
func (p page) challenge(input object) string {
	p.t.Helper()
	p.minute()
	return p.must("OK", p.do("sendVerificationCode", input)).text("challenge", "id")
}

// strange is a challenge to an address that isn't the account's.
func (p page) strange(email string) string {
	p.t.Helper()
	return p.challenge(object{"email": email, "stepUpProof": p.byPassword()})
}

func (p page) byFreshSignIn() string {
	p.t.Helper()
	started := p.startReauthentication()
	return p.must("OK", p.do("completeReauthentication", object{
		"id": started.text("reauthentication", "id"), "idToken": p.signIn(started.text("reauthentication", "nonce")),
	})).proof()
}

func (p page) startReauthentication() answer {
	p.t.Helper()
	return p.must("OK", p.do("startReauthentication", nil))
}

// signIn gives the ID token of a sign-in of now.
func (p page) signIn(nonce string) string {
	p.t.Helper()
	tokens, err := p.logto.SignIn(p.name, nonce)
	if err != nil {
		p.t.Fatal(err)
	}
	return tokens.IDToken
}

// quietly fails the test if run makes any call of the Management API.
func (w *world) quietly(run func()) {
	w.t.Helper()
	w.logto.ResetCalls()
	run()
	if calls := w.calls(); len(calls) > 0 {
		w.t.Errorf("calls of Logto: %q", calls)
	}
}
