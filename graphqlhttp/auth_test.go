package graphqlhttp_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// unread is a body that must not be read.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, http.ErrBodyNotAllowed
}

func TestAuthentication(t *testing.T) {
	t.Parallel()
	const missing = "send an access token: Authorization: Bearer <token>"
	handler := newHandler(t, nil)
	internal := failure("INTERNAL", "An internal error has happened and was logged.")
	for _, test := range []struct {
		name   string
		method string
		header map[string]string
		want   string
	}{
		{
			name: "none",
			want: answer(401, plainJSON, failure("UNAUTHENTICATED", missing), "WWW-Authenticate", `Bearer realm="account"`),
		},
		{
			name: "of a client that Apollo made", header: map[string]string{"Accept": graphqlJSON + ", application/json;q=0.9"},
			want: answer(401, graphqlJSON, failure("UNAUTHENTICATED", missing), "WWW-Authenticate", `Bearer realm="account"`),
		},
		{
			name: "by another method", method: http.MethodDelete,
			want: answer(401, plainJSON, failure("UNAUTHENTICATED", missing), "WWW-Authenticate", `Bearer realm="account"`),
		},
		{
			name: "with nothing acceptable", header: map[string]string{"Accept": "text/html"},
			want: answer(401, plainJSON, failure("UNAUTHENTICATED", missing), "WWW-Authenticate", `Bearer realm="account"`),
		},
		{
			name: "in a cookie", header: map[string]string{"Cookie": "Authorization=Bearer good; access_token=good"},
			want: answer(401, plainJSON, failure("UNAUTHENTICATED", missing), "WWW-Authenticate", `Bearer realm="account"`),
		},
		{
			name: "bad", header: map[string]string{"Authorization": "Bearer bad"},
			want: answer(401, plainJSON, failure("UNAUTHENTICATED", "this is an opaque token"),
				"WWW-Authenticate", `Bearer realm="account", error="invalid_token", error_description="this is an opaque token"`),
		},
		{
			name: "not verifiable now", header: map[string]string{"Authorization": "Bearer unverifiable"},
			want: answer(503, plainJSON, `{"errors":[{"message":"Tokens can't be verified now. Try again in a moment.",`+
				`"extensions":{"code":"UPSTREAM_UNAVAILABLE","retryAfterSeconds":5}}]}`, "Retry-After", "5"),
		},
		{name: "trouble of our own", header: map[string]string{"Authorization": "Bearer broken"}, want: answer(500, plainJSON, internal)},
		{name: "panic", header: map[string]string{"Authorization": "Bearer panic"}, want: answer(500, plainJSON, internal)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			method := test.method
			if method == "" {
				method = http.MethodPost
			}
			r := httptest.NewRequest(method, "/graphql?access_token=good&query={__typename}", unread{t})
			for name, value := range test.header {
				r.Header.Set(name, value)
			}
			if diff := cmp.Diff(test.want, send(t, handler, r)); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTokenInTheBodyIsNone(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(`access_token=good`))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if got := send(t, newHandler(t, nil), r); !strings.HasPrefix(got, "401\n") {
		t.Errorf("answer: %s", got)
	}
}
