//go:build !unix

package pages

import "os/exec"

// killAll does what it does only on Unix. Here the end of cmd's context kills
// the command alone.
func killAll(*exec.Cmd) {}
