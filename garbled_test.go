package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// garble answers what is asked for by these bytes alone. The text asked is a part of
// the method with the path.
func (p *proxy) garble(t *testing.T, asked, answer string) {
	p.intercept(func(rw http.ResponseWriter, r *http.Request, next http.Handler) {
		if !strings.Contains(r.Method+" "+r.URL.Path, asked) {
			next.ServeHTTP(rw, r)
			return
		}
		connection, _, err := rw.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer connection.Close()
		if _, err := io.WriteString(connection, answer); err != nil {
			t.Error(err)
		}
		_, _ = io.Copy(io.Discard, connection) // Until the server has given it up.
	})
}

// TestGarbledAnswersStayOutOfTheLog: what can't be read of an answer may be the rest of
// another one, with all that Logto knows in it.
func TestGarbledAnswersStayOutOfTheLog(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]string{
		"no HTTP":         "planted secret\r\n\r\n",
		"status":          "HTTP/1.1 planted secret\r\n\r\n",
		"no header":       "HTTP/1.1 200 OK\r\nplanted\r\n\r\n",
		"character":       "HTTP/1.1 200 OK\r\nX: planted\x00\r\n\r\n",
		"length":          "HTTP/1.1 200 OK\r\nContent-Length: planted\r\n\r\n",
		"encoding":        "HTTP/1.1 200 OK\r\nTransfer-Encoding: planted\r\n\r\n",
		"end of the body": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\nplanted\r\n\r\n",
	} {
		for _, asked := range []string{"GET /api/users/", "PATCH /api/users/", "/oidc/token", "/oidc/jwks"} {
			t.Run(name+" of "+asked, func(t *testing.T) {
				t.Parallel()
				w, p := newProxiedWorld(t)
				p.garble(t, asked, answer)
				if strings.HasPrefix(asked, "/oidc/") {
					w.advance(24 * time.Hour) // Keys and the tenant's settings are too old, and there is no token.
				}
				got := w.query(w.token("alice"), `mutation { updateProfile(input: {name: "A"}) { user { name } errors { code } } }`, nil)
				if said := got.body + w.log.String(); strings.Contains(said, "planted") {
					t.Errorf("%s", said)
				}
			})
		}
	}
}

// TestUnaskedAnswersStayOutOfTheLog, which net/http writes to by package log.
func TestUnaskedAnswersStayOutOfTheLog(t *testing.T) {
	t.Parallel()
	logto := newLogto(t)
	p := newProxy(t, logto.Endpoint)
	server := startReplica(t, logto, merged(processEnv(logto), env{"LOGTO_ENDPOINT": p.URL}))
	p.garble(t, "PATCH /api/users/", "HTTP/1.1 204 No Content\r\n\r\nplanted")
	_ = server.query(server.token("alice"), `mutation { updateProfile(input: {name: "A"}) { errors { code } } }`, nil)
	line := server.log.await(t, `.*Unsolicited response.*`)[0]
	if !strings.Contains(line, `level=WARN msg="a library reports" report="Unsolicited response`) || strings.Contains(server.log.String(), "planted") {
		t.Errorf("%s", server.log)
	}
}
