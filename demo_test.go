package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

// described is the line of demo -json.
type described struct {
	AccountURL    string                     `json:"accountUrl"`
	GraphqlURL    string                     `json:"graphqlUrl"`
	PlaygroundURL string                     `json:"playgroundUrl"`
	LogtoURL      string                     `json:"logtoUrl"`
	Users         map[string]json.RawMessage `json:"users"`
	Env           env                        `json:"env"`
}

type describedUser struct {
	ID       string `json:"id"`
	Token    string `json:"token"`
	Username string `json:"username"`
	Password string `json:"password"`
	Email    string `json:"email"`
	Phone    string `json:"phone"`
}

// user reads the description of an account.
func (d described) user(t *testing.T, name string) describedUser {
	t.Helper()
	var user describedUser
	strictly(t, string(d.Users[name]), &user)
	return user
}

// strictly decodes JSON that has no other members than the target.
func strictly(t *testing.T, text string, target any) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(target); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
}

// startDemo starts the demo with -json and returns what it prints.
func startDemo(t *testing.T, args ...string) (*program, described) {
	t.Helper()
	p := start(t, nil, slices.Concat([]string{"demo", "-json", "-addr", free}, args)...)
	var d described
	strictly(t, p.stdout.await(t, `^(.*)\n`)[1], &d)
	return p, d
}

func ask(t *testing.T, address, token, document string) reply {
	t.Helper()
	body := encode(t, object{"query": document})
	return send(t, http.MethodPost, address, bearer(token), strings.NewReader(body))
}

func TestDemoPrintsOneLineOfJSON(t *testing.T) {
	t.Parallel()
	p, d := startDemo(t)
	type facts struct {
		Users []string
		Alice describedUser
		Bob   describedUser
		Carol describedUser
	}
	got := facts{
		Users: slices.Sorted(maps.Keys(d.Users)),
		Alice: d.user(t, "alice"), Bob: d.user(t, "bob"), Carol: d.user(t, "carol"),
	}
	want := facts{
		Users: people,
		Alice: describedUser{Username: "alice", Password: got.Alice.Password, Email: "alice@example.com", Phone: "+12025550143"},
		Bob:   describedUser{Username: "bob", Password: got.Bob.Password, Email: "bob@example.com"},
	}
	for _, user := range []*describedUser{&got.Alice, &got.Bob, &got.Carol} {
		if answer := ask(t, d.GraphqlURL, user.Token, `{ me { id } }`); answer.body != `{"data":{"me":{"id":"`+user.ID+`"}}}` {
			t.Errorf("the token of %s: %s", user.ID, answer.body)
		}
		user.ID, user.Token = "", ""
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the line (-want +got):\n%s", diff)
	}
	if d.Env["SECRET_KEY"] == "" || d.Env["REDIRECT_URIS"] == "" || d.Env["ADDR"] != "" {
		t.Errorf("the environment: %v", d.Env)
	}
	if got.Alice.Password == "" || got.Bob.Password == "" || got.Alice.Password == got.Bob.Password {
		t.Error("alice and bob need passwords of their own")
	}
	if err := p.end(); err != nil {
		t.Errorf("end: %v", err)
	}
	if got := strings.Count(p.stdout.String(), "\n"); got != 1 {
		t.Errorf("%d lines: %s", got, p.stdout)
	}
}

// TestAnotherServerJoinsTheDemo by the environment that the demo prints.
func TestAnotherServerJoinsTheDemo(t *testing.T) {
	t.Parallel()
	_, d := startDemo(t)
	joined := start(t, merged(d.Env, env{"ADDR": free})).address(t) + "/graphql"
	token := d.user(t, "alice").Token
	want := ask(t, d.GraphqlURL, token, settingsQuery(t))
	got := ask(t, joined, token, settingsQuery(t))
	if strings.Contains(want.body, "errors") {
		t.Errorf("errors: %s", want.body)
	}
	if diff := cmp.Diff(want.body, got.body); diff != "" {
		t.Errorf("the settings page (-demo +joined):\n%s", diff)
	}
	change := `mutation { updateCustomData(input: {data: {joined: true}}) { user { customData } errors { code } } }`
	if got := ask(t, joined, token, change); !strings.Contains(got.body, `"joined":true`) {
		t.Errorf("all custom data is writable: %s", got.body)
	}
}

