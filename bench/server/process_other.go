//go:build !linux

package server

import (
	"errors"
	"net"
	"runtime"
	"syscall"
	"time"
)

// Measurable returns nil if CPU, RSS and Socket work here. Else it returns an error that
// says why they don't.
func Measurable() error {
	return errors.New("CPU time and memory of another process are read from Linux' clocks and /proc; " +
		"they can't be measured on " + runtime.GOOS + ": run this on Linux, in a container or a virtual machine")
}

func attributes() *syscall.SysProcAttr { return nil }

func cpu(int) (time.Duration, error) { return 0, Measurable() }

func busy() (time.Duration, error) { return 0, Measurable() }

func rss(int) (int, error) { return 0, Measurable() }

func socket(int, net.Conn) (held func() bool, err error) { return nil, Measurable() }
