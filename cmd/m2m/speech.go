package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"syscall"
	"time"

	"cognito-m2m/internal/local"
	"cognito-m2m/internal/printable"
	"cognito-m2m/internal/run"
	"cognito-m2m/internal/synth"
	"cognito-m2m/internal/trust"
)

// speech is what the command says to a person, on stderr, a whole line at a
// time: functions, requests and progress share it.
type speech struct {
	mu     sync.Mutex
	to     io.Writer
	stderr io.Writer // what is behind to
}

func newSpeech(stderr io.Writer) *speech {
	return &speech{to: printable.Writer(stderr), stderr: stderr}
}

// Write passes whole lines on.
func (s *speech) Write(line []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.to.Write(line)
}

func (s *speech) say(format string, args ...any) {
	fmt.Fprintf(s, format+"\n", args...)
}

// Note implements local.Reporter.
func (s *speech) Note(text string) { s.say("%s", text) }

// Warn implements local.Reporter.
func (s *speech) Warn(text string) { s.say("warning: %s", text) }

// stepReminder is how often a step that goes on says so.
const stepReminder = 10 * time.Second

// Step implements local.Reporter and synth.Progress: it says when a step
// begins, that it goes on, and how long it took.
func (s *speech) Step(name string) (done func()) {
	begun := time.Now()
	s.say("%s ...", name)
	ticker := time.NewTicker(stepReminder)
	ended := make(chan struct{})
	go func() {
		for {
			select {
			case <-ticker.C:
				s.say("%s ... %s so far", name, seconds(time.Since(begun)))
			case <-ended:
				return
			}
		}
	}()
	return func() {
		ticker.Stop()
		close(ended)
		s.say("%s: %s", name, seconds(time.Since(begun)))
	}
}

// lines returns a writer that marks each line with where it comes from.
func (s *speech) lines(prefix string) io.Writer { return &prefixed{to: s, prefix: prefix} }

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
	if way := hint(err); way != "" {
		s.say("hint: %s", way)
	}
}

// hint is the hint for an error that does not carry its own.
func hint(err error) string {
	var address *local.AddressError
	var inUse *run.InUseError
	var folder *run.StateDirError
	var unsafe *trust.Error
	var state *local.StateError
	var refused *local.Refused
	var own *hinted
	switch {
	case errors.As(err, &own):
		return own.way
	case errors.As(err, &address) && errors.Is(err, syscall.EADDRINUSE):
		return "stop what listens there, or choose with --api-addr, --cognito-addr and --aws-addr (port 0 takes a free one)"
	case errors.As(err, &address):
		return "--api-addr, --cognito-addr and --aws-addr are host:port of this machine, such as 127.0.0.1:0"
	case errors.As(err, &unsafe) && unsafe.Owner == "":
		return fmt.Sprintf("`chmod go-w %s`, or choose a folder of your own: --state DIR, TMPDIR for --ephemeral", shellWord(unsafe.Path))
	case errors.As(err, &unsafe):
		return "choose a folder of your own (--state DIR, TMPDIR for --ephemeral); remove what is not yours, or, if you know what it is, make it yours with chown"
	case errors.As(err, &folder):
		return "choose another folder with --state DIR, or keep nothing with --ephemeral"
	case errors.As(err, &inUse):
		return "stop that run, or give this one its own state with --state DIR or --ephemeral"
	case errors.As(err, &state):
		return "the file was left unchanged: repair it, move it away to start with new ids and secrets, or use --ephemeral"
	case errors.As(err, &refused) && refused.OnlyUnsupported() && len(refused.UnknownTypes()) > 0:
		return "write a type that you can do without here into " + acceptedTypesFile + " in the project's folder, a line each, or pass --lenient for this run"
	case errors.As(err, &refused) && refused.OnlyUnsupported():
		return "--lenient runs the rest without them"
	case errors.Is(err, synth.ErrNoNode):
		return "install Node.js 22 or later, or run an assembly that is there with --assembly DIR"
	case errors.Is(err, synth.ErrNoGo):
		return "install Go, or run an assembly that is there with --assembly DIR"
	case errors.Is(err, synth.ErrNoProject):
		return "change to the project's folder, or run an assembly that is there with --assembly DIR"
	case strings.HasPrefix(err.Error(), "if any flags in the group "):
		return "leave one of them out"
	case strings.HasPrefix(err.Error(), "unknown "):
		return "m2m --help lists commands and flags"
	}
	return ""
}
