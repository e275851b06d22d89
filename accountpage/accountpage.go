// Package accountpage serves the reference account page: examples/account-page,
// built and embedded. Its content security policy lets it reach this server and
// the Logto where people sign in, and nothing else.
package accountpage

import (
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"strings"

	"accountql/webasset"
)

// The files are stored compressed, which is how browsers get them;
// update-assets.sh builds them.
//
//go:embed assets
var files embed.FS

// operationsFile is for servers, and not for browsers.
const operationsFile = "operations.json"

// Operations is the manifest of all that the page asks, in Apollo's format: servers
// that execute nothing but registered operations take it.
func Operations() ([]byte, error) {
	compressed, err := files.ReadFile("assets/" + operationsFile + ".gz")
	if err != nil {
		return nil, err
	}
	reader, err := gzip.NewReader(bytes.NewReader(compressed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(reader)
}

// Root is where the page is. It is built for this address.
const Root = "/account/"

// Options say where people sign in: Logto or Demo.
type Options struct {
	// GraphQLPath is where this server answers GraphQL: "/graphql".
	GraphQLPath string
	// SelfSuspension tells whether the page offers to suspend the account.
	SelfSuspension bool
	Logto          Logto
	// Demo, if not nil, takes Logto's place.
	Demo *Demo
}

// Logto is where people sign in.
type Logto struct {
	// Endpoint is Logto's address, as browsers reach it.
	Endpoint string
	// AppID is the page's own application in Logto, a single-page application.
	AppID string
	// Resource is the API resource that stands for this server.
	Resource string
}

// Demo lets people act as its users without signing in.
type Demo struct {
	// Users makes their tokens, which whoever can load the page can read.
	Users func() []User
	// Simulator answers POST /sign-in, with a fresh sign-in, and GET /messages, with
	// the codes that were "sent".
	Simulator http.Handler
}

// User is somebody to act as.
type User struct {
	Name  string `json:"name"`
	Token string `json:"token"`
	// Password is empty when there is none.
	Password string `json:"password"`
}

// New returns a handler of the page, of the addresses below it that Logto and
// social providers send people back to, and of what it loads. It panics on files
// that lack the page.
func New(options Options) http.Handler {
	assets, err := fs.Sub(files, "assets")
	if err != nil {
		panic(err) // There is no other name in it.
	}
	mux := http.NewServeMux()
	loaded := webasset.Load(assets)
	page := loaded["index.html"]
	delete(loaded, "index.html")
	delete(loaded, operationsFile)
	for name, file := range loaded {
		mux.Handle("GET "+Root+name, webasset.Immutable(file)) // Their names hold hashes.
	}
	policy := options.contentSecurityPolicy()
	mux.HandleFunc("GET "+Root+"{view...}", func(w http.ResponseWriter, r *http.Request) {
		if !isView(r.PathValue("view")) {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("Content-Security-Policy", policy)
		page.ServeHTTP(w, r)
	})
	mux.HandleFunc("GET "+Root+"config.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Cache-Control", "no-store")
		_ = json.NewEncoder(w).Encode(options.settings()) // Whoever asked has gone.
	})
	if options.Demo != nil {
		simulator := http.StripPrefix(Root+"simulator", options.Demo.Simulator)
		mux.Handle("POST "+Root+"simulator/sign-in", simulator)
		mux.Handle("GET "+Root+"simulator/messages", simulator)
	}
	return mux
}

// isView tells whether the page shows something at this address below its own.
func isView(name string) bool {
	switch name {
	case "", "callback", "link", "reauthentication", "provider":
		return true
	}
	return false
}

// contentSecurityPolicy lets pictures of people come from anywhere, except in the
// demo, which asks nothing outside this machine.
func (o Options) contentSecurityPolicy() string {
	// A path would be one exact address there.
	connect, pictures := " "+origin(o.Logto.Endpoint), " https:"
	if o.Demo != nil {
		connect, pictures = "", ""
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'" + connect +
		"; img-src 'self' data:" + pictures + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

func origin(address string) string {
	scheme, rest, _ := strings.Cut(address, "://")
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}

// settings are config.json, which the page reads.
type settings struct {
	GraphQL        string         `json:"graphql"`
	SelfSuspension bool           `json:"selfSuspension"`
	Logto          *logtoSettings `json:"logto,omitempty"`
	Demo           *demoSettings  `json:"demo,omitempty"`
}

type logtoSettings struct {
	Endpoint string `json:"endpoint"`
	AppID    string `json:"appId"`
	Resource string `json:"resource"`
}

type demoSettings struct {
	Users []User `json:"users"`
}

func (o Options) settings() settings {
	s := settings{GraphQL: o.GraphQLPath, SelfSuspension: o.SelfSuspension}
	if o.Demo != nil {
		s.Demo = &demoSettings{Users: o.Demo.Users()}
	} else {
		s.Logto = &logtoSettings{Endpoint: o.Logto.Endpoint, AppID: o.Logto.AppID, Resource: o.Logto.Resource}
	}
	return s
}
