package test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestKernelOptions looks at the Node that has made the templates: internal/kernel has to be
// initialized before jsii.
func TestKernelOptions(t *testing.T) {
	theAssembly(t)
	lists, err := filepath.Glob("/proc/self/task/*/children")
	if err != nil || len(lists) == 0 {
		t.Skip("needs Linux")
	}
	var options []string
	for _, list := range lists {
		children, _ := os.ReadFile(list) // a thread may end meanwhile
		for child := range strings.FieldsSeq(string(children)) {
			variables, _ := os.ReadFile(filepath.Join("/proc", child, "environ"))
			for variable := range strings.SplitSeq(string(variables), "\x00") {
				if value, found := strings.CutPrefix(variable, "NODE_OPTIONS="); found {
					options = append(options, value)
				}
			}
		}
	}
	if len(options) == 0 || !strings.Contains(options[0], "--no-concurrent-marking") {
		t.Errorf("Node has the options %q", options)
	}
}
