package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// openTerminal returns a terminal, and what is shown on it.
func openTerminal(t *testing.T) (terminal, screen *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = screen.Close() })
	if err := unix.IoctlSetPointerInt(int(screen.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(int(screen.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	terminal, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = terminal.Close() })
	return terminal, screen
}

// On a terminal nothing is printed that steers it, whatever a command passes on; a pipe gets what
// there is.
func TestStdoutOnATerminal(t *testing.T) {
	t.Parallel()
	terminal, screen := openTerminal(t)
	_, _ = fmt.Fprintln(standardOutput(terminal), "a\u009bb\u202ec")
	line, err := bufio.NewReader(screen).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.TrimRight(line, "\r\n"), `a\u009bb\u202ec`; got != want {
		t.Errorf("the terminal shows %q, want %q", got, want)
	}

	reader, pipe, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = reader.Close(), pipe.Close() })
	_, _ = fmt.Fprintln(standardOutput(pipe), "a\x1bb\xff")
	if line, err := bufio.NewReader(reader).ReadString('\n'); err != nil || line != "a\x1bb\xff\n" {
		t.Errorf("the pipe gets %q, %v", line, err)
	}
}
