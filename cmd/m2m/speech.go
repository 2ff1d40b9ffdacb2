package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"cognito-m2m/internal/printable"
)

// speech is what the command says to a person, on stderr, a whole line at a time: functions,
// requests and progress share it.
type speech struct {
	// follower hears what is said, and of the steps. It is set before anything else is said.
	follower follower

	mu      sync.Mutex
	to      io.Writer
	stderr  io.Writer // what is behind to
	waiting []byte    // lines that are not written yet
	write   *time.Timer
}

// follower is the page of a run.
type follower interface {
	Said(text string)
	Step(name string) (done func())
}

func newSpeech(stderr io.Writer) *speech {
	return &speech{to: printable.Writer(stderr), stderr: stderr}
}

// Write passes whole lines on, after those that wait.
func (s *speech) Write(line []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting = append(s.waiting, line...)
	if err := s.writeWaiting(); err != nil {
		return 0, err
	}
	return len(line), nil
}

func (s *speech) writeWaiting() error {
	if len(s.waiting) == 0 {
		return nil
	}
	_, err := s.to.Write(s.waiting)
	s.waiting = s.waiting[:0]
	return err
}

// flush writes what waits.
func (s *speech) flush() { _, _ = s.Write(nil) } // whoever could be told of an error is told on stderr

// unhurried is the writer of lines that come in hundreds a second, those of requests and functions.
// Each write takes the system's time and that of who reads. So they wait a moment for others, as
// long as there are few.
type unhurried struct{ *speech }

const (
	lineDelay    = 5 * time.Millisecond
	waitingLines = 16 << 10 // bytes
)

// Write passes whole lines on, in a moment.
func (u unhurried) Write(line []byte) (int, error) {
	s := u.speech
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.write == nil:
		s.write = time.AfterFunc(lineDelay, s.flush)
	case len(s.waiting) == 0:
		s.write.Reset(lineDelay)
	}
	if s.waiting = append(s.waiting, line...); len(s.waiting) > waitingLines {
		if err := s.writeWaiting(); err != nil {
			return 0, err
		}
	}
	return len(line), nil
}

func (s *speech) say(format string, args ...any) {
	if s.follower != nil {
		s.follower.Said(fmt.Sprintf(format, args...))
	}
	s.print(format, args...)
}

func (s *speech) print(format string, args ...any) {
	fmt.Fprintf(s, format+"\n", args...)
}

// Note implements serving.Reporter.
func (s *speech) Note(text string) { s.say("%s", text) }

// Warn implements serving.Reporter.
func (s *speech) Warn(text string) { s.say("warning: %s", text) }

// stepReminder is how often a step that goes on says so.
const stepReminder = 10 * time.Second

// Step implements serving.Reporter and synth.Progress: it says when a step begins, that it goes on,
// and how long it took.
func (s *speech) Step(name string) (done func()) {
	begun, followed := time.Now(), func() {}
	if s.follower != nil {
		followed = s.follower.Step(name)
	}
	s.print("%s ...", name)
	ticker := time.NewTicker(stepReminder)
	ended := make(chan struct{})
	go func() {
		for {
			select {
			case <-ticker.C:
				s.print("%s ... %s so far", name, seconds(time.Since(begun)))
			case <-ended:
				return
			}
		}
	}()
	return func() {
		ticker.Stop()
		close(ended)
		followed()
		s.print("%s: %s", name, seconds(time.Since(begun)))
	}
}

// lines returns a writer that marks each line with where it comes from.
func (s *speech) lines(prefix string) io.Writer { return &prefixed{to: unhurried{s}, prefix: prefix} }

type prefixed struct {
	to     io.Writer
	prefix string
}

func (p *prefixed) Write(line []byte) (int, error) {
	if _, err := p.to.Write(append([]byte(p.prefix), line...)); err != nil {
		return 0, err
	}
	return len(line), nil
}

// failure says what went wrong and what to do.
func (s *speech) failure(err error) {
	s.say("m2m: %v", err)
	if todo := hint(err); todo != "" {
		s.say("hint: %s", todo)
	}
}

// confirm asks a person, and fails unless the answer is yes. Where no one can be asked it fails
// without asking.
func confirm(ctx context.Context, in io.Reader, speech *speech, question string) error {
	if !isTerminal(in) {
		return withHint(errors.New("stdin is not a terminal, so this can't be confirmed"), "pass --yes to confirm")
	}
	speech.ask(question)
	answer := make(chan string, 1)
	go func() { // reading a terminal does not end with ctx
		line, _ := bufio.NewReader(in).ReadString('\n') // an error is an answer that was not given
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case given := <-answer:
		if given == "y" || given == "yes" {
			return nil
		}
		return errors.New("not confirmed: nothing was changed")
	case <-ctx.Done():
		speech.say("")
		return errors.New("stopped: nothing was changed")
	}
}

// isTerminal says whether a reader or writer may be a terminal. So may /dev/null, which answers
// nothing.
func isTerminal(stream any) bool {
	if _, ok := stream.(terminal); ok {
		return true
	}
	file, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// terminal is a writer to one.
type terminal struct{ io.Writer }

// standardOutput keeps what is passed on from steering a terminal; a pipe gets what there is, byte
// for byte.
func standardOutput(stdout io.Writer) io.Writer {
	if isTerminal(stdout) {
		return terminal{printable.Writer(stdout)}
	}
	return stdout
}

// ask puts a question, with no as the answer of who just presses Enter.
func (s *speech) ask(question string) { fmt.Fprintf(s, "%s [y/N] ", question) }
