package main

import (
	"net/http"
	"strings"
	"sync"
	"testing"
)

// hangRows are a Logto that takes requests and never answers them, and an environment.
var hangRows = map[string]struct {
	at      func(*http.Request) bool
	clients string
}{
	"Logto hangs":        {func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/applications") }, "one,another,third"},
	"breach check hangs": {func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/check-password") }, ""},
}

// TestDoctorGivesUp after one question that Logto leaves open, however many there are.
// All rows wait at the same time.
func TestDoctorGivesUp(t *testing.T) {
	t.Parallel()
	told := map[string]*string{}
	var waiting sync.WaitGroup
	for name, row := range hangRows {
		s, text := newShell(t), new(string)
		s.env["CUSTOM_DATA_WRITABLE"] = "theme"
		if row.clients != "" {
			s.env["ALLOWED_CLIENT_IDS"] = row.clients
		}
		s.hangs(row.at)
		told[name] = text
		waiting.Go(func() { *text = s.run("doctor") })
	}
	waiting.Wait()
	for name, text := range told {
		golden(t, name, *text)
	}
}
