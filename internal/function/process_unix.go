//go:build unix && !linux

package function

import (
	"os/exec"
	"syscall"
)

// processAttributes puts the bootstrap in a process group of its own. There is no way here to tie
// its life to this process's; it ends when it finds its Runtime API gone.
func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}

func start(cmd *exec.Cmd) error { return cmd.Start() }

// buildAttributes leaves the go command to itself once this process was killed.
func buildAttributes() *syscall.SysProcAttr { return nil }

// killStrays does nothing: only Linux shows the variables of other processes.
func killStrays(string) {}
