//go:build unix && !linux

package gocmd

import "syscall"

// withParent does nothing here: a command goes on when the process that has started it is killed.
func withParent(*syscall.SysProcAttr) {}
