package kernel_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"cognito-m2m/internal/kernel"
)

// TestOptions starts Node with the options, which it has to accept without a word, and looks at
// those that it has from elsewhere.
func TestOptions(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("needs Node")
	}
	for options, want := range map[string]string{
		kernel.With("", false):                        "4069", // as jsii starts it
		kernel.With("--max-old-space-size=123", true): "123",
	} {
		cmd := exec.CommandContext(t.Context(), node, "-e", `console.log(process.env.NODE_OPTIONS.match(/max-old-space-size=(\d+)/)[1])`)
		cmd.Env = append(os.Environ(), "NODE_OPTIONS="+options)
		if out, err := cmd.CombinedOutput(); err != nil || strings.TrimSpace(string(out)) != want {
			t.Errorf("%s: got %s, %v", options, out, err)
		}
	}
}
