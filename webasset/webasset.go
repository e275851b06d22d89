// Package webasset serves files that are embedded in the program, to browsers,
// which get them compressed.
package webasset

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// File is a file as it is sent. It tells neither caches nor browsers what to do
// with it.
type File struct {
	contentType string
	compressed  []byte
}

// Load reads all files, by their paths. Those that are stored compressed, which
// their name tells by ".gz", lose that suffix. It panics on what can't be: an
// embedded file that can't be read.
func Load(files fs.FS) map[string]*File {
	loaded := map[string]*File{}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		name, stored := strings.CutSuffix(name, ".gz")
		if !stored {
			content = compress(content)
		}
		loaded[name] = &File{contentType: contentType(name), compressed: content}
		return nil
	})
	if err != nil {
		panic(fmt.Errorf("load embedded files: %w", err))
	}
	return loaded
}

func compress(content []byte) []byte {
	var buffer bytes.Buffer
	w := gzip.NewWriter(&buffer)
	_, _ = w.Write(content) // A buffer takes everything.
	_ = w.Close()
	return buffer.Bytes()
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	default:
		return "text/plain; charset=utf-8"
	}
}

// Hash is short, and another one when the file is another one.
func (f *File) Hash() string {
	sum := sha256.Sum256(f.compressed)
	return hex.EncodeToString(sum[:8])
}

// ServeHTTP sends the file compressed to those who accept gzip, and uncompressed
// to others.
func (f *File) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.contentType)
	h.Set("Vary", "Accept-Encoding")
	if acceptsGzip(r.Header.Values("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(f.compressed)))
		_, _ = w.Write(f.compressed) // Whoever asked has gone.
		return
	}
	reader, err := gzip.NewReader(bytes.NewReader(f.compressed))
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	_, _ = io.Copy(w, reader) // Whoever asked has gone.
}

// Immutable tells browsers to keep for good what next sends: its address must
// change with its content.
func Immutable(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		next.ServeHTTP(w, r)
	})
}

// acceptsGzip reads Accept-Encoding (RFC 9110, section 12.5.3): gzip or * in
// the list, unless with a weight of zero.
func acceptsGzip(headers []string) bool {
	accepts := map[string]bool{}
	for coding := range strings.SplitSeq(strings.ToLower(strings.Join(headers, ",")), ",") {
		name, parameters, _ := strings.Cut(coding, ";")
		weight, weighted := strings.CutPrefix(strings.TrimSpace(parameters), "q=")
		quality, err := strconv.ParseFloat(weight, 64)
		accepts[strings.TrimSpace(name)] = !weighted || err == nil && quality > 0
	}
	gzip, named := accepts["gzip"]
	return gzip || !named && accepts["*"]
}
