package graphqlhttp

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Operation is a document that clients may name instead of sending it.
type Operation struct {
	ID   string // What clients call it by: usually a hash, but any string will do.
	Text string
}

// ParseManifest reads the operations that a client's compiler wrote to a file, in any of these formats:
//
//   - Apollo's manifest of persisted queries: {"format": "apollo-persisted-query-manifest", "version": 1, "operations":
//     [{"id", "name", "type", "body"}]}, as the generators for the web, Kotlin and Swift write it;
//   - a text for each id: {"<id>": "<document>"}, as Relay's compiler and GraphQL Code Generator's client preset do;
//   - an object for each id: {"<id>": {"name", "source"}}, as the generators for Kotlin and Swift did before.
//
// The order is the file's. Errors may quote the file.
func ParseManifest(data []byte) ([]Operation, error) {
	members, err := membersOf(data)
	if err != nil {
		return nil, err
	}
	switch {
	case len(members) == 0:
		return nil, errNoOperations
	case slices.ContainsFunc(members, func(m member) bool { return m.name == "format" }):
		return parseApolloManifest(data)
	}
	operations := make([]Operation, len(members))
	for i, m := range members {
		text, err := textOf(m.value)
		if err != nil {
			return nil, fmt.Errorf("operation %s: %w", m.name, err)
		}
		operations[i] = Operation{ID: m.name, Text: text}
	}
	return operations, nil
}

var errNoOperations = errors.New("it lists no operations")

// member is a name and a value of a JSON object.
type member struct {
	name  string
	value json.RawMessage
}

// membersOf returns the members of the JSON object that data is, those of equal names too, of which a map would keep one.
func membersOf(data []byte) ([]member, error) {
	if !json.Valid(data) {
		return nil, errors.New("it is not JSON")
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	if start, err := decoder.Token(); err != nil || start != json.Delim('{') {
		return nil, errors.New("it is not a JSON object")
	}
	var members []member
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return nil, err
		}
		m := member{name: fmt.Sprint(name)}
		if err := decoder.Decode(&m.value); err != nil {
			return nil, err
		}
		members = append(members, m)
	}
	return members, nil
}

// textOf returns the document that value holds, a text or an object with one.
func textOf(value json.RawMessage) (string, error) {
	var text string
	if json.Unmarshal(value, &text) == nil && text != "" {
		return text, nil
	}
	var object struct{ Source string }
	if json.Unmarshal(value, &object) == nil && object.Source != "" {
		return object.Source, nil
	}
	return "", errors.New("it is neither the text of a document nor an object with one as source")
}

func parseApolloManifest(data []byte) ([]Operation, error) {
	const format, version = "apollo-persisted-query-manifest", 1
	var manifest struct {
		Format     string
		Version    int
		Operations []struct{ ID, Name, Body string }
	}
	if err := json.Unmarshal(data, &manifest); err != nil {
		return nil, fmt.Errorf("it is no manifest of Apollo's: %w", err)
	}
	switch {
	case manifest.Format != format:
		return nil, fmt.Errorf("its format is %q, and only %q is known", manifest.Format, format)
	case manifest.Version != version:
		return nil, fmt.Errorf("its version is %d, and only %d is known", manifest.Version, version)
	case len(manifest.Operations) == 0:
		return nil, errNoOperations
	}
	operations := make([]Operation, len(manifest.Operations))
	for i, o := range manifest.Operations {
		if o.ID == "" || o.Body == "" {
			return nil, fmt.Errorf("operation %d, %s: it has no id or no body", i+1, o.Name)
		}
		operations[i] = Operation{ID: o.ID, Text: o.Body}
	}
	return operations, nil
}
