package playground

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// Operations of account pages, a file for each screen: the same as in
// examples/operations. Beside one may lie what its variables are at first.
//
//go:embed tabs
var tabFiles embed.FS

// flows are the tabs in their order, each with the files that it shows.
var flows = [][]string{
	{"settings"},
	{"profile", "account_error"},
	{"custom_data", "account_error"},
	{"username", "proofs", "account_error"},
	{"email", "proofs", "account_error"},
	{"phone", "proofs", "account_error"},
	{"password", "proofs", "account_error"},
	{"social_accounts", "proofs", "account_error"},
	{"personal_access_tokens", "proofs", "account_error"},
	{"mfa", "proofs", "account_error"},
	{"sessions", "account_error"},
	{"organizations"},
	{"closing", "proofs", "account_error"},
}

// tab is what GraphiQL takes for one.
type tab struct {
	Query     string `json:"query"`
	Variables string `json:"variables"`
}

// encodeTabs returns the tabs as JSON.
func encodeTabs() string {
	var tabs []tab
	for _, files := range flows {
		documents := make([]string, len(files))
		for i, name := range files {
			documents[i] = readTabFile(name + ".graphql")
		}
		tabs = append(tabs, tab{Query: strings.Join(documents, "\n"), Variables: readTabFile(files[0] + ".json")})
	}
	text, _ := json.Marshal(tabs) // Texts always marshal.
	return string(text)
}

// readTabFile returns "" for a file that there isn't. It panics on what can't be:
// an embedded file that can't be read.
func readTabFile(name string) string {
	content, err := tabFiles.ReadFile("tabs/" + name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		panic(fmt.Errorf("read embedded file: %w", err))
	}
	return string(content)
}
