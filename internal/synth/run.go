package synth

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"time"
)

// Progress is called for each step of a synth.
type Progress interface {
	// Step is called when a step begins. The function it returns is called when the step has ended.
	Step(name string) (done func())
}

// Result describes a synth that succeeded.
type Result struct {
	Warnings []string // one line each, from the app
	Reused   bool     // nothing has changed since the assembly was made, so no synth was needed
}

// Run synthesizes one environment of the project into outdir, unless the assembly there was made
// from exactly the same inputs. A new one starts from an empty folder. A cancelled context ends the
// child processes. The error of a failed command has what it printed, see CommandError.
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
		p.setOutside(*made.Reads, made.Begun)
		return Result{Warnings: made.Warnings, Reused: true}, nil
	}
	for _, old := range []string{RecordFile(outdir), outdir} {
		if err := os.RemoveAll(old); err != nil {
			return Result{}, fmt.Errorf("emptying the assembly's folder: %w", err)
		}
	}
	if err := p.reloadCommands(); err != nil { // after the digest, so that a change in between is not missed
		return Result{}, err
	}
	made := record{Inputs: inputs, Begun: time.Now()}
	s := synthesis{project: p, env: env, outdir: outdir, node: node, progress: progress}
	if err := s.run(ctx, &made); err != nil {
		return Result{}, err
	}
	return Result{Warnings: made.Warnings}, made.write(outdir)
}

// synthesis is one synth of an environment.
type synthesis struct {
	project           *Project
	env, outdir, node string // node is the path of the program
	progress          Progress
}

// run synthesizes, and completes the record with what that read. It does so after a failure too:
// the file that needs a repair may lie outside of the project.
func (s synthesis) run(ctx context.Context, made *record) error {
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
	variables := append(opened.variables(), "JSII_NODE="+s.node, "PATH="+calls.path())
	var failure error
	if made.Warnings, failure = s.runApp(ctx, variables); ctx.Err() != nil {
		return failure
	}
	read, err := calls.reads(ctx)
	if err == nil {
		var assets reads
		assets, err = opened.reads(s.project, s.outdir)
		read = read.merged(assets)
	}
	read = s.project.outsideOf(read)
	if failure != nil {
		earlier, _ := s.project.outside()
		read = read.merged(earlier)
	}
	s.project.setOutside(read, made.Begun)
	made.Reads = &read
	return cmp.Or(failure, err)
}

// UpToDate reports whether the assembly in outdir was made of the project as it is now, so that Run
// would leave it as it is.
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

// runApp runs the commands of cdk.json with these environment variables, and returns the app's
// warnings.
func (s synthesis) runApp(ctx context.Context, variables []string) (warnings []string, err error) {
	synthContext := maps.Clone(s.project.context)
	synthContext["env"] = s.env
	encoded, err := json.Marshal(synthContext)
	if err != nil {
		return nil, fmt.Errorf("encoding the context of cdk.json: %w", err)
	}
	variables = append(variables,
		"CDK_OUTDIR="+s.outdir,
		"CDK_CONTEXT_JSON="+string(encoded),
		// A banner about an old Node that still works would bury the app's own error.
		"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=18,20",
	)

	if s.project.build != "" {
		done := s.progress.Step("building the CDK app")
		_, err := s.project.command(ctx, s.project.build, variables)
		done()
		if err != nil {
			return nil, fmt.Errorf("building the CDK app: %w", err)
		}
	}
	done := s.progress.Step("synthesizing " + s.env)
	defer done()
	output, err := s.project.command(ctx, s.project.app, variables)
	if err != nil {
		return nil, fmt.Errorf("synthesizing %s: %w", s.env, err)
	}
	return warningLines(output), nil
}
