package graphqlhttp

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// writeRefusal answers a request of which nothing was executed: without data, as the specification asks.
func writeRefusal(ctx context.Context, w http.ResponseWriter, mediaType string, refused *refusal) {
	noteRefusal(ctx, refused)
	if refused.name != "" {
		w.Header().Set(refused.name, refused.value)
	}
	status := refused.status
	if refused.document && mediaType == mediaJSON {
		status = http.StatusOK
	}
	write(w, mediaType, status, []byte(`{"errors":`), encodeErrors(refused.errors), []byte(`}`))
}

// writeResponse answers a request that was executed. The data goes out as gqlgen wrote it, without another pass over it.
func writeResponse(w http.ResponseWriter, mediaType string, response *graphql.Response) {
	data := []byte(response.Data)
	if data == nil {
		data = []byte("null")
	}
	if len(response.Errors) == 0 {
		write(w, mediaType, http.StatusOK, []byte(`{"data":`), data, []byte(`}`))
		return
	}
	if seconds := retryAfter(response.Errors); seconds > 0 && isEmpty(data) {
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
	}
	write(w, mediaType, http.StatusOK,
		[]byte(`{"errors":`), encodeErrors(response.Errors), []byte(`,"data":`), data, []byte(`}`))
}

// write sends an answer whose body is the parts in a row.
func write(w http.ResponseWriter, mediaType string, status int, parts ...[]byte) {
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	header := w.Header()
	header.Set("Content-Type", mediaType+"; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(size))
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Add("Vary", "Accept")
	w.WriteHeader(status)
	for _, part := range parts {
		if _, err := w.Write(part); err != nil {
			return // The client has gone, and nobody is left to tell.
		}
	}
}

// encodeErrors encodes errors as JSON, without the escapes for HTML, which make messages hard to read in a terminal.
func encodeErrors(errs gqlerror.List) []byte {
	var encoded bytes.Buffer
	encoder := json.NewEncoder(&encoded)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(errs); err != nil {
		panic(err) // It takes an extension that is no JSON value, hence a bug of the presenter.
	}
	return bytes.TrimSuffix(encoded.Bytes(), []byte("\n"))
}

// retryAfter returns the longest wait that an error advises, in seconds.
func retryAfter(errs gqlerror.List) int {
	longest := 0
	for _, err := range errs {
		if seconds, ok := err.Extensions["retryAfterSeconds"].(int); ok {
			longest = max(longest, seconds)
		}
	}
	return longest
}

// isEmpty tells whether data holds nothing: it is null, or every root field is. The root fields of the schema are
// nullable, so that data itself is an object even if nothing could be read.
func isEmpty(data []byte) bool {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(data, &fields); err != nil {
		return false
	}
	for _, field := range fields {
		if string(field) != "null" {
			return false
		}
	}
	return true
}
