// Package docs_test holds the documentation against the code: links, names, examples
// and what is generated from the schema. That the commands work is tested at the
// module's root.
package docs_test

import (
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"accountql/config"
)

var update = flag.Bool("update", false, "write what is generated of the pages anew")

// pages returns the texts of all pages by their paths.
func pages(t *testing.T) map[string]string {
	t.Helper()
	files := []string{"../README.md", "../README.zh-CN.md", "../ARCHITECTURE.md"}
	more, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, file := range append(files, more...) {
		texts[file] = read(t, file)
	}
	return texts
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func schema(t *testing.T) *ast.Schema {
	t.Helper()
	parsed, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphqls", Input: read(t, "../schema.graphqls")})
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// block is a fenced block of code.
type block struct{ language, text string }

var fence = regexp.MustCompile("(?ms)^ *```(\\w*)\n(.*?)^ *```$")

func blocks(text string) []block {
	var found []block
	for _, match := range fence.FindAllStringSubmatch(text, -1) {
		found = append(found, block{match[1], match[2]})
	}
	return found
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile(`(?m)^(#+) (.*)$`)
	dropped = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// prose is a page without its code.
func prose(text string) string { return fence.ReplaceAllString(text, "") }

// anchors are what the headings of a page can be linked by.
func anchors(text string) map[string]bool {
	found := map[string]bool{}
	for _, match := range heading.FindAllStringSubmatch(prose(text), -1) {
		name := dropped.ReplaceAllString(strings.ToLower(match[2]), "")
		found[strings.ReplaceAll(name, " ", "-")] = true
	}
	return found
}

func TestLinks(t *testing.T) {
	t.Parallel()
	for page, text := range pages(t) {
		for _, match := range link.FindAllStringSubmatch(prose(text), -1) {
			target, err := url.Parse(match[1])
			if err != nil {
				t.Errorf("%s: %v", page, err)
				continue
			}
			if target.Scheme != "" {
				if target.Scheme != "https" {
					t.Errorf("%s links to %s without TLS", page, target)
				}
				continue
			}
			file := page
			if target.Path != "" {
				file = filepath.Join(filepath.Dir(page), filepath.FromSlash(target.Path))
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s: %v", page, err)
			} else if target.Fragment != "" && !anchors(read(t, file))[target.Fragment] {
				t.Errorf("%s: %s has no heading for #%s", page, file, target.Fragment)
			}
		}
	}
}

// TestReadmesNameEveryPage, so that none is lost.
func TestReadmesNameEveryPage(t *testing.T) {
	t.Parallel()
	texts := pages(t)
	for page := range texts {
		if strings.HasPrefix(page, "..") {
			continue
		}
		for _, readme := range []string{"../README.md", "../README.zh-CN.md"} {
			if !strings.Contains(texts[readme], "(docs/"+page+")") {
				t.Errorf("%s doesn't link to docs/%s", readme, page)
			}
		}
	}
}

// TestGraphQLFitsTheSchema: what the pages show can be sent.
func TestGraphQLFitsTheSchema(t *testing.T) {
	t.Parallel()
	types := schema(t)
	for page, text := range pages(t) {
		for _, block := range blocks(text) {
			if block.language != "graphql" {
				continue
			}
			if _, err := gqlparser.LoadQueryWithRules(types, block.text, nil); err != nil {
				t.Errorf("%s: %v in\n%s", page, err, block.text)
			}
		}
	}
}

var (
	constant = regexp.MustCompile("(?:`|export )([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)[`=]")
	variable = regexp.MustCompile("(?m)^([A-Z_]+)=")
)

// TestNamesInCapitals: each is a setting, a variable of compose.yaml or a word of the
// schema.
func TestNamesInCapitals(t *testing.T) {
	t.Parallel()
	known := map[string]bool{
		"OTEL_PROPAGATORS": true, "OTEL_SERVICE_NAME": true, "OTEL_RESOURCE_ATTRIBUTES": true, "OTEL_EXPORTER_OTLP_HEADERS": true,
		"HTTP_PROXY": true, "HTTPS_PROXY": true, "NO_PROXY": true, // They are Go's.
	}
	for _, setting := range config.Reference() {
		known[setting.Name] = true
	}
	for _, match := range variable.FindAllStringSubmatch(read(t, "../.env.example"), -1) {
		known[match[1]] = true
	}
	types := schema(t)
	for _, definition := range types.Types {
		for _, value := range definition.EnumValues {
			known[value.Name] = true
		}
	}
	for _, listed := range topLevelErrors(types) {
		known[listed] = true
	}
	for page, text := range pages(t) {
		for _, match := range constant.FindAllStringSubmatch(text, -1) {
			if !known[match[1]] {
				t.Errorf("%s names %s, which is no setting, not in .env.example and not in the schema", page, match[1])
			}
		}
	}
}

var (
	participant = regexp.MustCompile(`(?m)^ *(?:actor|participant) (\w+)$`)
	message     = regexp.MustCompile(`^ *(\w+)--?[>)]+(\w+): .+$`)
	note        = regexp.MustCompile(`^ *Note over (\w+),(\w+): .+$`)
	other       = regexp.MustCompile(`^ *(?:sequenceDiagram|(?:actor|participant) \w+|and|(?:par|alt|else) .+|end)$`)
)

// TestDiagrams: each line is one that sequence diagrams have, between those who take
// part.
func TestDiagrams(t *testing.T) {
	t.Parallel()
	for page, text := range pages(t) {
		for _, block := range blocks(text) {
			if block.language != "mermaid" {
				continue
			}
			known := map[string]bool{}
			for _, match := range participant.FindAllStringSubmatch(block.text, -1) {
				known[match[1]] = true
			}
			for line := range strings.Lines(block.text) {
				line = strings.TrimSuffix(line, "\n")
				match := message.FindStringSubmatch(line)
				if match == nil {
					match = note.FindStringSubmatch(line)
				}
				switch {
				case match != nil && (!known[match[1]] || !known[match[2]]):
					t.Errorf("%s: somebody takes no part: %s", page, line)
				case strings.Contains(line, ";"): // It would end the line.
					t.Errorf("%s: a semicolon: %s", page, line)
				case match == nil && !other.MatchString(line):
					t.Errorf("%s: not understood: %s", page, line)
				}
			}
		}
	}
}
