package main

import (
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"accountql/logto/logtotest"
)

var update = flag.Bool("update", false, "rewrite the outcomes in testdata/*.txtar")

// TestScenarios plays testdata/*.txtar: one request each, and its whole outcome.
//
//	env            settings of the server, NAME=value
//	setup          calls that build Logto's state, METHOD /path {body}, and
//	               faults, FAIL METHOD /path/{pattern} {fields of logtotest.Fault}
//	as             the demo account, alice if left out, and the token's scopes
//	request        the document, that of the settings page if left out
//	variables.json its variables
//	want.json      the whole answer
//	calls          the Management API calls, reads after the last change sorted
//	changed        what is another in Logto's record of the account afterwards
//
// The last two are compared where they are there. -update writes the last three.
func TestScenarios(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			s := &scenario{Archive: archive, t: t}
			s.play()
			if *update {
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// settingsQuery is everything that a settings page shows.
func settingsQuery(t testing.TB) string {
	t.Helper()
	document, err := os.ReadFile("playground/tabs/settings.graphql")
	if err != nil {
		t.Fatal(err)
	}
	return string(document)
}

type scenario struct {
	*txtar.Archive
	t *testing.T
	w *world
}

func (s *scenario) play() {
	s.t.Helper()
	s.w = newWorld(s.t, s.env())
	for line := range strings.Lines(s.text("setup")) {
		s.prepare(line)
	}
	as := strings.Fields(s.text("as"))
	if len(as) == 0 {
		as = people[:1]
	}
	var variables json.RawMessage
	if text := s.text("variables.json"); text != "" {
		variables = json.RawMessage(text)
	}
	document := s.text("request")
	if document == "" {
		document = settingsQuery(s.t)
	}
	var before map[string]string
	if s.has("changed") {
		before = s.w.record(as[0])
	}
	s.compare("want.json", s.w.ask(s.w.token(as[0], as[1:]...), document, variables))
	if s.has("calls") {
		calls := s.w.calls()
		slices.Sort(calls[readOnly(calls):])
		s.compare("calls", lines(calls))
	}
	if s.has("changed") {
		s.compare("changed", lines(changes(before, s.w.record(as[0]))))
	}
}

// readOnly is where the calls that change nothing, and are under way at the same
// time, begin at the end of the list.
func readOnly(calls []string) int {
	for i := len(calls); i > 0; i-- {
		if !strings.HasPrefix(calls[i-1], "GET ") {
			return i
		}
	}
	return 0
}

func lines(texts []string) string { return strings.Join(append(texts, ""), "\n") }

func (s *scenario) env() env {
	variables := env{}
	for line := range strings.Lines(s.text("env")) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		variables[name] = value
	}
	return variables
}

// prepare carries out a line of setup.
func (s *scenario) prepare(line string) {
	s.t.Helper()
	failing, isFault := strings.CutPrefix(strings.TrimSpace(line), "FAIL ")
	words := strings.SplitN(failing, " ", 3)
	if len(words) != 3 {
		s.t.Fatalf("setup: %q", line)
	}
	if isFault {
		fault := logtotest.Fault{Method: words[0], Path: words[1]}
		if err := json.Unmarshal([]byte(words[2]), &fault); err != nil {
			s.t.Fatal(err)
		}
		s.w.logto.Fail(fault)
		return
	}
	body := decode(s.t, words[2])
	if words[0] == http.MethodGet || words[0] == http.MethodDelete {
		body = nil
	}
	s.w.manage(words[0], words[1], body)
}

func (s *scenario) index(name string) int {
	return slices.IndexFunc(s.Files, func(f txtar.File) bool { return f.Name == name })
}

func (s *scenario) has(name string) bool { return s.index(name) >= 0 }

func (s *scenario) text(name string) string {
	if i := s.index(name); i >= 0 {
		return string(s.Files[i].Data)
	}
	return ""
}

// compare compares with a section, or writes it.
func (s *scenario) compare(name, got string) {
	s.t.Helper()
	i := s.index(name)
	switch {
	case *update && i < 0:
		s.Files = append(s.Files, txtar.File{Name: name, Data: []byte(got)})
	case *update:
		s.Files[i].Data = []byte(got)
	default:
		if diff := cmp.Diff(s.text(name), got); diff != "" {
			s.t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
