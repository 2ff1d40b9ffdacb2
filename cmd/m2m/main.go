// Command m2m runs and inspects an environment of this project. `m2m up` runs it on this machine,
// with no AWS account.
//
// Data goes to stdout, speech to stderr. Every error says what to do, and every failure is exit
// status 1; a command may have further ones, which its help lists. 130 is that of a process that
// could not end by itself after a second Ctrl-C.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
)

func main() {
	// Requests leave a few kB of garbage each on a live heap of a few MB: collecting it at the
	// default pace takes a tenth of the time of a request. At half that pace it takes a thirtieth.
	// At a quarter it would take a fortieth, and 13 MB more of memory.
	debug.SetGCPercent(200)
	// A few large bodies would let the heap grow by as much again each: from here on, garbage goes
	// before it does.
	debug.SetMemoryLimit(64 << 20)
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
	stdout = standardOutput(stdout)
	root := (&command{stdout: stdout, speech: speech, interrupts: interrupts}).tree()
	root.SetArgs(args)
	if err := root.ExecuteContext(interrupts.first); err != nil {
		if status, ok := errors.AsType[exitStatus](err); ok {
			return int(status)
		}
		speech.failure(err)
		return 1
	}
	return 0
}
