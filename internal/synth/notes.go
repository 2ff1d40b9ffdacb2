package synth

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// notes is where the processes of a synth leave what they read.
type notes struct {
	dir    string
	calls  goCalls
	opened nodeReads
}

func newNotes() (n notes, err error) {
	if n.dir, err = os.MkdirTemp("", temporaryPrefix); err != nil {
		return n, fmt.Errorf("making a temporary folder: %w", err)
	}
	if n.calls, err = newGoCalls(n.dir); err == nil {
		n.opened, err = newNodeReads(n.dir)
	}
	if err != nil {
		n.remove()
	}
	return n, err
}

func (n notes) remove() { _ = os.RemoveAll(n.dir) }

// variables make processes leave notes.
func (n notes) variables() []string { return append(n.opened.variables(), "PATH="+n.calls.path()) }

// reads is all that was read for a synth to outdir, without what runs of go read that are known.
func (n notes) reads(ctx context.Context, p *Project, outdir string, known []goCall) (read reads, err error) {
	calls, err := n.calls.compilations(known)
	if err != nil {
		return reads{}, err
	}
	if read, err = readsOf(ctx, calls); err != nil {
		return reads{}, err
	}
	assets, err := n.opened.reads(p, outdir)
	return read.merged(assets), err
}

// size grows with each note.
func (n notes) size() (size int64) {
	files, _ := filepath.Glob(filepath.Join(n.calls.dir, "calls", "*"))
	for _, file := range append(files, n.opened.log()) {
		if info, err := os.Stat(file); err == nil {
			size += info.Size()
		}
	}
	return size
}
