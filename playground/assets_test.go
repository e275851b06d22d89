package playground_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"os"
	"path"
	"regexp"
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

func TestAssetsMayBeKept(t *testing.T) {
	t.Parallel()
	handler := playground.New(playground.Options{})
	_, page := getPage(t, handler)
	for name, target := range assetPaths(page) {
		response := do(t, handler, http.MethodGet, target, http.Header{"Accept-Encoding": {"gzip"}})
		got := []string{response.Header().Get("Cache-Control"), response.Header().Get("Content-Encoding")}
		if diff := cmp.Diff([]string{"public, max-age=31536000, immutable", "gzip"}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
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
