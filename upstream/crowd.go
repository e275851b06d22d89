package upstream

import "time"

const (
	// crowdTime is for how long requests must have waited, one or the other, before
	// they count as a crowd that stays. The limit has found its place by then.
	crowdTime = time.Second
	// crowdMemory is for how long a crowd is kept in mind of which some were refused.
	// They come back when they were told to, which is less, many of them at a time.
	crowdMemory = 3 * time.Second
)

// crowd tells whether there are more requests than the service bears, for longer than
// a moment. Requests that wait are a sign of it as long as the limit stays about where
// it is: while it is on its way to where it belongs, they may only wait for that.
//
// Once some were refused, the times between their waves are none of rest, though nobody
// waits then. Nor does it tell anything that the limit moves: each wave keeps the
// processor busy, calls take longer for it, and the limit sinks and comes back. That
// crowd was there by mistake, or is borne by now, if the limit gets well beyond where
// some were refused.
type crowd struct {
	// waits tells since waitsAt whether requests wait, and waited for how long they
	// have, twice crowdTime at most. Times of rest make it less.
	waits   bool
	waitsAt time.Time
	waited  time.Duration

	// refusedAt is when one of the crowd was refused last, and limit is the highest limit
	// with which that happened.
	refusedAt time.Time
	limit     int
}

// stays tells whether there is a crowd.
func (c *crowd) stays(now time.Time) bool {
	c.wait(now, c.waits)
	return c.waited >= crowdTime
}

// wait is told whether requests wait from now on.
func (c *crowd) wait(now time.Time, waits bool) {
	passed := now.Sub(c.waitsAt)
	switch {
	case c.waits:
		c.waited = min(c.waited+passed, 2*crowdTime)
	case !c.isRemembered(now):
		c.waited = max(c.waited-passed, 0)
	}
	c.waits, c.waitsAt = waits, now
}

// refuse is told that a request was refused.
func (c *crowd) refuse(now time.Time, limit int) {
	if !c.stays(now) {
		return
	}
	if !c.isRemembered(now) {
		c.limit = 0
	}
	c.refusedAt, c.limit = now, max(c.limit, limit)
}

func (c *crowd) isRemembered(now time.Time) bool {
	return now.Sub(c.refusedAt) < crowdMemory
}

// move is told that the limit was moved.
func (c *crowd) move(now time.Time, before, limit int) {
	forget := 2*limit >= 3*before || 2*limit <= before
	if c.isRemembered(now) {
		forget = 2*limit >= 3*c.limit
	}
	if forget {
		c.waited, c.refusedAt = 0, time.Time{}
	}
}
