package logtotest

import (
	"bytes"
	"net"
	"net/http"
	"strconv"
)

// Failure is a way of failing that no status expresses.
type Failure int

// The ways of failing. AnswerStatus is the ordinary one: Fault.Status with
// Fault.Body.
const (
	AnswerStatus Failure = iota
	// ResetConnection cuts the connection before any answer. Go's client repeats a
	// GET once by itself if the connection was an old one, so it takes two.
	ResetConnection
	// AnswerGarbage is 200 with a page of HTML where JSON was expected.
	AnswerGarbage
	// TruncateBody is 200 with a body that ends before its announced length.
	TruncateBody
	// AnswerOversized is 200 with 5 MB of JSON.
	AnswerOversized
	// Hang says nothing until the client goes.
	Hang
)

// Fault fails requests before they reach a handler, so that nothing is changed.
type Fault struct {
	// Method and Path choose the requests. Path is a pattern as of the OpenAPI
	// description, such as /api/users/{userId}. Empty matches everything.
	Method, Path string
	// Times is how many requests fail; zero means one.
	Times int
	// Failure is how they fail. With AnswerStatus, the zero value, they get Status
	// and Body: nil for no body, a string for plain text, anything else as JSON.
	Failure Failure
	Status  int
	Body    any
}

// Fail makes the next requests that match fail. Faults apply in the order in
// which they were added.
func (s *Server) Fail(fault Fault) {
	fault.Times = max(fault.Times, 1)
	s.traffic.mu.Lock()
	defer s.traffic.mu.Unlock()
	s.traffic.faults = append(s.traffic.faults, &fault)
}

// ClearFaults takes back the faults that have not happened.
func (s *Server) ClearFaults() {
	s.traffic.mu.Lock()
	defer s.traffic.mu.Unlock()
	s.traffic.faults = nil
}

func (s *Server) takeFault(request *http.Request) *Fault {
	s.traffic.mu.Lock()
	defer s.traffic.mu.Unlock()
	for _, fault := range s.traffic.faults {
		if fault.Times > 0 && fault.matches(request) {
			fault.Times--
			return fault
		}
	}
	return nil
}

func (f *Fault) matches(request *http.Request) bool {
	if f.Method != "" && f.Method != request.Method {
		return false
	}
	if f.Path == "" {
		return true
	}
	_, matched := matchPath(f.Path, request.URL.EscapedPath())
	return matched
}

func (f *Fault) inflict(w http.ResponseWriter, request *http.Request) {
	switch f.Failure {
	case AnswerStatus:
		response{status: f.Status, body: f.Body}.encode("").write(w, request)
	case AnswerGarbage:
		ok("<html><body>Bad gateway</body></html>").withHeader("Content-Type", "text/html").encode("").write(w, request)
	case AnswerOversized:
		ok(object{"padding": string(bytes.Repeat([]byte("x"), 5<<20))}).encode("").write(w, request)
	case TruncateBody:
		const part = `{"id": "`
		w.Header().Set("Content-Type", jsonType)
		w.Header().Set("Content-Length", strconv.Itoa(10*len(part)))
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write([]byte(part))
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	case ResetConnection:
		reset(w)
	case Hang:
		<-request.Context().Done()
	}
}

// reset closes the connection such that the client sees a reset and not an end.
func reset(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, isTCP := connection.(*net.TCPConn); isTCP {
		_ = tcp.SetLinger(0)
	}
	_ = connection.Close()
}
