package logtotest

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// recordedAt is when the recordings end, by the clock of the Logto recorded. The
// simulator's clock is set to it, so that what was in the future then still is.
var recordedAt = time.UnixMilli(1795335800000)

// unanswered lists the recordings that the simulator doesn't answer as Logto did,
// with the reason.
var unanswered = map[string]string{}

// exchange is one recorded request with Logto's answer to it.
type exchange struct {
	Name    string
	Request struct {
		Method, Path string
		Headers      map[string]string
		// Body is decoded JSON, or the raw text of anything else.
		Body any
	}
	Response struct {
		Status  int
		Headers map[string]string
		Body    any
	}
}

// stage is the server with one recording about to be replayed on it. The setup
// changes both.
type stage struct {
	*testing.T
	*Server
	exchange
	// all are the recordings by name.
	all map[string]exchange
	// clientID and secret are what Basic authentication stands for.
	clientID, secret string
}

// TestReplay sends every recorded request to the simulator, after setting up what
// it was sent to, and compares the whole answer.
func TestReplay(t *testing.T) {
	t.Parallel()
	server, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	recordings := loadExchanges(t, server)
	fresh := server.tenant
	for name, recording := range recordings {
		reason, excused := unanswered[name]
		t.Run(name, func(t *testing.T) {
			fresh.restore(server)
			difference := replay(t, server, recording, recordings)
			switch {
			case excused && difference == "":
				t.Errorf("is answered as recorded, so it is no longer to be excused: %s", reason)
			case !excused && difference != "":
				t.Errorf("%s %s: answer differs (-recorded +simulated):\n%s", recording.Request.Method, recording.Request.Path, difference)
			}
		})
	}
	for name := range unanswered {
		if _, known := recordings[name]; known {
			continue
		}
		t.Errorf("unanswered names %q, which is no recording", name)
	}
	checkGlobs(t, recordings)
}

// checkGlobs keeps the tables from naming recordings that there are none of.
func checkGlobs(t *testing.T, recordings map[string]exchange) {
	t.Helper()
	patterns := []string{}
	for _, setup := range setups {
		patterns = append(patterns, setup.recording)
	}
	for _, rule := range volatile {
		patterns = append(patterns, rule.recording)
	}
	for _, pattern := range patterns {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(recordings)), func(name string) bool { return glob(pattern, name) }) {
			t.Errorf("no recording is named like %q", pattern)
		}
	}
}

// loadExchanges reads the recordings by name, with what belongs to the recorded
// instance (its address, its applications) replaced by the simulator's own.
func loadExchanges(t *testing.T, server *Server) map[string]exchange {
	t.Helper()
	files, err := filepath.Glob("../testdata/exchanges/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("find recordings: %d files, %v", len(files), err)
	}
	ours := strings.NewReplacer(
		"http://localhost:3001", server.Endpoint,
		"57wgg4c6bqawm1zkus45z", server.AppID,
		"6axffv8n513fg97nk4x5g", server.AppID,
		"h88gq7mr7t0v7hv6jcocw", server.ExchangeClientID,
		"6496ec90380o6q49dcr6i", server.ThirdPartyClientID,
	)
	recordings := map[string]exchange{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var recording exchange
		if err := json.Unmarshal([]byte(ours.Replace(string(raw))), &recording); err != nil {
			t.Fatalf("decode %s: %v", file, err)
		}
		recordings[recording.Name] = recording
	}
	return recordings
}

// replay sets up, sends and returns how the answer differs, "" if it doesn't.
func replay(t *testing.T, server *Server, recording exchange, all map[string]exchange) string {
	s := &stage{T: t, Server: server, exchange: recording, all: all}
	request := s.prepare()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := response.Body.Close(); err != nil {
			t.Error(err)
		}
	}()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	want := object{"status": float64(recording.Response.Status), "headers": maps.Clone(recording.Response.Headers), "body": recording.Response.Body}
	got := object{"status": float64(response.StatusCode), "headers": headersOf(response, recording), "body": decodeBody(raw, response)}
	return cmp.Diff(want, s.settle("", got, want))
}

// prepare sets up the state and makes the request.
func (s *stage) prepare() *http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.populate()
	s.setUp()
	request, err := http.NewRequestWithContext(s.Context(), s.Request.Method, s.Endpoint+s.Request.Path, strings.NewReader(s.requestBody()))
	if err != nil {
		s.Fatal(err)
	}
	for key, value := range s.Request.Headers {
		request.Header.Set(key, value)
	}
	if authorization := s.authorization(); authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	return request
}

