package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"cognito-m2m/internal/local"
	"cognito-m2m/internal/synth"
)

// watch brings changes of files into the environment that runs.
type watch struct {
	*command

	o       upOptions
	project *synth.Project // nil where a folder with an assembly is watched
	stay    *synth.Stay    // nil with it
	cold    bool           // nothing has been synthesized yet
	runtime *local.Runtime
	files   *synth.Watcher

	cut      bool // the last synth was cut short by a newer change
	outdated bool // the last build failed for a source that is no longer there
	idle     idle
}

// idle counts changes of the same files that changed nothing of what runs. A file that goes on
// changing so, such as a log of this very run behind a pipe, would keep a synth going for ever.
type idle struct {
	files []string
	times int
	last  time.Time
}

// again takes note of one more, and says how long these files can wait.
func (i *idle) again(files []string) time.Duration {
	const forget, longest = time.Minute, 32 * time.Second
	if !slices.Equal(i.files, files) || time.Since(i.last) > forget+i.pause(longest) {
		i.times = 0
	}
	i.files, i.last = files, time.Now()
	i.times++
	return i.pause(longest)
}

func (i *idle) pause(longest time.Duration) time.Duration {
	if i.times < 2 {
		return 0
	}
	return min(longest, time.Second<<min(i.times-2, 10))
}

// newWatch remembers the files as they are now. It is nil without --watch.
func (c *command) newWatch(o upOptions, project *synth.Project, runtime *local.Runtime) (*watch, error) {
	if !o.watch {
		return nil, nil //nolint:nilnil // nothing is watched
	}
	w := &watch{command: c, o: o, project: project, runtime: runtime}
	var err error
	if o.assembly != "" {
		w.files, err = synth.WatchAssembly(o.assembly)
	} else {
		w.stay = project.Stay()
		w.files, err = project.Watch()
	}
	if err != nil {
		return nil, fmt.Errorf("watching for changes: %w", err)
	}
	if w.stay != nil {
		w.files.Foreseen = runtime.Foresee
	}
	return w, nil
}

// first is how the assembly is made that the run begins with: with --watch as without, all of it is
// validated before it is served.
func (w *watch) first(project *synth.Project) synthesizer {
	return func(ctx context.Context, env, dir string, progress synth.Progress) (synth.Result, error) {
		defer compileFunctions(project, dir)()
		if w == nil {
			return project.Run(ctx, env, dir, progress)
		}
		result, err := w.stay.Run(ctx, env, dir, progress)
		if err == nil {
			err = w.stay.Validate(ctx)
		}
		w.cold = result.Reused
		return result, err
	}
}

// close ends the CDK app that stays.
func (w *watch) close() {
	if w != nil && w.stay != nil {
		w.stay.Close()
	}
}

// start follows changes until ctx ends. The function that it returns ends it earlier, and returns
// when nothing of it runs any more.
func (w *watch) start(ctx context.Context) (stop func()) {
	if w == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	w.speech.say("Watching %s for changes.", w.root())
	var running sync.WaitGroup
	running.Go(func() { w.follow(ctx) })
	if w.cold {
		running.Go(func() { w.stay.WarmUp(ctx, w.o.env) })
	}
	return func() {
		cancel()
		running.Wait()
	}
}

func (w *watch) root() string {
	if w.o.assembly != "" {
		return w.o.assembly
	}
	return w.project.Dir
}

// follow applies one change after the other. A change that fails changes nothing.
func (w *watch) follow(ctx context.Context) {
	changed, err := w.files.Next(ctx)
	for err == nil {
		w.speech.say("Changed: %s", w.list(changed))
		newer, failure := w.apply(ctx, changed)
		if ctx.Err() != nil {
			return
		}
		if failure != nil {
			w.speech.failure(failure)
			w.speech.say("The environment keeps running as before. The next change is tried.")
		} else {
			w.validate(ctx)
		}
		if changed = newer; changed == nil {
			changed, err = w.files.Next(ctx)
		}
	}
	if ctx.Err() == nil {
		w.speech.failure(fmt.Errorf("no longer watching for changes: %w", err))
	}
}

