package operator_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/operator"
)

const planted = "planted-secret"

// newClient makes a client of a Logto that answers as handlers do, by pattern.
// Without one of its own, the token endpoint gives a good token.
func newClient(t *testing.T, handlers map[string]http.HandlerFunc) *operator.Client {
	t.Helper()
	mux := http.NewServeMux()
	all := map[string]http.HandlerFunc{
		"POST /oidc/token":   answer(http.StatusOK, `{"access_token": "`+planted+`", "token_type": "Bearer", "scope": "all"}`),
		"GET /api/resources": answer(http.StatusOK, `[]`),
	}
	maps.Copy(all, handlers)
	for pattern, handler := range all {
		mux.HandleFunc(pattern, handler)
	}
	server := httptest.NewServer(mux)
	client := operator.New(operator.Config{
		Endpoint: server.URL, AppID: "app", AppSecret: planted, Resource: "https://default.logto.app/api",
	})
	t.Cleanup(func() {
		client.Close()
		server.Close()
	})
	return client
}

func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body)) // The client may be gone.
	}
}

// garbled answers with these bytes and nothing else.
func garbled(answer string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		connection, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			panic(err)
		}
		defer connection.Close()
		_, _ = io.WriteString(connection, answer) // The client may be gone.
	}
}

// authorized is newClient after Authorize.
func authorized(t *testing.T, handlers map[string]http.HandlerFunc) *operator.Client {
	t.Helper()
	client := newClient(t, handlers)
	if err := client.Authorize(t.Context()); err != nil {
		t.Fatal(err)
	}
	return client
}

