package synth

import (
	"cmp"
	"context"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Watcher notices changed files by looking at them, by size and time of change: when the system
// says that something has changed, and again and again, because not every system says it of every
// file. A look at a project takes a millisecond or two.
type Watcher struct {
	// Foreseen, unless nil, is told of changed files before Next is sure that they do not change
	// any more, and again if they do. What it hears last is what Next returns.
	Foreseen func(files []string)

	area     func() area
	project  *Project // nil for an assembly
	since    time.Time
	interval time.Duration
	quiet    time.Duration
	seen     map[string]look
	deferred []string // files whose changes alone are no reason to return until then
	until    time.Time
}

// look is how one version of a file differs from the next.
type look struct {
	size    int64
	changed time.Time
}

// lookInterval is how often a watcher looks, whatever the system says.
const lookInterval = 250 * time.Millisecond

// Watch notices changes of the files that a synth depends on, those that Run checks included. It
// compares with the files as they are now.
//
// What a synth reads outside of the project's folder is known when it has ended. It is watched from
// then on, and what has changed since it began is a change.
func (p *Project) Watch() (*Watcher, error) {
	// Editors save in more than one step, and the next file of several may follow.
	w := &Watcher{area: p.watched, project: p, quiet: 20 * time.Millisecond}
	_, w.since = p.outside()
	return w.begin()
}

// watched is all that a synth is known to read.
func (p *Project) watched() area {
	a := p.area()
	outside, _ := p.outside()
	a.reads = a.reads.merged(outside)
	return a
}

// WatchAssembly notices changes of the cloud assembly in dir.
func WatchAssembly(dir string) (*Watcher, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	// A synth writes assets first and manifests last, and takes its time.
	w := &Watcher{area: func() area { return area{root: dir} }, quiet: time.Second}
	return w.begin()
}

func (w *Watcher) begin() (*Watcher, error) {
	w.interval = lookInterval
	var err error
	w.seen, err = w.look(nil)
	return w, err
}

// Next waits for a change, then until nothing changes any more for a moment, and no longer than a
// few seconds. It returns the absolute paths of the files that were changed, added or removed since
// the last Next, sorted. When ctx ends it returns ctx's error, and what had changed by then is left
// to the next call.
func (w *Watcher) Next(ctx context.Context) ([]string, error) {
	hints := newHints(w.area().skip)
	defer func() { go hints.close() }() // the kernel takes many milliseconds for that
	last, first, hinted := w.seen, time.Time{}, false
	for {
		now, err := w.look(hints.follow)
		if err := cmp.Or(ctx.Err(), err); err != nil {
			return nil, err
		}
		w.follow(now)
		changes := differences(w.seen, now)
		if w.mayWait(changes) {
			changes = nil
		}
		rests := maps.Equal(last, now)
		if w.Foreseen != nil && len(changes) > 0 && !rests {
			w.Foreseen(changes)
		}
		if len(changes) > 0 && (rests || !first.IsZero() && time.Since(first) > longestUnrest) {
			w.seen = now
			return changes, nil
		}
		if len(changes) > 0 && first.IsZero() {
			first = time.Now()
		}
		last = now
		if len(changes) == 0 && !hinted {
			hinted = hints.wait(ctx, w.interval)
		} else { // a hint that meant nothing may be one of very many
			hinted = false
			pause(ctx, w.quiet)
		}
	}
}

// Rest reports whether files that Next has returned are still as they were then.
func (w *Watcher) Rest(files []string) bool {
	return !slices.ContainsFunc(files, func(file string) bool {
		was, there := w.seen[file]
		is, err := os.Stat(file)
		if err != nil {
			return there
		}
		return was != look{size: is.Size(), changed: is.ModTime()}
	})
}

// Defer makes Next ignore changes of these files alone until a time.
func (w *Watcher) Defer(files []string, until time.Time) { w.deferred, w.until = files, until }

func (w *Watcher) mayWait(changes []string) bool {
	return time.Now().Before(w.until) &&
		!slices.ContainsFunc(changes, func(file string) bool { return !slices.Contains(w.deferred, file) })
}

// longestUnrest is how long files may go on changing before Next returns what has changed by then.
const longestUnrest = 3 * time.Second

// follow adds the files that only the last synth is known to read, without calling them changed,
// and forgets those that only the one before read. A file that has changed since that synth began
// still counts as changed.
func (w *Watcher) follow(now map[string]look) {
	if w.project == nil {
		return
	}
	_, since := w.project.outside()
	if since.Equal(w.since) {
		return
	}
	w.since = since
	for file, is := range now {
		if _, known := w.seen[file]; !known && !within(file, w.project.Dir) && is.changed.Before(since) {
			w.seen[file] = is
		}
	}
	maps.DeleteFunc(w.seen, func(file string, _ look) bool {
		_, there := now[file]
		return !there && !within(file, w.project.Dir) && exists(file)
	})
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// look finds all files. One that goes away meanwhile counts as gone; a reader reports a root that
// is gone.
func (w *Watcher) look(enter func(folder string)) (map[string]look, error) {
	found, a := map[string]look{}, w.area()
	a.enter = enter
	err := a.walk(func(path string, file fs.FileInfo) error {
		found[path] = look{size: file.Size(), changed: file.ModTime()}
		return nil
	})
	return found, err
}

// differences are the files that are not the same in both.
func differences(before, after map[string]look) (files []string) {
	for file, was := range before {
		if is, there := after[file]; !there || is != was {
			files = append(files, file)
		}
	}
	for file := range after {
		if _, there := before[file]; !there {
			files = append(files, file)
		}
	}
	slices.Sort(files)
	return files
}
