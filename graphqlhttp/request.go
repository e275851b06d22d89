package graphqlhttp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"accountql/nesting"
)

// parameters are what a GraphQL request consists of, wherever in the HTTP request they stood.
type parameters struct {
	query         string
	operationName string
	variables     map[string]any
	extensions    map[string]any
	// documentID names a persisted document instead of query. hash, out of extensions, does that too, or goes with query.
	documentID, hash string
}

// parameters reads the GraphQL request out of r: the URL of a GET, the body of a POST.
//
// No check for cross-site requests is needed beside the media type: a page of another origin can't set Authorization
// without a preflight that CORS must grant, and nothing else, no cookie least of all, authenticates.
func (h *handler) parameters(w http.ResponseWriter, r *http.Request) (parameters, *refusal) {
	switch r.Method {
	case http.MethodGet:
		if len(r.URL.RawQuery) > h.limits.BodyBytes {
			return parameters{}, refuse(http.StatusRequestURITooLong, "The URL is longer than this server takes; use POST.")
		}
		return parametersOfURL(r.URL.RawQuery)
	case http.MethodPost:
		if refused := checkContentType(r.Header); refused != nil {
			return parameters{}, refused
		}
		return h.parametersOfBody(w, r)
	default:
		return parameters{}, refuse(http.StatusMethodNotAllowed, "Use POST, or GET for queries.").with("Allow", "GET, POST")
	}
}

// checkContentType lets through bodies of JSON in UTF-8 alone. What a form of another site can send without a
// preflight (urlencoded, multipart, text/plain) is refused by it.
func checkContentType(header http.Header) *refusal {
	const status = http.StatusUnsupportedMediaType
	if encoding := header.Get("Content-Encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return refuse(status, "The body must come without a Content-Encoding.")
	}
	values := header.Values("Content-Type")
	if len(values) != 1 {
		return refuse(status, "Send one Content-Type: application/json.")
	}
	mediaType, options, err := mime.ParseMediaType(values[0])
	if err != nil || mediaType != mediaJSON {
		return refuse(status, "Content-Type must be application/json.")
	}
	if charset, ok := options["charset"]; ok && !strings.EqualFold(charset, "utf-8") {
		return refuse(status, "The charset of application/json must be utf-8.")
	}
	return nil
}

// pooledBytes is the largest buffer worth keeping for the next request.
const pooledBytes = 64 << 10

func (h *handler) parametersOfBody(w http.ResponseWriter, r *http.Request) (parameters, *refusal) {
	if r.ContentLength > int64(h.limits.BodyBytes) {
		return parameters{}, h.tooLarge()
	}
	body := h.buffers.Get().(*bytes.Buffer)
	defer func() {
		if body.Cap() <= pooledBytes {
			body.Reset()
			h.buffers.Put(body)
		}
	}()
	if _, err := body.ReadFrom(http.MaxBytesReader(w, r.Body, int64(h.limits.BodyBytes))); err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return parameters{}, h.tooLarge()
		}
		return parameters{}, refuse(http.StatusBadRequest, "The body could not be read to its end.")
	}
	return decodeParameters(body.Bytes())
}

func (h *handler) tooLarge() *refusal {
	message := fmt.Sprintf("The body is larger than %d bytes.", h.limits.BodyBytes)
	return refuse(http.StatusRequestEntityTooLarge, message)
}

// decodeParameters decodes the body of a POST. Names are compared exactly, unlike encoding/json does with a struct;
// unknown ones are passed over, as the specification asks, and the last of two equal ones counts. No result shares
// memory with body.
func decodeParameters(body []byte) (parameters, *refusal) {
	const status = http.StatusBadRequest
	switch {
	case len(body) == 0:
		return parameters{}, refuse(status, "The body is empty.")
	case bytes.HasPrefix(body, []byte("\xef\xbb\xbf")):
		return parameters{}, refuse(status, "The body starts with a byte order mark, which JSON must not.")
	case !utf8.Valid(body):
		return parameters{}, refuse(status, "The body is not valid UTF-8.")
	case nesting.Exceeds(body, maxNesting):
		return parameters{}, tooDeep()
	}
	decoder := newDecoder(bytes.NewReader(body))
	switch start, err := decoder.Token(); {
	case err != nil:
		return parameters{}, notJSON()
	case start == json.Delim('['):
		return parameters{}, refuse(status, "Batches are not taken: send one request at a time, as a JSON object.")
	case start != json.Delim('{'):
		return parameters{}, refuse(status, "The body must be a JSON object.")
	}
	var p parameters
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return parameters{}, notJSON()
		}
		if refused := p.decode(name, decoder); refused != nil {
			return parameters{}, refused
		}
	}
	if _, err := decoder.Token(); err != nil {
		return parameters{}, notJSON()
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return parameters{}, refuse(status, "The body goes on after the JSON object.")
	}
	return p.complete()
}

