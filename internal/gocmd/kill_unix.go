//go:build unix

package gocmd

import (
	"os/exec"
	"syscall"
)

// killAll makes the end of cmd's context kill cmd and all that cmd has started. For
// that they are a process group of their own, so Ctrl-C does not reach them.
func killAll(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	withParent(cmd.SysProcAttr)
	cmd.Cancel = func() error {
		return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
}