// repeated is how the recordings abbreviate a long text.
var repeated = regexp.MustCompile(`"(.) repeated (\d+) times"`)

func (s *stage) requestBody() string {
	body := s.Request.Body
	if body == nil {
		return ""
	}
	if text, isText := body.(string); isText {
		return s.fillForm(text)
	}
	return repeated.ReplaceAllStringFunc(string(encodeJSON(body)), func(found string) string {
		parts := repeated.FindStringSubmatch(found)
		times, err := strconv.Atoi(parts[2])
		if err != nil {
			s.Fatal(err)
		}
		return `"` + strings.Repeat(parts[1], times) + `"`
	})
}

var jwtPlaceholder = regexp.MustCompile(`<jwt (\{.*?\}\})>`)

// fillForm replaces the placeholders in a token request's body.
func (s *stage) fillForm(body string) string {
	body = strings.ReplaceAll(body, "<client_secret>", s.AppSecret)
	return jwtPlaceholder.ReplaceAllStringFunc(body, func(found string) string {
		var recorded struct{ Header, Payload object }
		if err := json.Unmarshal([]byte(jwtPlaceholder.FindStringSubmatch(found)[1]), &recorded); err != nil {
			s.Fatalf("decode %s: %v", found, err)
		}
		delete(recorded.Header, "kid")
		recorded.Payload["iat"], recorded.Payload["exp"] = s.seconds(), s.seconds()+tokenLifetime
		return s.mint(recorded.Header, recorded.Payload)
	})
}

// authorization is the real header for the recorded placeholder.
func (s *stage) authorization() string {
	userID := ""
	if parts := strings.Split(s.Request.Path, "/"); len(parts) > 3 {
		userID = parts[3]
	}
	switch placeholder := s.Request.Headers["authorization"]; placeholder {
	case "":
		return ""
	case "Basic <client_id:client_secret>":
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(s.clientID+":"+s.secret))
	case "Bearer <management-api-token>":
		return "Bearer " + s.accessToken(s.AppID, s.AppID, ManagementResource, "all")
	case "Bearer <management audience, empty scope>":
		return "Bearer " + s.accessToken(s.AppID, s.AppID, ManagementResource, "")
	case "Bearer <management audience, app without role>":
		return "Bearer " + s.accessToken(s.PowerlessAppID, s.PowerlessAppID, ManagementResource, "")
	case "Bearer <token for account resource>":
		return "Bearer " + s.accessToken(s.AppID, s.AppID, AccountResource, "account:read account:write")
	case "Bearer <user access token for account resource>":
		return "Bearer " + s.accessToken(userID, s.ExchangeClientID, AccountResource, "account:read account:write")
	case "Bearer <ID token>":
		return "Bearer " + s.idToken(userID, s.ExchangeClientID)
	case "Bearer <token signed by a key that was dropped>":
		return "Bearer " + s.accessToken(s.AppID, s.AppID, ManagementResource, "all", SignedWith(s.newKey()))
	default:
		if !strings.HasPrefix(placeholder, "Bearer ") || strings.Contains(placeholder, "<") {
			s.Fatalf("recording has %q, for which nothing is known to stand", placeholder)
		}
		return placeholder
	}
}

func (s *stage) newKey() *Key {
	key, err := NewKey("ES384")
	if err != nil {
		s.Fatal(err)
	}
	return key
}

func (s *stage) opaque(u *user, scope string) string {
	return s.issueOpaque(&tokenGrant{userID: u.id(), clientID: s.ExchangeClientID, scope: scope, expires: s.seconds() + tokenLifetime})
}

// headersOf picks the headers that were recorded. An entity tag depends on the
// order of the keys, so that its presence is all that can be compared. Of several
// Link headers some recordings kept the last one.
func headersOf(response *http.Response, recording exchange) map[string]string {
	headers := map[string]string{}
	for key, recorded := range recording.Response.Headers {
		values := response.Header.Values(key)
		switch {
		case len(values) == 0:
		case key == "etag", key == "link" && values[len(values)-1] == recorded:
			headers[key] = recorded
		default:
			headers[key] = strings.Join(values, ", ")
		}
	}
	return headers
}

// decodeBody is JSON decoded, text as it is, and nil for nothing.
func decodeBody(raw []byte, response *http.Response) any {
	if len(raw) == 0 {
		return nil
	}
	var body any
	if strings.Contains(response.Header.Get("Content-Type"), "json") && json.Unmarshal(raw, &body) == nil {
		return body
	}
	return string(raw)
}
