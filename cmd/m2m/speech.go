package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"cognito-m2m/internal/printable"
)

// speech is what the command says to a person, on stderr, a whole line at a time: functions,
// requests and progress share it.
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

// Note implements serving.Reporter.
func (s *speech) Note(text string) { s.say("%s", text) }

// Warn implements serving.Reporter.
func (s *speech) Warn(text string) { s.say("warning: %s", text) }

// stepReminder is how often a step that goes on says so.
const stepReminder = 10 * time.Second

// Step implements serving.Reporter and synth.Progress: it says when a step begins, that it goes on,
// and how long it took.
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
	if todo := hint(err); todo != "" {
		s.say("hint: %s", todo)
	}
}
