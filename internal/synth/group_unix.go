//go:build unix

package synth

import (
	"os/exec"
	"syscall"
	"time"
)

// gracePeriod is how long a cancelled command, and what it started, may take to
// end by itself.
const gracePeriod = 5 * time.Second

// ownGroup puts the command into a process group of its own, so that Ctrl-C
// reaches it once, through a cancelled context, and ends what it started too.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
}

// endGroup waits until nothing of the command's group is left. The command has
// ended by now; what it started may take longer, and is killed if it takes too
// long. It does not wait for ever: a process that has ended stays in its group
// until its parent asks how, which process 1 of some containers never does.
func endGroup(cmd *exec.Cmd) {
	if cmd.Process == nil {
		return
	}
	group := -cmd.Process.Pid
	for _, signal := range []syscall.Signal{0, syscall.SIGKILL} {
		for deadline := time.Now().Add(gracePeriod); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
			if syscall.Kill(group, signal) != nil {
				return
			}
		}
	}
}
