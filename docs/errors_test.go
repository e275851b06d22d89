package docs_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
)

// TestErrors compares the lists of errors.md with the schema. With -update it writes
// them there.
func TestErrors(t *testing.T) {
	t.Parallel()
	const page = "errors.md"
	types := schema(t)
	text := read(t, page)
	for section, want := range map[string]string{
		"payload errors":   describePayloadErrors(types),
		"top-level errors": describeTopLevelErrors(types),
	} {
		before, rest, begun := strings.Cut(text, "<!-- "+section+" -->\n")
		got, after, ended := strings.Cut(rest, "<!-- /"+section+" -->\n")
		if !begun || !ended {
			t.Fatalf("%s has no section %s", page, section)
		}
		if *update {
			text = before + "<!-- " + section + " -->\n" + want + "<!-- /" + section + " -->\n" + after
		} else if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("go test ./docs -update writes the %s anew (-want +got)\n%s", section, diff)
		}
	}
	if *update {
		if err := os.WriteFile(page, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestWhoMends: the table of errors.md has every top-level error once.
func TestWhoMends(t *testing.T) {
	t.Parallel()
	table, _, _ := strings.Cut(read(t, "errors.md"), "## Errors of the person")
	for _, listed := range topLevelErrors(schema(t)) {
		if count := strings.Count(table, "`"+listed.code+"`"); count != 1 {
			t.Errorf("%s is there %d times", listed.code, count)
		}
	}
}

func describePayloadErrors(types *ast.Schema) string {
	var b strings.Builder
	for _, value := range types.Types["AccountErrorCode"].EnumValues {
		fmt.Fprintf(&b, "### `%s`\n\n%s\n\n", value.Name, oneLine(value.Description))
		var facts []string
		if kind := errorType(types, value.Name); kind != "BasicError" {
			facts = append(facts, "Comes as `"+kind+"`.")
		}
		switch from := mutationsWith(types, value.Name); {
		case strings.Contains(types.Mutation.Description, "`"+value.Name+"`"):
			facts = append(facts, "From any mutation.")
		case len(from) > 0:
			facts = append(facts, "From `"+strings.Join(from, "`, `")+"`.")
		}
		if len(facts) > 0 {
			b.WriteString(strings.Join(facts, " ") + "\n\n")
		}
	}
	return b.String()
}

func describeTopLevelErrors(types *ast.Schema) string {
	var b strings.Builder
	for _, listed := range topLevelErrors(types) {
		fmt.Fprintf(&b, "### `%s`\n\n%s\n\n", listed.code, listed.description)
	}
	// A code can be of both kinds, and a page has each heading once.
	return strings.ReplaceAll(b.String(), "### `RATE_LIMITED`\n", "### `RATE_LIMITED` at the top level\n")
}

var (
	quoted    = regexp.MustCompile("`([A-Z_]+)`")
	listEntry = regexp.MustCompile("(?m)^- ((?:`[A-Z_]+`(?:, )?)+): ((?:.|\n  )+)$")
)

// topLevelError is an extensions.code, with what the schema says of it.
type topLevelError struct{ code, description string }

// topLevelErrors reads the list in the schema's own description.
func topLevelErrors(types *ast.Schema) []topLevelError {
	var found []topLevelError
	for _, entry := range listEntry.FindAllStringSubmatch(types.Description, -1) {
		description := oneLine(entry[2])
		description = strings.ToUpper(description[:1]) + description[1:]
		for _, code := range quoted.FindAllStringSubmatch(entry[1], -1) {
			found = append(found, topLevelError{code[1], description})
		}
	}
	return found
}

// errorType is the type that a code comes as: the one whose field code names it, or
// that which is for all others.
func errorType(types *ast.Schema, code string) string {
	for _, definition := range types.PossibleTypes["AccountError"] {
		if strings.Contains(definition.Fields.ForName("code").Description, "`"+code+"`") {
			return definition.Name
		}
	}
	return "BasicError"
}

// mutationsWith lists the mutations that name a code among their errors.
func mutationsWith(types *ast.Schema, code string) []string {
	var names []string
	for _, field := range types.Mutation.Fields {
		_, errors, _ := strings.Cut(field.Description, "Errors:")
		if strings.Contains(errors, "`"+code+"`") {
			names = append(names, field.Name)
		}
	}
	slices.Sort(names)
	return names
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
