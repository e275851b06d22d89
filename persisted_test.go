package main

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/accountpage"
	"accountql/graphqlhttp"
)

const (
	nameDocument  = "query Name {\n  me {\n    username\n  }\n}"
	emailDocument = "query Email { me { primaryEmail } }"
	// otherDocument is in no manifest.
	otherDocument = "query Other { me { __typename } }"
)

var otherHash = fmt.Sprintf("%x", sha256.Sum256([]byte(otherDocument)))

// writeFile returns the path of a file with the text.
func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// manifests names two files, as the compilers of Apollo and Relay write them.
func manifests(t *testing.T) string {
	t.Helper()
	return writeFile(t, "apollo.json", encode(t, object{
		"format": "apollo-persisted-query-manifest", "version": 1,
		"operations": []object{{"id": "a1", "name": "Name", "type": "query", "body": nameDocument}},
	})) + "," + writeFile(t, "relay.json", encode(t, object{"r1": emailDocument}))
}

// apq are the extensions of a request by Apollo's protocol.
func apq(id string) object {
	return object{"persistedQuery": object{"version": 1, "sha256Hash": id}}
}

const persistedNotFound = `200 {"errors":[{"message":"PersistedQueryNotFound","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]}`

// TestPersistedOperations asks for what two manifests list, and for what they
// don't.
func TestPersistedOperations(t *testing.T) {
	t.Parallel()
	const (
		bob             = `200 {"data":{"me":{"username":"bob"}}}`
		email           = `200 {"data":{"me":{"primaryEmail":"bob@example.com"}}}`
		introspection   = "{ __schema { queryType { name } } }"
		noIntrospection = `200 {"errors":[{"message":"Introspection is off on this server.","locations":[{"line":1,"column":3}],` +
			`"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`
		notAllowed = `200 {"errors":[{"message":"Only registered documents are executed here, and this is none.",` +
			`"extensions":{"code":"PERSISTED_QUERY_NOT_ALLOWED"}}]}`
	)
	files := manifests(t)
	open := newWorld(t, env{"PERSISTED_OPERATIONS": files})
	only := newWorld(t, env{"PERSISTED_OPERATIONS": files + ",only", "PLAYGROUND": "true"})
	for _, test := range []struct {
		name           string
		body           object
		inOpen, inOnly string
	}{
		{"Apollo's id", object{"extensions": apq("a1")}, bob, bob},
		{"Relay's id", object{"doc_id": "r1"}, email, email},
		{"the specification's id", object{"documentId": "r1"}, email, email},
		{"a listed text", object{"query": nameDocument}, bob, bob},
		{"another text", object{"query": otherDocument}, `200 {"data":{"me":{"__typename":"User"}}}`, notAllowed},
		{"introspection", object{"query": introspection}, noIntrospection, notAllowed},
		{"an unknown hash", object{"extensions": apq(otherHash)}, persistedNotFound, notAllowed},
		{"an unknown id", object{"documentId": "else"}, persistedNotFound, notAllowed},
	} {
		for w, want := range map[*world]string{open: test.inOpen, only: test.inOnly} {
			got := send(t, http.MethodPost, w.url+"/graphql", bearer(w.token("bob")), strings.NewReader(encode(t, test.body)))
			if diff := cmp.Diff(want, fmt.Sprint(got.status, " ", got.body)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.name, diff)
			}
		}
	}
}

// TestAutomaticPersistedQueries does what Apollo Client does with
// useGETForHashedQueries.
func TestAutomaticPersistedQueries(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	header := bearer(w.token("bob"))
	header.Set("Accept", "application/graphql-response+json, application/json;q=0.9")
	address := w.url + "/graphql?" + url.Values{"extensions": {encode(t, apq(otherHash))}}.Encode()
	const want = `200 {"data":{"me":{"__typename":"User"}}}`
	for _, step := range []struct{ method, address, body, want string }{
		{http.MethodGet, address, "", persistedNotFound},
		{http.MethodPost, w.url + "/graphql", encode(t, object{"query": otherDocument, "extensions": apq(otherHash)}), want},
		{http.MethodGet, address, "", want},
	} {
		got := send(t, step.method, step.address, header, strings.NewReader(step.body))
		if diff := cmp.Diff(step.want, fmt.Sprint(got.status, " ", got.body)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", step.method, diff)
		}
	}
}

// TestPersistedOperationsAmiss ends the program before it listens, and tells all
// that is wrong.
func TestPersistedOperationsAmiss(t *testing.T) {
	t.Parallel()
	missing := filepath.Join(t.TempDir(), "missing.json")
	text := writeFile(t, "a.txt", "query Name { me { id } }")
	bad := writeFile(t, "bad.json", encode(t, object{"b1": "query Bad {\n  me { age mood }\n}", "b2": "subscription Ticks { ticks }"}))
	for setting, want := range map[string]string{
		missing + "," + text + "," + bad: "PERSISTED_OPERATIONS names files that can't be read: " +
			"open " + missing + ": no such file or directory\n" +
			text + ": it is not JSON: " +
			"set it to manifests as the compilers of Apollo, Relay and GraphQL Code Generator write them",
		bad + ",only": "PERSISTED_OPERATIONS lists what can't be executed: operations don't fit the schema or the limits:\n" +
			`operation Bad (id b1): line 2, column 8: Cannot query field "age" on type "User".` + "\n" +
			`operation Bad (id b1): line 2, column 12: Cannot query field "mood" on type "User".` + "\n" +
			`operation Ticks (id b2): line 1, column 1: Schema does not support operation type "subscription"` +
			": write the manifests anew with this server's schema.graphqls",
	} {
		p := start(t, merged(serverEnv(newLogto(t)), env{"ADDR": free, "PERSISTED_OPERATIONS": setting}))
		<-p.ended
		if diff := cmp.Diff(want, fmt.Sprint(p.err)); diff != "" {
			t.Errorf("error (-want +got):\n%s", diff)
		}
	}
}

// TestOnlyKnowsTheOwnAccountPage asks what the account page asks, of servers that
// execute registered operations alone.
func TestOnlyKnowsTheOwnAccountPage(t *testing.T) {
	t.Parallel()
	manifest, err := accountpage.Operations()
	if err != nil {
		t.Fatal(err)
	}
	operations, err := graphqlhttp.ParseManifest(manifest)
	if err != nil {
		t.Fatal(err)
	}
	logto := newLogto(t)
	only := env{"PERSISTED_OPERATIONS": manifests(t) + ",only"}
	bare, page := newWorldOn(t, logto, only), newWorldOn(t, logto, merged(only, env{"ACCOUNT_PAGE_APP_ID": logto.ClientID}))
	const notAllowed = `"PERSISTED_QUERY_NOT_ALLOWED"`
	for _, operation := range operations {
		body := encode(t, object{"query": operation.Text})
		refused := send(t, http.MethodPost, bare.url+"/graphql", bearer(bare.token("bob")), strings.NewReader(body))
		taken := send(t, http.MethodPost, page.url+"/graphql", bearer(page.token("bob")), strings.NewReader(body))
		if !strings.Contains(refused.body, notAllowed) || strings.Contains(taken.body, notAllowed) {
			t.Errorf("%s\nwithout the page: %v\nwith the page: %v", operation.Text, refused, taken)
		}
		if strings.HasPrefix(operation.Text, "query Account {") && !strings.Contains(taken.body, `"username":"bob"`) {
			t.Errorf("the page's query: %v", taken)
		}
	}
	if len(operations) < 20 {
		t.Errorf("the page has %d operations", len(operations))
	}
}
