package upstream

import (
	"container/list"
	"context"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxWait is how long a request waits for its first call. Who waits for a page
	// notices seconds, and an answer is still better than none.
	maxWait = 3 * time.Second
	// retryAfter is what refused requests are told to wait; less can't be said in HTTP.
	retryAfter = time.Second
	// refusalTime is the time between two refusals. Some clients come back at once: if
	// they were refused at once, a thousand of them would leave no processor to the
	// others. maxHeld is how many are held back for it, and maxHold for how long.
	refusalTime = time.Millisecond
	maxHeld     = 2048
	maxHold     = 5 * time.Second
)

// gate lets calls through as long as there is room for them, and keeps the others
// waiting, by priority and then by the order of their requests.
type gate struct {
	mu       sync.Mutex
	limit    limit
	inFlight int
	// waiting holds *waiter, by priority. It is empty while there is room.
	waiting [priorities]list.List
	// unbegun counts the waiting requests none of whose calls was let through.
	unbegun int
	// requests numbers the requests.
	requests uint64

	// held counts the refusals that are held back, and refusing has the one whose turn
	// it is.
	held     atomic.Int32
	refusing chan struct{}
}

// waiter is a call that waits.
type waiter struct {
	request *request
	// element is its place, nil once it has left.
	element *list.Element
	// done is closed when it is let through, with a pass, or refused.
	done     chan struct{}
	admitted bool
	pass     pass
}

// pass is a call's place among those in flight.
type pass struct {
	begun time.Time
	// late is how long it took a call that had waited to notice.
	late time.Duration
	// beside is how many calls were in flight, this one included.
	beside int
	// begins tells that no call of its request was let through before.
	begins bool
}

func newGate(maxConcurrency int) *gate {
	return &gate{limit: newLimit(maxConcurrency), refusing: make(chan struct{}, 1)}
}

// enter waits until a call may be made. Every pass must be given back.
func (g *gate) enter(ctx context.Context, r *request) (pass, error) {
	g.mu.Lock()
	if r.order == 0 {
		g.requests++
		r.order = g.requests
	}
	switch {
	case r.refusal != nil:
		g.mu.Unlock()
		select {
		case <-r.told:
		case <-ctx.Done():
		}
		return pass{}, r.refusal
	case g.inFlight < g.limit.now():
		p := g.admit(r)
		g.mu.Unlock()
		return p, nil
	case !g.hasRoom(r):
		g.refuse(r)
		g.mu.Unlock()
		g.hold(ctx)
		close(r.told)
		return pass{}, r.refusal
	}
	w := g.queue(r)
	g.mu.Unlock()
	return g.wait(ctx, w)
}

// hasRoom tells whether a request may wait. A write takes the place of the youngest
// read.
func (g *gate) hasRoom(r *request) bool {
	if r.begun || r.waiting > 0 || r.priority == background || g.unbegun < g.limit.queue(time.Now()) {
		return true
	}
	if r.priority == Read {
		return false
	}
	last := g.waiting[Read].Back()
	if last == nil || last.Value.(*waiter).request.begun {
		return false
	}
	g.refuse(last.Value.(*waiter).request)
	return true
}

// admit lets a call of the request through.
func (g *gate) admit(r *request) pass {
	now := time.Now()
	begins := !r.begun
	r.begun = true
	g.inFlight++
	g.limit.see(now, g.inFlight)
	return pass{begun: now, beside: g.inFlight, begins: begins}
}

// queue puts a call in its place: behind those of older requests.
func (g *gate) queue(r *request) *waiter {
	if !r.begun && r.waiting == 0 {
		g.unbegun++
		g.limit.crowd.wait(time.Now(), true)
	}
	r.waiting++
	w := &waiter{request: r, done: make(chan struct{})}
	line := &g.waiting[r.priority]
	for e := line.Back(); e != nil; e = e.Prev() {
		if e.Value.(*waiter).request.order <= r.order {
			w.element = line.InsertAfter(w, e)
			return w
		}
	}
	w.element = line.PushFront(w)
	return w
}

