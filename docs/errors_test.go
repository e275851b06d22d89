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
	for section, describe := range map[string]func(*ast.Schema, string) string{
		"payload errors":   describePayloadErrors,
		"top-level errors": describeTopLevelErrors,
	} {
		before, rest, begun := strings.Cut(text, "<!-- "+section+" -->\n")
		got, after, ended := strings.Cut(rest, "<!-- /"+section+" -->\n")
		if !begun || !ended {
			t.Fatalf("%s has no section %s", page, section)
		}
		want := describe(types, got)
		if strings.Contains(want, "\nMend: \n") {
			t.Errorf("%s: some of the %s have no mend: write who does what", page, section)
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

func describePayloadErrors(types *ast.Schema, _ string) string {
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

// describeTopLevelErrors keeps the mends of page, which name settings and commands that
// the schema doesn't know.
func describeTopLevelErrors(types *ast.Schema, page string) string {
	mends := map[string]string{}
	for section := range strings.SplitSeq(page, "### ") {
		codes, text, _ := strings.Cut(section, "\n")
		if _, mend, found := strings.Cut(text, "\nMend: "); found {
			mends[codes] = strings.TrimSpace(mend)
		}
	}
	var b strings.Builder
	for _, entry := range listEntry.FindAllStringSubmatch(types.Description, -1) {
		codes, meaning := entry[1], oneLine(entry[2])
		if codes == "`RATE_LIMITED`" {
			codes += " at the top level" // It is of both kinds, and a page has each heading once.
		}
		fmt.Fprintf(&b, "### %s\n\n%s\n\nMend: %s\n\n", codes, strings.ToUpper(meaning[:1])+meaning[1:], mends[codes])
	}
	return b.String()
}

var (
	quoted    = regexp.MustCompile("`([A-Z_]+)`")
	listEntry = regexp.MustCompile("(?m)^- ((?:`[A-Z_]+`(?:, )?)+): ((?:.|\n  )+)$")
)

// topLevelErrors are the codes in the list of the schema's own description.
func topLevelErrors(types *ast.Schema) []string {
	var codes []string
	for _, entry := range listEntry.FindAllStringSubmatch(types.Description, -1) {
		for _, code := range quoted.FindAllStringSubmatch(entry[1], -1) {
			codes = append(codes, code[1])
		}
	}
	return codes
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