// TestDemoPrintsACurlThatWorks lets a shell take the line apart, and sends what
// curl would.
func TestDemoPrintsACurlThatWorks(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "demo", "-addr", free)
	line := p.stdout.await(t, `(?m)^curl .*$`)[0]
	split, err := exec.CommandContext(t.Context(), "sh", "-c", `curl() { printf '%s\0' "$@"; }; `+line).Output()
	if err != nil {
		t.Fatal(err)
	}
	var address, body string
	header := http.Header{}
	arguments := strings.Split(strings.TrimSuffix(string(split), "\x00"), "\x00")
	for i := 0; i < len(arguments); i++ {
		switch arguments[i] {
		case "-s":
		case "-H":
			i++
			name, value, _ := strings.Cut(arguments[i], ": ")
			header.Add(name, value)
		case "-d":
			i++
			body = arguments[i]
		default:
			address += arguments[i]
		}
	}
	got := send(t, http.MethodPost, address, header, strings.NewReader(body))
	for _, want := range []string{`"username":"alice"`, `"hasPassword":true`, `"isExpired":true`} {
		if got.status != http.StatusOK || !strings.Contains(got.body, want) {
			t.Errorf("no %s: %v", want, got)
		}
	}
	for _, what := range []string{strings.TrimSuffix(address, "graphql"), address, "/simulator/messages"} {
		if !strings.Contains(p.stdout.String(), what) {
			t.Errorf("%s isn't named in:\n%s", what, p.stdout)
		}
	}
}

func TestDemoStaysOnThisMachine(t *testing.T) {
	t.Parallel()
	for address, mend := range map[string]string{
		":0": "-public-demo", "0.0.0.0:0": "-public-demo", "[::]:0": "-public-demo", "192.0.2.1:0": "-public-demo",
		"example.com:0": "-public-demo", "localhost.example.com:0": "-public-demo",
		"127.0.0.1": "HOST:PORT", "": "HOST:PORT",
	} {
		p := start(t, nil, "demo", "-addr", address)
		<-p.ended
		if p.err == nil || !strings.Contains(p.err.Error(), mend) || p.stdout.String() != "" {
			t.Errorf("%q: error %v, output %s", address, p.err, p.stdout)
		}
	}
	p, d := startDemo(t, "-addr", "0.0.0.0:0", "-public-demo")
	for _, address := range []string{d.GraphqlURL, d.LogtoURL} {
		if !strings.HasPrefix(address, "http://127.0.0.1:") {
			t.Errorf("public demo: %s", address)
		}
	}
	if answer := ask(t, d.GraphqlURL, d.user(t, "bob").Token, `{ me { username } }`); !strings.Contains(answer.body, `"bob"`) {
		t.Errorf("public demo: %s", answer.body)
	}
	if err := p.end(); err != nil {
		t.Errorf("end: %v", err)
	}
}

// TestDemoCountsCalls by the simulator's own endpoints, which are for trying by
// hand.
func TestDemoCountsCalls(t *testing.T) {
	t.Parallel()
	_, d := startDemo(t)
	alice := d.user(t, "alice")
	send(t, http.MethodDelete, d.LogtoURL+"/simulator/calls", nil, nil)
	ask(t, d.GraphqlURL, alice.Token, `{ me { username organizations { id } } }`)
	var calls []logtotest.Call
	strictly(t, get(t, d.LogtoURL+"/simulator/calls").body, &calls)
	got := []string{}
	for _, call := range calls {
		// The tenant's settings may be fetched at any time.
		if path, isUsers := strings.CutPrefix(call.Path, "/api/users/"+alice.ID); isUsers {
			got = append(got, call.Method+" "+path)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"GET ", "GET /organizations"}, got); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
	var tokens logtotest.Tokens
	signIn := send(t, http.MethodPost, d.LogtoURL+"/simulator/sign-in", http.Header{"Content-Type": {"application/json"}},
		strings.NewReader(`{"user":"carol","nonce":"n"}`))
	strictly(t, signIn.body, &tokens)
	if answer := ask(t, d.GraphqlURL, tokens.AccessToken, `{ me { name } }`); !strings.Contains(answer.body, "Carol") {
		t.Errorf("me of a sign-in: %s", answer.body)
	}
}

// TestPlaygroundIsOnWhereItIsAskedFor, and introspection with it.
func TestPlaygroundIsOnWhereItIsAskedFor(t *testing.T) {
	t.Parallel()
	const introspect = `{ __schema { queryType { name } } }`
	_, d := startDemo(t)
	page := get(t, d.PlaygroundURL)
	if page.status != http.StatusOK || !strings.Contains(page.body, "graphiql") || !strings.Contains(page.body, "eyJ") {
		t.Errorf("playground of the demo, with a token in its box: %v", page)
	}
	if got := ask(t, d.GraphqlURL, d.user(t, "alice").Token, introspect).body; got != `{"data":{"__schema":{"queryType":{"name":"Query"}}}}` {
		t.Errorf("introspection of the demo: %s", got)
	}

	w := newWorld(t, nil)
	if got := get(t, w.url+"/"); got.status != http.StatusNotFound {
		t.Errorf("playground where it is off: %v", got)
	}
	want := `{"errors":[{"message":"Introspection is off on this server.","locations":[{"line":1,"column":3}],` +
		`"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`
	if diff := cmp.Diff(want, w.query(w.token("alice"), introspect, nil).body); diff != "" {
		t.Errorf("introspection where it is off (-want +got):\n%s", diff)
	}
}
