// Package redistest runs a real redis-server for tests, which can be killed and
// started again.
package redistest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Server is a redis-server on loopback. What it has acknowledged it keeps in a file,
// so that being killed makes it forget nothing.
type Server struct {
	// Address is where it is found, redis://HOST:PORT, each time that it is started.
	Address string

	t         testing.TB
	program   string
	port      int
	directory string
	process   *os.Process
	exited    chan struct{}
}

// Start starts a server, which ends with the test. Where redis-server is missing the
// test is skipped, but for CI, where the variable CI is set and the test fails.
func Start(t testing.TB) *Server {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	switch {
	case err != nil && os.Getenv("CI") != "":
		t.Fatal("redis-server is not in PATH, and CI is set")
	case err != nil:
		t.Skip("redis-server is not in PATH") // go test needs Go alone; CI installs it.
	}
	s := &Server{t: t, program: program}
	t.Cleanup(s.Kill)
	// Between finding a free port and using it, somebody else may.
	for range 5 {
		s.port, s.directory = freePort(t), t.TempDir()
		s.Address = fmt.Sprintf("redis://127.0.0.1:%d", s.port)
		if err := s.run(); err == nil {
			return s
		}
	}
	t.Fatal("redis-server does not start")
	return nil
}

// Kill ends the server as kill -9 does. It may be called more than once.
func (s *Server) Kill() {
	if s.process == nil {
		return
	}
	_ = s.process.Kill() // It may be gone.
	<-s.exited
}

// Restart starts a killed server again, with all that it had.
func (s *Server) Restart() {
	s.t.Helper()
	if err := s.run(); err != nil {
		s.t.Fatal(err)
	}
}

// RestartEmpty starts a killed server again, with nothing.
func (s *Server) RestartEmpty() {
	s.t.Helper()
	s.directory = s.t.TempDir()
	s.Restart()
}

// Client returns a client that looks into the server, and ends with the test.
func (s *Server) Client() *redis.Client {
	client := s.client()
	s.t.Cleanup(func() { _ = client.Close() }) // The server may be gone.
	return client
}

// run starts the process and waits until it answers.
func (s *Server) run() error {
	var output bytes.Buffer
	// What is written reaches the file before the answer is sent. That it also reaches
	// the disk would only matter to a machine that fails.
	command := exec.Command(s.program, "--port", strconv.Itoa(s.port), "--bind", "127.0.0.1",
		"--save", "", "--appendonly", "yes", "--appendfsync", "no", "--dir", s.directory)
	command.Stdout, command.Stderr = &output, &output
	if err := command.Start(); err != nil {
		return err
	}
	exited := make(chan struct{})
	go func() {
		defer close(exited)
		_ = command.Wait() // It is killed.
	}()
	s.process, s.exited = command.Process, exited
	client := s.client()
	defer client.Close()
	// Somebody else's server at the port would answer too.
	own := fmt.Sprintf("\r\nprocess_id:%d\r\n", command.Process.Pid)
	for !strings.Contains(client.Info(s.t.Context(), "server").Val(), own) {
		select {
		case <-exited:
			return fmt.Errorf("redis-server ended:\n%s", output.String())
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

func (s *Server) client() *redis.Client {
	return redis.NewClient(&redis.Options{Addr: strings.TrimPrefix(s.Address, "redis://")})
}

// freePort is one that the system gives to nobody who doesn't ask for it by number.
// A connection that has got the port of a killed server would keep it from coming
// back.
func freePort(t testing.TB) int {
	const first, last = 10_000, 30_000
	for {
		port := first + rand.IntN(last-first)
		listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		if err := listener.Close(); err != nil {
			t.Fatal(err)
		}
		return port
	}
}
