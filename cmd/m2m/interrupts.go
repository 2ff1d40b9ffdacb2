package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

const (
	// lastGrace is what cleaning up may take after the second interrupt: more than a synth that is
	// asked to end takes, which is killed after 5 s.
	lastGrace = 6 * time.Second

	// statusInterrupted is the exit status of a shell's command that Ctrl-C ended.
	statusInterrupted = 130
)

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
