//go:build !unix

package main

import "net"

// stopQueueing needs an operating system that lets a queue be shortened.
func stopQueueing(net.Listener) {}
