package pace

import (
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// slack is by how much Linux may delay a timer so that it fires together with others, in ns. The
// default is 50 µs.
const slack = 1_000_000

// Timers lets all timers of this process be up to a millisecond late. Go looks after a busy program
// every 20 µs and more, which takes a tenth of a call of a function where several processes share a
// processor.
//
// A thread has the slack of the one that started it, and the thread that looks is there before main
// is. So the process begins again: it has the same id, arguments, variables and open files. It must
// be called before anything else is done, and by a process that serves: what it starts has such
// timers, too.
func Timers() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before := ownSlack()
	if before <= 0 || before >= slack || unix.Prctl(unix.PR_SET_TIMERSLACK, slack, 0, 0, 0) != nil || ownSlack() != slack {
		return // 0: it has none, as with a real-time policy
	}
	var files syscall.Rlimit
	limited := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files) == nil
	if program, err := os.Executable(); err == nil {
		_ = syscall.Exec(program, os.Args, os.Environ()) //nolint:gosec // G204: it is this program, with its own arguments
	}
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, uintptr(before), 0, 0, 0) // it could not begin again
	if limited {
		_ = syscall.Setrlimit(syscall.RLIMIT_NOFILE, &files) // Exec has set what the process began with
	}
}

// ownSlack is that of this thread, 0 if it has none, or it can't be told.
func ownSlack() int {
	now, err := unix.PrctlRetInt(unix.PR_GET_TIMERSLACK, 0, 0, 0, 0)
	if err != nil {
		return 0
	}
	return now
}
