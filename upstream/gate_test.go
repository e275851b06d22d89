package upstream_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"accountql/upstream"
)

// clerk serves one call at a time, for as long as the test likes, and keeps a book.
type clerk struct {
	over *upstream.Transport
	done chan struct{}

	mu   sync.Mutex
	book []string
	wg   sync.WaitGroup
}

// newClerk has one call under way, named busy.
func newClerk() *clerk {
	c := &clerk{done: make(chan struct{})}
	c.over = over(1, func(r *http.Request) (*http.Response, error) {
		c.note(strings.TrimPrefix(r.URL.Path, "/"))
		<-c.done
		return good.RoundTrip(r)
	})
	c.ask(context.Background(), "busy")
	return c
}

// ask makes a call and returns when it waits.
func (c *clerk) ask(ctx context.Context, name string) {
	c.wg.Go(func() {
		_, err := call(ctx, c.over, http.MethodGet, "/"+name)
		if _, refused := errors.AsType[*upstream.Refusal](err); refused {
			c.note(name + " refused")
		} else if err != nil {
			c.note(fmt.Sprintf("%s: %v", name, err))
		}
	})
	synctest.Wait()
}

func (c *clerk) note(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.book = append(c.book, text)
}

// serve serves a number of calls.
func (c *clerk) serve(n int) {
	for range n {
		c.done <- struct{}{}
		synctest.Wait()
	}
}

// finish serves all that are left, and returns the book.
func (c *clerk) finish() []string {
	close(c.done)
	c.wg.Wait()
	return c.book
}

func reading() context.Context {
	return upstream.WithRequest(context.Background(), upstream.Read)
}

func writing() context.Context {
	return upstream.WithRequest(context.Background(), upstream.Write)
}

func TestOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newClerk()
		first, second, change := reading(), reading(), writing()
		c.ask(first, "read 1")
		c.ask(second, "read 2")
		c.ask(first, "read 1, too")
		c.ask(change, "write")
		c.ask(upstream.WithoutRequest(second), "everybody's")
		c.ask(change, "write, too")
		c.serve(2)
		c.ask(change, "write at last")
		want := []string{"busy", "everybody's", "write", "write, too", "write at last", "read 1", "read 1, too", "read 2"}
		if diff := cmp.Diff(want, c.finish()); diff != "" {
			t.Errorf("order (-want +got):\n%s", diff)
		}
	})
}

// TestWhenAdmitted has a call wait, and one be refused.
func TestWhenAdmitted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newClerk()
		begins := func(name string) context.Context {
			return upstream.WhenAdmitted(reading(), func() { c.note(name + " begins") })
		}
		c.ask(begins("first"), "first")
		for range 63 {
			c.ask(reading(), "crowd")
		}
		c.ask(begins("last"), "last")
		c.serve(1)
		book := c.finish()
		if diff := cmp.Diff([]string{"busy", "first begins", "first"}, book[:3]); diff != "" {
			t.Errorf("book (-want +got):\n%s", diff)
		}
		if !slices.Contains(book, "last refused") || slices.Contains(book, "last begins") {
			t.Errorf("book %q", book)
		}
	})
}

// TestWholeRequests fills the queue with requests of three calls each.
func TestWholeRequests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		over := over(1, answering(time.Millisecond))
		var mu sync.Mutex
		seen := map[[2]int]int{}
		var wg sync.WaitGroup
		for range 200 {
			wg.Go(func() {
				answered, refused := calls(t, over, 3)
				mu.Lock()
				defer mu.Unlock()
				seen[[2]int{answered, refused}]++
			})
		}
		wg.Wait()
		// 64 wait beside the one that is being served.
		if diff := cmp.Diff(map[[2]int]int{{3, 0}: 65, {0, 3}: 135}, seen); diff != "" {
			t.Errorf("requests by answered and refused calls (-want +got):\n%s", diff)
		}
		if got := over.State(); got != (upstream.State{Limit: 1, RefusedByLimit: 3 * 135, Breaker: "closed"}) {
			t.Errorf("state %+v", got)
		}
	})
}

