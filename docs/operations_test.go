package docs_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	declared   = regexp.MustCompile(`(?m)^//\t(accountql_\w+)(?:\{(.*?)\})? \((\w+)\)$`)
	documented = regexp.MustCompile("(?m)^\\| `(accountql_\\w+)` \\| (\\w+) \\| (.*?)\\| ")
	used       = regexp.MustCompile(`(accountql_\w+)(?:\{(.*?)\})?`)
	label      = regexp.MustCompile(`(\w+)=`)
)

// TestMetrics: operations.md lists the metrics of package metrics, and its alerts use
// them with labels that they have.
func TestMetrics(t *testing.T) {
	t.Parallel()
	code, page := read(t, "../metrics/metrics.go"), read(t, "operations.md")
	want := map[string][]string{}
	for _, match := range declared.FindAllStringSubmatch(code, -1) {
		want[match[1]] = append([]string{match[3]}, strings.FieldsFunc(match[2], isComma)...)
	}
	got := map[string][]string{}
	for _, match := range documented.FindAllStringSubmatch(page, -1) {
		got[match[1]] = append([]string{match[2]}, strings.FieldsFunc(strings.NewReplacer("`", "", " ", "").Replace(match[3]), isComma)...)
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 {
		t.Errorf("the metrics (-code +page):\n%s", diff)
	}
	for _, match := range used.FindAllStringSubmatch(page, -1) {
		name := match[1]
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			if base, found := strings.CutSuffix(name, suffix); found && want[base] != nil {
				name = base
			}
		}
		if want[name] == nil {
			t.Errorf("there is no %s, but: %v", match[1], slices.Sorted(maps.Keys(want)))
			continue
		}
		for _, found := range label.FindAllStringSubmatch(match[2], -1) {
			if !slices.Contains(want[name][1:], found[1]) {
				t.Errorf("%s has no label %s", name, found[1])
			}
		}
	}
}

func isComma(r rune) bool { return r == ',' }

var (
	limit = regexp.MustCompile(`store\.Limit\{Name: "([\w-]+)", Count: (\d+), Per: ([^}]+)\}`)
	spans = map[string]string{
		"time.Minute": " in a minute", "15 * time.Minute": " in 15 minutes", "time.Hour": " in an hour", "24 * time.Hour": " in 24 hours",
		"ProofLifetime": "", // As long as the challenge itself.
	}
)

// TestLimits: operations.md tells the limits that package account has.
func TestLimits(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../account/*.go")
	if err != nil {
		t.Fatal(err)
	}
	page, found := read(t, "operations.md"), 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range limit.FindAllStringSubmatch(string(text), -1) {
			found++
			span, known := spans[match[3]]
			if told := "| " + match[2] + span + " |"; !known || !strings.Contains(page, told) {
				t.Errorf("nothing is told of %s, %s in %s", match[1], match[2], match[3])
			}
		}
	}
	if found == 0 {
		t.Error("no limit was found")
	}
}

var freshSignInOnly = regexp.MustCompile(`(?s)func \(s \*Service\) takesFreshSignInOnly.*?case (.*?):`)

// TestFreshSignInOnly: concepts.md lists the operations that take no other proof.
func TestFreshSignInOnly(t *testing.T) {
	t.Parallel()
	match := freshSignInOnly.FindStringSubmatch(read(t, "../account/step_up.go"))
	if match == nil {
		t.Fatal("no operations were found")
	}
	_, list, _ := strings.Cut(read(t, "concepts.md"), "Once an account has an MFA factor,")
	list, _, _ = strings.Cut(list, " take nothing else")
	var got []string
	for _, name := range code.FindAllString(list, -1) {
		got = append(got, strings.Trim(name, "`"))
	}
	var want []string
	for _, name := range strings.FieldsFunc(match[1], isComma) {
		want = append(want, strings.Trim(strings.TrimSpace(name), `"`))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-code +page)\n%s", diff)
	}
}
