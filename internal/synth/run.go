package synth

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Progress hears of each step of a synth.
type Progress interface {
	// Step is called when a step begins. The function it returns is called when
	// the step has ended.
	Step(name string) (done func())
}

// Result is what there is to say of a synth that went well.
type Result struct {
	Warnings []string // the app's, a line each
	Reused   bool     // nothing has changed since the assembly was made, so it was left as it is
}

// Run synthesizes one environment of the project into outdir, unless the
// assembly there was made of the very same inputs. A new one starts from an
// empty folder. A cancelled context ends the child processes. What a failed
// command printed is part of the error.
func (p *Project) Run(ctx context.Context, env, outdir string, progress Progress) (Result, error) {
	node, err := p.findNode()
	if err != nil {
		return Result{}, err
	}
	if _, err := exec.LookPath("go"); err != nil {
		return Result{}, ErrNoGo
	}
	inputs, err := p.inputs(ctx, env, node)
	if err != nil {
		return Result{}, err
	}
	if made, ok := readRecord(outdir); ok && made.holds(outdir, inputs) {
		p.adopt(*made.Reads, made.Begun)
		return Result{Warnings: made.Warnings, Reused: true}, nil
	}
	for _, old := range []string{recordFile(outdir), outdir} {
		if err := os.RemoveAll(old); err != nil {
			return Result{}, fmt.Errorf("emptying the assembly's folder: %w", err)
		}
	}
	if err := p.reread(); err != nil { // after the digest, so that a change in between is not missed
		return Result{}, err
	}
	made := record{Inputs: inputs, Begun: time.Now()}
	if err := p.make(ctx, &made, env, outdir, node, progress); err != nil {
		return Result{}, err
	}
	return Result{Warnings: made.Warnings}, made.write(outdir)
}

// make synthesizes, and finds out what that read. It is asked of a synth that
// failed, too: what is to be repaired may lie outside of the project.
func (p *Project) make(ctx context.Context, made *record, env, outdir, node string, progress Progress) error {
	notes, err := os.MkdirTemp("", temporaryPrefix)
	if err != nil {
		return fmt.Errorf("making a temporary folder: %w", err)
	}
	defer os.RemoveAll(notes)
	calls, err := newGoCalls(notes)
	if err != nil {
		return err
	}
	opened, err := newNodeReads(notes)
	if err != nil {
		return err
	}
	variables := append(opened.variables(), "JSII_NODE="+node, "PATH="+calls.path())
	var failure error
	if made.Warnings, failure = p.synthesize(ctx, env, outdir, variables, progress); ctx.Err() != nil {
		return failure
	}
	read, err := calls.reads(ctx)
	if err == nil {
		var assets reads
		assets, err = opened.reads(p, outdir)
		read = read.merged(assets)
	}
	read = p.beside(read)
	if failure != nil {
		earlier, _ := p.outside()
		read = read.merged(earlier)
	}
	p.adopt(read, made.Begun)
	made.Reads = &read
	return cmp.Or(failure, err)
}

// UpToDate reports whether the assembly in outdir was made of the project as it
// is now, so that Run would leave it as it is.
func (p *Project) UpToDate(ctx context.Context, env, outdir string) bool {
	node, err := p.findNode()
	if err != nil {
		return false
	}
	inputs, err := p.inputs(ctx, env, node)
	if err != nil {
		return false
	}
	made, ok := readRecord(outdir)
	return ok && made.holds(outdir, inputs)
}

func (p *Project) synthesize(ctx context.Context, env, outdir string, variables []string, progress Progress) (warnings []string, err error) {
	synthContext := maps.Clone(p.context)
	synthContext["env"] = env
	encoded, err := json.Marshal(synthContext)
	if err != nil {
		return nil, fmt.Errorf("encoding the context of cdk.json: %w", err)
	}
	variables = append(variables,
		"CDK_OUTDIR="+outdir,
		"CDK_CONTEXT_JSON="+string(encoded),
		// A banner about an old Node that still works would bury the app's own error.
		"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=18,20",
	)

	if p.build != "" {
		done := progress.Step("building the CDK app")
		_, err := p.command(ctx, p.build, variables)
		done()
		if err != nil {
			return nil, fmt.Errorf("building the CDK app: %w", err)
		}
	}
	done := progress.Step("synthesizing " + env)
	defer done()
	output, err := p.command(ctx, p.app, variables)
	if err != nil {
		return nil, fmt.Errorf("synthesizing %s: %w", env, err)
	}
	return warningLines(output), nil
}

// temporaryPrefix begins the names of temporary folders.
const temporaryPrefix = "m2m-synth-"

// command runs one command line of cdk.json in the project's folder, in a
// process group and with a temporary folder of its own, and returns what it
// printed. When it returns, both are gone.
func (p *Project) command(ctx context.Context, line string, variables []string) (string, error) {
	temporary, err := os.MkdirTemp("", temporaryPrefix)
	if err != nil {
		return "", fmt.Errorf("making a temporary folder: %w", err)
	}
	defer os.RemoveAll(temporary)
	cmd := exec.CommandContext(ctx, "sh", "-c", line) //nolint:gosec // the project's own cdk.json names the command
	cmd.Dir = p.Dir
	cmd.Env = append(append(os.Environ(), variables...), "TMPDIR="+temporary)
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = io.Discard, &output
	ownGroup(cmd)
	cmd.WaitDelay = gracePeriod
	err = cmd.Run()
	endGroup(cmd)
	if err != nil {
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		return "", &CommandError{Line: line, Output: withoutNoise(output.String()), Err: err}
	}
	return output.String(), nil
}

// withoutNoise leaves out what jsii prints now and then when it ends, without a
// line of its own: it waits for its child twice, which is harmless.
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

// Unwrap returns the error of running the command.
func (e *CommandError) Unwrap() error { return e.Err }

// warningLines are the lines that the app marks as warnings. The rest of what a
// successful synth prints is noise of its tools.
func warningLines(output string) (warnings []string) {
	for line := range strings.Lines(output) {
		if warning, found := strings.CutPrefix(line, "warning: "); found {
			warnings = append(warnings, strings.TrimSpace(warning))
		}
	}
	return warnings
}
