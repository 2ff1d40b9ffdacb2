package function

import (
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"cognito-m2m/internal/m2mtest"
)

// TestStraysThatBecomeAnotherProgram has a process that does so all the time: it shows no variables
// meanwhile, and is killed all the same.
func TestStraysThatBecomeAnotherProgram(t *testing.T) {
	t.Parallel()
	again := filepath.Join(t.TempDir(), "again")
	m2mtest.WriteProgram(t, again, "#!/bin/sh\nexec \"$0\"\n")
	own := logStreamVariable + "=" + again // as no other process has it
	for range 200 {
		stray := exec.CommandContext(t.Context(), again)
		stray.Env = []string{own}
		if err := stray.Start(); err != nil {
			t.Fatal(err)
		}
		killStrays(own)
		left := time.AfterFunc(time.Minute, func() {
			t.Error("it is left")
			_ = stray.Process.Kill()
		})
		_ = stray.Wait() // says that it was killed
		if !left.Stop() {
			return
		}
	}
}
