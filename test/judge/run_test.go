//go:build judge

package judge

import (
	"bytes"
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// tools is where `make judge` installs the judges.
var tools = filepath.Join(root, ".build", "judge")

// python is a command of the virtual environment.
func python(name string) string { return filepath.Join(tools, "venv", "bin", name) }

// judge is a command that judges. One that found something ends with a status in found.
type judge struct {
	command string
	args    []string
	dir     string // where it runs; empty: this package's folder
	stdin   []byte
	found   []int
}

// run returns what the judge printed to stdout.
func (j judge) run(t *testing.T) []byte {
	t.Helper()
	path, err := exec.LookPath(j.command)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		t.Fatalf("%v (`make judge` installs the judges)", err)
	}
	cmd := exec.CommandContext(t.Context(), path, j.args...)
	cmd.Dir = j.dir
	cmd.Stdin = bytes.NewReader(j.stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.Output()
	var ended *exec.ExitError
	if err != nil && (!errors.As(err, &ended) || !slices.Contains(j.found, ended.ExitCode())) {
		t.Fatalf("%s: %v\n%s\n%s", j.command, err, stdout, &stderr)
	}
	return stdout
}

// decode reads a judge's report.
func decode(t *testing.T, report []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(report, into); err != nil {
		t.Fatalf("%v in the report %.2000s", err, report)
	}
}

// pass fails for each finding that is not accepted for the judge, and each acceptance without a
// finding.
func pass(t *testing.T, name string, findings []finding) {
	t.Helper()
	accepted := readAccepted(t)
	t.Logf("%s: %d findings, %d accepted rules", name, len(findings), len(accepted[name]))
	for _, wrong := range verdict(findings, accepted[name]) {
		t.Error(wrong)
	}
}

// catch fails unless the judge finds a fault that was put in: the rule, at the place in the red
// copy.
func catch(t *testing.T, findings []finding, rule, place, at string) {
	t.Helper()
	for _, f := range findings {
		if f.rule == rule && f.place == place && f.at == at {
			t.Logf("red as it should be: %s", f)
			return
		}
	}
	t.Errorf("%s: nothing is found by %s at %s, where a fault was put in; found: %v", place, rule, at, findings)
}

// split parts the findings of the clean copies from those of the red ones.
func split(findings []finding, isRed func(place string) bool) (clean, red []finding) {
	for _, f := range findings {
		if isRed(f.place) {
			red = append(red, f)
		} else {
			clean = append(clean, f)
		}
	}
	return clean, red
}