// wait waits for a call's turn.
func (g *gate) wait(ctx context.Context, w *waiter) (pass, error) {
	var tooLong <-chan time.Time
	if w.request.priority != background {
		timer := time.NewTimer(maxWait)
		defer timer.Stop()
		tooLong = timer.C
	}
	for {
		select {
		case <-w.done:
			if !w.admitted {
				return pass{}, w.request.refusal
			}
			// It begins now, and what has passed since the place was free is by how much
			// this process itself is late.
			now := time.Now()
			w.pass.late, w.pass.begun = now.Sub(w.pass.begun), now
			return w.pass, nil
		case <-tooLong:
			g.giveUp(w)
			tooLong = nil
		case <-ctx.Done():
			g.withdraw(w)
			return pass{}, ctx.Err()
		}
	}
}

// giveUp refuses the request of a call that has waited for too long, unless another
// call of it was let through.
func (g *gate) giveUp(w *waiter) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if w.element != nil && !w.request.begun {
		g.refuse(w.request)
	}
}

// withdraw takes back a call that nobody waits for any more.
func (g *gate) withdraw(w *waiter) {
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case w.element != nil:
		g.unqueue(w)
		if !w.request.begun && w.request.waiting == 0 {
			g.begun()
		}
	case w.admitted:
		g.release(time.Now())
	}
}

// unqueue removes a call from its line.
func (g *gate) unqueue(w *waiter) {
	g.waiting[w.request.priority].Remove(w.element)
	w.element = nil
	w.request.waiting--
}

// begun takes a request from those that wait for their first call.
func (g *gate) begun() {
	g.unbegun--
	g.limit.crowd.wait(time.Now(), g.unbegun > 0)
}

// refuse refuses a request for good, with all of its calls that wait. If none does,
// the caller closes r.told.
func (g *gate) refuse(r *request) {
	r.refusal, r.told = &Refusal{RetryAfter: retryAfter}, make(chan struct{})
	g.limit.crowd.refuse(time.Now(), g.limit.current)
	if r.waiting > 0 {
		g.begun()
		close(r.told)
	}
	for e := g.waiting[r.priority].Back(); r.waiting > 0; {
		w, previous := e.Value.(*waiter), e.Prev()
		if w.request == r {
			g.unqueue(w)
			close(w.done)
		}
		e = previous
	}
}

// leave gives a pass back. A call that was answered as usual tells how long that
// takes.
func (g *gate) leave(p pass, kind string, usual bool) {
	now := time.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	if usual {
		g.limit.learn(now, kind, p)
	}
	g.release(now)
}

// turnBack takes a pass back with which nothing is sent. A request that would have
// begun with it hasn't, unless more of its calls wait: they count as of one that has.
func (g *gate) turnBack(r *request, p pass) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if p.begins && r.waiting == 0 {
		r.begun = false
	}
	g.release(time.Now())
}

// release makes room, and lets those through that wait for it.
func (g *gate) release(now time.Time) {
	g.limit.see(now, g.inFlight)
	g.inFlight--
	for p := range g.waiting {
		line := &g.waiting[p]
		for line.Len() > 0 && g.inFlight < g.limit.now() {
			w := line.Front().Value.(*waiter)
			g.unqueue(w)
			if !w.request.begun {
				g.begun()
			}
			g.limit.wanted = true
			w.pass = g.admit(w.request)
			w.admitted = true
			close(w.done)
		}
	}
}

// hold returns when it is the turn of a refusal. The turn passes on only when the one
// before has got the processor, so that refusals never crowd out answers.
func (g *gate) hold(ctx context.Context) {
	defer g.held.Add(-1)
	if g.held.Add(1) > maxHeld {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, maxHold)
	defer cancel()
	select {
	case g.refusing <- struct{}{}:
		_ = sleep(ctx, refusalTime)
		<-g.refusing
	case <-ctx.Done():
	}
}

// mustGoOn tells whether the request can't be refused any more: it may have made a
// part of its changes.
func (g *gate) mustGoOn(r *request) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return r.priority == Write && r.begun
}

func (g *gate) state() State {
	g.mu.Lock()
	defer g.mu.Unlock()
	s := State{Limit: g.limit.now(), InFlight: g.inFlight}
	for p := range g.waiting {
		s.Waiting += g.waiting[p].Len()
	}
	return s
}