// validate tells what is wrong with the templates that were just made. A change takes effect before
// that, because it takes long.
func (w *watch) validate(ctx context.Context) {
	if w.stay == nil {
		return
	}
	err := w.stay.Validate(ctx)
	if err == nil || ctx.Err() != nil {
		return
	}
	meaning := "Whether a deployment would be refused is not known."
	if refused, ok := errors.AsType[*synth.CommandError](err); ok && refused.IsFinding() {
		meaning = "A deployment would be refused."
	}
	w.speech.failure(err)
	w.speech.say("The environment keeps running as it is. %s The next change is tried.", meaning)
}

// apply brings the environment to what the files say. If they change again before that is known, it
// gives up and returns what has changed.
func (w *watch) apply(ctx context.Context, changed []string) (newer []string, err error) {
	begun, dir := time.Now(), w.o.assembly
	var rebuilt local.Changes
	if dir == "" {
		rebuilt, err = w.runtime.Rebuild(ctx, changed)
		if told := w.unlessOutdated(err, changed); err != nil {
			return nil, told
		}
		if !rebuilt.None() {
			w.speech.say("Applied in %s, as built from the source: %s", seconds(time.Since(begun)), rebuilt)
		}
		if w.project.UpToDate(ctx, w.o.env, w.runtime.Assembly()) {
			w.speech.say("The running assembly was made from exactly these files.")
			return nil, nil
		}
		dir = w.runtime.SynthDir()
		if newer, err := w.synthesize(ctx, dir); newer != nil || err != nil {
			return newer, err
		}
	}
	description, changes, err := w.runtime.Apply(ctx, dir)
	if err != nil {
		return nil, err
	}
	w.wait(changed, rebuilt.None() && changes.None())
	w.speech.say("Applied in %s: %s", seconds(time.Since(begun)), outcome(changes))
	if w.o.json {
		return nil, w.show(description, true)
	}
	return nil, nil
}

// unlessOutdated is the failure of a build of changed files, nil if they have changed once more
// since: that change is next, and may be the repair. The failure after one that was not told is
// told in any case: files that never rest would hide it. The repair need not wait for the end of a
// synth of what failed.
func (w *watch) unlessOutdated(failure error, changed []string) error {
	w.cut = w.cut && failure == nil
	w.outdated = failure != nil && !w.outdated && !w.files.Rest(changed)
	if w.outdated {
		return nil
	}
	return failure
}

func outcome(changes local.Changes) string {
	if changes.None() {
		return "nothing else differs"
	}
	return changes.String()
}

// wait lets files wait that change again and again, and nothing of what runs.
func (w *watch) wait(files []string, nothing bool) {
	if !nothing {
		w.idle = idle{}
		return
	}
	if pause := w.idle.again(files); pause > 0 {
		w.speech.say("%s changed again, without effect. It is checked again in %s, or when another file changes.", w.list(files), seconds(pause))
		w.files.Defer(files, time.Now().Add(pause))
	}
}

// synthesize makes an assembly in dir. A change meanwhile ends that at once: the assembly would be
// of files that are no longer there. The next one is made to the end, whatever changes: files that
// never rest would let none be applied.
func (w *watch) synthesize(ctx context.Context, dir string) (newer []string, err error) {
	if w.cut {
		w.cut = false
		_, err = w.command.synthesize(ctx, w.stay.Run, w.o.env, dir)
		return nil, err
	}
	synthesis, cancel := context.WithCancel(ctx)
	change := make(chan []string, 1)
	go func() {
		files, err := w.files.Next(synthesis)
		if err == nil {
			cancel()
		}
		change <- files
	}()
	_, err = w.command.synthesize(synthesis, w.stay.Run, w.o.env, dir)
	cancel()
	newer = <-change
	if w.cut = newer != nil; w.cut {
		return newer, nil
	}
	return nil, err
}

// list names a few files, relative to what is watched.
func (w *watch) list(files []string) string {
	const few = 3
	var names []string
	root, err := filepath.Abs(w.root())
	for _, file := range files[:min(few, len(files))] {
		if name, relErr := filepath.Rel(root, file); err == nil && relErr == nil {
			file = name
		}
		names = append(names, file)
	}
	if more := len(files) - few; more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}
