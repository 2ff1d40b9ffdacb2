package synth

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"cognito-m2m/internal/processgroup"
)

// stayVariable asks an app to stay, and names the file descriptor for its answers.
const stayVariable = "M2M_STAY"

// request asks a staying app for a synth to a folder, or to validate what the last one made.
type request struct {
	Outdir   string         `json:"outdir,omitempty"`
	Context  map[string]any `json:"context,omitempty"`
	Assets   bool           `json:"assets,omitempty"` // what they are made of has changed since the last synth
	Validate bool           `json:"validate,omitempty"`
}

// answer to a request; the first one, which is empty, says that the app stays.
type answer struct {
	Warnings []string `json:"warnings"`
	Error    string   `json:"error"` // what is wrong with the project's files
}

var (
	// errBroken says that the app gave no answer, and no reason that is one of the project's files.
	errBroken = errors.New("the CDK app that stays does not answer")
	// errRefused stands for an exit status.
	errRefused = errors.New("refused")
)

// stayingApp is the process of an app that was asked to stay.
type stayingApp struct {
	line     string
	settings string
	notes    notes // its folder is also that of the assembly and of temporary files

	stdin    io.Closer // of requests
	requests *json.Encoder
	answers  chan answer // closed when there will be no more
	output   output
	cancel   context.CancelFunc
	ended    chan struct{}
	err      error // how it ended

	greeted bool
	waiting bool // for the answer to a request
	synths  int
	own     []goCall // the runs of go that built it
	code    sources  // of the app
	assets  sources  // of what the last synth bundled
	noted   int64    // the size of the notes that assets are of
}

// sources are files, and the digest of what they were; "" if that is not known.
type sources struct {
	reads  reads
	digest string
}

// area leaves out what a run writes and what belongs to editors.
func (s sources) area(p *Project) area {
	a := p.area()
	a.root, a.reads = "", s.reads
	return a
}

func (s sources) unchanged(p *Project) bool {
	now, err := s.area(p).digest()
	return err == nil && s.digest != "" && s.digest == now
}

// startApp builds and starts the app.
func startApp(ctx context.Context, s *synthesis) (*stayingApp, error) {
	n, err := newNotes()
	if err != nil {
		return nil, err
	}
	a := &stayingApp{line: s.project.app, settings: s.settings, notes: n, answers: make(chan answer, 1), ended: make(chan struct{})}
	variables, err := s.variables(n)
	if err == nil {
		if err = s.build(ctx, variables); err != nil {
			_, err = s.end(ctx, &n, "", err)
		}
	}
	if err == nil {
		err = a.start(s.project.Dir, variables)
	}
	if err != nil {
		n.remove()
		return nil, err
	}
	return a, nil
}

func (a *stayingApp) start(dir string, variables []string) error {
	temporary := filepath.Join(a.notes.dir, "tmp")
	if err := os.Mkdir(temporary, 0o700); err != nil {
		return fmt.Errorf("making a temporary folder: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	a.cancel = cancel
	cmd := exec.CommandContext(ctx, "sh", "-c", a.line) //nolint:gosec // the project's own cdk.json names the command
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), variables...), "TMPDIR="+temporary, stayVariable+"=3")
	cmd.Stderr = &a.output
	endGroup := processgroup.Own(cmd, syscall.SIGTERM)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	answers, theirs, err := os.Pipe()
	if err != nil {
		return err
	}
	cmd.ExtraFiles = []*os.File{theirs}
	err = cmd.Start()
	_ = theirs.Close()
	if err != nil {
		_ = answers.Close()
		return fmt.Errorf("starting `%s`: %w", a.line, err)
	}
	a.stdin, a.requests = stdin, json.NewEncoder(stdin)
	go a.receive(answers)
	go func() {
		a.err = cmd.Wait()
		endGroup()
		close(a.ended)
	}()
	return nil
}

func (a *stayingApp) receive(from io.ReadCloser) {
	defer from.Close()
	defer close(a.answers)
	for decoder := json.NewDecoder(from); ; {
		var next answer
		if decoder.Decode(&next) != nil {
			return
		}
		select {
		case a.answers <- next:
		case <-a.ended:
			return
		}
	}
}

// stays waits until the app says that it stays, or ends.
func (a *stayingApp) stays(ctx context.Context) bool {
	if a.greeted {
		return true
	}
	select {
	case _, a.greeted = <-a.answers:
	case <-ctx.Done():
	}
	return a.greeted
}

// wait waits until the app has ended, and returns what it printed.
func (a *stayingApp) wait(ctx context.Context) (string, error) {
	select {
	case <-a.ended:
	case <-ctx.Done():
		a.cancel()
		<-a.ended
		return "", context.Cause(ctx)
	}
	if a.err != nil {
		return "", &CommandError{Line: a.line, Output: withoutNoise(a.output.String()), Err: a.err}
	}
	return a.output.String(), nil
}

