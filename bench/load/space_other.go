//go:build !unix

package load

import (
	"syscall"
	"time"
)

// receiveSpace leaves the socket as it is: nothing is measured here.
func receiveSpace(int) func(network, addr string, c syscall.RawConn) error { return nil }

func roomFor(int) error { return nil }

func nap(d time.Duration) { time.Sleep(d) }
