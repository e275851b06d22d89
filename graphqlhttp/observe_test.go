package graphqlhttp_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/graphqlhttp"
)

func TestObserve(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		request *http.Request
		want    string
	}{
		{"query", exchange{body: `{"query":"{ me { id } }"}`}.request(), "/graphql 200 "},
		{"field that fails", exchange{body: `{"query":"{ fail(how: \"panic\") }"}`}.request(), "/graphql 200 "},
		{"no token", exchange{header: map[string]string{"Authorization": "-"}}.request(), "/graphql 401 UNAUTHENTICATED"},
		{"panic", exchange{header: map[string]string{"Authorization": "Bearer panic"}}.request(), "/graphql 500 INTERNAL"},
		{"body", exchange{body: "planted"}.request(), "/graphql 400 BAD_REQUEST"},
		{"document", exchange{body: `{"query":"{ planted }"}`}.request(), "/graphql 200 GRAPHQL_VALIDATION_FAILED"},
		{"other path", httptest.NewRequest(http.MethodGet, "/planted", nil), " 404 "},
		{"nothing written", httptest.NewRequest(http.MethodGet, "/silent", nil), "/silent 200 "},
		{"method", httptest.NewRequest("PLANTED", "/get", nil), " 405 "},
		{"answer given up", httptest.NewRequest(http.MethodGet, "/get", nil), "GET /get 0 "},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var got []string
			type key struct{ name string }
			observer := func(name string) graphqlhttp.Observer {
				return func(r *http.Request) (context.Context, func(string, int, string)) {
					got = append(got, "begin "+name)
					return context.WithValue(r.Context(), key{name}, true), func(route string, status int, refusal string) {
						got = append(got, fmt.Sprintf("end %s %s %d %s", name, route, status, refusal))
					}
				}
			}
			mux := http.NewServeMux()
			mux.Handle("/graphql", newHandler(t, nil))
			mux.HandleFunc("/silent", func(_ http.ResponseWriter, r *http.Request) {
				if r.Context().Value(key{"outer"}) == nil || r.Context().Value(key{"inner"}) == nil {
					t.Error("the request lacks an observer's context")
				}
			})
			mux.HandleFunc("GET /get", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
			observed := graphqlhttp.Observe(mux, observer("outer"), observer("inner"))
			func() {
				defer func() { _ = recover() }() // As net/http does.
				observed.ServeHTTP(httptest.NewRecorder(), test.request)
			}()
			want := []string{"begin outer", "begin inner", "end inner " + test.want, "end outer " + test.want}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
