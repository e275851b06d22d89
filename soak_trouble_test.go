//go:build soak

package main

import (
	"math/rand/v2"
	"net/http"
	"time"

	"accountql/logto/logtotest"
)

// makeTrouble fails, slows down and narrows Logto by chance, and kills Redis once in a
// while, until it is over.
func (s *soak) makeTrouble(over <-chan struct{}) {
	defer func() {
		s.logto.ClearFaults()
		s.logto.SetDelay(0)
		s.logto.SetCapacity(0, 0)
	}()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for tick := 1; ; tick++ {
		select {
		case <-over:
			return
		case <-ticker.C:
		}
		s.logto.ResetCalls() // They are kept for nobody.
		s.logto.ClearFaults()
		if tick%3 == 0 {
			s.logto.Fail(aFault())
		}
		switch {
		case tick%200 == 0: // All that comes for a moment.
			for range 20 {
				s.logto.Fail(aFault())
			}
		case tick%300 == 100:
			s.logto.SetDelay(rand.N(20 * time.Millisecond))
		case tick%300 == 200:
			s.logto.SetCapacity(rand.IntN(8), rand.N(10*time.Millisecond))
		case tick%300 == 0:
			s.redis.Kill()
			time.Sleep(rand.N(time.Second))
			s.redis.Restart()
		}
	}
}

// aFault is one of all kinds.
func aFault() fault {
	ways := []fault{
		{Status: http.StatusInternalServerError},
		{Status: http.StatusBadGateway, Body: "<html>"},
		{Status: http.StatusServiceUnavailable},
		{Status: http.StatusTooManyRequests},
		{Failure: logtotest.ResetConnection},
		{Failure: logtotest.AnswerGarbage},
		{Failure: logtotest.TruncateBody},
		{Failure: logtotest.AnswerOversized},
	}
	f := ways[rand.IntN(len(ways))]
	if rand.IntN(100) == 0 {
		f = fault{Failure: logtotest.Hang} // Not often: it holds its client for long.
	}
	f.Path = []string{"", "/api/users/{userId}", "/api/users/{userId}/sessions", "/api/users/{userId}/custom-data", "/oidc/token"}[rand.IntN(5)]
	return f
}