// TestWritesTakeThePlaceOfReads when there is no more room to wait.
func TestWritesTakeThePlaceOfReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newClerk()
		youngest := reading()
		for i := range 63 {
			c.ask(reading(), fmt.Sprintf("read %d", i))
		}
		c.ask(youngest, "youngest")
		c.ask(youngest, "youngest, too")
		c.ask(reading(), "late")
		time.Sleep(2 * time.Millisecond) // A refusal takes one.
		for i := range 64 {
			c.ask(writing(), fmt.Sprintf("write %d", i))
		}
		c.ask(writing(), "late write")
		time.Sleep(2 * time.Millisecond)
		c.ask(context.Background(), "everybody's")
		got := c.finish()
		slices.Sort(got[2:4]) // The calls of a request are refused at the same time.
		got = append(got[:5:5], got[67:70]...)
		want := []string{
			"busy", "late refused", "youngest refused", "youngest, too refused", "read 62 refused",
			"late write refused", "everybody's", "write 0",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestWaitingEnds with the patience of the request, and with its context.
func TestWaitingEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newClerk()
		began := time.Now()
		ctx, cancel := context.WithTimeout(reading(), 300*time.Millisecond)
		defer cancel()
		c.ask(ctx, "hasty")
		patient := reading()
		c.ask(patient, "patient")
		c.ask(patient, "patient, too")
		c.ask(context.Background(), "everybody's")
		begun := writing()
		c.ask(begun, "begun")
		c.serve(2) // busy and everybody's: now begun is under way.
		c.ask(begun, "begun, too")
		time.Sleep(10 * time.Second)
		if waited := c.over.State(); waited.InFlight != 1 || waited.Waiting != 1 {
			t.Errorf("after %v: %+v", time.Since(began), waited)
		}
		c.ask(patient, "patient again")
		want := []string{
			"busy", "everybody's", "begun", "hasty: context deadline exceeded",
			"patient refused", "patient, too refused", "patient again refused", "begun, too",
		}
		got := c.finish()
		slices.Sort(got[4:6])
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestPlaceIsKeptUntilTheAnswerWasRead counts the calls whose answers aren't done
// with.
func TestPlaceIsKeptUntilTheAnswerWasRead(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		body io.Reader
		end  func(io.ReadCloser)
	}{
		"read":   {strings.NewReader("body"), func(b io.ReadCloser) { _, _ = io.ReadAll(b) }},
		"closed": {strings.NewReader("body"), func(b io.ReadCloser) { _ = b.Close() }},
		"broken": {iotest.ErrReader(errReset), func(b io.ReadCloser) { _, _ = io.ReadAll(b) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			over := over(1, func(*http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(test.body)}, nil
			})
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://upstream.example/", nil)
			if err != nil {
				t.Fatal(err)
			}
			response, err := over.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			before := over.State().InFlight
			test.end(response.Body)
			after := over.State().InFlight
			if err := response.Body.Close(); err != nil || before != 1 || after != 0 || over.State().InFlight != 0 {
				t.Errorf("%d calls in flight and then %d, %v", before, after, err)
			}
		})
	}
}

// TestRefusalsTakeTurns is about refused clients who come back at once.
func TestRefusalsTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newClerk()
		for range 64 {
			c.ask(reading(), "waits")
		}
		began := time.Now()
		for range 100 {
			c.wg.Go(func() { _, _ = call(reading(), c.over, http.MethodGet, "/refused") })
		}
		time.Sleep(50*time.Millisecond + time.Nanosecond)
		if refused := c.over.State().RefusedByLimit; refused != 50 {
			t.Errorf("%d refused after %v", refused, time.Since(began))
		}
		ctx, cancel := context.WithCancel(reading())
		cancel()
		if _, err := call(ctx, c.over, http.MethodGet, "/gone"); err == nil || time.Since(began) > 51*time.Millisecond {
			t.Errorf("after %v: %v", time.Since(began), err)
		}
		c.finish()
	})
}

// TestWhoWaitsSeesNoConnection takes part in the tracing that tells callers how far a
// call got.
func TestWhoWaitsSeesNoConnection(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newClerk()
		var asked bool
		ctx, cancel := context.WithTimeout(writing(), time.Millisecond)
		defer cancel()
		c.ask(httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GetConn: func(string) { asked = true }}), "waits")
		time.Sleep(time.Second)
		if !asked {
			t.Error("nothing tells that the call was not sent")
		}
		c.finish()
	})
}
