package docs_test

import (
	"maps"
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
