package logtotest

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
)

// object is a JSON object, the only form in which the simulator keeps state.
type object = map[string]any

const (
	jsonType = "application/json; charset=utf-8"
	textType = "text/plain; charset=utf-8"
)

// response is an answer before it is written: a string body goes out as plain
// text, nil as no body, anything else as JSON.
type response struct {
	status int
	header http.Header
	body   any
}

func ok(body any) response { return response{status: http.StatusOK, body: body} }

func created(body any) response { return response{status: http.StatusCreated, body: body} }

func noContent() response { return response{status: http.StatusNoContent} }

// text answers as koa does for what no handler took: the status in words.
func text(status int) response { return response{status: status, body: http.StatusText(status)} }

// internalError is what Logto answers when PostgreSQL or its own code throws.
func internalError() response {
	return response{status: http.StatusInternalServerError, body: object{"message": "Internal server error."}}
}

// fail is Logto's ordinary error body, with the message that belongs to the code.
func fail(status int, code string) response {
	return response{status: status, body: object{"code": code, "message": messages[code]}}
}

func notFound() response { return fail(http.StatusNotFound, "entity.not_found") }

// with adds a field (data, details, message …) to an error's body.
func (r response) with(key string, value any) response {
	body := maps.Clone(r.body.(object))
	body[key] = value
	r.body = body
	return r
}

func (r response) withHeader(key, value string) response {
	header := r.header.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set(key, value)
	r.header = header
	return r
}

// answer is a response in bytes. Handlers' responses refer to state, so they
// become answers while the state is locked.
type answer struct {
	status      int
	header      http.Header
	contentType string
	body        []byte
}

// encode makes the answer, in the language asked for where it is known.
func (r response) encode(language string) answer {
	encoded := answer{status: r.status, header: r.header, contentType: jsonType}
	switch value := r.body.(type) {
	case nil:
		encoded.contentType = ""
		return encoded
	case string:
		encoded.contentType, encoded.body = textType, []byte(value)
		return encoded
	case object:
		code, _ := value["code"].(string)
		tag, _, _ := strings.Cut(strings.ToLower(language), "-")
		if translated, known := translations[tag][code]; known {
			r = r.with("message", translated)
		}
	}
	encoded.body = encodeJSON(r.body)
	return encoded
}

// write sends the answer as koa does, with an entity tag on successful reads (under
// /oidc on all reads) and 304 where the client has the same already.
func (a answer) write(w http.ResponseWriter, request *http.Request) {
	header := w.Header()
	header.Set("Vary", "Accept-Encoding, Origin")
	if a.contentType != "" {
		header.Set("Content-Type", a.contentType)
	}
	maps.Copy(header, a.header)
	found := a.status == http.StatusOK
	if request.Method == http.MethodGet && (found || strings.HasPrefix(request.URL.Path, "/oidc/")) {
		header.Set("ETag", entityTag(a.body))
		if found && request.Header.Get("If-None-Match") == header.Get("ETag") {
			header.Del("Content-Type")
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	w.WriteHeader(a.status)
	// The client may be gone, which is no concern of a server.
	_, _ = w.Write(a.body)
}

// encodeJSON writes JSON as JavaScript does: without escaping HTML.
func encodeJSON(value any) []byte {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		// State comes from JSON, so it always fits JSON.
		panic(fmt.Sprintf("logtotest: encode answer: %v", err))
	}
	return bytes.TrimSuffix(buffer.Bytes(), []byte("\n"))
}

// entityTag is npm's etag: the length in hex and a SHA-1 cut to 27 characters.
func entityTag(body []byte) string {
	sum := sha1.Sum(body)
	return fmt.Sprintf("%q", fmt.Sprintf("%x-%s", len(body), base64.StdEncoding.EncodeToString(sum[:])[:27]))
}
