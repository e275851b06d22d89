package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"accountql/config"
)

// patience bounds whatever is waited for, in order to fail instead of hanging.
const patience = 30 * time.Second

// processes are the children of a benchmark. close ends those that still run.
type processes struct {
	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup
	dir     string // Holds the server's program.
	stderr  io.Writer
}

// process is a child that serves.
type process struct {
	pid     int
	address string
	end     func()
	stdout  io.Reader
}

func newProcesses(ctx context.Context, stderr io.Writer) (*processes, error) {
	dir, err := os.MkdirTemp("", "accountql-bench-")
	if err != nil {
		return nil, err
	}
	p := &processes{dir: dir, stderr: stderr}
	p.ctx, p.cancel = context.WithCancel(ctx)
	return p, nil
}

func (p *processes) close() {
	p.cancel()
	p.running.Wait()
	_ = os.RemoveAll(p.dir) // Temporary anyway.
}

// build builds the product's program.
func (p *processes) build() error {
	output, err := exec.CommandContext(p.ctx, "go", "build", "-o", p.program(), "accountql").CombinedOutput()
	if err != nil {
		return fmt.Errorf("build accountql: %w\n%s", err, output)
	}
	return nil
}

func (p *processes) program() string { return filepath.Join(p.dir, "accountql.exe") }

// start starts a child with an environment. It is ended by an interrupt, and killed
// if that doesn't help.
func (p *processes) start(program string, args, environment []string) (*process, error) {
	ctx, cancel := context.WithCancel(p.ctx)
	command := exec.CommandContext(ctx, program, args...)
	command.Env = environment
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = patience / 3
	var complaints bytes.Buffer
	command.Stderr = &complaints
	// The end of its input tells a child of our own program that we are gone.
	if _, err := command.StdinPipe(); err != nil {
		cancel()
		return nil, err
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	if err := command.Start(); err != nil {
		cancel()
		return nil, err
	}
	ended := make(chan struct{})
	p.running.Go(func() {
		defer close(ended)
		_ = command.Wait() // It ends by being interrupted, which makes an error.
		if complaints.Len() > 0 {
			fmt.Fprintf(p.stderr, "%s said:\n%s", filepath.Base(program), complaints.Bytes())
		}
	})
	return &process{pid: command.Process.Pid, stdout: stdout, end: func() {
		cancel()
		<-ended
	}}, nil
}

// startSelf starts this program in another role, and reads the line that it prints.
func (p *processes) startSelf(announced any, role ...string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	child, err := p.start(self, append([]string{roleArgument}, role...), os.Environ())
	if err != nil {
		return nil, err
	}
	if err := json.NewDecoder(child.stdout).Decode(announced); err != nil {
		child.end()
		return nil, fmt.Errorf("start %s: %w", role[0], err)
	}
	return child, nil
}

func (p *processes) startBaseline(role, upstream string) (*process, error) {
	var address string
	child, err := p.startSelf(&address, role, upstream)
	if err != nil {
		return nil, err
	}
	child.address = address
	return child, nil
}

// startServer starts the product and waits until it is ready.
func (p *processes) startServer(environment map[string]string, more ...string) (*process, error) {
	child, err := p.launchServer(environment, more...)
	if err != nil {
		return nil, err
	}
	deadline := time.Now().Add(patience)
	for {
		answer, err := askOnce(p.ctx, child.address, get("/readyz", ""))
		switch {
		case err == nil && answer.status == http.StatusOK:
			return child, nil
		case p.ctx.Err() != nil || time.Now().After(deadline):
			child.end()
			return nil, errors.Join(errors.New("the server doesn't become ready"), err)
		}
		time.Sleep(time.Millisecond)
	}
}

// launchServer starts the product. It may not listen yet.
func (p *processes) launchServer(environment map[string]string, more ...string) (*process, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	pairs := slices.Concat(withoutSettings(os.Environ()), more, []string{"ADDR=" + address})
	for name, value := range environment {
		pairs = append(pairs, name+"="+value)
	}
	child, err := p.start(p.program(), nil, pairs)
	if err != nil {
		return nil, err
	}
	child.address = address
	return child, nil
}

// withoutSettings leaves out what would configure the product.
func withoutSettings(environment []string) []string {
	settings := config.Reference()
	return slices.DeleteFunc(environment, func(pair string) bool {
		name, _, _ := strings.Cut(pair, "=")
		return slices.ContainsFunc(settings, func(s config.Setting) bool { return s.Name == name })
	})
}

// freeAddress is one that nobody listens on. The server can't say where it listens,
// since it logs errors alone.
func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

// runRole is what a child of this program does, which ends with its input.
func runRole(ctx context.Context, stdin io.Reader, stdout io.Writer, role []string) error {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		_, _ = io.Copy(io.Discard, stdin)
		cancel()
	}()
	switch role[0] {
	case "upstream":
		clients, err := strconv.Atoi(role[1])
		if err != nil {
			return err
		}
		return runUpstream(ctx, stdout, clients)
	case "proxy":
		return serveBaseline(ctx, stdout, newProxy(role[1]))
	case "floor":
		return serveBaseline(ctx, stdout, newFloor(role[1]))
	}
	return fmt.Errorf("unknown role %q", role[0])
}
