package synth

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"cognito-m2m/internal/inuse"
)

// notes is where the processes of a synth leave what they read.
type notes struct {
	dir    string
	folder *inuse.Folder // dir
	calls  goCalls
	opened nodeReads

	asked   []goCall // runs of go, since the last reads
	answers []reads  // what each of them read
}

func newNotes() (n notes, err error) {
	if n.folder, err = temporaryFolder(); err != nil {
		return n, err
	}
	n.dir = n.folder.Path
	if n.calls, err = newGoCalls(n.dir); err == nil {
		n.opened, err = newNodeReads(n.dir)
	}
	if err != nil {
		n.remove()
	}
	return n, err
}

func (n notes) remove() { _ = n.folder.Close() }

// variables make processes leave notes.
func (n notes) variables() []string { return append(n.opened.variables(), "PATH="+n.calls.path()) }

// askEarly asks what runs of go read as soon as they are noted: go takes a while to answer, and a
// synth goes on meanwhile. The function that it returns ends that.
func (n *notes) askEarly(ctx context.Context) (end func()) {
	const interval = 50 * time.Millisecond
	var asking sync.WaitGroup
	ended := make(chan struct{})
	asking.Go(func() {
		for n.ask(ctx, nil) == nil { // who asks in the end is told of an error
			select {
			case <-ended:
				return
			case <-time.After(interval):
			}
		}
	})
	return func() {
		close(ended)
		asking.Wait()
	}
}

// ask asks what those runs of go read that are noted by now, and not known.
func (n *notes) ask(ctx context.Context, known []goCall) error {
	calls, err := n.calls.compilations(slices.Concat(known, n.asked))
	if err != nil {
		return err
	}
	found, err := readsOfEach(ctx, calls)
	if err != nil {
		return err
	}
	n.asked, n.answers = append(n.asked, calls...), append(n.answers, found...)
	return nil
}

// answer is what a run of go read, if that was asked.
func (n *notes) answer(to goCall) (read reads, known bool) {
	i := slices.IndexFunc(n.asked, func(call goCall) bool { return call.key() == to.key() })
	if i < 0 {
		return reads{}, false
	}
	return n.answers[i], true
}

// reads is all that was read for a synth to outdir, without what runs of go read that are known.
func (n *notes) reads(ctx context.Context, p *Project, outdir string, known []goCall) (reads, error) {
	if err := n.ask(ctx, known); err != nil {
		return reads{}, err
	}
	read := mergedReads(n.answers)
	n.asked, n.answers = nil, nil // the same run may read something else the next time
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
