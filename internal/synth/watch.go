package synth

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"time"
)

// Watcher notices changed files by looking at them again and again, by size and
// time of change. That needs no help from the system, and a look at a project
// takes about a millisecond.
type Watcher struct {
	root     string
	belongs  func(fs.DirEntry) bool
	interval time.Duration
	quiet    time.Duration
	seen     map[string]look
}

// look is what tells one version of a file from the next.
type look struct {
	size    int64
	changed time.Time
}

// lookInterval is how often a watcher looks.
const lookInterval = 250 * time.Millisecond

// Watch notices what a synth depends on: the files that Run looks at, too. What
// is there now is not a change.
func (p *Project) Watch() (*Watcher, error) {
	// Editors save in more than one step, and the next file of several may follow.
	return newWatcher(p.Dir, isInput, 150*time.Millisecond)
}

// WatchAssembly notices changes of the cloud assembly in dir.
func WatchAssembly(dir string) (*Watcher, error) {
	// A synth writes assets first and manifests last, and takes its time.
	return newWatcher(dir, func(fs.DirEntry) bool { return true }, time.Second)
}

func newWatcher(root string, belongs func(fs.DirEntry) bool, quiet time.Duration) (*Watcher, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	w := &Watcher{root: root, belongs: belongs, interval: lookInterval, quiet: quiet}
	w.seen, err = w.look()
	return w, err
}

// Next waits for a change, then until nothing changes any more for a moment. It
// returns the absolute paths of the files that were changed, added or removed
// since the last Next, sorted. When ctx ends it returns ctx's error, and what had
// changed by then is left to the next call.
func (w *Watcher) Next(ctx context.Context) ([]string, error) {
	last, wait := w.seen, w.interval
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(wait):
		}
		now, err := w.look()
		if err != nil {
			return nil, err
		}
		changes := differences(w.seen, now)
		if len(changes) > 0 && maps.Equal(last, now) {
			w.seen = now
			return changes, nil
		}
		last, wait = now, w.interval
		if len(changes) > 0 {
			wait = w.quiet
		}
	}
}

// look finds all files. One that goes away meanwhile is not there; that the root
// is gone is for whoever reads it to say.
func (w *Watcher) look() (map[string]look, error) {
	found := map[string]look{}
	err := filepath.WalkDir(w.root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case path == w.root:
			return nil
		case !w.belongs(entry) && entry.IsDir():
			return filepath.SkipDir
		case !w.belongs(entry) || !entry.Type().IsRegular():
			return nil
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			found[path] = look{size: info.Size(), changed: info.ModTime()}
		}
		return err
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
