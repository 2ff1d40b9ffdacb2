package kernel_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"cognito-m2m/internal/kernel"
)

// TestTune starts Node with the options, which it has to accept without a word, and looks at those
// that it has from elsewhere.
func TestTune(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("needs Node")
	}
	for name, c := range map[string]struct{ options, want string }{
		"as jsii starts it": {"", "4069"},
		"with the user's":   {"--max-old-space-size=123", "123"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("NODE_OPTIONS", c.options)
			if c.options == "" {
				if err := os.Unsetenv("NODE_OPTIONS"); err != nil {
					t.Fatal(err)
				}
			}
			if err := kernel.Tune(); err != nil {
				t.Fatal(err)
			}
			const program = `console.log(process.env.NODE_OPTIONS.match(/max-old-space-size=(\d+)/)[1])`
			out, err := exec.CommandContext(t.Context(), node, "-e", program).CombinedOutput()
			if err != nil || strings.TrimSpace(string(out)) != c.want {
				t.Errorf("got %s, %v", out, err)
			}
		})
	}
}
