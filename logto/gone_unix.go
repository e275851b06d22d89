//go:build unix

package logto

import (
	"errors"
	"net"
	"syscall"
)

// canLook tells whether isGone can.
const canLook = true

// isGone tells whether a connection on which nothing is expected has been closed by
// the other side, or holds what nobody asked for.
func isGone(conn *net.TCPConn) bool {
	socket, err := conn.SyscallConn()
	if err != nil {
		return true
	}
	gone := true
	err = socket.Control(func(fd uintptr) {
		var unasked [1]byte
		_, err := syscall.Read(int(fd), unasked[:])
		gone = !errors.Is(err, syscall.EAGAIN)
	})
	return gone || err != nil
}
