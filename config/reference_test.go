package config_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"accountql/config"
)

var update = flag.Bool("update", false, "write the tables of settings to README.md and docs/configuration.md")

// TestReference compares the tables of settings in the documentation with those that
// the code gives: all in docs/configuration.md, and in README.md those that everybody
// needs, with the first sentence about each. With -update it writes them there.
func TestReference(t *testing.T) {
	t.Parallel()
	var short []config.Setting
	for _, s := range config.Reference() {
		if s.Required || slices.Contains([]string{"ADDR", "CORS_ALLOWED_ORIGINS", "REDIRECT_URIS", "SECRET_KEY", "REDIS_URL", "TRUSTED_PROXIES"}, s.Name) {
			first, _, _ := strings.Cut(s.Description, ". ")
			s.Description = strings.TrimSuffix(first, ".") + "."
			short = append(short, s)
		}
	}
	for page, want := range map[string]string{
		"../docs/configuration.md": table(config.Reference()),
		"../README.md":             table(short),
	} {
		comparePage(t, page, want)
	}
}

func comparePage(t *testing.T, page, want string) {
	t.Helper()
	const begin, end = "<!-- settings -->\n", "<!-- /settings -->\n"
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begun := strings.Cut(string(text), begin)
	got, after, ended := strings.Cut(rest, end)
	if !begun || !ended {
		t.Fatalf("%s has no table between %q and %q", page, begin, end)
	}
	if *update {
		if err := os.WriteFile(page, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("go test ./config -update writes the table of %s anew (-want +got)\n%s", page, diff)
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
