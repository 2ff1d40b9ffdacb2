//go:build unix

package synth

import (
	"os/exec"
	"syscall"
)

// ownGroup puts the command into a process group of its own, so that Ctrl-C
// reaches it once, through a cancelled context, and ends what it started too.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
}
