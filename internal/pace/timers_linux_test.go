package pace

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// beginsAgain makes this test binary a process that calls Timers, and says what it is then.
const beginsAgain = "M2M_PACE_TEST"

func TestMain(m *testing.M) {
	if os.Getenv(beginsAgain) != "" {
		now, err := unix.PrctlRetInt(unix.PR_GET_TIMERSLACK, 0, 0, 0, 0)
		name, _ := os.ReadFile("/proc/self/comm")
		fmt.Printf("%d %d %q %q %q %v\n", os.Getpid(), now, name, os.Args, os.Getenv(beginsAgain), err)
		Timers()
		fmt.Println("goes on")
		os.Exit(7)
	}
	os.Exit(m.Run())
}

// TestTimers: the process begins again once, as the one that it was, and with what it is told.
func TestTimers(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "an argument", "")
	cmd.Env = append(os.Environ(), beginsAgain+"=a value")
	said, err := cmd.Output()
	if cmd.ProcessState.ExitCode() != 7 {
		t.Fatalf("%v\n%s", err, said)
	}
	before, err := unix.PrctlRetInt(unix.PR_GET_TIMERSLACK, 0, 0, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Base(os.Args[0])
	line := fmt.Sprintf("%d %%d %q %q %q <nil>\n", cmd.Process.Pid, name[:min(len(name), 15)]+"\n", cmd.Args, "a value")
	if want := fmt.Sprintf(line+line+"goes on\n", before, slack); string(said) != want {
		t.Errorf("got\n%swant\n%s", said, want)
	}
}
