//go:build !unix

package gocmd

import "os/exec"

// killAll does what it does only on Unix. Here the end of cmd's context kills the
// command alone; a test binary ends with its own -timeout.
func killAll(*exec.Cmd) {}
