//go:build unix

package main

import (
	"net"
	"syscall"
)

// stopQueueing makes the kernel let no more connections wait to be accepted than
// one: it drops what comes beyond, and the client tries again in a second.
func stopQueueing(listener net.Listener) {
	socket, err := listener.(*net.TCPListener).SyscallConn()
	if err != nil {
		return // It is closed, with its queue.
	}
	// A failure leaves the queue as it is, for a moment.
	_ = socket.Control(func(fd uintptr) { _ = syscall.Listen(int(fd), 0) })
}
