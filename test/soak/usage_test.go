package soak

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// usage is what a process holds of the machine.
type usage struct {
	residentKB, peakKB, descriptors, children int
}

// needsProc skips a test where processes can't be looked at.
func needsProc(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("only Linux shows processes in /proc")
	}
}

func (e *environment) usage(t *testing.T) usage {
	t.Helper()
	pid := e.Cmd.Process.Pid
	descriptors, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	return usage{
		residentKB:  statusKB(string(raw), "VmRSS:"),
		peakKB:      statusKB(string(raw), "VmHWM:"),
		descriptors: len(descriptors),
		children:    len(childrenOf(pid)),
	}
}

// cpuTimeOf is the processor time that processes have taken so far.
func cpuTimeOf(t *testing.T, pids ...int) (sum time.Duration) {
	t.Helper()
	for _, pid := range pids {
		used, err := processTime(pid)
		if err != nil {
			t.Fatal(err)
		}
		sum += used
	}
	return sum
}

// familyTime is the processor time that a process and what it started, directly or not, have taken
// so far. It falls when one of them ends.
func familyTime(pid int) time.Duration {
	sum, err := processTime(pid)
	if err != nil {
		return 0 // it has ended
	}
	for _, child := range childrenOf(pid) {
		sum += familyTime(child)
	}
	return sum
}

func processTime(pid int) (sum time.Duration, err error) {
	const tick = time.Second / 100 // USER_HZ, which is 100 on every Linux
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	_, after, _ := strings.Cut(string(raw), ") ")
	for _, field := range strings.Fields(after)[11:13] { // utime, stime
		ticks, err := strconv.Atoi(field)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(ticks) * tick
	}
	return sum, nil
}

// statusKB is a figure in /proc/<pid>/status, which has it in kB.
func statusKB(status, name string) int {
	_, after, _ := strings.Cut(status, name)
	figure, _ := strconv.Atoi(strings.Fields(after)[0])
	return figure
}

// childrenOf are the processes, not yet ended, that a process has started.
func childrenOf(pid int) []int {
	return processes(func(dir string) bool {
		raw, err := os.ReadFile(filepath.Join(dir, "stat"))
		_, fields, _ := strings.Cut(string(raw), ") ") // state, parent, ...
		return err == nil && strings.Fields(fields)[1] == strconv.Itoa(pid) && fields[0] != 'Z'
	})
}

// withVariable are the processes that have a variable in their environment, which every process of
// a function hands on to what it starts.
func withVariable(name, value string) []int {
	return processes(func(dir string) bool {
		raw, err := os.ReadFile(filepath.Join(dir, "environ"))
		return err == nil && strings.Contains("\x00"+string(raw), "\x00"+name+"="+value+"\x00")
	})
}

func processes(fit func(dir string) bool) []int {
	dirs, _ := filepath.Glob("/proc/[0-9]*") // the pattern is right
	var found []int
	for _, dir := range dirs {
		if pid, err := strconv.Atoi(filepath.Base(dir)); err == nil && fit(dir) {
			found = append(found, pid)
		}
	}
	return found
}
