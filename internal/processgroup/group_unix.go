//go:build unix

package processgroup

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// GracePeriod is how long a cancelled command, and what it started, may take to end by itself.
const GracePeriod = 5 * time.Second

// Own puts the command, which has a context, into a process group of its own, so that Ctrl-C
// reaches it once, through a cancelled context, and ends what it started too: ask is the signal for
// all of it. When the command has ended, end waits until nothing of its group lives: what it
// started may take longer, and is killed if it takes too long.
func Own(cmd *exec.Cmd, ask syscall.Signal) (end func()) {
	var asked time.Time // when the group was asked to end; the grace period is one for all of it
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	cmd.Cancel = func() error {
		asked = time.Now()
		return syscall.Kill(-cmd.Process.Pid, ask)
	}
	cmd.WaitDelay = GracePeriod
	return func() {
		if cmd.Process == nil {
			return
		}
		if asked.IsZero() {
			asked = time.Now()
		}
		endGroup(cmd.Process.Pid, asked.Add(GracePeriod))
	}
}

func endGroup(group int, deadline time.Time) {
	for _, signal := range []syscall.Signal{0, syscall.SIGKILL} {
		for ; time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
			if syscall.Kill(-group, signal) != nil || allEnded(group) {
				return
			}
		}
		deadline = time.Now().Add(GracePeriod)
	}
}

// allEnded reports whether every process of the group has ended, as far as the system's /proc says.
// One that has ended stays in its group until its parent asks how, which process 1 of some
// containers never does.
func allEnded(group int) bool {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(files) == 0 {
		return false
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			continue // it is gone
		}
		// The name may hold anything, and is in parentheses: 12 (node) S 1 12 12 ...
		fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
		if len(fields) > 2 && fields[2] == strconv.Itoa(group) && fields[0] != "Z" && fields[0] != "X" {
			return false
		}
	}
	return true
}
