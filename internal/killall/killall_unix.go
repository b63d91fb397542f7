//go:build unix

package killall

import (
	"os/exec"
	"syscall"
)

// Set has the end of cmd's context kill cmd and all that it has started, in a
// process group of its own. It is to be called before cmd starts.
func Set(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error {
		return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
}
