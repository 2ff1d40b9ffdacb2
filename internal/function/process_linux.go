package function

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// processAttributes puts the bootstrap in a process group of its own, and has the kernel kill it if
// this process ends without doing so.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// timerSlack is by how much Linux may delay a timer of a function's process so that it fires
// together with others, in ns. The default is 50 µs. Go's scheduler looks after a program that is
// busy, or waits for a processor, every 20 µs and more: at the default, that and the switches it
// causes take a tenth of a function's time.
//
// Parity: Function processes: timers are up to 4 milliseconds late
const timerSlack = 4_000_000

// start starts the process. It inherits the slack and the scheduling policy of the thread that
// starts it, so the caller must have locked its own. Without them all is well, only slower.
func start(cmd *exec.Cmd) error {
	if before, err := unix.PrctlRetInt(unix.PR_GET_TIMERSLACK, 0, 0, 0, 0); err == nil {
		_ = unix.Prctl(unix.PR_SET_TIMERSLACK, timerSlack, 0, 0, 0)
		defer func() { _ = unix.Prctl(unix.PR_SET_TIMERSLACK, uintptr(before), 0, 0, 0) }()
	}
	if own, err := unix.SchedGetAttr(0, 0); err == nil && own.Policy == unix.SCHED_NORMAL {
		_ = unix.SchedSetAttr(0, batch(*own), 0)
		defer func() { _ = unix.SchedSetAttr(0, own, 0) }()
	}
	return cmd.Start()
}

// batch is the policy for batch work at the same nice value. Under it a process has its full share
// of the processors, but does not interrupt what runs there when it wakes up. A call wakes it
// twice, mostly while the one it would interrupt is about to wait for it.
func batch(scheduling unix.SchedAttr) *unix.SchedAttr {
	scheduling.Policy = unix.SCHED_BATCH
	return &scheduling
}

// buildAttributes has the kernel interrupt the go command if this process ends without doing so,
// however it ends.
func buildAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGINT}
}

// killStrays kills what a bootstrap has started and its group does not have: what began a session
// of its own, as daemons do. A process whose parent has exited is reparented, but every process
// inherits the variable that no other execution environment has.
//
// Parity: Function processes: a daemon without variables outlives its environment
//
// It looks again until there is none, because they may start others meanwhile.
func killStrays(variable string) {
	killed := map[int]bool{}
	for before := -1; before < len(killed); {
		before = len(killed)
		dirs, _ := filepath.Glob("/proc/[0-9]*") // the pattern is right
		for _, dir := range dirs {
			pid, err := strconv.Atoi(filepath.Base(dir))
			if err == nil && !killed[pid] && hasVariable(pid, variable) && killStray(pid, variable) {
				killed[pid] = true
			}
		}
	}
}

// killStray looks again once it has a handle of the process: the number may belong to another by
// then.
func killStray(pid int, variable string) bool {
	handle, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer func() { _ = handle.Release() }()
	return hasVariable(pid, variable) && handle.Kill() == nil
}

// hasVariable looks at the variables that a process was started with. It does not see other users'.
// A process that becomes another program meanwhile shows none for a moment, and perhaps no
// arguments either. So one without variables is looked at again, and it has none if it shows its
// arguments each time.
func hasVariable(pid int, variable string) bool {
	const most, enough, pause = 100, 5, time.Millisecond
	folder := "/proc/" + strconv.Itoa(pid)
	for look, withArguments := 0, 0; look < most && withArguments < enough; look++ {
		environ, err := os.ReadFile(folder + "/environ")
		if err != nil || len(environ) > 0 {
			return slices.Contains(strings.Split(string(environ), "\x00"), variable)
		}
		if _, err := os.Readlink(folder + "/exe"); err != nil { // it has ended, or is the kernel's
			return false
		}
		if arguments, err := os.ReadFile(folder + "/cmdline"); err == nil && len(arguments) > 0 {
			withArguments++
		}
		time.Sleep(pause)
	}
	return false
}
