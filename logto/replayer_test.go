package logto_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/logto"
)

// exchange is a recorded request with its answer.
type exchange struct {
	Name    string
	Request struct {
		Method, Path string
		Body         json.RawMessage
	}
	Response struct {
		Status  int
		Headers map[string]string
		Body    json.RawMessage
	}
}

func load(t testing.TB) []exchange {
	t.Helper()
	files, err := filepath.Glob("testdata/exchanges/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("found no recordings: %v", err)
	}
	var exchanges []exchange
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var e exchange
		if err := json.Unmarshal(data, &e); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		exchanges = append(exchanges, e)
	}
	return exchanges
}

// requestBody is the body as it was sent: recordings hold what is no JSON as
// text, and tell the longest value in words.
func (e exchange) requestBody() []byte {
	var text *string
	if json.Unmarshal(e.Request.Body, &text) == nil {
		if text == nil {
			return nil
		}
		return []byte(*text)
	}
	return bytes.ReplaceAll(e.Request.Body, []byte("x repeated 1100000 times"), bytes.Repeat([]byte("x"), 1_100_000))
}

// endpoint finds the client's endpoint that a recording is of, and the values in
// its path.
func (e exchange) endpoint() (name string, values []string, query url.Values) {
	path, rawQuery, _ := strings.Cut(e.Request.Path, "?")
	query, _ = url.ParseQuery(rawQuery)
	got := strings.Split(path, "/")
	for _, name := range logto.EndpointNames() {
		method, template, _ := strings.Cut(name, " ")
		want := strings.Split(template, "/")
		if method != e.Request.Method || len(want) != len(got) {
			continue
		}
		values = nil
		matches := true
		for i := range want {
			if strings.HasPrefix(want[i], "{") {
				value, err := url.PathUnescape(got[i])
				matches = matches && err == nil
				values = append(values, value)
			} else {
				matches = matches && want[i] == got[i]
			}
		}
		if matches {
			return name, values, query
		}
	}
	return "", nil, nil
}

// replayer answers as recorded when it is asked what was recorded.
type replayer struct {
	exchange
	mu       sync.Mutex
	calls    int
	mismatch string
}

func (r *replayer) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	diff := r.compare(req)
	r.mu.Lock()
	r.calls++
	r.mismatch += diff
	r.mu.Unlock()
	for name, value := range r.Response.Headers {
		w.Header().Set(name, value)
	}
	w.WriteHeader(r.Response.Status)
	var text string
	switch {
	case string(r.Response.Body) == "null":
	case json.Unmarshal(r.Response.Body, &text) == nil:
		_, _ = io.WriteString(w, text)
	default:
		_, _ = w.Write(r.Response.Body)
	}
}

// compare tells how a request differs from the recorded one.
func (r *replayer) compare(req *http.Request) string {
	path, rawQuery, _ := strings.Cut(r.Request.Path, "?")
	query, err := url.ParseQuery(rawQuery)
	if err != nil {
		return err.Error()
	}
	if name, _, _ := r.endpoint(); name == "GET /api/users/{userId}" {
		// The client always asks for enterprise identities; most recordings don't.
		query.Set("includeSsoIdentities", "true")
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return err.Error()
	}
	type message struct {
		Method, Path, Authorization string
		Query                       url.Values
		Body                        any
	}
	want := message{r.Request.Method, strings.ReplaceAll(prefix, " ", "%20") + path, "Bearer management-token", query, loose(r.requestBody())}
	got := message{req.Method, req.URL.EscapedPath(), req.Header.Get("Authorization"), req.URL.Query(), loose(body)}
	return cmp.Diff(want, got)
}

// loose decodes JSON for comparison, and takes anything else as text.
func loose(data []byte) any {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var value any
	if decoder.Decode(&value) != nil {
		return string(data)
	}
	return value
}
