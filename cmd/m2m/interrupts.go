package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// interrupts are the user's wishes to stop: Ctrl-C, an end asked for by another
// process, or a closed terminal. The first ends what runs in good order; the
// second ends it at once, cleaning up all the same.
type interrupts struct {
	first, second context.Context
}

func listenForInterrupts() (*interrupts, func()) {
	// A reader of stdout or stderr that goes away is an error of writing, and no
	// reason to die with secrets left in a temporary folder.
	signal.Ignore(syscall.SIGPIPE)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)

	first, stop := context.WithCancel(context.Background())
	second, stopAtOnce := context.WithCancel(context.Background())
	go func() {
		<-signals
		stop()
		<-signals
		stopAtOnce()
	}()
	return &interrupts{first: first, second: second}, func() { signal.Stop(signals) }
}
