package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

// load is a number of clients of a contender, each of which asks for a page again
// as soon as it has one.
type load struct {
	contender contender
	clients   []*client
	// mayRefuse takes UPSTREAM_UNAVAILABLE for an answer. Otherwise whatever isn't the
	// page ends the run.
	mayRefuse bool
	// spread is the time over which the clients begin. Where all wait for the same time
	// they would otherwise come all at once, again and again.
	spread time.Duration
}

type client struct {
	steps       []step
	connections []*connection // One for all steps, or one for each.
}

// sample is what clients saw in a stretch of time.
type sample struct {
	elapsed time.Duration
	// latencies are of the pages that came, and refused counts those that didn't.
	latencies []time.Duration
	refused   int
	// late and refusedLate are how many of them when the time was over.
	late, refusedLate int
}

func (s sample) rps() float64 { return float64(len(s.latencies)-s.late) / s.elapsed.Seconds() }

// connect connects the clients, and has each get one page. Few at a time do, since
// the first use of an access token costs a verification.
func connect(ctx context.Context, c contender, clients int) (*load, error) {
	l := &load{contender: c}
	for len(l.clients) < clients {
		some := &load{contender: c}
		for range min(4, clients-len(l.clients)) {
			one, err := c.connect(ctx, len(l.clients))
			if err != nil {
				l.close()
				return nil, fmt.Errorf("connect client %d of %s: %w", len(l.clients), c.name, err)
			}
			l.clients, some.clients = append(l.clients, one), append(some.clients, one)
		}
		if _, err := some.run(ctx, 0); err != nil {
			l.close()
			return nil, err
		}
	}
	return l, nil
}

func (c contender) connect(ctx context.Context, number int) (*client, error) {
	one := &client{steps: c.steps(number)}
	connections := 1
	if c.parallel {
		connections = len(one.steps)
	}
	for range connections {
		conn, err := dial(ctx, c.address)
		if err != nil {
			one.close()
			return nil, err
		}
		one.connections = append(one.connections, conn)
	}
	return one, nil
}

func (c *client) close() {
	for _, conn := range c.connections {
		conn.Close()
	}
}

func (l *load) close() {
	for _, c := range l.clients {
		c.close()
	}
}

// run lets the clients ask for so long, and at least once. The first thing that goes
// wrong ends it for all.
func (l *load) run(ctx context.Context, d time.Duration) (sample, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(ctx, l.hurry)()
	began := time.Now()
	end := began.Add(d)
	samples := make([]sample, len(l.clients))
	var clients sync.WaitGroup
	for i, c := range l.clients {
		clients.Go(func() {
			time.Sleep(l.spread * time.Duration(i) / time.Duration(len(l.clients)))
			if err := l.ask(c, end, &samples[i]); err != nil {
				cancel(err)
			}
		})
	}
	clients.Wait()
	whole := sample{elapsed: d}
	for _, s := range samples {
		whole.latencies = append(whole.latencies, s.latencies...)
		whole.late += s.late
		whole.refused += s.refused
		whole.refusedLate += s.refusedLate
	}
	if err := context.Cause(ctx); err != nil {
		return sample{}, fmt.Errorf("%s: %w", l.contender.name, err)
	}
	if whole.late == len(whole.latencies) { // The time was too short for anybody.
		whole.elapsed, whole.late = time.Since(began), 0
	}
	return whole, nil
}

// hurry ends all waiting for answers.
func (l *load) hurry() {
	for _, c := range l.clients {
		for _, conn := range c.connections {
			_ = conn.SetDeadline(time.Now()) // It may be closed already.
		}
	}
}

func (l *load) ask(c *client, end time.Time, seen *sample) error {
	for _, conn := range c.connections {
		if err := conn.SetDeadline(end.Add(patience)); err != nil {
			return err
		}
	}
	for began := time.Now(); ; {
		err := c.page()
		now := time.Now()
		over := !now.Before(end)
		switch {
		case err == nil:
			seen.latencies = append(seen.latencies, now.Sub(began))
			if over {
				seen.late++
			}
		case !l.mayRefuse || !errors.Is(err, errRefused):
			return err
		case over:
			seen.refused++
			seen.refusedLate++
		default:
			seen.refused++
			time.Sleep(retryPause)
			now = time.Now()
		}
		if !now.Before(end) {
			return nil
		}
		began = now
	}
}

// retryPause is what a client waits that was refused. It is shorter than what it is
// told to wait, by Retry-After: not all clients listen.
const retryPause = 100 * time.Millisecond

// errRefused is an answer, in whole or in part, that Logto has too much to do, and when
// to come again.
var errRefused = errors.New("refused")

// page gets a page. The answers must be the expected ones, byte for byte.
func (c *client) page() error {
	if len(c.connections) == 1 {
		for _, step := range c.steps {
			if err := c.connections[0].send(step.request); err != nil {
				return err
			}
			if err := c.connections[0].expect(step.want); err != nil {
				return err
			}
		}
		return nil
	}
	for i, step := range c.steps {
		if err := c.connections[i].send(step.request); err != nil {
			return err
		}
	}
	for i, step := range c.steps {
		if err := c.connections[i].expect(step.want); err != nil {
			return err
		}
	}
	return nil
}

func (c *connection) expect(want []byte) error {
	answer, err := c.receive()
	switch {
	case err != nil:
		return err
	case answer.status == http.StatusOK && bytes.Equal(answer.body, want):
		return nil
	case bytes.Contains(answer.body, []byte(`"UPSTREAM_UNAVAILABLE"`)) && bytes.Contains(answer.body, []byte(`"retryAfterSeconds"`)):
		return errRefused
	}
	return fmt.Errorf("status %d, and not the answer from before: %.1000s", answer.status, answer.body)
}
