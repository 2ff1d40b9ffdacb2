package synth

import (
	"context"
	"time"

	"github.com/fsnotify/fsnotify"
)

// hints are what the system says of changes in folders, at once. It may have none to give, or not
// for so many folders: then nothing is said.
type hints struct {
	system *fsnotify.Watcher // nil without any
	given  chan struct{}
}

// newHints are of no folder yet, and of no file that skip leaves out.
func newHints(skip func(path string) bool) *hints {
	h := &hints{given: make(chan struct{}, 1)}
	var err error
	if h.system, err = fsnotify.NewWatcher(); err != nil {
		h.system = nil
		return h
	}
	go h.receive(h.system, skip)
	return h
}

func (h *hints) receive(system *fsnotify.Watcher, skip func(path string) bool) {
	for {
		select {
		case event, more := <-system.Events:
			if !more {
				return
			}
			if event.Op == fsnotify.Chmod || skip != nil && skip(event.Name) {
				continue
			}
		case _, more := <-system.Errors: // such as of too many changes
			if !more {
				return
			}
		}
		select {
		case h.given <- struct{}{}:
		default:
		}
	}
}

// follow has hints given of the files in a folder from now on, not of what lies deeper.
func (h *hints) follow(folder string) {
	if h.system != nil {
		_ = h.system.Add(folder)
	}
}

// wait waits until a hint is given, a time has passed, or ctx ends.
func (h *hints) wait(ctx context.Context, atMost time.Duration) (hinted bool) {
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	select {
	case <-h.given:
		return true
	case <-ctx.Done():
		return false
	}
}

// pause waits until a time has passed, or ctx ends.
func pause(ctx context.Context, d time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	<-ctx.Done()
}

func (h *hints) close() {
	if h.system != nil {
		_ = h.system.Close()
	}
}
