package playground

import (
	"embed"
	"net/http"
	"path"

	"accountql/webasset"
)

// The npm files are stored compressed, which is how browsers get them;
// update-assets.sh brings them here.
//
//go:embed assets/*.gz page/page.css page/page.js
var assetFiles embed.FS

// handleAssets adds handlers of the files that the page loads, and returns their
// addresses by their names. An address holds a hash of the content, so that
// browsers may keep it for good.
func handleAssets(mux *http.ServeMux) map[string]string {
	urls := map[string]string{}
	for file, asset := range webasset.Load(assetFiles) {
		name := path.Base(file)
		urls[name] = "/playground/" + asset.Hash() + "/" + name
		mux.Handle("GET "+urls[name], webasset.Immutable(asset))
	}
	return urls
}
