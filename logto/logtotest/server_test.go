package logtotest_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"accountql/logto/logtotest"
)

// reply is an answer with its body decoded, or as text if it is no JSON.
type reply struct {
	status int
	header http.Header
	body   any
}

// code is the error code of the body.
func (r reply) code() any {
	body, _ := r.body.(object)
	return body["code"]
}

// send makes a request over the network. A body is sent as JSON, or as it is if
// it is a string.
func send(t *testing.T, method, target string, body any, header http.Header) reply {
	t.Helper()
	result, err := try(t, method, target, body, header)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func try(t *testing.T, method, target string, body any, header http.Header) (reply, error) {
	t.Helper()
	raw, isText := body.(string)
	if !isText && body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		raw = string(encoded)
	}
	request, err := http.NewRequestWithContext(t.Context(), method, target, strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	for key, values := range header {
		request.Header[key] = values
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return reply{}, err
	}
	result := reply{status: response.StatusCode, header: response.Header, body: string(bytes.Clone(content))}
	var decoded any
	if json.Unmarshal(content, &decoded) == nil {
		result.body = decoded
	}
	return result, nil
}

// token asks the token endpoint.
func token(t *testing.T, server *logtotest.Server, form url.Values) reply {
	t.Helper()
	return send(t, http.MethodPost, server.Endpoint+"/oidc/token", form.Encode(),
		http.Header{"Content-Type": {"application/x-www-form-urlencoded"}})
}

func managementToken(t *testing.T, server *logtotest.Server) string {
	t.Helper()
	got := token(t, server, url.Values{
		"grant_type": {"client_credentials"}, "client_id": {server.AppID}, "client_secret": {server.AppSecret},
		"resource": {logtotest.ManagementResource}, "scope": {"all"},
	})
	if got.status != http.StatusOK {
		t.Fatalf("get management token: %v", got)
	}
	return got.body.(object)["access_token"].(string)
}

func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

// manage makes a Management API call over the network.
func manage(t *testing.T, server *logtotest.Server, method, path string, body any) reply {
	t.Helper()
	return send(t, method, server.Endpoint+path, body, bearer(managementToken(t, server)))
}

func TestClockMovesTokens(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	token := managementToken(t, server)
	path := server.Endpoint + "/api/users/" + server.Account("bob").ID
	if got := send(t, http.MethodGet, path, nil, bearer(token)); got.status != http.StatusOK {
		t.Fatalf("fresh token: %v", got)
	}
	before := server.Now()
	server.Advance(time.Hour + time.Second)
	if moved := server.Now().Sub(before); moved < time.Hour {
		t.Errorf("clock moved by %v", moved)
	}
	got := send(t, http.MethodGet, path, nil, bearer(token))
	if got.status != http.StatusUnauthorized || got.body.(object)["data"].(object)["code"] != "ERR_JWT_EXPIRED" {
		t.Errorf("expired token: %v", got)
	}
	server.Advance(-time.Hour)
	if got := send(t, http.MethodGet, path, nil, bearer(token)); got.status != http.StatusOK {
		t.Errorf("clock put back: %v", got)
	}
}

func TestOmitHasPassword(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	path := "/api/users/" + server.Account("bob").ID
	server.OmitHasPassword(true)
	if _, present := manage(t, server, http.MethodGet, path, nil).body.(object)["hasPassword"]; present {
		t.Error("older release shows hasPassword")
	}
	if got := manage(t, server, http.MethodGet, path+"/has-password", nil); !cmp.Equal(got.body, object{"hasPassword": true}) {
		t.Errorf("has-password: %v", got)
	}
}

func TestManage(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	server.Fail(logtotest.Fault{Status: http.StatusInternalServerError})
	path := "/api/users/" + server.Account("bob").ID
	status, body := server.Manage(http.MethodPatch, path, object{"name": "Robert"})
	if status != http.StatusOK || body.(object)["name"] != "Robert" {
		t.Errorf("PATCH: %d %v", status, body)
	}
	if status, _ := server.Manage(http.MethodDelete, path, nil); status != http.StatusNoContent {
		t.Errorf("DELETE: %d", status)
	}
	if status, body := server.Manage(http.MethodGet, "/api/nothing", nil); status != http.StatusNotFound || body != "Not Found" {
		t.Errorf("unknown route: %d %v", status, body)
	}
	if calls := server.Calls(); len(calls) != 0 {
		t.Errorf("counted: %v", calls)
	}
}

// TestRequests are about what precedes every handler.
func TestRequests(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	bob := "/api/users/" + server.Account("bob").ID
	forbidden := object{"message": "Object contains forbidden prototype property"}
	listRefused := object{
		"code": "guard.invalid_input", "message": "The request body is invalid.",
		"details": `Error in key path "": (invalid_type) Expected object but received array.`,
		"data": object{"name": "ZodError", "issues": []any{object{
			"code": "invalid_type", "expected": "object", "received": "array", "path": []any{}, "message": "Expected object, received array",
		}}},
	}
	for name, test := range map[string]struct {
		method, path string
		body         any
		status       int
		want         any
	}{
		"unknown route":     {"GET", "/api/nothing", nil, 404, "Not Found"},
		"wrong method":      {"PUT", "/api/users", nil, 405, "Method Not Allowed"},
		"body over 1 MB":    {"PATCH", bob, object{"customData": object{"x": strings.Repeat("x", 1<<20)}}, 404, "Not Found"},
		"cut JSON":          {"PATCH", bob, `{"name":`, 400, object{"message": "Unexpected end of JSON input"}},
		"no object":         {"PATCH", bob, `"name"`, 400, object{"message": "invalid JSON, only supports object and array"}},
		"list":              {"PATCH", bob, `[]`, 400, listRefused},
		"deep __proto__":    {"PATCH", bob, `{"customData":{"a":[{"__proto__":1}]}}`, 400, forbidden},
		"escaped __proto__": {"PATCH", bob, `{"customData":{"\u005f_proto__":1}}`, 400, forbidden},
		"NUL in key":        {"PATCH", bob + "/custom-data", object{"customData": object{"a\x00": 1}}, 500, object{"message": "Internal server error."}},
		"NUL in profile":    {"PATCH", bob + "/profile", object{"profile": object{"nickname": "\x00"}}, 500, object{"message": "Internal server error."}},
		"escaped slash":     {"GET", "/api/users/..%2Fapplications", nil, 404, object{"code": "entity.not_found", "message": "The resource does not exist."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := manage(t, server, test.method, test.path, test.body)
			if got.status != test.status || !cmp.Equal(got.body, test.want) {
				t.Errorf("got %d %v, want %d %v", got.status, got.body, test.status, test.want)
			}
		})
	}
}

func TestMethods(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	if got := manage(t, server, http.MethodPut, "/api/users", object{}); got.header.Get("Allow") != "HEAD, GET, POST" {
		t.Errorf("PUT: %v", got)
	}
	if got := manage(t, server, http.MethodHead, "/api/users/"+server.Account("bob").ID, nil); got.status != http.StatusOK || got.body != "" {
		t.Errorf("HEAD: %v", got)
	}
}

// TestEmptyIDListsUsers shows why a client must never let an empty id into a path.
func TestEmptyIDListsUsers(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	if _, isList := manage(t, server, http.MethodGet, "/api/users/", nil).body.([]any); !isList {
		t.Error("no list of users")
	}
}

func TestNotModified(t *testing.T) {
	t.Parallel()
	server := start(t, logtotest.Options{})
	target := server.Endpoint + "/api/users/" + server.Account("bob").ID
	header := bearer(managementToken(t, server))
	first := send(t, http.MethodGet, target, nil, header)
	header.Set("If-None-Match", first.header.Get("ETag"))
	if got := send(t, http.MethodGet, target, nil, header); got.status != http.StatusNotModified || got.body != "" {
		t.Errorf("unchanged: %v", got)
	}
	server.Manage(http.MethodPatch, "/api/users/"+server.Account("bob").ID, object{"name": "Robert"})
	if got := send(t, http.MethodGet, target, nil, header); got.status != http.StatusOK {
		t.Errorf("changed: %v", got)
	}
}
