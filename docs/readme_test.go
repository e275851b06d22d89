package docs_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadmeIsShort(t *testing.T) {
	t.Parallel()
	if lines := strings.Count(read(t, "../README.md"), "\n"); lines >= 150 {
		t.Errorf("README.md has %d lines", lines)
	}
}

// outline is what a translation has in common with its original.
type outline struct {
	Headings []string // Their levels.
	Blocks   []block
	Links    []string
	Rows     []string // Of tables: what stands in the columns that aren't translated.
	Items    int      // Of lists.
	Names    []string // What is in code style, without the tables.
}

var (
	row  = regexp.MustCompile("(?m)^(\\| `\\w+` \\| [^|]*)\\|")
	cell = regexp.MustCompile(`(?m)^\|.*\n`)
	item = regexp.MustCompile(`(?m)^(?:-|\d+\.) `)
	code = regexp.MustCompile("`[^`\n]+`")
)

func outlineOf(text string) outline {
	o := outline{Blocks: blocks(text)}
	text = prose(text)
	for _, match := range heading.FindAllStringSubmatch(text, -1) {
		o.Headings = append(o.Headings, match[1])
	}
	for _, match := range link.FindAllStringSubmatch(text, -1) {
		if !strings.HasPrefix(match[1], "README") { // The other language.
			o.Links = append(o.Links, match[1])
		}
	}
	for _, match := range row.FindAllStringSubmatch(text, -1) {
		o.Rows = append(o.Rows, strings.Replace(match[1], "必填", "required", 1))
	}
	o.Items = len(item.FindAllString(text, -1))
	o.Names = code.FindAllString(cell.ReplaceAllString(text, ""), -1)
	slices.Sort(o.Names) // Languages differ in their order.
	return o
}

// TestReadmesAreInStep: both have the same headings, commands, links, settings and
// names.
func TestReadmesAreInStep(t *testing.T) {
	t.Parallel()
	english, chinese := outlineOf(read(t, "../README.md")), outlineOf(read(t, "../README.zh-CN.md"))
	if diff := cmp.Diff(english, chinese, cmp.AllowUnexported(block{})); diff != "" {
		t.Errorf("(-README.md +README.zh-CN.md)\n%s", diff)
	}
	if len(english.Headings) == 0 || len(english.Blocks) == 0 || len(english.Links) == 0 || len(english.Rows) == 0 {
		t.Errorf("too little is compared: %+v", english)
	}
}
