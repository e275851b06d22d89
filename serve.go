package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"time"
)

// ready tells whether requests should be sent here: the server goes on serving,
// and Logto's keys and the tenant's settings are there, which takes credentials
// that work.
func (s *server) ready(ctx context.Context) bool {
	if s.draining.Load() || s.verifier.Ready(ctx) != nil {
		return false
	}
	_, err := s.tenant.SignInExperience(ctx)
	return err == nil
}

// serve listens, says so, and serves until ctx ends and all that was accepted
// has been answered. It starts without Logto and becomes ready when Logto comes.
func (s *server) serve(ctx context.Context, listening func(net.Addr)) error {
	listener, err := listen(ctx, s.addr)
	if err != nil {
		return err
	}
	return s.serveOn(ctx, listener, listening)
}

func listen(ctx context.Context, addr string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w: set ADDR, or -addr of demo, to an address that is free", addr, err)
	}
	return listener, nil
}

// serveOn serves as serve does, and closes the listener.
func (s *server) serveOn(ctx context.Context, listener net.Listener, listening func(net.Addr)) error {
	defer listener.Close() // It is closed already, unless serving never began.
	stopTelemetry, err := s.telemetry.start(ctx, s.logger)
	if err != nil {
		return err
	}
	defer stopTelemetry()
	httpServer := &http.Server{
		Handler:           http.HandlerFunc(s.answer),
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      2 * s.drain,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(s.logger.Handler(), slog.LevelWarn),
		// It would answer without our headers.
		DisableGeneralOptionsHandler: true,
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	var wg sync.WaitGroup
	wg.Go(func() { s.tenant.Run(background) })
	wg.Go(func() { _ = s.verifier.Ready(background) }) // So that the first request needn't wait for keys.
	wg.Go(func() { s.events.Run(background) })
	defer func() {
		stop()
		wg.Wait()
		s.client.CloseIdleConnections()
		_ = s.store.Close() // Nobody is left to care.
	}()

	failed := make(chan error, 1)
	go func() { failed <- httpServer.Serve(listener) }()
	s.logger.InfoContext(ctx, "listening", "address", listener.Addr().String())
	listening(listener.Addr())
	debug.FreeOSMemory() // What starting took isn't needed any more.
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}

	s.logger.Info("draining", "grace", s.grace)
	return s.windDown(httpServer, listener, failed)
}

// settling is how long requests may take to arrive on connections that are open.
const settling = time.Second

// windDown ends serving in such a way that nobody who was let in goes without an
// answer.
func (s *server) windDown(httpServer *http.Server, listener net.Listener, failed <-chan error) error {
	// Others learn, by /readyz and by the connections that close, to go elsewhere.
	s.draining.Store(true)
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-s.after(s.grace):
	}

	// Who comes in spite of it finds the port closed. The kernel resets what waits to be
	// accepted then, so the queue is emptied first; and Shutdown drops what it finds
	// unread on connections, so it comes last.
	stopQueueing(listener)
	<-s.after(min(s.grace, settling))
	_ = listener.Close() // Of no use any more in any case.
	if err := <-failed; !errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("serve: %w", err)
	}
	<-s.after(min(s.grace, settling))

	ctx, cancel := context.WithTimeout(context.Background(), s.drain)
	defer cancel()
	if err := httpServer.Shutdown(ctx); err != nil {
		return fmt.Errorf("drain: %w", err)
	}
	return nil
}

// answer is the handler. A client on a connection that lives on would not notice
// the draining, and lose the request that it sends when the connection is closed.
func (s *server) answer(w http.ResponseWriter, r *http.Request) {
	if s.draining.Load() {
		w.Header().Set("Connection", "close")
	}
	s.handler.ServeHTTP(w, r)
}
