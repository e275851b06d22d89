package upstream

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/sony/gobreaker/v2"
)

const (
	// The breaker opens when two of three calls of the last breakerWindow have failed,
	// of at least breakerVolume. The volume is low because a service that hangs lets
	// few calls through in that time.
	breakerWindow = 10 * time.Second
	breakerVolume = 6
	// breakerPause is how long it stays open. It is short, since what it opens for is
	// often over soon: a restart, a failover.
	breakerPause = 2 * time.Second
	// breakerTrials is how many calls then try whether the service is back, and must
	// all succeed.
	breakerTrials = 3
	// hangTime is how long a call has been under way at least that shows a service
	// that hangs when its caller's time is over. Callers may have less time than the
	// network waits, and the breaker would never open then.
	hangTime = 2 * time.Second
)

var (
	// errFailed is the report of a call that shows the service in bad health.
	errFailed = errors.New("failed")
	// errInconclusive is the report of one that shows nothing.
	errInconclusive = errors.New("inconclusive")
)

// breaker refuses all calls while most of them fail.
type breaker struct {
	*gobreaker.TwoStepCircuitBreaker[struct{}]
	refused atomic.Uint64
	// openedAt is when it opened last, in nanoseconds since 1970.
	openedAt atomic.Int64
}

func newBreaker(logger *slog.Logger) *breaker {
	b := &breaker{}
	b.TwoStepCircuitBreaker = gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		MaxRequests: breakerTrials, Timeout: breakerPause,
		Interval: breakerWindow, BucketPeriod: breakerWindow / 10,
		ReadyToTrip: func(seen gobreaker.Counts) bool {
			told := seen.TotalFailures + seen.TotalSuccesses
			return told >= breakerVolume && 3*seen.TotalFailures >= 2*told
		},
		IsExcluded: func(err error) bool { return errors.Is(err, errInconclusive) },
		OnStateChange: func(_ string, _, to gobreaker.State) {
			switch to {
			case gobreaker.StateOpen:
				b.openedAt.Store(time.Now().UnixNano())
				logger.Warn("circuit breaker has opened: most calls of the upstream fail")
			case gobreaker.StateClosed:
				logger.Info("circuit breaker has closed: the upstream answers again")
			}
		},
	})
	return b
}

// enter returns what is to be told of the end of a try, or false if there must be none.
func (b *breaker) enter() (report func(error), ok bool) {
	if b.State() == gobreaker.StateClosed {
		return b.report, true
	}
	report, err := b.Allow()
	return report, err == nil
}

// report counts a try that began while the breaker was closed. It is counted when it
// ends: the library would forget those that take longer than the window.
func (b *breaker) report(err error) {
	if b.State() != gobreaker.StateClosed {
		return
	}
	if report, refused := b.Allow(); refused == nil {
		report(err)
	}
}

// isOpen tells whether nobody gets through.
func (b *breaker) isOpen() bool { return b.State() == gobreaker.StateOpen }

// refuse counts and makes a refusal.
func (b *breaker) refuse() *Refusal {
	b.refused.Add(1)
	left := breakerPause - time.Since(time.Unix(0, b.openedAt.Load()))
	return &Refusal{Down: true, RetryAfter: min(max(left, time.Second), breakerPause)}
}

// verdict is what the end of a try tells about the service's health. Nobody may shut
// the service off for others by what he does to his own account, so little counts as
// a failure: no connection, whatever the call; no answer, none in time, half of one,
// and a gateway's errors, if the call changes nothing. (What changes something may
// depend on third parties: a provider that hangs, a mail server. A 500 can be got by a
// strange value.) A try that its own caller has given up shows nothing, nor does a
// retry that fails, lest one call counts for three.
func verdict(req *http.Request, first bool, took time.Duration, status int, err error) error {
	switch {
	case err == nil && !isGatewayError(status):
		return nil
	case first && !isGivenUp(req.Context(), took) && (isRepeatable(req) || isDialError(err)):
		return errFailed
	default:
		return errInconclusive
	}
}

// isGivenUp tells whether a try ended because its caller went away, or had no time
// left when it began.
func isGivenUp(ctx context.Context, took time.Duration) bool {
	err := ctx.Err()
	return err != nil && (took < hangTime || !errors.Is(err, context.DeadlineExceeded))
}

// isGatewayError tells whether a status says that the service could not be asked.
// Those from 520 on are Cloudflare's.
func isGatewayError(status int) bool {
	switch status {
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return status >= 520 && status <= 530
}

// isDialError tells whether no connection came about.
func isDialError(err error) bool {
	failed, ok := errors.AsType[*net.OpError](err)
	return ok && failed.Op == "dial"
}

// isTimeout tells whether time ran out.
func isTimeout(err error) bool {
	timeout, ok := errors.AsType[net.Error](err)
	return ok && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded)
}
