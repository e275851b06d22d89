package nesting_test

import (
	"strings"
	"testing"

	"accountql/nesting"
)

func TestExceeds(t *testing.T) {
	t.Parallel()
	for text, depth := range map[string]int{
		``:                                0,
		`1`:                               0,
		`"[[[{{{"`:                        0,
		`"\"[[["`:                         0,
		`[]`:                              1,
		`{"[": "]", "a": 1}`:              1,
		`["\\", [1]]`:                     2,
		`[[], [], []]`:                    2,
		`{"a": [{"b": {}}], "c": [1, 2]}`: 4,
		`["\\\"[", {"\u005b": []}]`:       3,
		strings.Repeat("[", 500) + strings.Repeat("]", 500):     500,
		strings.Repeat(`{"a":`, 500) + strings.Repeat("}", 500): 500,
	} {
		if nesting.Exceeds([]byte(text), depth) {
			t.Errorf("%.50s exceeds %d levels", text, depth)
		}
		if depth > 0 && !nesting.Exceeds([]byte(text), depth-1) {
			t.Errorf("%.50s doesn't exceed %d levels", text, depth-1)
		}
	}
}
