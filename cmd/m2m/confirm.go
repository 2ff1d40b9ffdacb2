package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"cognito-m2m/internal/printable"
)

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