// maxNesting is twice as deep as anything that is taken here.
const maxNesting = 64

func tooDeep() *refusal {
	return refuse(http.StatusBadRequest, fmt.Sprintf("The JSON is more than %d levels deep.", maxNesting))
}

// decode reads the value that follows name in the body.
func (p *parameters) decode(name json.Token, decoder *json.Decoder) *refusal {
	switch name {
	case "query":
		return decodeValue(decoder, &p.query, "query must be a string.")
	case "operationName":
		return decodeValue(decoder, &p.operationName, "operationName must be a string or null.")
	case "documentId", "doc_id": // The specification's name, and Relay's.
		return decodeValue(decoder, &p.documentID, "documentId must be a string or null.")
	case "variables":
		return decodeValue(decoder, &p.variables, "variables must be an object or null.")
	case "extensions":
		return decodeValue(decoder, &p.extensions, "extensions must be an object or null.")
	default:
		var ignored json.RawMessage
		return decodeValue(decoder, &ignored, "")
	}
}

// decodeValue decodes one JSON value in the place of an earlier one, null too; a value of another type is refused with
// the message wrongType.
func decodeValue[T any](decoder *json.Decoder, into *T, wrongType string) *refusal {
	*into = *new(T)
	err := decoder.Decode(into)
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return refuse(http.StatusBadRequest, wrongType)
	}
	if err != nil {
		return notJSON()
	}
	return nil
}

// parametersOfURL decodes the query string of a GET. Variables and extensions are JSON text in it.
func parametersOfURL(rawQuery string) (parameters, *refusal) {
	values, err := url.ParseQuery(rawQuery)
	if err != nil {
		return parameters{}, refuse(http.StatusBadRequest, "The query string of the URL is malformed.")
	}
	// The document cache keeps queries, and must not keep the rest of a URL with them.
	p := parameters{query: strings.Clone(values.Get("query")), operationName: values.Get("operationName"), documentID: values.Get("documentId")}
	if !utf8.ValidString(p.query) || !utf8.ValidString(p.operationName) {
		return parameters{}, refuse(http.StatusBadRequest, "The query string of the URL is not valid UTF-8.")
	}
	if nesting.Exceeds([]byte(values.Get("variables")), maxNesting) || nesting.Exceeds([]byte(values.Get("extensions")), maxNesting) {
		return parameters{}, tooDeep()
	}
	if !decodeObject(values.Get("variables"), &p.variables) {
		return parameters{}, refuse(http.StatusBadRequest, "variables must be the JSON text of an object or null.")
	}
	if !decodeObject(values.Get("extensions"), &p.extensions) {
		return parameters{}, refuse(http.StatusBadRequest, "extensions must be the JSON text of an object or null.")
	}
	return p.complete()
}

// decodeObject decodes the JSON text of an object or of null, and tells whether it was one. No text stands for null.
func decodeObject(text string, into *map[string]any) bool {
	if text == "" {
		return true
	}
	decoder := newDecoder(strings.NewReader(text))
	if !utf8.ValidString(text) || decoder.Decode(into) != nil {
		return false
	}
	_, err := decoder.Token()
	return errors.Is(err, io.EOF)
}

func (p parameters) complete() (parameters, *refusal) {
	var refused *refusal
	if p.hash, refused = hashIn(p.extensions); refused != nil {
		return parameters{}, refused
	}
	switch {
	case p.query == "" && p.documentID == "" && p.hash == "":
		return parameters{}, refuse(http.StatusBadRequest, "The request has no query.")
	case p.query != "" && p.documentID != "":
		return parameters{}, refuse(http.StatusBadRequest, "Send either query or documentId.")
	}
	return p, nil
}

// newDecoder returns a decoder that leaves numbers as they were written, so that none loses digits on its way to Logto.
func newDecoder(r io.Reader) *json.Decoder {
	decoder := json.NewDecoder(r)
	decoder.UseNumber()
	return decoder
}

func notJSON() *refusal {
	return refuse(http.StatusBadRequest, "The body is not valid JSON.")
}
