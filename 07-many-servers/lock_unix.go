//go:build !windows

package main

import (
	"errors"
	"os"
	"syscall"
)

// lockFile makes the file, and holds it until it is closed or the process ends, however it
// ends. If another process holds it, that is an error.
func lockFile(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errors.New("another broker uses it")
		}
		return nil, err
	}
	return f, nil
}
