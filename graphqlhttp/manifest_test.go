package graphqlhttp_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/graphqlhttp"
)

func TestParseManifest(t *testing.T) {
	t.Parallel()
	const head = `{"format":"apollo-persisted-query-manifest","version":1,"operations":`
	two := []graphqlhttp.Operation{{ID: "b", Text: "query B { me { id } }"}, {ID: "a", Text: "query A {\n  __typename\n}"}}
	for _, test := range []struct {
		name, data string
		want       []graphqlhttp.Operation
		err        string
	}{
		{name: "Apollo", data: head + `[
			{"id":"b","name":"B","type":"query","body":"query B { me { id } }"},
			{"id":"a","name":"A","type":"query","clientName":null,"body":"query A {\n  __typename\n}"}]}`, want: two},
		{name: "Relay", data: "\n{\"b\":\"query B { me { id } }\",\n\"a\":\"query A {\\n  __typename\\n}\"}\n", want: two},
		{
			name: "Apollo, formerly", want: two,
			data: `{"b":{"name":"B","source":"query B { me { id } }","type":"query"},"a":{"name":"A","source":"query A {\n  __typename\n}"}}`,
		},
		{
			name: "an id twice", data: `{"a":"{ one }","a":"{ two }"}`,
			want: []graphqlhttp.Operation{{ID: "a", Text: "{ one }"}, {ID: "a", Text: "{ two }"}},
		},

		{name: "nothing", data: "", err: "it is not JSON"},
		{name: "a script", data: "export default {}", err: "it is not JSON"},
		{name: "two values", data: `{"a":"{ me }"}{}`, err: "it is not JSON"},
		{name: "a list", data: `["{ me }"]`, err: "it is not a JSON object"},
		{name: "no members", data: "{}", err: "it lists no operations"},
		{name: "no operations", data: head + "[]}", err: "it lists no operations"},
		{name: "another format", data: `{"operations":[],"format":"else","version":1}`, err: `its format is "else", and only "apollo-persisted-query-manifest" is known`},
		{name: "another version", data: `{"format":"apollo-persisted-query-manifest","version":2}`, err: "its version is 2, and only 1 is known"},
		{name: "no id", data: head + `[{"name":"A","body":"{ me }"}]}`, err: "operation 1, A: it has no id or no body"},
		{name: "no body", data: head + `[{"id":"a","name":"A","body":"{ me }"},{"id":"b","name":"B"}]}`, err: "operation 2, B: it has no id or no body"},
		{
			name: "ids that are numbers", data: head + `[{"id":1}]}`,
			err: "it is no manifest of Apollo's: json: cannot unmarshal number",
		},
		{name: "no document", data: `{"a":"{ me }","b":["{ me }"]}`, err: "operation b: it is neither the text of a document nor an object with one as source"},
		{name: "an empty document", data: `{"a":""}`, err: "operation a: it is neither the text of a document nor an object with one as source"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := graphqlhttp.ParseManifest([]byte(test.data))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("operations (-want +got):\n%s", diff)
			}
			if test.err == "" && err != nil || test.err != "" && !strings.HasPrefix(fmt.Sprint(err), test.err) {
				t.Errorf("error %v, want %s", err, test.err)
			}
		})
	}
}
