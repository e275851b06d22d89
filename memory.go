package main

import "runtime/debug"

// The collector runs whenever the heap has grown by gcPercent. This server's own is so
// small that by Go's default it would run hundreds of times a second under load, and
// take a third of the processor. heapFloor is memory that nobody uses and that takes
// up nothing but addresses: with it some 25 MB come together between two runs, and
// with a thousand clients a quarter of what is in use more.
const (
	heapFloor = 80 << 20
	gcPercent = 25
)

// tuneCollector sets the collector up for a small heap, unless the operator has done
// so by GOGC. What it returns must be kept alive.
func tuneCollector(getenv func(string) string) (floor []byte) {
	if getenv("GOGC") != "" {
		return nil
	}
	debug.SetGCPercent(gcPercent)
	return make([]byte, heapFloor)
}
