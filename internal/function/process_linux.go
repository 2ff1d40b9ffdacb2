package function

import "syscall"

// processAttributes puts the bootstrap in a process group of its own, and has the kernel kill it if
// this process ends without doing so.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
