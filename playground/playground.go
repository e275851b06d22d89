// Package playground serves GraphiQL, a page for trying GraphQL operations. The
// page loads nothing from elsewhere, so it works without a network, and its
// content security policy lets it reach this server alone.
package playground

import (
	"bytes"
	"crypto/rand"
	_ "embed"
	"html/template"
	"net/http"
)

//go:embed page/page.html
var pageHTML string

// Options say what the page is about.
type Options struct {
	// GraphQLPath is where this server answers GraphQL: "/graphql".
	GraphQLPath string
	// Token makes the token that stands in the token box at first; nil leaves the
	// box empty. It is readable by whoever can load the page, so it is for
	// demonstrations only.
	Token func() string
}

// New returns a handler of the page at "/" and of what it loads under
// "/playground/". It answers 404 to every other path. The editor starts with a tab
// of everything that a settings page shows, and one for each flow.
func New(options Options) http.Handler {
	page := template.Must(template.New("page").Parse(pageHTML))
	mux := http.NewServeMux()
	urls, tabs := handleAssets(mux), encodeTabs()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		data := pageData{GraphQLPath: options.GraphQLPath, Tabs: tabs, URLs: urls, StyleNonce: rand.Text()}
		if options.Token != nil {
			data.Token = options.Token()
		}
		servePage(w, page, data)
	})
	return mux
}

type pageData struct {
	GraphQLPath, Tabs, Token string
	// URLs are the assets' by their names.
	URLs map[string]string
	// StyleNonce is for the style elements that GraphiQL's dialogs make.
	StyleNonce string
}

func servePage(w http.ResponseWriter, page *template.Template, data pageData) {
	var body bytes.Buffer
	if err := page.Execute(&body, data); err != nil {
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store") // The nonce is for one load, the token for nobody else.
	h.Set("Content-Security-Policy", contentSecurityPolicy(data.StyleNonce))
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	_, _ = body.WriteTo(w) // Whoever asked has gone.
}

// contentSecurityPolicy allows what GraphiQL needs and nothing from elsewhere:
// its fonts and icons are data URLs.
func contentSecurityPolicy(styleNonce string) string {
	return "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" + styleNonce + "'; connect-src 'self'; " +
		"img-src 'self' data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}
