package main

import "runtime/debug"

// The collector runs whenever the heap has grown by gcPercent. This server's own is so
// small that by Go's default it would run hundreds of times a second under load, and
// take a third of the processor. heapFloor is memory that nobody uses and that takes
// up nothing but addresses: with it some 17 MB come together between two runs, and
// little more with a thousand clients.
const (
	heapFloor = 160 << 20
	gcPercent = 10
)

// tuneCollector sets the collector up for a small heap, unless the operator has done
// so by GOGC or by GOMEMLIMIT, which would count the floor. What it returns must be
// kept alive.
func tuneCollector(getenv func(string) string) (floor []byte) {
	if getenv("GOGC") != "" || getenv("GOMEMLIMIT") != "" {
		return nil
	}
	debug.SetGCPercent(gcPercent)
	floor = make([]byte, heapFloor)
	release(floor)
	return floor
}
