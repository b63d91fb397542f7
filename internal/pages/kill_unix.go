//go:build unix

package pages

import (
	"os/exec"
	"syscall"
)

// killAll has the end of cmd's context kill cmd and all that it has started:
// go test does not take its test binary with it.
func killAll(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error {
		return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
}
