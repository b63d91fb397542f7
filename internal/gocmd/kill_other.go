//go:build !unix

package gocmd

import "os/exec"

// killAll does nothing here: it works only on Unix. The end of cmd's context kills only
// the command. A test binary ends with its own -timeout.
func killAll(*exec.Cmd) {}
