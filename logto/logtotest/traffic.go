package logtotest

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Call is a Management API call that came in.
type Call struct {
	Method string `json:"method"`
	// Path is escaped, as sent, and without the query.
	Path string `json:"path"`
	// Query is the raw query, which GET /simulator/calls leaves out.
	Query string `json:"-"`
	// Language is the Accept-Language header, which GET /simulator/calls leaves out.
	Language string `json:"-"`
	// Status is 0 as long as there is no answer, which may be for ever.
	Status int `json:"status"`
	// At is when the call came in.
	At time.Time `json:"at"`
}

// traffic is what happens to requests on their way to the handlers.
type traffic struct {
	mu      sync.Mutex
	calls   []*Call
	faults  []*Fault
	delay   time.Duration
	service time.Duration
	// slots are taken by the calls being served; nil means any number.
	slots chan struct{}
}

// Calls lists the Management API calls since the last ResetCalls, oldest first.
// Token requests and discovery do not count.
func (s *Server) Calls() []Call {
	s.traffic.mu.Lock()
	defer s.traffic.mu.Unlock()
	calls := make([]Call, len(s.traffic.calls))
	for i, call := range s.traffic.calls {
		calls[i] = *call
	}
	return calls
}

// ResetCalls empties the list of calls.
func (s *Server) ResetCalls() {
	s.traffic.mu.Lock()
	defer s.traffic.mu.Unlock()
	s.traffic.calls = nil
}

// SetDelay makes every Management API call take at least d, however many run.
func (s *Server) SetDelay(d time.Duration) {
	s.traffic.mu.Lock()
	defer s.traffic.mu.Unlock()
	s.traffic.delay = d
}

// SetCapacity makes Logto serve only so many Management API calls at a time, each
// for the service time, while further ones queue. Measured on two cores it was 4
// at about 15 ms: more calls in flight only wait longer. Zero calls lifts it.
func (s *Server) SetCapacity(calls int, service time.Duration) {
	s.traffic.mu.Lock()
	defer s.traffic.mu.Unlock()
	s.traffic.slots, s.traffic.service = nil, service
	if calls > 0 {
		s.traffic.slots = make(chan struct{}, calls)
	}
}

// ServeHTTP answers as Logto, and under /simulator as itself.
func (s *Server) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	if strings.HasPrefix(request.URL.Path, "/simulator/") {
		s.dispatch(request, s.control, false).write(w, request)
		return
	}
	isManagement := strings.HasPrefix(request.URL.Path, "/api/")
	fault := s.takeFault(request)
	if isManagement {
		w = s.record(w, request)
		release, waited := s.traffic.wait(request.Context())
		defer release()
		if !waited {
			return
		}
	}
	if fault != nil {
		fault.inflict(w, request)
		return
	}
	s.dispatch(request, s.routes, false).write(w, request)
}

// wait spends the delay and the service time. It fails if the client goes first.
func (t *traffic) wait(ctx context.Context) (release func(), waited bool) {
	t.mu.Lock()
	delay, service, slots := t.delay, t.service, t.slots
	t.mu.Unlock()
	if !pause(ctx, delay) {
		return func() {}, false
	}
	if slots == nil {
		return func() {}, true
	}
	select {
	case slots <- struct{}{}:
	case <-ctx.Done():
		return func() {}, false
	}
	return func() { <-slots }, pause(ctx, service)
}

// pause waits, and reports whether it did so to the end.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// record notes the call, and its status before the client can see it.
func (s *Server) record(w http.ResponseWriter, request *http.Request) http.ResponseWriter {
	call := &Call{
		Method: request.Method, Path: request.URL.EscapedPath(), Query: request.URL.RawQuery,
		Language: request.Header.Get("Accept-Language"), At: s.Now(),
	}
	s.traffic.mu.Lock()
	defer s.traffic.mu.Unlock()
	s.traffic.calls = append(s.traffic.calls, call)
	return &recorder{ResponseWriter: w, traffic: s.traffic, call: call}
}

// recorder writes an answer and notes its status.
type recorder struct {
	http.ResponseWriter
	traffic *traffic
	call    *Call
}

func (r *recorder) WriteHeader(status int) {
	r.traffic.mu.Lock()
	r.call.Status = status
	r.traffic.mu.Unlock()
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
