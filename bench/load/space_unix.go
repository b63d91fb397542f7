//go:build unix

package load

import (
	"fmt"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// receiveSpace makes a socket's receive buffer small before it connects. So it offers the
// other side little space from the beginning.
func receiveSpace(size int) func(network, addr string, c syscall.RawConn) error {
	return func(_, _ string, c syscall.RawConn) error {
		var set error
		err := c.Control(func(fd uintptr) {
			set = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, size)
		})
		if err != nil {
			return err
		}
		return set
	}
}

// nap waits for d, if d is positive. It is some 60 microseconds late. A timer of Go may
// be a millisecond late.
func nap(d time.Duration) {
	if d > 0 {
		t := unix.NsecToTimeval(int64(d))
		unix.Select(0, nil, nil, nil, &t)
	}
}

// roomFor returns an error if this process can't have so many connections open. The
// server has the same limit.
func roomFor(connections int) error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	// Go has raised the soft limit to the hard one already.
	if need := uint64(connections + 100); limit.Cur < need {
		return fmt.Errorf("%d connections need %d open files, and the limit is %d; raise it, as in ulimit -Hn %[2]d, or leave the scenario idle out with -only", connections, need, limit.Cur)
	}
	return nil
}
