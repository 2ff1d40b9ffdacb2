// Command m2m runs and inspects an environment of this project. `m2m up` runs
// it on this machine, with no AWS account.
//
// Data goes to stdout, speech to stderr. Every error says the way out, and
// every failure is exit status 1.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}

// run is main without the process: it returns the exit status.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// After the first signal a second one ends the process at once.
	context.AfterFunc(ctx, stop)

	speech := newSpeech(stderr)
	root := rootCommand(stdout, speech)
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(speech)
	if err := root.ExecuteContext(ctx); err != nil {
		speech.failure(err)
		return 1
	}
	return 0
}
