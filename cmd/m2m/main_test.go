package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// process is the command as a process of its own.
func process(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Args[0] = "m2m" // the name under which the test binary is the command, see TestMain
	cmd.Dir = t.TempDir()
	return cmd
}

// started runs it, with pipes for stdin and stdout.
func started(t *testing.T, args ...string) (cmd *exec.Cmd, stdin io.WriteCloser, stdout io.ReadCloser) {
	t.Helper()
	cmd = process(t, args...)
	var err error
	if stdin, err = cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if stdout, err = cmd.StdoutPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, stdin, stdout
}

func send(t *testing.T, cmd *exec.Cmd, s os.Signal) {
	t.Helper()
	if err := cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// wantStatus waits for the end of the process; the test binary's time limit bounds it.
func wantStatus(t *testing.T, cmd *exec.Cmd, want int) {
	t.Helper()
	err := cmd.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != want {
		t.Errorf("the process ends with %v, want exit status %d", err, want)
	}
}

// A report that nobody reads to its end can't be written to its end, and nothing calls a write off.
func TestSecondInterruptEndsWhatHangs(t *testing.T) {
	t.Parallel()
	before, after := t.TempDir(), t.TempDir()
	writeAssembly(t, before, `{"Resources": {}}`)
	topics := make([]string, 400)
	for i := range topics {
		topics[i] = fmt.Sprintf(`"T%d%s": {"Type": "AWS::SNS::Topic"}`, i, strings.Repeat("x", 200))
	}
	writeAssembly(t, after, `{"Resources": {`+strings.Join(topics, ",")+`}}`)

	cmd, _, stdout := started(t, "diff", "--json", before, after)
	if _, err := io.ReadFull(stdout, make([]byte, 1)); err != nil { // it writes by now
		t.Fatal(err)
	}
	send(t, cmd, os.Interrupt)
	send(t, cmd, syscall.SIGTERM) // two of one kind may arrive as one
	wantStatus(t, cmd, statusInterrupted)
}

// What waits for a person, or for another program, ends with the first interrupt.
func TestInterruptEndsWaitingForInput(t *testing.T) {
	t.Parallel()
	cmd, stdin, stdout := started(t, "explain", "--assembly", "cdk.out")
	for written := 0; written < 128<<10; { // a pipe holds half of that, so it reads by now
		n, err := stdin.Write(make([]byte, 4<<10))
		if err != nil {
			t.Fatal(err)
		}
		written += n
	}
	send(t, cmd, os.Interrupt)
	if _, err := io.Copy(io.Discard, stdout); err != nil {
		t.Fatal(err)
	}
	wantStatus(t, cmd, statusUndecided)
}

// writeAssembly writes a cloud assembly with one stack of the environment dev.
func writeAssembly(t *testing.T, dir, template string) {
	t.Helper()
	for name, content := range map[string]string{
		"manifest.json": `{"artifacts": {"assembly-dev": {"type": "cdk:cloud-assembly", "properties":
			{"directoryName": "assembly-dev", "displayName": "dev"}}}}`,
		"assembly-dev/manifest.json": `{"artifacts": {"Api": {"type": "aws:cloudformation:stack", "properties":
			{"templateFile": "Api.template.json", "stackName": "m2m-dev-Api"}}}}`,
		"assembly-dev/Api.template.json": template,
	} {
		m2mtest.Write(t, filepath.Join(dir, filepath.FromSlash(name)), content)
	}
}

// A reader of stdout that has enough is nobody's failure.
func TestUnreadOutputEndsQuietly(t *testing.T) {
	t.Parallel()
	before, after := t.TempDir(), t.TempDir()
	writeAssembly(t, before, `{"Resources": {}}`)
	writeAssembly(t, after, `{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}`)
	for _, args := range [][]string{
		{"diff", before, after}, {"diff", "--json", before, after}, {"completion", "bash"},
	} {
		reader, writer, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		_ = reader.Close()
		cmd := process(t, args...)
		var said bytes.Buffer
		cmd.Stdout, cmd.Stderr = writer, &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		_ = writer.Close()
		wantStatus(t, cmd, statusUnread)
		if said.Len() > 0 {
			t.Errorf("%v says %s", args, said.String())
		}
	}
}

// What went wrong besides is told.
func TestUnreadOutputHidesNothing(t *testing.T) {
	t.Parallel()
	unread := fmt.Errorf("writing: %w", &fs.PathError{Op: "write", Path: os.Stdout.Name(), Err: syscall.EPIPE})
	for _, test := range []struct {
		err  error
		want bool
	}{
		{unread, true},
		{errors.Join(unread, nil), true},
		{errors.Join(unread, errors.New("and more")), false},
		{&net.OpError{Op: "write", Err: os.NewSyscallError("write", syscall.EPIPE)}, false},
		{&fs.PathError{Op: "write", Path: "access.log", Err: syscall.EPIPE}, false},
	} {
		if got := isUnread(test.err); got != test.want {
			t.Errorf("%v is only that nobody reads: %t", test.err, got)
		}
	}
}

// What is wrong with the input is told before an address that another run has.
func TestUpTellsOfTheInputFirst(t *testing.T) {
	t.Parallel()
	taken, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	dir := t.TempDir()
	writeAssembly(t, filepath.Join(dir, "cdk.out"), `{"Resources": {}}`)
	m2mtest.Write(t, filepath.Join(dir, "project", "cdk.json"), `{"app": "false"}`)
	m2mtest.Write(t, filepath.Join(dir, "project", "environments", "README"), "")
	for _, test := range []struct {
		folder, want string
		args         []string
	}{
		{".", `m2m: finding stage "nope": `, []string{"--assembly", "cdk.out", "--env", "nope"}},
		{".", "m2m: loading the cloud assembly: directory cdk does not exist", []string{"--assembly", "cdk"}},
		{".", "m2m: listening on " + taken.Addr().String(), []string{"--assembly", "cdk.out"}},
		{"project", `environments: unknown environment "nope"`, []string{"--env", "nope"}},
	} {
		for _, address := range []string{"--api-addr", "--page-addr"} {
			args := append([]string{"up", "--state", filepath.Join(dir, "state")}, test.args...)
			cmd := process(t, append(m2mtest.OnFreePorts(args...), address, taken.Addr().String())...)
			cmd.Dir = filepath.Join(dir, test.folder)
			if said := m2mtest.Fails(t, cmd); !strings.Contains(said, test.want) {
				t.Errorf("with %s %v it says %q, want %q", address, test.args, said, test.want)
			}
		}
	}
}