// TestAuthorize tells apart what Logto's answers tell apart.
func TestAuthorize(t *testing.T) {
	t.Parallel()
	oidc := func(status int, code string) map[string]http.HandlerFunc {
		return map[string]http.HandlerFunc{"POST /oidc/token": answer(status, `{"error": "`+code+`", "error_description": "`+planted+`"}`)}
	}
	api := func(status int, code string) map[string]http.HandlerFunc {
		return map[string]http.HandlerFunc{"GET /api/resources": answer(status, `{"code": "`+code+`", "message": "`+planted+`"}`)}
	}
	for name, test := range map[string]struct {
		handlers map[string]http.HandlerFunc
		// want is the setting to blame and whether a token was given, or the error.
		want string
	}{
		"all right":          {nil, "<nil>"},
		"wrong secret":       {oidc(http.StatusUnauthorized, "invalid_client"), "LOGTO_APP_SECRET false"},
		"unknown app":        {oidc(http.StatusBadRequest, "invalid_client"), "LOGTO_APP_ID false"},
		"another kind":       {oidc(http.StatusBadRequest, "unauthorized_client"), "LOGTO_APP_ID false"},
		"unknown resource":   {oidc(http.StatusBadRequest, "invalid_target"), "LOGTO_MANAGEMENT_API_RESOURCE false"},
		"another refusal":    {oidc(http.StatusBadRequest, "invalid_request"), "Logto answered POST /oidc/token with status 400, code oidc.invalid_request"},
		"secret as a code":   {oidc(http.StatusBadRequest, planted), "Logto answered POST /oidc/token with status 400"},
		"failure":            {oidc(http.StatusInternalServerError, ""), "Logto answered POST /oidc/token with status 500"},
		"no JSON":            {map[string]http.HandlerFunc{"POST /oidc/token": answer(http.StatusOK, planted)}, "the answer of POST /oidc/token is not Logto's: no token in it"},
		"no token":           {map[string]http.HandlerFunc{"POST /oidc/token": answer(http.StatusOK, `{}`)}, "the answer of POST /oidc/token is not Logto's: no token in it"},
		"no role":            {api(http.StatusForbidden, "auth.forbidden"), "LOGTO_APP_ID true"},
		"another resource":   {api(http.StatusUnauthorized, "auth.unauthorized"), "LOGTO_MANAGEMENT_API_RESOURCE true"},
		"a proxy's refusal":  {api(http.StatusForbidden, ""), "Logto answered GET /api/resources with status 403"},
		"a failing API":      {api(http.StatusInternalServerError, ""), "Logto answered GET /api/resources with status 500"},
		"secret in its code": {api(http.StatusInternalServerError, "Auth"+planted), "Logto answered GET /api/resources with status 500"},
		"no scope": {
			map[string]http.HandlerFunc{"POST /oidc/token": answer(http.StatusOK, `{"access_token": "x", "token_type": "Bearer", "scope": "small"}`)},
			"LOGTO_APP_ID true",
		},
	} {
		err := newClient(t, test.handlers).Authorize(t.Context())
		got := fmt.Sprint(err)
		if problem, ok := errors.AsType[*operator.CredentialError](err); ok {
			got = fmt.Sprint(problem.Setting, " ", problem.Granted)
			if problem.What == "" || !strings.Contains(problem.Mend, problem.Setting) && !strings.Contains(problem.Mend, "set it") && !problem.Granted {
				t.Errorf("%s: %+v", name, problem)
			}
		}
		if got != test.want || strings.Contains(fmt.Sprint(err), planted) {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}

// TestReach takes nothing for a Logto that answers otherwise than Logto does, and
// tells where a redirect leads to, without what its path repeats.
func TestReach(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"Logto":                   {answer(http.StatusNoContent, ""), "<nil> "},
		"a page for everything":   {answer(http.StatusOK, "<html>"), "Logto answered GET /api/status with status 200 "},
		"nothing":                 {answer(http.StatusNotFound, ""), "Logto answered GET /api/status with status 404 "},
		"a redirect":              {http.RedirectHandler("https://logto.example.com/"+planted, http.StatusFound).ServeHTTP, "Logto answered GET /api/status with status 302 https://logto.example.com"},
		"a redirect to nowhere":   {answer(http.StatusFound, ""), "Logto answered GET /api/status with status 302 "},
		"a redirect on that host": {http.RedirectHandler("/"+planted, http.StatusFound).ServeHTTP, "Logto answered GET /api/status with status 302 http://127.0.0.1"},
	} {
		err := newClient(t, map[string]http.HandlerFunc{"GET /api/status": test.handler}).Reach(t.Context())
		var elsewhere string
		if answered, ok := errors.AsType[*operator.Error](err); ok {
			elsewhere = regexp.MustCompile(`:\d+$`).ReplaceAllString(answered.Elsewhere, "")
		}
		if got := fmt.Sprint(err, " ", elsewhere); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}

// TestListsAreReadToTheEnd whether they are paged or not.
func TestListsAreReadToTheEnd(t *testing.T) {
	t.Parallel()
	entries := make([]map[string]string, 250)
	for i := range entries {
		entries[i] = map[string]string{"id": strconv.Itoa(i)}
	}
	for name, paged := range map[string]bool{"paged": true, "not paged": false} {
		client := authorized(t, map[string]http.HandlerFunc{"GET /api/applications": func(w http.ResponseWriter, r *http.Request) {
			page, size := number(t, r, "page"), number(t, r, "page_size")
			some := entries
			if paged {
				w.Header().Set("Total-Number", strconv.Itoa(len(entries)))
				some = entries[min((page-1)*size, len(entries)):min(page*size, len(entries))]
			}
			if err := json.NewEncoder(w).Encode(some); err != nil {
				t.Error(err)
			}
		}})
		applications, err := client.ListApplications(t.Context())
		if err != nil || len(applications) != len(entries) || applications[249].ID != "249" {
			t.Errorf("%s: %d of them, %v", name, len(applications), err)
		}
	}
	// A list that says that there is more than there is must come to an end.
	client := authorized(t, map[string]http.HandlerFunc{"GET /api/applications": func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Total-Number", "10")
		_, _ = w.Write([]byte("[]")) // The client may be gone.
	}})
	if applications, err := client.ListApplications(t.Context()); err != nil || len(applications) != 0 {
		t.Errorf("got %v, %v", applications, err)
	}
}

func number(t *testing.T, r *http.Request, name string) int {
	t.Helper()
	n, err := strconv.Atoi(r.URL.Query().Get(name))
	if err != nil {
		t.Error(err)
	}
	return n
}

// TestErrorsTellNoSecret and no more of an answer than its code.
func TestErrorsTellNoSecret(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"not found":   {answer(http.StatusNotFound, `{"code": "entity.not_found", "message": "`+planted+`"}`), "Logto answered GET /api/applications/x with status 404, code entity.not_found"},
		"no endpoint": {answer(http.StatusNotFound, planted), "Logto answered GET /api/applications/x with status 404"},
		"not JSON":    {answer(http.StatusOK, planted), "the answer of GET /api/applications/x is not Logto's: no JSON of the form that is needed"},
		"too large":   {answer(http.StatusOK, `{"id": "`+strings.Repeat(planted, 1<<19)+`"}`), "the answer of GET /api/applications/x is not Logto's: no JSON of the form that is needed"},
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.example.com/"+planted, http.StatusFound)
		}, "Logto answered GET /api/applications/x with status 302"},
		"cut off": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = w.Write([]byte(planted)) // It ends here.
		}, "read answer of GET /api/applications/x: unexpected EOF"},
		"garbled header":  {garbled("HTTP/1.1 200 OK\r\n" + planted + "\r\n\r\n"), `GET /api/applications/x: net/http: HTTP/1.x transport connection broken: malformed MIME header: missing colon: "…"`},
		"garbled trailer": {garbled("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + planted + "\r\n\r\n"), `read answer of GET /api/applications/x: malformed MIME header: missing colon: "…"`},
	} {
		client := authorized(t, map[string]http.HandlerFunc{"GET /api/applications/x": test.handler})
		_, err := client.GetApplication(t.Context(), "x")
		if fmt.Sprint(err) != test.want || operator.IsNotFound(err) != (name == "not found") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := newClient(t, nil).GetApplication(t.Context(), "x"); err == nil || !strings.Contains(err.Error(), "no management token") {
		t.Errorf("without Authorize: %v", err)
	}
}

// TestAccountScopesAreTheSchemas, so that setup creates what resolvers ask for.
func TestAccountScopesAreTheSchemas(t *testing.T) {
	t.Parallel()
	schema, err := os.ReadFile("../schema.graphqls")
	if err != nil {
		t.Fatal(err)
	}
	var want, got []string
	for _, match := range regexp.MustCompile(`@requiresScope\(scope: "([^"]+)"\)`).FindAllStringSubmatch(string(schema), -1) {
		want = append(want, match[1])
	}
	for _, scope := range operator.AccountScopes() {
		got = append(got, scope.Name)
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(slices.Compact(want), got); diff != "" {
		t.Errorf("(-schema +setup):\n%s", diff)
	}
}

func TestMayBeMade(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]bool{
		http.StatusUnprocessableEntity: false, http.StatusInternalServerError: false, http.StatusServiceUnavailable: false,
		http.StatusBadGateway: true, http.StatusGatewayTimeout: true, 524: true,
	} {
		if got := operator.MayBeMade(fmt.Errorf("create role: %w", &operator.Error{Status: status})); got != want {
			t.Errorf("status %d: %t", status, got)
		}
	}
	if !operator.MayBeMade(io.ErrUnexpectedEOF) {
		t.Error("no answer: false")
	}
}
