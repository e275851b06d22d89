package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// notTyped are the lines of the documentation that aren't tried, and why. A block has
// either no such line or only such.
var notTyped = map[string]string{
	"go test ./...": "it runs this test",
	"make check":    "it runs this test",

	"make release": ".ci/release-check.sh runs what it runs",

	// Where there is Docker, it takes minutes. .ci/deploy-lint.sh checks what it reads.
	`docker build --build-arg VERSION=v1.0.0 --build-arg COMMIT="$(git rev-parse HEAD)" --tag accountql:v1.0.0 .`: "it takes Docker",
	"docker compose up --wait logto":                  "it takes Docker",
	"docker compose run --build --rm accountql setup": "it takes Docker",
	"docker compose run --rm accountql doctor":        "it takes Docker",
	"docker compose up --wait":                        "it takes Docker",

	// .ci/deploy-lint.sh validates what would be applied.
	"kubectl create namespace accountql":                                       "it takes a cluster",
	"kubectl apply --kustomize deploy/kubernetes":                              "it takes a cluster",
	"kubectl --namespace accountql exec deploy/accountql -- /accountql doctor": "it takes a cluster",
}

// TestDocumentedCommands types what each page tells one to type, in its order, and
// compares what comes with what the page says. README.zh-CN.md has README.md's
// commands: package docs sees to it.
func TestDocumentedCommands(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	left := map[string]bool{}
	for command := range notTyped {
		left[command] = true
	}
	for _, page := range append(pages, "README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		var typed []documented
		for _, block := range documentedBlocks(string(text)) {
			listed := 0
			for line := range strings.SplitSeq(block.command, "\n") {
				if notTyped[line] != "" {
					listed++
					delete(left, line)
				}
			}
			switch listed {
			case 0:
				typed = append(typed, block)
			case strings.Count(block.command, "\n") + 1:
			default:
				t.Errorf("%s: some of these lines are typed and others not:\n%s", page, block.command)
			}
		}
		if len(typed) > 0 {
			t.Run(page, func(t *testing.T) {
				t.Parallel()
				newReader(t).follow(typed)
			})
		}
	}
	for command := range left {
		t.Errorf("no page has %q: take it out of notTyped", command)
	}
}

// documented is a command of a page, with the answer that the page shows for it.
type documented struct{ command, answer string }

var documentedBlock = regexp.MustCompile("(?ms)^( *)```(\\w*)\n(.*?)^ *```$")

func documentedBlocks(text string) []documented {
	var found []documented
	language := ""
	for _, match := range documentedBlock.FindAllStringSubmatch(text, -1) {
		content := strings.ReplaceAll("\n"+match[3], "\n"+match[1], "\n") // As it is shown: without the indentation of its list.
		switch {
		case match[2] == "sh":
			found = append(found, documented{command: strings.TrimSpace(content)})
		case match[2] == "json" && language == "sh":
			found[len(found)-1].answer = content
		}
		language = match[2]
	}
	return found
}

// reader has a shell, in which go run . is this program, and takes every port that a
// page names for a free one.
type reader struct {
	t *testing.T
	// directory has what pages name of the repository.
	directory string
	variables env
	servers   []*process
	// addresses are the real ones of those that pages name.
	addresses map[string]string
}

// What servers listen on, to those who read the documentation.
const documentedAddr, documentedMetricsAddr = "127.0.0.1:8080", "127.0.0.1:9090"

func newReader(t *testing.T) *reader {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	tools := t.TempDir()
	run := fmt.Sprintf(`#!/bin/sh
[ "$1 $2" = "run ." ] || { echo "go $*: not known here" >&2; exit 99; }
shift 2
[ "$1" != demo ] || set -- "$@" -json -addr %s
%s=true exec '%s' "$@"
`, free, isProgram, program)
	if err := os.WriteFile(filepath.Join(tools, "go"), []byte(run), 0o755); err != nil {
		t.Fatal(err)
	}
	return &reader{
		t: t, directory: copyNamed(t), addresses: map[string]string{},
		variables: env{"PATH": tools + string(os.PathListSeparator) + os.Getenv("PATH")},
	}
}

// copyNamed copies the files that pages name, for some commands write beside them.
func copyNamed(t *testing.T) string {
	t.Helper()
	directory := t.TempDir()
	for _, name := range []string{"deploy", "examples/operations"} {
		if err := os.CopyFS(filepath.Join(directory, name), os.DirFS(name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{".env.example", "accountql.env.example"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(directory, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return directory
}

const startDemoCommand = "go run . demo"

// follow types the commands. Where a page begins no demo, one is there already.
func (r *reader) follow(page []documented) {
	if page[0].command != startDemoCommand {
		r.serve(startDemoCommand)
	}
	for _, block := range page {
		if strings.HasSuffix(block.command, "go run .") || block.command == startDemoCommand {
			r.serve(block.command)
			continue
		}
		r.compare(block, r.output(block.command))
	}
	for _, server := range r.servers {
		server.signal(r.t, syscall.SIGTERM)
		if err := server.wait(); err != nil {
			r.t.Errorf("%v: %s", err, server.stderr)
		}
	}
}

// serve types a command that goes on until it is ended.
func (r *reader) serve(command string) {
	command = strings.ReplaceAll(command, documentedMetricsAddr, free)
	p := startCommand(r.t, r.shell("exec env "+command))
	r.servers = append(r.servers, p)
	r.addresses[documentedAddr] = p.stderr.await(r.t, `msg=listening address=(\S+)`)[1]
	if strings.Contains(command, "METRICS_ADDR=") {
		r.addresses[documentedMetricsAddr] = p.stderr.await(r.t, `msg="serving metrics" address=(\S+)`)[1]
	}
	if command == startDemoCommand {
		var d described
		strictly(r.t, p.stdout.await(r.t, `^(.*)\n`)[1], &d)
		r.variables = merged(merged(r.variables, d.Env), env{"ADDR": free, "TOKEN": d.user(r.t, "alice").Token})
	}
}

// output types a command that ends, and returns what it prints.
func (r *reader) output(command string) string {
	for named, real := range r.addresses {
		command = strings.ReplaceAll(command, named, real)
	}
	p := startCommand(r.t, r.shell("set -e\n"+command))
	if err := p.wait(); err != nil {
		r.t.Errorf("%s\n%v: %s%s", command, err, p.stdout, p.stderr)
	}
	return p.stdout.String()
}

func (r *reader) shell(script string) *exec.Cmd {
	command := exec.CommandContext(r.t.Context(), "sh", "-c", script)
	command.Dir = r.directory
	for name, value := range r.variables {
		command.Env = append(command.Env, name+"="+value)
	}
	return command
}

func (r *reader) compare(block documented, output string) {
	if block.answer == "" {
		return
	}
	var want, got any
	if err := json.Unmarshal([]byte(block.answer), &want); err != nil {
		r.t.Errorf("the answer to %s: %v", block.command, err)
	}
	if err := json.Unmarshal([]byte(output), &got); err != nil {
		r.t.Errorf("%s answers %s: %v", block.command, output, err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		r.t.Errorf("%s (-page +answer)\n%s", block.command, diff)
	}
}
