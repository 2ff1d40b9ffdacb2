package synth_test

import (
	"os/exec"
	"testing"

	"cognito-m2m/internal/synth"
)

func TestIsFinding(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]bool{"exit 1": true, "exit 2": false, "kill -9 $$": false} {
		err := exec.CommandContext(t.Context(), "sh", "-c", script).Run()
		if got := (&synth.CommandError{Line: script, Err: err}).IsFinding(); got != want {
			t.Errorf("%s: got %t, want %t", script, got, want)
		}
	}
}
