package main

import (
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDocumentLimits sets each limit, and sends what is at it and what is over it.
func TestDocumentLimits(t *testing.T) {
	t.Parallel()
	const limit, first = "DOCUMENT_LIMIT_EXCEEDED", `"locations":[{"line":1,"column":1}],`
	forbidden := `{"message":"The access token lacks the scope account:security. Ask Logto for it when signing in, and check that the user has a role that grants it.",` +
		`"path":["a"],"locations":[{"line":1,"column":12}],"extensions":{"code":"FORBIDDEN","requiredScope":"account:security"}}`
	for name, test := range map[string]struct {
		value, pass, over string
		scope             string
		status            int
		want              string
	}{
		"MAX_BODY_BYTES": {
			value: "60", pass: "{ me { id } }", over: "{ me { id } accountSettings { mfaRequired } }", status: http.StatusRequestEntityTooLarge,
			want: `{"errors":[{"message":"The body is larger than 60 bytes.","extensions":{"code":"BAD_REQUEST"}}]}`,
		},
		"MAX_DOCUMENT_TOKENS": {
			value: "6", pass: "{ me { id } }", over: "{ me { id id } }",
			want: `{"errors":[{"message":"The document has more than 6 tokens.","extensions":{"code":"` + limit + `"}}]}`,
		},
		"MAX_DEPTH": {
			value: "2", pass: "{ me { id } }", over: "{ ... { me { id } } }",
			want: `{"errors":[{"message":"The document is more than 2 levels deep, with fragments, arguments and types counted.",` + first + `"extensions":{"code":"` + limit + `"}}]}`,
		},
		"MAX_ALIASES": {
			value: "1", pass: "{ me { a: id } }", over: "{ me { a: id b: id } }",
			want: `{"errors":[{"message":"The operation has more than 1 aliases, with those of its fragments.",` + first + `"extensions":{"code":"` + limit + `"}}]}`,
		},
		"MAX_DIRECTIVES": {
			value: "1", pass: "{ me { id @include(if: true) } }", over: "{ me { id @include(if: true) @skip(if: false) } }",
			want: `{"errors":[{"message":"The operation has more than 1 directives, with those of its fragments.",` + first + `"extensions":{"code":"` + limit + `"}}]}`,
		},
		"MAX_ROOT_FIELDS": {
			value: "1", pass: "{ me { id } }", over: "{ me { id } __typename }",
			want: `{"errors":[{"message":"The operation has more than 1 root fields, with those of its fragments.",` + first + `"extensions":{"code":"` + limit + `"}}]}`,
		},
		"MAX_COMPLEXITY": {
			value: "201", pass: "{ me { personalAccessTokens { id } } }", over: "{ me { id personalAccessTokens { id } } }",
			want: `{"errors":[{"message":"The operation's complexity is more than 201. Lists count most, then long aliases: select less of them, or fewer.",` + first +
				`"extensions":{"code":"COMPLEXITY_LIMIT_EXCEEDED"}}]}`,
		},
		"MAX_ERRORS": { // Mutations come one after the other, and so do their errors.
			value: "1", pass: "{ me { id } }", scope: "account:read",
			over: "mutation { a: startReauthentication { errors { code } } b: startReauthentication { errors { code } } }",
			want: `{"errors":[` + forbidden + `,{"message":"There are more errors than the 1 that an answer has at most.","extensions":{"code":"` + limit + `"}}],"data":{"a":null,"b":null}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, env{name: test.value})
			if got := w.query(w.token("alice"), test.pass, nil); strings.Contains(got.body, "errors") {
				t.Errorf("%s is answered by %s", test.pass, got.body)
			}
			token := w.token("alice")
			if test.scope != "" {
				token = w.token("alice", test.scope)
			}
			got := w.query(token, test.over, nil)
			if test.status == 0 {
				test.status = http.StatusOK
			}
			if got.status != test.status {
				t.Errorf("status %d", got.status)
			}
			if diff := cmp.Diff(test.want, got.body); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.over, diff)
			}
		})
	}
}

// TestUsualDocuments are within the limits, with room to spare.
func TestUsualDocuments(t *testing.T) {
	t.Parallel()
	w := newWorld(t, env{"PLAYGROUND": "true"})
	introspection, err := os.ReadFile("graphqlhttp/testdata/introspection.graphql")
	if err != nil {
		t.Fatal(err)
	}
	settings := settingsQuery(t)
	pages := ""
	for i := range 3 {
		pages += strings.Replace(settings, "query Settings", fmt.Sprintf("query Settings%d", i), 1)
	}
	fragments := "{ me { ...Page } } fragment Page on User { ...Names ...Lists } fragment Names on User { name username } fragment Lists on User { ...Tokens ...Devices }" +
		" fragment Tokens on User { personalAccessTokens { ...Token } } fragment Token on PersonalAccessToken { name expiresAt }" +
		" fragment Devices on User { sessions { ...Device } authorizedApplications { id name } } fragment Device on Session { id browser os signedInAt }"
	mutations := "mutation {"
	for i := range 50 {
		mutations += fmt.Sprintf(" delete%d: deletePersonalAccessToken(input: {name: \"token %[1]d\"}) { deletedName errors { code message path } }", i)
	}
	for name, document := range map[string]string{
		"the settings page":            settings,
		"the introspection of editors": string(introspection),
		"fragments of components":      fragments,
		"fifty mutations":              mutations + " }",
	} {
		if got := w.query(w.token("alice"), document, nil); got.status != http.StatusOK || !strings.HasPrefix(got.body, `{"data":`) {
			t.Errorf("%s: status %d: %s", name, got.status, got.body)
		}
	}
	// As an editor sends them, that holds all of a page's operations.
	if got := w.query(w.token("alice"), pages, nil); !strings.Contains(got.body, "say which in operationName") {
		t.Errorf("three settings pages: %s", got.body)
	}
}
