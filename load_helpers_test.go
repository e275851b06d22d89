package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// load is what clients do over and over.
type load struct {
	answered atomic.Int64
	ended    chan struct{}
	clients  sync.WaitGroup
}

// startLoad has so many clients do the same. do gets the number of the client, and of
// what it did before.
func startLoad(clients int, do func(client, number int)) *load {
	l := &load{ended: make(chan struct{})}
	for client := range clients {
		l.clients.Go(func() {
			for number := 0; ; number++ {
				select {
				case <-l.ended:
					return
				default:
				}
				do(client, number)
				l.answered.Add(1)
			}
		})
	}
	return l
}

// more waits until so many more have been answered.
func (l *load) more(count int64) {
	for until := l.answered.Load() + count; l.answered.Load() < until; {
		time.Sleep(time.Millisecond) // Only so that the processor does something else.
	}
}

// end lets the clients finish.
func (l *load) end() {
	close(l.ended)
	l.clients.Wait()
}

// reading has so many clients ask for alice's username. Every answer must be right.
// lost counts those that a killed server took along.
func (w *world) reading(clients int) (l *load, lost *atomic.Int64) {
	token, lost := w.token("alice"), new(atomic.Int64)
	return startLoad(clients, func(int, int) {
		got, err := w.try(token, `{ me { username } }`, nil)
		for strings.Contains(got.body, isBusy) {
			got, err = w.try(token, `{ me { username } }`, nil)
		}
		switch {
		case err != nil || got.status == http.StatusBadGateway:
			lost.Add(1)
		case got.status != http.StatusOK || got.body != `{"data":{"me":{"username":"alice"}}}`:
			w.t.Errorf("read: %d %s", got.status, got.body)
		}
	}), lost
}

// isBusy is what a server says whose calls of Logto take too long, on a slow machine.
// Nothing has been done then, and one tries again.
const isBusy = "Logto has too much to do. Try again later."

// patient is a use that does so.
func patient(use func(page) answer) func(page) answer {
	return func(p page) answer {
		a := use(p)
		for strings.Contains(a.body, isBusy) {
			a = use(p)
		}
		return a
	}
}

// outcomes are the codes that writers were answered with, by what they wrote.
type outcomes struct {
	mu     sync.Mutex
	writer []map[string]string
}

// isLost stands for the code of an answer that a killed server took along.
const isLost = "lost"

// writing has each of the accounts add to its custom data.
func writing(pages []page) (*load, *outcomes) {
	o := &outcomes{writer: make([]map[string]string, len(pages))}
	for i := range o.writer {
		o.writer[i] = map[string]string{}
	}
	return startLoad(len(pages), func(client, number int) {
		key := fmt.Sprint("key", number)
		code := pages[client].note(key)
		o.mu.Lock()
		defer o.mu.Unlock()
		o.writer[client][key] = code
	}), o
}

// note adds a key to the custom data, and returns the code of the answer.
func (p page) note(key string) string {
	got, err := p.try(p.token, mutation("updateCustomData", "errors { code }"), object{"input": object{"data": object{key: true}}})
	if err != nil || got.status == http.StatusBadGateway {
		return isLost
	}
	return p.read("updateCustomData", got.body).code
}

// compare holds what the writers were told against what Logto has: a change that was
// answered is there, and one that was refused is not. It returns how often each code
// was answered.
func (o *outcomes) compare(t *testing.T, pages []page) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for i, p := range pages {
		stored := p.manage(http.MethodGet, "/api/users/"+p.id, nil).(object)["customData"].(object)
		for key, code := range o.writer[i] {
			counts[code]++
			if _, isStored := stored[key]; code != isLost && isStored != (code == "OK") {
				t.Errorf("%s of %s was answered %s; stored: %t", key, p.name, code, isStored)
			}
			delete(stored, key)
		}
		if len(stored) > 0 {
			t.Errorf("nobody wrote %v of %s", stored, p.name)
		}
	}
	return counts
}
