// Command m2m runs and inspects an environment of this project. `m2m up` runs it on this machine,
// with no AWS account.
//
// Data goes to stdout, speech to stderr. Every error says what to do, and every failure is exit
// status 1; a command may have further ones, which its help lists. 130 is that of a process that
// could not end by itself after a second Ctrl-C, and 141 that of one whose stdout nobody reads to
// its end, which says no more.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"cognito-m2m/internal/pace"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "up" { // any other command would only start later
		pace.Timers()
	}
	pace.Collector()
	os.Exit(execute(os.Args[1:], os.Stdout, os.Stderr))
}

// exitStatus ends the command with a status of its own and nothing on stderr: what there is to say
// has been said.
type exitStatus int

func (s exitStatus) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// execute is main without the process: it returns the exit status.
func execute(args []string, stdout, stderr io.Writer) int {
	interrupts, stop := listenForInterrupts()
	defer stop()
	speech := newSpeech(stderr)
	defer speech.flush()
	stdout = standardOutput(stdout)
	root := (&command{stdout: stdout, speech: speech, interrupts: interrupts}).tree()
	root.SetArgs(args)
	if err := root.ExecuteContext(interrupts.first); err != nil {
		if status, ok := errors.AsType[exitStatus](err); ok {
			return int(status)
		}
		if isUnread(err) {
			return statusUnread
		}
		speech.failure(err)
		return 1
	}
	return 0
}

const (
	// lastGrace is what cleaning up may take after the second interrupt: more than a synth that is
	// asked to end takes, which is killed after 5 s.
	lastGrace = 6 * time.Second

	// statusInterrupted is the exit status of a shell's command that Ctrl-C ended.
	statusInterrupted = 130

	// statusUnread is the exit status of a shell's command that SIGPIPE ended.
	statusUnread = 141
)

// isUnread reports whether err is nothing but that the reader of stdout has gone, such as head: it
// has what it wanted. A failed write to a connection is another error.
func isUnread(err error) bool {
	for err != nil {
		switch one := err.(type) { //nolint:errorlint // a look at each error of the chain
		case interface{ Unwrap() []error }:
			return !slices.ContainsFunc(one.Unwrap(), func(part error) bool { return !isUnread(part) })
		case *fs.PathError:
			return one.Path == os.Stdout.Name() && errors.Is(one.Err, syscall.EPIPE)
		}
		err = errors.Unwrap(err)
	}
	return false
}

// interrupts are the user's wishes to stop: Ctrl-C, an end asked for by another process, or a
// closed terminal. The first ends what runs in good order; the second ends it at once, cleaning up
// all the same. A process that can't do so, because something in it waits for good, ends a little
// later, and with a third at once.
type interrupts struct {
	first, second context.Context
}

func listenForInterrupts() (*interrupts, func()) {
	// A reader of stdout or stderr that goes away is an error of writing, and no reason to die with
	// secrets left in a temporary folder.
	signal.Ignore(syscall.SIGPIPE)
	signals := make(chan os.Signal, 3)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)

	first, stop := context.WithCancel(context.Background())
	second, stopAtOnce := context.WithCancel(context.Background())
	go func() {
		<-signals
		stop()
		<-signals
		stopAtOnce()
		select {
		case <-signals:
		case <-time.After(lastGrace):
		}
		os.Exit(statusInterrupted) // says nothing: a stderr that nobody reads may be what it waits for
	}()
	return &interrupts{first: first, second: second}, func() { signal.Stop(signals) }
}
