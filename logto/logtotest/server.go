package logtotest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

const (
	// ManagementResource is the Management API's resource indicator, the audience
	// of the tokens it takes.
	ManagementResource = "https://default.logto.app/api"
	// AccountResource is the API resource of the demo, the audience of the user
	// access tokens that AccessToken makes.
	AccountResource = "https://account.example.com/graphql"
)

// Options configure a Server. The zero value is ready for use.
type Options struct {
	// RaceWindow is how long a handler lets others run between a read and the write
	// that depends on it, where Logto is not atomic. Zero only yields.
	RaceWindow time.Duration
}

// Server is an embedded Logto with the demo's accounts. Its fields are facts
// about it and must not be changed; its methods may be called at any time.
type Server struct {
	// Endpoint is the address, without a slash at the end.
	Endpoint string
	// Issuer is the iss of every token.
	Issuer string

	// AppID and AppSecret are the credentials of a machine-to-machine application
	// that may use the whole Management API.
	AppID, AppSecret string
	// PowerlessAppID and PowerlessAppSecret belong to one without any role.
	PowerlessAppID, PowerlessAppSecret string

	// ClientID is the demo's single-page application, OtherClientID another one of
	// the same tenant and ThirdPartyClientID one of somebody else.
	ClientID, OtherClientID, ThirdPartyClientID string
	// ExchangeClientID and ExchangeClientSecret are an application that may exchange
	// tokens.
	ExchangeClientID, ExchangeClientSecret string

	listener   net.Listener
	server     *http.Server
	closing    context.CancelFunc
	routes     []route
	control    []route
	raceWindow time.Duration
	traffic    *traffic

	mu            sync.Mutex
	clockOffset   time.Duration
	noHasPassword bool
	// noBreachedPasswords is an outage of the breached-password service.
	noBreachedPasswords bool
	tenant
}

// New starts a Logto on a free loopback port, with keys and secrets of its own.
// Close ends it.
func New(options Options) (*Server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for embedded Logto: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{
		Endpoint:   "http://" + listener.Addr().String(),
		listener:   listener,
		closing:    cancel,
		routes:     routes(),
		control:    controlRoutes(),
		raceWindow: options.RaceWindow,
		traffic:    &traffic{},
	}
	s.Issuer = s.Endpoint + "/oidc"
	if err := s.seed(); err != nil {
		cancel()
		return nil, fmt.Errorf("seed embedded Logto: %w", err)
	}
	s.server = &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	go func() {
		// Serve returns once Close has been called, which is all it can report.
		_ = s.server.Serve(listener)
	}()
	return s, nil
}

// Close stops the server and cuts every connection, hanging ones included.
func (s *Server) Close() error {
	s.closing()
	if err := s.server.Close(); err != nil {
		return fmt.Errorf("close embedded Logto: %w", err)
	}
	return nil
}

// Now is the time by the simulator's clock.
func (s *Server) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now()
}

// Advance moves the clock forward, or back if d is negative. Tokens, codes and
// sessions age by it.
func (s *Server) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.clockOffset += d
}

// OmitHasPassword makes users look as in releases of Logto that have no
// hasPassword, where GET /api/users/{userId}/has-password must be asked.
func (s *Server) OmitHasPassword(omit bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noHasPassword = omit
}

func (s *Server) now() time.Time { return time.Now().Add(s.clockOffset) }

// millis is the present in the epoch milliseconds of Logto's columns. It is a
// float64 because every number in a JSON object is one.
func (s *Server) millis() float64 { return float64(s.now().UnixMilli()) }

// seconds is the present in the epoch seconds of tokens and OIDC models.
func (s *Server) seconds() float64 { return float64(s.now().Unix()) }
