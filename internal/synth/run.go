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
	s, reused, err := p.begin(ctx, env, outdir, progress)
	if reused || err != nil {
		return Result{Warnings: s.made.Warnings, Reused: reused}, err
	}
	return s.cold(ctx)
}

// begin looks at what a synth would be made of. If the assembly in outdir is of that, it is reused,
// and else its folder is emptied.
func (p *Project) begin(ctx context.Context, env, outdir string, progress Progress) (s synthesis, reused bool, err error) {
	s = synthesis{project: p, env: env, outdir: outdir, progress: progress}
	if s.node, err = p.findNode(); err != nil {
		return s, false, err
	}
	if _, err := exec.LookPath("go"); err != nil {
		return s, false, ErrNoGo
	}
	if s.settings, err = p.settings(ctx, s.node); err != nil {
		return s, false, err
	}
	inputs, err := p.inputs(env, s.settings)
	if err != nil {
		return s, false, err
	}
	if made, ok := readRecord(outdir); ok {
		if made.holds(outdir, inputs) {
			p.setOutside(*made.Reads, made.Begun)
			s.made = made
			return s, true, nil
		}
		s.earlier = made.Build
	}
	for _, old := range []string{RecordFile(outdir), outdir} {
		if err := os.RemoveAll(old); err != nil {
			return s, false, fmt.Errorf("emptying the assembly's folder: %w", err)
		}
	}
	s.made = record{Inputs: inputs, Begun: time.Now()}
	return s, false, p.reloadCommands() // after the digest, so that a change in between is not missed
}

// synthesis is one synth of an environment.
type synthesis struct {
	project           *Project
	env, outdir, node string // node is the path of the program
	settings          string // what the tools are, and how they are set
	progress          Progress
	earlier           *built // by the last synth
	made              record // completed on the way
}

// cold synthesizes with processes of its own.
func (s *synthesis) cold(ctx context.Context) (Result, error) {
	notes, err := newNotes()
	if err != nil {
		return Result{}, err
	}
	defer notes.remove()
	variables, err := s.variables(notes)
	if err != nil {
		return Result{}, err
	}
	output, failure, current := "", error(nil), s.buildIsCurrent()
	if !current {
		failure = s.build(ctx, variables)
	}
	own, err := notes.calls.compilations(nil)
	if err != nil {
		return Result{}, err
	}
	enough := notes.askEarly(ctx)
	if failure == nil {
		done := s.progress.Step("synthesizing " + s.env)
		output, failure = s.project.command(ctx, s.project.app, variables)
		done()
		failure = s.failed(failure)
	}
	enough()
	if s.made.Build = s.earlier; !current {
		s.made.Build = s.noteBuild(&notes, own)
	}
	return s.end(ctx, &notes, output, failure)
}

// end completes a synth of processes that have ended.
func (s *synthesis) end(ctx context.Context, n *notes, output string, failure error) (Result, error) {
	if ctx.Err() != nil {
		return Result{}, cmp.Or(failure, context.Cause(ctx))
	}
	s.made.Warnings = warningLines(output)
	read, err := n.reads(ctx, s.project, s.outdir, nil)
	if s.made.Build != nil {
		read = read.merged(s.made.Build.Reads)
	}
	s.hasRead(read, failure)
	if err := cmp.Or(failure, err); err != nil {
		return Result{}, err
	}
	return Result{Warnings: s.made.Warnings}, s.made.write(s.outdir)
}

// hasRead takes note of what the synth read. That counts after a failure too: the file that needs a
// repair may lie outside of the project.
func (s *synthesis) hasRead(read reads, failure error) {
	read = s.project.outsideOf(read)
	if failure != nil {
		earlier, _ := s.project.outside()
		read = read.merged(earlier)
	}
	s.project.setOutside(read, s.made.Begun)
	s.made.Reads = &read
}

// UpToDate reports whether the assembly in outdir was made of the project as it is now, so that Run
// would leave it as it is.
func (p *Project) UpToDate(ctx context.Context, env, outdir string) bool {
	node, err := p.findNode()
	if err != nil {
		return false
	}
	settings, err := p.settings(ctx, node)
	if err != nil {
		return false
	}
	inputs, err := p.inputs(env, settings)
	if err != nil {
		return false
	}
	made, ok := readRecord(outdir)
	return ok && made.holds(outdir, inputs)
}

// context is what the app gets.
func (s *synthesis) context() map[string]any {
	all := maps.Clone(s.project.context)
	all["env"] = s.env
	return all
}

// variables are the environment variables of both commands of cdk.json.
func (s *synthesis) variables(n notes) ([]string, error) {
	encoded, err := json.Marshal(s.context())
	if err != nil {
		return nil, fmt.Errorf("encoding the context of cdk.json: %w", err)
	}
	return append(n.variables(),
		"JSII_NODE="+s.node,
		"CDK_OUTDIR="+s.outdir,
		"CDK_CONTEXT_JSON="+string(encoded),
		// A banner about an old Node that still works would bury the app's own error.
		"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION=18,20",
	), nil
}

// failed says what a failure of the app's command means.
func (s *synthesis) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("synthesizing %s: %w", s.env, err)
}
