package playground

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// The npm files are stored compressed, which is how browsers get them;
// update-assets.sh brings them here.
//
//go:embed assets/*.gz page/page.css page/page.js
var assetFiles embed.FS

// asset is a file that the page loads.
type asset struct {
	name string
	// path holds a hash of the content, so that browsers may keep it for good.
	path       string
	compressed []byte
}

// loadAssets panics on what can't be: a file that is embedded and can't be read.
func loadAssets() []asset {
	var assets []asset
	err := fs.WalkDir(assetFiles, ".", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := assetFiles.ReadFile(file)
		if err != nil {
			return err
		}
		name, stored := strings.CutSuffix(path.Base(file), ".gz")
		if !stored {
			content = compress(content)
		}
		hash := sha256.Sum256(content)
		assets = append(assets, asset{
			name:       name,
			path:       fmt.Sprintf("/playground/%s/%s", hex.EncodeToString(hash[:8]), name),
			compressed: content,
		})
		return nil
	})
	if err != nil {
		panic(fmt.Errorf("load embedded assets: %w", err))
	}
	return assets
}

func compress(content []byte) []byte {
	var buffer bytes.Buffer
	w := gzip.NewWriter(&buffer)
	_, _ = w.Write(content) // A buffer takes everything.
	_ = w.Close()
	return buffer.Bytes()
}

func (a asset) contentType() string {
	switch path.Ext(a.name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	default:
		return "text/plain; charset=utf-8"
	}
}

// ServeHTTP sends the file as it is stored to those who accept gzip, and
// uncompressed to others.
func (a asset) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.contentType())
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	if acceptsGzip(r.Header.Values("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(a.compressed)))
		_, _ = w.Write(a.compressed) // Whoever asked has gone.
		return
	}
	reader, err := gzip.NewReader(bytes.NewReader(a.compressed))
	if err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	_, _ = io.Copy(w, reader) // Whoever asked has gone.
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
