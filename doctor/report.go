package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// Status is how a check came out.
type Status string

// The statuses.
const (
	// OK is fine.
	OK Status = "ok"
	// Warn works, and deserves the operator's attention.
	Warn Status = "warn"
	// Fail keeps something from working.
	Fail Status = "fail"
	// Skip could not be checked, or need not.
	Skip Status = "skip"
)

// A Finding is what a check found. A check may find several things.
type Finding struct {
	// Check names the check: "default-role".
	Check  string `json:"check"`
	Status Status `json:"status"`
	// Setting is the environment variable to look at, if it is about one.
	Setting string `json:"setting,omitempty"`
	Message string `json:"message"`
	// Mend says what to do. Every Warn and every Fail has one.
	Mend string `json:"mend,omitempty"`
}

// Report is what an examination found, in the order of the checks.
type Report struct {
	// Token is what an explained token says of itself; nil for a configuration.
	Token    *TokenClaims
	Findings []Finding
}

// Count tells how many findings have a status.
func (r *Report) Count(status Status) int {
	count := 0
	for _, f := range r.Findings {
		if f.Status == status {
			count++
		}
	}
	return count
}

// colors are those that terminals know as codes.
var colors = map[Status]string{OK: "\x1b[32m", Warn: "\x1b[33m", Fail: "\x1b[31m", Skip: "\x1b[2m"}

// Print writes a line for each finding and one for its mend, in columns. Checks that
// were skipped for one reason share a line.
func (r *Report) Print(w io.Writer, color bool) {
	if r.Token != nil {
		r.Token.print(w)
	}
	shown := r.shown()
	width := 0
	for _, f := range shown {
		width = max(width, len(f.Check))
	}
	for _, f := range shown {
		status := fmt.Sprintf("%-4s", f.Status)
		if color {
			status = colors[f.Status] + status + "\x1b[0m"
		}
		fmt.Fprintf(w, "%s  %-*s  %s\n", status, width, f.Check, printable(f.Message))
		if f.Mend != "" {
			fmt.Fprintf(w, "%s  mend: %s\n", strings.Repeat(" ", 6+width), printable(f.Mend))
		}
	}
	fmt.Fprintf(w, "\n%d ok, %s, %d failed, %d skipped\n", r.Count(OK), plural(r.Count(Warn), "warning"), r.Count(Fail), r.Count(Skip))
}

// shown are the findings with those put together that were skipped for one reason.
func (r *Report) shown() []Finding {
	skipped := map[string]int{}
	for _, f := range r.Findings {
		if f.Status == Skip {
			skipped[f.Message]++
		}
	}
	var shown []Finding
	for _, f := range r.Findings {
		if count := skipped[f.Message]; f.Status == Skip && count != 1 {
			if count == 0 {
				continue // It has been put together with an earlier one.
			}
			f.Check, skipped[f.Message] = plural(count, "check"), 0
		}
		shown = append(shown, f)
	}
	return shown
}

// PrintJSON writes all of it as one JSON object.
func (r *Report) PrintJSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(struct {
		OK       bool         `json:"ok"`
		Token    *TokenClaims `json:"token,omitempty"`
		Findings []Finding    `json:"findings"`
	}{r.Count(Fail) == 0, r.Token, r.Findings})
}

// printable takes out what could make a terminal do something, since tokens and
// names in Logto are written by others.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, strings.ReplaceAll(text, "\n", " "))
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
