package main

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// table is printed in columns, the first one flush left and the others right.
type table struct {
	title string
	rows  [][]string // The first one is the head.
	notes []string
}

func newTable(title string, head ...string) *table {
	return &table{title: title, rows: [][]string{head}}
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) note(format string, args ...any) {
	t.notes = append(t.notes, fmt.Sprintf(format, args...))
}

func (t *table) print(w io.Writer) {
	widths := make([]int, len(t.rows[0]))
	for _, row := range t.rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	fmt.Fprintf(w, "\n%s\n\n", t.title)
	for _, row := range t.rows {
		var line strings.Builder
		for i, cell := range row {
			padding := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				line.WriteString("  " + cell + padding)
			} else {
				line.WriteString("  " + padding + cell)
			}
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
	for _, note := range t.notes {
		fmt.Fprintf(w, "  %s\n", note)
	}
}

// unknown stands for what the system doesn't tell.
const unknown = "-"

func whole(f float64) string { return fmt.Sprintf("%.0f", f) }

func ratio(f float64) string { return fmt.Sprintf("%.2f", f) }

func milliseconds(d time.Duration) string { return fmt.Sprintf("%.2f", inMilliseconds(d)) }

func inMilliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func microseconds(d time.Duration) string {
	if d <= 0 {
		return unknown
	}
	return fmt.Sprint(d.Microseconds())
}

func mebibytes(bytes int64) string {
	if bytes == 0 {
		return unknown
	}
	return fmt.Sprintf("%.1f", float64(bytes)/(1<<20))
}
