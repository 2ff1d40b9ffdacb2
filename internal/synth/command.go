package synth

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"cognito-m2m/internal/inuse"
	"cognito-m2m/internal/processgroup"
)

// temporaryPrefix begins the names of temporary folders.
const temporaryPrefix = "m2m-synth-"

// temporaryFolder makes one for a synth. The next synth removes it if this one is killed.
func temporaryFolder() (*inuse.Folder, error) {
	folder, err := inuse.Make("", temporaryPrefix)
	if err != nil {
		return nil, fmt.Errorf("making a temporary folder: %w", err)
	}
	return folder, nil
}

// command runs one command line of cdk.json in the project's folder, in a process group and with a
// temporary folder of its own, and returns what it printed on standard error. When it returns, both
// are gone.
func (p *Project) command(ctx context.Context, line string, variables []string) (string, error) {
	temporary, err := temporaryFolder()
	if err != nil {
		return "", err
	}
	defer func() { _ = temporary.Close() }()          // the next one sweeps what is left
	cmd := exec.CommandContext(ctx, "sh", "-c", line) //nolint:gosec // the project's own cdk.json names the command
	cmd.Dir = p.Dir
	cmd.Env = append(append(os.Environ(), variables...), "TMPDIR="+temporary.Path)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.Discard, &output
	endGroup := processgroup.Own(cmd, syscall.SIGTERM)
	err = cmd.Run()
	endGroup()
	if err != nil {
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		return "", &CommandError{Line: line, Output: withoutNoise(output.String()), Err: err}
	}
	return output.String(), nil
}

// withoutNoise leaves out what jsii prints now and then when it ends, without a line of its own: it
// waits for its child twice, which is harmless.
func withoutNoise(output string) string {
	const noise = "Runtime process exited abnormally: waitid: no child processes"
	return strings.TrimSpace(strings.ReplaceAll(output, noise, ""))
}

// CommandError is a command of cdk.json that ended with a status other than 0.
type CommandError struct {
	Line   string // the command line
	Output string // what it printed on standard error
	Err    error
}

// Error holds what the command printed, which says more than its status.
func (e *CommandError) Error() string {
	if e.Output == "" {
		return fmt.Sprintf("`%s`: %v", e.Line, e.Err)
	}
	if strings.Contains(e.Output, "\n") {
		return "\n" + e.Output
	}
	return e.Output
}

// IsFinding reports whether the command ended by itself because of what it was given, with
// status 1.
func (e *CommandError) IsFinding() bool {
	exit, ended := errors.AsType[*exec.ExitError](e.Err)
	return errors.Is(e.Err, errRefused) || ended && exit.ExitCode() == 1
}

// Unwrap returns the error of running the command.
func (e *CommandError) Unwrap() error { return e.Err }

// warningLines are the lines that the app marks as warnings. The rest of what a successful synth
// prints is noise of its tools.
func warningLines(output string) (warnings []string) {
	for line := range strings.Lines(output) {
		if warning, found := strings.CutPrefix(line, "warning: "); found {
			warnings = append(warnings, strings.TrimSpace(warning))
		}
	}
	return warnings
}
