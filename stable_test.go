package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	moment = regexp.MustCompile(`"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"`)
	// randomID has the lengths of Logto's ids: 12, 21 and 43 characters.
	randomID = regexp.MustCompile(`^([0-9a-z]{12}|[0-9a-z]{21}|[0-9A-Za-z_-]{43})$`)
	digits   = regexp.MustCompile(`^\d+$`)
)

// stable makes a body comparable: indented, its errors sorted (fields are
// resolved at the same time), with placeholders for the ids that the embedded
// Logto makes up and for times. Equal ids have equal placeholders.
func (w *world) stable(body string) string {
	w.t.Helper()
	var parts struct {
		Errors []json.RawMessage `json:"errors,omitempty"`
		Data   json.RawMessage   `json:"data,omitempty"`
	}
	decoder := json.NewDecoder(strings.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&parts); err != nil {
		w.t.Fatalf("%v in the answer %s", err, body)
	}
	slices.SortFunc(parts.Errors, func(a, b json.RawMessage) int { return bytes.Compare(a, b) })
	var text bytes.Buffer
	if err := json.Indent(&text, []byte(encode(w.t, parts)), "", "  "); err != nil {
		w.t.Fatal(err)
	}
	return w.placeholders(moment.ReplaceAllString(text.String(), `"<time>"`)) + "\n"
}

// placeholders numbers ids in the order in which they come up.
func (w *world) placeholders(text string) string {
	for _, name := range people {
		text = strings.ReplaceAll(text, w.id(name), "<"+name+">")
	}
	type place struct {
		at int
		id string
	}
	var places []place
	for id := range w.randomIDs() {
		if at := strings.Index(text, `"`+id+`"`); at >= 0 {
			places = append(places, place{at, id})
		}
	}
	slices.SortFunc(places, func(a, b place) int { return a.at - b.at })
	for i, p := range places {
		text = strings.ReplaceAll(text, `"`+p.id+`"`, fmt.Sprintf(`"<id %d>"`, i+1))
	}
	return text
}

// randomIDs are the ids that Logto made up for what the accounts have.
func (w *world) randomIDs() map[string]bool {
	ids := map[string]bool{}
	for _, name := range people {
		for _, part := range []string{"?includeSsoIdentities=true", "/sessions", "/grants", "/mfa-verifications", "/organizations"} {
			_, found := w.logto.Manage("GET", "/api/users/"+w.id(name)+part, nil)
			collectIDs(found, ids)
		}
	}
	return ids
}

func collectIDs(value any, ids map[string]bool) {
	switch value := value.(type) {
	case string:
		if randomID.MatchString(value) && !digits.MatchString(value) {
			ids[value] = true
		}
	case []any:
		for _, item := range value {
			collectIDs(item, ids)
		}
	case map[string]any:
		for _, item := range value {
			collectIDs(item, ids)
		}
	}
}
