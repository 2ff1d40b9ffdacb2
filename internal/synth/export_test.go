package synth

import (
	"io/fs"
	"time"
)

// Inputs are all files that count as read, in the order of a walk.
func (p *Project) Inputs() (files []string, err error) {
	err = p.watched().walk(func(path string, _ fs.FileInfo) error {
		files = append(files, path)
		return nil
	})
	return files, err
}

// After replaces the clock of the idle time.
func (s *Stay) After(after func(time.Duration, func()) (stop func())) { s.after = after }

// MostSynths sets how many synths one process makes.
func (s *Stay) MostSynths(most int) { s.mostSynths = most }

// Patience sets how long an answer may take.
func (s *Stay) Patience(longest time.Duration) { s.patience = longest }

// HangUp ends the requests, as the death of this process does.
func (s *Stay) HangUp() { _ = s.app.stdin.Close() }

// Interval sets how often a watcher looks, whatever the system says.
func (w *Watcher) Interval(interval time.Duration) { w.interval = interval }
