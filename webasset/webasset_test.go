package webasset_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"accountql/webasset"
)

func compressed(t *testing.T, content string) []byte {
	t.Helper()
	var buffer bytes.Buffer
	w := gzip.NewWriter(&buffer)
	if _, err := io.WriteString(w, content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

func get(t *testing.T, handler http.Handler, accept string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	request.Header.Set("Accept-Encoding", accept)
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder
}

func TestFilesAreServedBothWays(t *testing.T) {
	t.Parallel()
	stored := map[string]string{
		"page.html": "text/html; charset=utf-8", "deep/page.js": "text/javascript; charset=utf-8", "page.css": "text/css; charset=utf-8",
		"icon.svg": "image/svg+xml", "licenses.md": "text/plain; charset=utf-8",
	}
	files := fstest.MapFS{}
	for name := range stored {
		files[name+".gz"] = &fstest.MapFile{Data: compressed(t, "stored compressed: "+name)}
	}
	stored["plain.txt"] = "text/plain; charset=utf-8"
	files["plain.txt"] = &fstest.MapFile{Data: []byte("stored compressed: plain.txt")}

	loaded := webasset.Load(files)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(stored)), slices.Sorted(maps.Keys(loaded))); diff != "" {
		t.Fatalf("names (-want +got):\n%s", diff)
	}
	hashes := map[string]bool{}
	for name, file := range loaded {
		hashes[file.Hash()] = true
		plain, packed := get(t, webasset.Immutable(file), ""), get(t, file, "gzip, br")
		reader, err := gzip.NewReader(bytes.NewReader(packed.Body.Bytes()))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got := []string{
			plain.Body.String(), plain.Header().Get("Content-Type"), plain.Header().Get("Content-Encoding"),
			plain.Header().Get("Vary"), plain.Header().Get("Cache-Control"),
			string(content), packed.Header().Get("Content-Type"), packed.Header().Get("Content-Encoding"),
			packed.Header().Get("Vary"), packed.Header().Get("Cache-Control"), packed.Header().Get("Content-Length"),
		}
		want := []string{
			"stored compressed: " + name, stored[name], "", "Accept-Encoding", "public, max-age=31536000, immutable",
			"stored compressed: " + name, stored[name], "gzip", "Accept-Encoding", "", strconv.Itoa(packed.Body.Len()),
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s, plain and compressed (-want +got):\n%s", name, diff)
		}
	}
	if len(hashes) != len(loaded) {
		t.Errorf("%d files have %d hashes", len(loaded), len(hashes))
	}
}

func TestEncodingIsNegotiated(t *testing.T) {
	t.Parallel()
	file := webasset.Load(fstest.MapFS{"page.js": &fstest.MapFile{Data: []byte("1")}})["page.js"]
	for accept, want := range map[string]string{
		"":                      "",
		"gzip":                  "gzip",
		"GZip":                  "gzip",
		"br;q=1.0, gzip;q=0.5":  "gzip",
		"br,gzip ; q=0.1":       "gzip",
		"*":                     "gzip",
		"identity":              "",
		"gzip;q=0":              "",
		"gzip;q=0.000, *":       "",
		"identity, *;q=0":       "",
		"gzip;q=much":           "",
		"x-gzip-of-another-age": "",
	} {
		if got := get(t, file, accept).Header().Get("Content-Encoding"); got != want {
			t.Errorf("Accept-Encoding %q: got Content-Encoding %q, want %q", accept, got, want)
		}
	}
}
