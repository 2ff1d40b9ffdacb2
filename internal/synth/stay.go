package synth

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"time"
)

const (
	// idleTime is how long an app stays without a request.
	idleTime = 10 * time.Minute
	// mostSynths is how many synths one process of an app makes. Its kernel keeps what each has
	// made.
	mostSynths = 100
	// longestAnswer is more than a synth takes that compiles everything for the first time.
	longestAnswer = 5 * time.Minute
)

// Stay is the project's CDK app as a run keeps it that follows changes: one process for many
// synths, because to start it takes most of a synth. It ends with Close, after ten idle minutes,
// after a number of synths, and before a synth if its own code, cdk.json or a tool has changed. Of
// an app that does not stay, every synth is one as by Run.
type Stay struct {
	project    *Project
	after      func(time.Duration, func()) (stop func())
	mostSynths int
	patience   time.Duration // for an answer

	mu       sync.Mutex // held while it does something
	app      *stayingApp
	made     *synthesis // by the last Run, not yet validated
	uses     int
	stopIdle func()
}

// Stay does not start anything: the first Run does.
func (p *Project) Stay() *Stay {
	return &Stay{
		project: p, mostSynths: mostSynths, patience: longestAnswer,
		after: func(d time.Duration, do func()) func() {
			timer := time.AfterFunc(d, do)
			return func() { timer.Stop() }
		},
		stopIdle: func() {},
	}
}

// Run is like Project.Run, but leaves to Validate what can wait until the assembly is served.
// Another Run gives up what the one before has not validated.
func (s *Stay) Run(ctx context.Context, env, outdir string, progress Progress) (Result, error) {
	defer s.use()()
	return s.run(ctx, env, outdir, progress)
}

func (s *Stay) run(ctx context.Context, env, outdir string, progress Progress) (Result, error) {
	s.made = nil
	synthesis, reused, err := s.project.begin(ctx, env, outdir, progress)
	if reused || err != nil {
		return Result{Warnings: synthesis.made.Warnings, Reused: reused}, err
	}
	if s.app != nil && !s.app.isCurrent(&synthesis) {
		s.end()
	}
	result, err := s.synthesize(ctx, &synthesis)
	if errors.Is(err, errBroken) { // whatever the reason, it is not one of the project's files
		s.end()
		return synthesis.cold(ctx)
	}
	return result, err
}

func (s *Stay) synthesize(ctx context.Context, synthesis *synthesis) (Result, error) {
	if s.app == nil {
		var err error
		if s.app, err = startApp(ctx, synthesis); err != nil {
			return Result{}, err
		}
	}
	defer synthesis.progress.Step("synthesizing " + synthesis.env)()
	if !s.app.stays(ctx) {
		output, failure := s.app.wait(ctx)
		defer s.end()
		return synthesis.end(ctx, &s.app.notes, output, synthesis.failed(failure))
	}
	answer, err := s.app.synthesize(ctx, synthesis, s.patience)
	if err != nil {
		return Result{}, s.failure(ctx, synthesis, err)
	}
	if answer.Error != "" {
		failure := synthesis.failed(&CommandError{Line: s.app.line, Output: answer.Error, Err: errRefused})
		synthesis.hasRead(s.app.reads(), failure)
		return Result{}, failure
	}
	if err := copyAssembly(s.app.outdir(), synthesis.outdir); err != nil {
		return Result{}, err
	}
	synthesis.made.Warnings, s.made = answer.Warnings, synthesis
	return Result{Warnings: answer.Warnings}, nil
}

// failure is why there is no answer. An app that has ended by itself has said why.
func (s *Stay) failure(ctx context.Context, synthesis *synthesis, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx) // the answer is still to come
	}
	if told, ok := errors.AsType[*CommandError](err); ok {
		_, err = synthesis.end(ctx, &s.app.notes, "", synthesis.failed(told))
		s.end()
	}
	return err
}

// Validate checks what the last Run has made and not checked, as Project.Run does, and notes what
// it was made of. What it finds is an error like that of a failed synth.
func (s *Stay) Validate(ctx context.Context) error {
	defer s.use()()
	return s.validate(ctx)
}

func (s *Stay) validate(ctx context.Context) error {
	synthesis := s.made
	if s.made = nil; synthesis == nil {
		return nil
	}
	done := synthesis.progress.Step("validating " + synthesis.env)
	answer, err := s.app.ask(ctx, request{Validate: true}, s.patience)
	done()
	if err == nil && answer.Error != "" {
		err = errBroken
	}
	if err != nil {
		if err = s.failure(ctx, synthesis, err); errors.Is(err, errBroken) {
			s.end()
			return validateCold(ctx, *synthesis)
		}
		return err
	}
	if err := copyAssembly(s.app.outdir(), synthesis.outdir); err != nil {
		return err
	}
	if err := s.app.noteReads(ctx, synthesis); err != nil {
		return err
	}
	synthesis.hasRead(s.app.reads(), nil)
	if s.app.synths >= s.mostSynths {
		s.end()
	}
	return synthesis.made.write(synthesis.outdir)
}

// validateCold validates with another assembly: that of the synthesis is served.
func validateCold(ctx context.Context, s synthesis) error {
	temporary, err := temporaryFolder()
	if err != nil {
		return err
	}
	defer func() { _ = temporary.Close() }() // the next one sweeps what is left
	s.outdir = filepath.Join(temporary.Path, "out")
	_, err = s.cold(ctx)
	return err
}

// WarmUp starts the app, where no Run has had to, for the Run that comes next. That one finds
// whatever fails here.
func (s *Stay) WarmUp(ctx context.Context, env string) {
	defer s.use()()
	if s.app != nil {
		return
	}
	temporary, err := temporaryFolder()
	if err != nil {
		return
	}
	defer func() { _ = temporary.Close() }() // the next one sweeps what is left
	if _, err := s.run(ctx, env, filepath.Join(temporary.Path, "out"), silent{}); err == nil {
		_ = s.validate(ctx)
	}
	s.made = nil
}

// silent tells nobody of its steps.
type silent struct{}

func (silent) Step(string) func() { return func() {} }

// Close ends the app, and what it does at the moment.
func (s *Stay) Close() {
	done := s.use()
	s.end()
	done()
	s.stopIdle()
}

// use keeps other uses out, and the idle time from passing.
func (s *Stay) use() (done func()) {
	s.mu.Lock()
	s.uses++
	s.stopIdle()
	return func() {
		uses := s.uses
		s.stopIdle = s.after(idleTime, func() { s.endIdle(uses) })
		s.mu.Unlock()
	}
}

func (s *Stay) endIdle(uses int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.uses == uses {
		s.end()
	}
}

func (s *Stay) end() {
	if s.app != nil {
		s.app.end()
	}
	s.app, s.made = nil, nil
}
