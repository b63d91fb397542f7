//go:build !unix

package load

import (
	"syscall"
	"time"
)

// receiveSpace does nothing: there are no measurements on this system.
func receiveSpace(int) func(network, addr string, c syscall.RawConn) error { return nil }

func roomFor(int) error { return nil }

func nap(d time.Duration) { time.Sleep(d) }
