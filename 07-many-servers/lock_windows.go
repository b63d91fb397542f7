package main

import (
	"errors"
	"os"
	"syscall"
)

// lockFile makes the file, and holds it until it is closed or the process ends, however it
// ends. If another process holds it, that is an error.
func lockFile(name string) (*os.File, error) {
	path, err := syscall.UTF16PtrFromString(name)
	if err != nil {
		return nil, err
	}
	const sharing = syscall.Errno(32) // ERROR_SHARING_VIOLATION
	h, err := syscall.CreateFile(path, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if errors.Is(err, sharing) {
		return nil, errors.New("another broker uses it")
	}
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(h), name), nil
}
