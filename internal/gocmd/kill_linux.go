package gocmd

import "syscall"

// withParent has the kernel kill the command when the process that has started it ends, even if
// that was killed itself. What the command has started goes on.
func withParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
