package function_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/function"
	"cognito-m2m/internal/m2mtest"
)

// runVictim is a runtime that waits for a process which never calls, and passes on what that
// prints.
func runVictim(bootstrap string) {
	f, err := function.New(function.Config{Name: "victim", Bootstrap: bootstrap, InitTimeout: time.Hour, Output: os.Stdout})
	if err != nil {
		panic(err)
	}
	_, _, err = f.Invoke(context.Background(), []byte(`{}`))
	panic(err)
}

// TestKilledRuntimeLeavesNoProcess kills, from outside, a runtime whose function's process would
// not notice by itself.
func TestKilledRuntimeLeavesNoProcess(t *testing.T) {
	t.Parallel()
	victim := exec.CommandContext(t.Context(), os.Args[0])
	victim.Env = append(os.Environ(), "M2M_TEST_VICTIM="+filepath.Join(programs, "puppet"))
	victim.Stderr = os.Stderr
	stdout, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	var address string
	var pid int
	_, scanErr := fmt.Fscan(stdout, &address, &pid)
	if scanErr == nil && !m2mtest.Running(pid) {
		t.Errorf("process %d does not run", pid)
	}
	if err := victim.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = victim.Wait() // says that it was killed
	if scanErr != nil {
		t.Fatal(scanErr)
	}
	m2mtest.AwaitGone(t, pid)
}

// TestDaemonsEndWithTheirEnvironment starts what is in no process group of the runtime's and no
// child of anybody's.
func TestDaemonsEndWithTheirEnvironment(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*testing.T, *function.Function){
		"crash": func(t *testing.T, f *function.Function) {
			if _, _, err := f.Invoke(t.Context(), []byte(`{"do":"exit"}`)); err == nil {
				t.Error("no error after a crash")
			}
		},
		"close": func(t *testing.T, f *function.Function) {
			if err := f.Close(t.Context()); err != nil {
				t.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, other := newFunction(t, "script", function.Config{}), newFunction(t, "script", function.Config{})
			started, others := order(t, f, `{"do":"daemon"}`), order(t, other, `{"do":"daemon"}`)
			if !m2mtest.Running(started.Child) {
				t.Errorf("process %d does not run", started.Child)
			}
			end(t, f)
			m2mtest.AwaitGone(t, started.Child)
			if !m2mtest.Running(others.Child) {
				t.Error("a process of another environment has ended, too")
			}
		})
	}
}

// TestAProcessIsScheduledForBatchWork also wants the thread that started the process to have its
// own timers and policy as before. It is not parallel: other tests' threads are about to start
// processes.
func TestAProcessIsScheduledForBatchWork(t *testing.T) {
	f := newFunction(t, "script", function.Config{})
	for file, want := range map[string]string{"timerslack_ns": "4000000", "stat": "3"} { // SCHED_BATCH
		content, _, err := f.Invoke(t.Context(), []byte(`{"do":"read","url":"/proc/self/`+file+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		if got := scheduling(string(content)); got != want {
			t.Errorf("%s of the process: %q, want %s", file, got, want)
		}
	}
	tasks, err := filepath.Glob("/proc/self/task/*")
	if err != nil || len(tasks) == 0 {
		t.Fatalf("threads: %v, %v", tasks, err)
	}
	for _, task := range tasks {
		for file, unwanted := range map[string]string{"timerslack_ns": "4000000", "stat": "3"} {
			own, err := os.ReadFile(filepath.Join("/proc", filepath.Base(task), file))
			if err == nil && scheduling(string(own)) == unwanted {
				t.Errorf("thread %s has the %s of a function's process", filepath.Base(task), file)
			}
		}
	}
}

// scheduling is the one figure of a file, or the policy in /proc/self/stat.
func scheduling(content string) string {
	const policyAt = 38 // behind the name
	_, figures, isStat := strings.Cut(content, ") ")
	if !isStat {
		return strings.TrimSpace(content)
	}
	return strings.Fields(figures)[policyAt]
}

func init() {
	if bootstrap := os.Getenv("M2M_TEST_VICTIM"); bootstrap != "" {
		runVictim(bootstrap)
	}
}
