//go:build unix

package gocmd

import (
	"os/exec"
	"syscall"
)

// killAll has the end of cmd's context kill cmd and all that it has started, in
// a process group of its own, which Ctrl-C does not reach.
func killAll(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error {
		return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
}
