package playground_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/playground"
)

// assetPaths returns what the page loads and links to, by file name.
func assetPaths(page string) map[string]string {
	paths := map[string]string{}
	for _, match := range regexp.MustCompile(`(?:src|href)="(/[^"]*)"`).FindAllStringSubmatch(page, -1) {
		paths[path.Base(match[1])] = match[1]
	}
	return paths
}

// pinnedSums reads the sums that update-assets.sh holds its downloads against.
func pinnedSums(t *testing.T) map[string]string {
	t.Helper()
	content, err := os.ReadFile("assets/SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{}
	for line := range strings.Lines(string(content)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		sums[name] = sum
	}
	return sums
}

func TestAssetsArePinned(t *testing.T) {
	t.Parallel()
	handler := playground.New(playground.Options{})
	_, page := getPage(t, handler)
	got := map[string]string{}
	for name, target := range assetPaths(page) {
		if name == "page.js" || name == "page.css" { // Our own.
			continue
		}
		sum := sha256.Sum256(do(t, handler, http.MethodGet, target, nil).Body.Bytes())
		got[name] = hex.EncodeToString(sum[:])
	}
	if diff := cmp.Diff(pinnedSums(t), got); diff != "" {
		t.Errorf("assets of the page against assets/SHA256SUMS (-want +got):\n%s", diff)
	}
}

func TestAssetsAreServedBothWays(t *testing.T) {
	t.Parallel()
	handler := playground.New(playground.Options{})
	_, page := getPage(t, handler)
	types := map[string]string{
		".js":  "text/javascript; charset=utf-8",
		".css": "text/css; charset=utf-8",
		".txt": "text/plain; charset=utf-8",
	}
	for name, target := range assetPaths(page) {
		plain := do(t, handler, http.MethodGet, target, nil)
		packed := do(t, handler, http.MethodGet, target, http.Header{"Accept-Encoding": {"gzip, deflate, br"}})
		length := strconv.Itoa(packed.Body.Len())
		want := []string{
			"200", types[path.Ext(name)], "public, max-age=31536000, immutable", "Accept-Encoding", "", "",
			"200", types[path.Ext(name)], "public, max-age=31536000, immutable", "Accept-Encoding", "gzip", length,
		}
		var got []string
		for _, response := range []*httptest.ResponseRecorder{plain, packed} {
			got = append(got, strconv.Itoa(response.Code))
			for _, header := range []string{"Content-Type", "Cache-Control", "Vary", "Content-Encoding", "Content-Length"} {
				got = append(got, response.Header().Get(header))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s, plain and compressed (-want +got):\n%s", name, diff)
		}
		content := plain.Body.Bytes()
		if got := gunzip(t, packed.Body); len(content) == 0 || !bytes.Equal(got, content) {
			t.Errorf("%s: %d bytes plain and %d bytes uncompressed again are not the same", name, len(content), len(got))
		}
	}
}

func gunzip(t *testing.T, compressed io.Reader) []byte {
	t.Helper()
	reader, err := gzip.NewReader(compressed)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestEncodingIsNegotiated(t *testing.T) {
	t.Parallel()
	handler := playground.New(playground.Options{})
	_, page := getPage(t, handler)
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
		response := do(t, handler, http.MethodGet, assetPaths(page)["page.js"], http.Header{"Accept-Encoding": {accept}})
		if got := response.Header().Get("Content-Encoding"); got != want {
			t.Errorf("Accept-Encoding %q: got Content-Encoding %q, want %q", accept, got, want)
		}
	}
}

// Scripts may name addresses without loading them; a style sheet loads what it
// names.
func TestStylesLoadNothing(t *testing.T) {
	t.Parallel()
	handler := playground.New(playground.Options{})
	_, page := getPage(t, handler)
	loads := regexp.MustCompile(`(?i)@import|url\(\s*["']?([^"')]{0,5})`)
	for _, name := range []string{"graphiql.min.css", "page.css"} {
		styles := do(t, handler, http.MethodGet, assetPaths(page)[name], nil).Body.String()
		for _, match := range loads.FindAllStringSubmatch(styles, -1) {
			if match[1] != "data:" {
				t.Errorf("%s loads something: %s", name, match[0])
			}
		}
	}
}
