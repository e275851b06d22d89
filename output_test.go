package main

import (
	"bytes"
	"regexp"
	"sync"
	"testing"
)

// output is what a program writes. It can be read and waited for meanwhile.
type output struct {
	mu      sync.Mutex
	changed *sync.Cond
	text    bytes.Buffer
	closed  bool
}

func newOutput() *output {
	o := new(output)
	o.changed = sync.NewCond(&o.mu)
	return o
}

// Write implements io.Writer.
func (o *output) Write(text []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.changed.Broadcast()
	return o.text.Write(text)
}

// close says that nothing more will be written.
func (o *output) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.changed.Broadcast()
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// await waits until the pattern matches, and returns the match and its groups.
func (o *output) await(t *testing.T, pattern string) []string {
	t.Helper()
	wanted := regexp.MustCompile(pattern)
	o.mu.Lock()
	defer o.mu.Unlock()
	for {
		if match := wanted.FindStringSubmatch(o.text.String()); match != nil {
			return match
		}
		if o.closed {
			t.Fatalf("%s was never written, but:\n%s", pattern, o.text.String())
		}
		o.changed.Wait()
	}
}
