package graphqlhttp_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/graphqlhttp"
)

const (
	greetText  = "query Greet($name: String!) { greet(name: $name) }"
	renameText = `mutation Rename { rename(input: {name: "Ada", data: "x"}) }`
	otherText  = "query Other { me { id } }"

	// greetID is the MD5 that Relay would use, renameID what Apollo's tools write.
	greetID  = "0cc175b9c0f1b6a831c399e269772661"
	typeName = `{"data":{"__typename":"Query"}}`
)

var (
	renameID = sha(renameText)
	otherID  = sha(otherText)

	notFound   = answer(http.StatusOK, graphqlJSON, failure("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound"))
	notAllowed = failure("PERSISTED_QUERY_NOT_ALLOWED", "Only registered documents are executed here, and this is none.")
	mismatch   = answer(http.StatusBadRequest, graphqlJSON, failure("BAD_REQUEST", "provided sha does not match query"))
)

func sha(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// object is a body, or extensions.
type object map[string]any

func (o object) String() string {
	text, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// apq are the extensions of a request by Apollo's protocol.
func apq(hash string) object {
	return object{"persistedQuery": object{"version": 1, "sha256Hash": hash}}
}

// ask posts the body as Apollo's clients do, and answers with its text.
func ask(t *testing.T, handler http.Handler, body object) string {
	t.Helper()
	return send(t, handler, exchange{header: map[string]string{"Accept": graphqlJSON}, body: body.String()}.request())
}

func wantAnswer(t *testing.T, name, want, got string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", name, diff)
	}
}

// trusting is a handler with two operations.
func trusting(t *testing.T, only bool) http.Handler {
	return newHandler(t, func(c *graphqlhttp.Config) {
		c.Operations = []graphqlhttp.Operation{{ID: greetID, Text: greetText}, {ID: renameID, Text: renameText}}
		c.OnlyOperations = only
	})
}

// TestTrustedDocuments are named in every way, with and without others being allowed.
func TestTrustedDocuments(t *testing.T) {
	t.Parallel()
	renamed := answer(http.StatusOK, graphqlJSON, `{"data":{"rename":"x"}}`)
	greeted := answer(http.StatusOK, graphqlJSON, `{"data":{"greet":"hello Ada"}}`)
	variables := object{"name": "Ada"}
	for _, only := range []bool{false, true} {
		handler := trusting(t, only)
		for _, test := range []struct {
			name string
			body object
			want string
		}{
			{"Apollo", object{"extensions": apq(renameID)}, renamed},
			{"Apollo, other id", object{"extensions": apq(greetID), "variables": variables}, greeted},
			{"Apollo, hash of another id's document", object{"extensions": apq(sha(greetText)), "variables": variables}, greeted},
			{"documentId", object{"documentId": renameID, "operationName": "Rename"}, renamed},
			{"documentId with prefix", object{"documentId": "sha256:" + renameID}, renamed},
			{"Relay", object{"doc_id": greetID, "variables": variables}, greeted},
			{"Relay, before compiling", object{"doc_id": nil, "query": greetText, "variables": variables}, greeted},
			{"text", object{"query": renameText}, renamed},
			{"text and hash", object{"query": renameText, "extensions": apq(renameID)}, renamed},
			{"text and id", object{"query": greetText, "extensions": apq(greetID), "variables": variables}, greeted},
			{"text and another's id", object{"query": renameText, "extensions": apq(greetID)}, mismatch},
			{"variables amiss", object{"doc_id": greetID}, answer(400, graphqlJSON, failure("GRAPHQL_VALIDATION_FAILED", "Variable $name must be defined."))},
			{"id in another case", object{"documentId": strings.ToUpper(greetID)}, map[bool]string{false: notFound, true: answer(400, graphqlJSON, notAllowed)}[only]},
		} {
			t.Run(fmt.Sprint(test.name, only), func(t *testing.T) {
				t.Parallel()
				wantAnswer(t, "answer", test.want, ask(t, handler, test.body))
			})
		}
	}
}

// TestTrustedDocumentsOnly refuses all others, also those that don't parse, and takes no registration.
func TestTrustedDocumentsOnly(t *testing.T) {
	t.Parallel()
	handler := trusting(t, true)
	for name, body := range map[string]object{
		"text":              {"query": otherText},
		"almost the text":   {"query": renameText + " "},
		"introspection":     {"query": "{ __schema { queryType { name } } }"},
		"nonsense":          {"query": "}"},
		"registration":      {"query": otherText, "extensions": apq(otherID)},
		"registered before": {"extensions": apq(otherID)},
		"unknown id":        {"documentId": "unknown"},
	} {
		wantAnswer(t, name, answer(http.StatusBadRequest, graphqlJSON, notAllowed), ask(t, handler, body))
		got := send(t, handler, exchange{body: body.String()}.request())
		wantAnswer(t, name+" for a client of old", answer(http.StatusOK, plainJSON, notAllowed), got)
	}
}

// TestAutomaticPersistedQueries goes through the protocol, each time with a server that knows nothing yet.
func TestAutomaticPersistedQueries(t *testing.T) {
	t.Parallel()
	me := answer(http.StatusOK, graphqlJSON, `{"data":{"me":{"id":"alice"}}}`)
	for _, step := range []struct {
		name       string
		body       object
		want, then string // then is the answer to the hash alone.
	}{
		{"unknown", object{"extensions": apq(otherID)}, notFound, notFound},
		{"text alone", object{"query": otherText}, me, notFound},
		{"wrong hash", object{"query": renameText, "extensions": apq(otherID)}, mismatch, notFound},
		{"hash in upper case", object{"query": otherText, "extensions": apq(strings.ToUpper(otherID))}, mismatch, notFound},
		{"right hash", object{"query": otherText, "extensions": apq(otherID)}, me, me},
		{"again, as urql marks it", object{"query": otherText, "extensions": object{
			"persistedQuery": object{"version": 1, "sha256Hash": otherID, "miss": true},
		}}, me, me},
	} {
		handler := newHandler(t, nil)
		wantAnswer(t, step.name, step.want, ask(t, handler, step.body))
		wantAnswer(t, step.name+", then the hash", step.then, ask(t, handler, object{"extensions": apq(otherID)}))
		wantAnswer(t, step.name+", then the id", step.then, ask(t, handler, object{"documentId": "sha256:" + otherID}))
	}
}

// TestRegistrationNeedsValidity: what doesn't execute is not kept, nor what is too long, nor by another name.
func TestRegistrationNeedsValidity(t *testing.T) {
	t.Parallel()
	handler := newHandler(t, nil)
	for name, text := range map[string]string{
		"syntax":     "{ me { id }",
		"validation": "{ nothing }",
		"limit":      "{" + strings.Repeat(" me { id }", limits.Tokens) + "}",
	} {
		if got := ask(t, handler, object{"query": text, "extensions": apq(sha(text))}); !strings.HasPrefix(got, "400\n") {
			t.Errorf("%s: %s", name, got)
		}
		wantAnswer(t, name, notFound, ask(t, handler, object{"extensions": apq(sha(text))}))
	}
	long := "{ __typename }" + strings.Repeat(" ", 8<<10)
	wantAnswer(t, "long", answer(http.StatusOK, graphqlJSON, typeName), ask(t, handler, object{"query": long, "extensions": apq(sha(long))}))
	wantAnswer(t, "long", notFound, ask(t, handler, object{"extensions": apq(sha(long))}))
	trusted := trusting(t, false)
	ask(t, trusted, object{"documentId": renameID, "extensions": apq(otherID)})
	wantAnswer(t, "another's name", notFound, ask(t, trusted, object{"extensions": apq(otherID)}))
}

// TestRegistrationsAreBounded: one client's flood of documents takes nothing from those that are in use, nor from those
// that are trusted.
func TestRegistrationsAreBounded(t *testing.T) {
	t.Parallel()
	handler := trusting(t, false)
	register := func(text string) { ask(t, handler, object{"query": text, "extensions": apq(sha(text))}) }
	register(otherText)
	ask(t, handler, object{"extensions": apq(otherID)})
	flood := func(i int) string { return fmt.Sprintf("{ a%d: __typename }", i) }
	const last = 1100
	for i := range last + 1 {
		register(flood(i))
	}
	for name, want := range map[string]bool{otherID: true, renameID: true, sha(flood(0)): false, sha(flood(last)): true} {
		if got := ask(t, handler, object{"extensions": apq(name)}); (got != notFound) != want {
			t.Errorf("%s is answered by %s", name, got)
		}
	}
}

func TestPersistedDocumentsByGET(t *testing.T) {
	t.Parallel()
	get := func(parameters map[string]string) *http.Request {
		query := url.Values{}
		for name, value := range parameters {
			query.Set(name, value)
		}
		return exchange{method: http.MethodGet, query: query, header: map[string]string{"Accept": graphqlJSON}}.request()
	}
	handler := trusting(t, false)
	me := answer(http.StatusOK, graphqlJSON, `{"data":{"me":{"id":"alice"}}}`)
	greeted := answer(http.StatusOK, graphqlJSON, `{"data":{"greet":"hello Ada"}}`)
	byPost := answer(http.StatusMethodNotAllowed, graphqlJSON, failure("BAD_REQUEST", "Mutations must be sent by POST."), "Allow", "POST")
	for _, step := range []struct {
		name       string
		parameters map[string]string
		want       string
	}{
		{"unknown hash", map[string]string{"extensions": apq(otherID).String()}, notFound},
		{"unknown hash of an empty query", map[string]string{"query": "", "extensions": apq(otherID).String()}, notFound},
		{"registration", map[string]string{"query": otherText, "extensions": apq(otherID).String()}, me},
		{"hash", map[string]string{"extensions": apq(otherID).String()}, me},
		{"id", map[string]string{"documentId": greetID, "variables": `{"name":"Ada"}`}, greeted},
		{"id of a mutation", map[string]string{"documentId": renameID}, byPost},
		{"hash of a mutation", map[string]string{"extensions": apq(renameID).String()}, byPost},
	} {
		wantAnswer(t, step.name, step.want, send(t, handler, get(step.parameters)))
	}
}

func TestMalformedPersistedQueries(t *testing.T) {
	t.Parallel()
	const (
		version = "extensions.persistedQuery must be an object of version 1."
		hash    = "extensions.persistedQuery must have a sha256Hash."
		none    = "The request has no query."
	)
	handler := trusting(t, false)
	for body, message := range map[string]string{
		`{"extensions":{"persistedQuery":"secret"}}`:                                                 version,
		`{"extensions":{"persistedQuery":[]}}`:                                                       version,
		`{"extensions":{"persistedQuery":{"sha256Hash":"secret"}}}`:                                  version,
		`{"extensions":{"persistedQuery":{"version":2,"sha256Hash":"secret"}}}`:                      version,
		`{"extensions":{"persistedQuery":{"version":"1","sha256Hash":"secret"}}}`:                    version,
		`{"extensions":{"persistedQuery":{"version":1}}}`:                                            hash,
		`{"extensions":{"persistedQuery":{"version":1,"sha256Hash":["secret"]}}}`:                    hash,
		`{"query":"{ __typename }","extensions":{"persistedQuery":{"version":1,"sha256Hash":null}}}`: hash,
		`{"extensions":{"persistedQuery":null}}`:                                                     none,
		`{"query":"","extensions":{"else":{}}}`:                                                      none,
		`{"documentId":""}`:                                                                          none,
		`{"documentId":["secret"]}`:                                                                  "documentId must be a string or null.",
		`{"documentId":"secret","query":"{ __typename }"}`:                                           "Send either query or documentId.",
	} {
		got := send(t, handler, exchange{body: body}.request())
		wantAnswer(t, body, answer(http.StatusBadRequest, plainJSON, failure("BAD_REQUEST", message)), got)
	}
}

// TestUntrustworthyDocuments tells every problem of every operation, and none twice.
func TestUntrustworthyDocuments(t *testing.T) {
	t.Parallel()
	_, err := graphqlhttp.New(graphqlhttp.Config{
		Schema: newTestSchema(),
		Limits: limits,
		Operations: []graphqlhttp.Operation{
			{ID: "a", Text: greetText},
			{ID: "b", Text: "query Two {\n  one\n  two\n}"},
			{ID: "c", Text: "query Two {\n  one\n  two\n}"},
			{ID: "d", Text: "mutation Broken {"},
			{ID: "e", Text: "{ __schema { queryType { name } } }"},
			{ID: "f", Text: "query Long {" + strings.Repeat(" me { id }", limits.Tokens) + "}"},
			{ID: "a", Text: otherText},
			{ID: "a", Text: otherText},
		},
	})
	want := `operations don't fit the schema or the limits:
operation Two (id b): line 2, column 3: Cannot query field "one" on type "Query".
operation Two (id b): line 3, column 3: Cannot query field "two" on type "Query".
operation Broken (id d): line 1, column 18: Syntax error: Expected Name, found <EOF>.
operation (id e): line 1, column 3: Introspection is off on this server.
operation Long (id f): The document has more than 1500 tokens.
operation Other (id a): its id is another document's too`
	if diff := cmp.Diff(want, fmt.Sprint(err)); diff != "" || !errors.Is(err, graphqlhttp.ErrOperations) {
		t.Errorf("error (-want +got):\n%s", diff)
	}
}
