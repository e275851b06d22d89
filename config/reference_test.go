package config_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/config"
)

var update = flag.Bool("update", false, "write the table of settings to README.md")

// TestReadmeListsSettings compares the table of settings in README.md with the
// one that the code gives. With -update it writes that table there.
func TestReadmeListsSettings(t *testing.T) {
	t.Parallel()
	const readme, begin, end = "../README.md", "<!-- settings -->\n", "<!-- /settings -->\n"
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begun := strings.Cut(string(text), begin)
	got, after, ended := strings.Cut(rest, end)
	if !begun || !ended {
		t.Fatalf("%s has no table between %q and %q", readme, begin, end)
	}
	want := table(config.Reference())
	if *update {
		if err := os.WriteFile(readme, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("go test ./config -update writes the table anew (-want +got)\n%s", diff)
	}
}

// table renders settings as a Markdown table.
func table(settings []config.Setting) string {
	var b strings.Builder
	b.WriteString("| Variable | Default | Meaning |\n| --- | --- | --- |\n")
	for _, s := range settings {
		var value string
		switch {
		case s.Required:
			value = "required"
		case s.Default != "":
			value = "`" + s.Default + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", s.Name, value, s.Description)
	}
	return b.String()
}