// isCurrent reports whether the app still runs, and a new one would be the same.
func (a *stayingApp) isCurrent(s *synthesis) bool {
	select {
	case <-a.ended:
		return false
	default:
		return a.line == s.project.app && a.settings == s.settings && a.code.unchanged(s.project)
	}
}

func (a *stayingApp) outdir() string { return filepath.Join(a.notes.dir, "out") }

// synthesize makes an assembly in the app's own folder. It is one for all synths: so CDK takes the
// assets from the last one, unless it is told that their sources have changed.
func (a *stayingApp) synthesize(ctx context.Context, s *synthesis, patience time.Duration) (answer, error) {
	if _, err := a.await(ctx, patience); err != nil { // the answer to a synth that was given up
		return answer{}, err
	}
	kept := a.assets.unchanged(s.project)
	if err := a.clear(kept); err != nil {
		return answer{}, err
	}
	digest := a.assets.digest
	a.assets.digest = ""
	if err := a.noteBuild(); err != nil {
		return answer{}, err
	}
	a.send(request{Outdir: a.outdir(), Context: s.context(), Assets: !kept})
	if err := a.noteCode(ctx, s); err != nil {
		return answer{}, err
	}
	got, err := a.await(ctx, patience)
	if err == nil && got.Error == "" {
		a.synths++
		if kept {
			a.assets.digest = digest
		}
	}
	return got, err
}

// clear removes the last assembly, but for assets.
func (a *stayingApp) clear(keepAssets bool) error {
	old, err := filepath.Glob(filepath.Join(a.outdir(), "*"))
	for _, path := range old {
		if err == nil && (!keepAssets || !isAsset(path)) {
			err = os.RemoveAll(path)
		}
	}
	if err != nil {
		return fmt.Errorf("emptying the assembly's folder: %w", err)
	}
	return nil
}

func (a *stayingApp) ask(ctx context.Context, r request, patience time.Duration) (answer, error) {
	a.send(r)
	return a.await(ctx, patience)
}

func (a *stayingApp) send(r request) {
	a.output.reset()
	a.waiting = true
	_ = a.requests.Encode(r) // if the app has ended, await says so
}

// await returns the answer to the last request; none if it is answered.
func (a *stayingApp) await(ctx context.Context, patience time.Duration) (answer, error) {
	if !a.waiting {
		return answer{}, nil
	}
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	select {
	case <-ctx.Done():
		return answer{}, context.Cause(ctx)
	case <-timeout.C:
		return answer{}, errBroken
	case got, more := <-a.answers:
		if !more {
			return answer{}, a.whyEnded()
		}
		a.waiting = false
		return got, nil
	}
}

// whyEnded tells a failure of what the app synthesizes from one of its own: only the former has the
// exit status 1.
func (a *stayingApp) whyEnded() error {
	select {
	case <-a.ended:
	case <-time.After(processgroup.GracePeriod):
		return errBroken
	}
	told := &CommandError{Line: a.line, Output: withoutNoise(a.output.String()), Err: a.err}
	if !told.IsFinding() {
		return errBroken
	}
	return told
}

// noteBuild notes which runs of go built the app, before it is asked for anything: those after that
// build functions.
func (a *stayingApp) noteBuild() (err error) {
	if a.own == nil {
		a.own, err = a.notes.calls.compilations(nil)
	}
	return err
}

// noteCode notes what the app itself was made of, once. If nothing is known, the next synth starts
// anew.
func (a *stayingApp) noteCode(ctx context.Context, s *synthesis) (err error) {
	if len(a.own) == 0 || a.code.digest != "" {
		return nil
	}
	if a.code.reads, err = readsOf(ctx, a.own); err != nil {
		return err
	}
	a.code.reads.Files = append(a.code.reads.Files, append(s.project.sharedFiles(), filepath.Join(s.project.Dir, "cdk.json"))...)
	a.code.digest, err = a.code.area(s.project).digestBefore(s.made.Begun)
	return err
}

// noteReads notes what the assets of a synth were made of.
func (a *stayingApp) noteReads(ctx context.Context, s *synthesis) (err error) {
	size := a.notes.size()
	if a.assets.digest != "" && a.noted == size {
		return nil
	}
	if a.assets.reads, err = a.notes.reads(ctx, s.project, a.outdir(), a.own); err != nil {
		return err
	}
	a.noted = size
	a.assets.digest, err = a.assets.area(s.project).digestBefore(s.made.Begun)
	return err
}

func (a *stayingApp) reads() reads { return a.code.reads.merged(a.assets.reads) }

// end returns when nothing of the app runs any more.
func (a *stayingApp) end() {
	a.cancel()
	<-a.ended
	a.notes.remove()
}

// output is what a process prints, as long as it is wanted.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

func (o *output) reset() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text.Reset()
}
