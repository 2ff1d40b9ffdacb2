package inuse_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cognito-m2m/internal/inuse"
)

// TestMain is also the other process of the tests: it uses the folders that its arguments name,
// until it is killed or its stdin ends.
func TestMain(m *testing.M) {
	if os.Args[0] != otherProcess {
		os.Exit(m.Run())
	}
	made, err := inuse.Make(os.Args[1], ".made-")
	var joined *inuse.Folder
	if err == nil {
		joined, err = inuse.Join(filepath.Join(os.Args[1], os.Args[2]))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(filepath.Base(made.Path))
	_, _ = io.Copy(io.Discard, os.Stdin)
	_, _ = made.Close(), joined.Close()
	os.Exit(0)
}

const otherProcess = "other"

// start starts a process that makes a folder, which is returned, and joins another.
func start(t *testing.T, parent, joined string) (made string, kill func()) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, parent, joined)
	cmd.Args[0], cmd.Stderr = otherProcess, os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = stdin.Close(), cmd.Wait() })
	made, err = bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(made), func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}

// wantLeft compares what is in a folder.
func wantLeft(t *testing.T, parent string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(parent)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, entry := range entries {
		got = append(got, entry.Name())
	}
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("left are %q, want %q", got, want)
	}
}

// A process that is killed removes nothing. The next one does, and leaves alone what others use.
func TestKilledProcessLeavesNothing(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	killed, kill := start(t, parent, "a")
	running, end := start(t, parent, "b")
	kill()
	wantLeft(t, parent, killed, running, "a", "b")
	next, _ := start(t, parent, "c")
	wantLeft(t, parent, running, next, "a", "b", "c")
	inuse.Sweep(parent, 0)
	wantLeft(t, parent, running, next, "b", "c")
	end()
	inuse.Sweep(parent, 0)
	wantLeft(t, parent, next, "c")
}

// A process that is killed while it removes a folder, or right after it has made one, leaves
// nothing either, and what no process of this kind has made stays.
func TestHalfDoneLeavesNothing(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	for _, dir := range []string{".made-1.gone/in", "a.gone/in", ".made-2", ".made-x", ".made-3/in"} {
		if err := os.MkdirAll(filepath.Join(parent, dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	folder, err := inuse.Make(parent, ".made-")
	if err != nil {
		t.Fatal(err)
	}
	wantLeft(t, parent, filepath.Base(folder.Path), "a.gone", ".made-x", ".made-3")
	inuse.Sweep(parent, 0)
	wantLeft(t, parent, filepath.Base(folder.Path), ".made-3")
	if err := folder.Close(); err != nil {
		t.Error(err)
	}
	wantLeft(t, parent, ".made-3")
}

// Of what no process uses, that which was used last stays.
func TestSweepKeepsTheLastUsed(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	join := func(name string) *inuse.Folder {
		f, err := inuse.Join(filepath.Join(parent, name))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	now := time.Now()
	for i, name := range []string{"d", "c", "b", "a"} {
		_ = join(name).Close()
		at := now.Add(time.Duration(i-10) * time.Minute)
		if err := os.Chtimes(filepath.Join(parent, name, ".lock"), at, at); err != nil {
			t.Fatal(err)
		}
	}
	_ = join("c").Close() // once more
	used := join("d")
	twice, err := used.Again()
	if err != nil {
		t.Fatal(err)
	}
	inuse.Sweep(parent, 2)
	wantLeft(t, parent, "a", "c", "d")
	_ = used.Close()
	inuse.Sweep(parent, 0)
	wantLeft(t, parent, "d")
	_ = twice.Close()
	inuse.Sweep(parent, 0)
	wantLeft(t, parent)
}

// What is not a folder is not joined, and not waited for.
func TestJoinNoFolder(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	file, nowhere := filepath.Join(parent, "file"), filepath.Join(parent, "nowhere")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(parent, "gone"), nowhere); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, nowhere, filepath.Join(file, "in")} {
		if f, err := inuse.Join(path); err == nil {
			t.Errorf("joined %s", f.Path)
		}
	}
	wantLeft(t, parent, "file", "nowhere")
}

// Others make the folder and remove it just then.
func TestJoinBesideMaking(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "shared")
	ended := make(chan struct{})
	var making sync.WaitGroup
	for range 2 {
		making.Go(func() {
			for {
				select {
				case <-ended:
					return
				default:
					_, _ = os.Mkdir(path, 0o700), os.Remove(path)
				}
			}
		})
	}
	for range 200 {
		f, err := inuse.Join(path)
		if err != nil {
			t.Error(err)
			break
		}
		_ = os.RemoveAll(path)
		_ = f.Close()
	}
	close(ended)
	making.Wait()
}

// What is joined is there until it is closed, whoever sweeps meanwhile.
func TestJoinBesideSweep(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	ended := make(chan struct{})
	var joining, sweeping sync.WaitGroup
	sweeping.Go(func() {
		for {
			select {
			case <-ended:
				return
			default:
				inuse.Sweep(parent, 0)
			}
		}
	})
	for range 4 {
		joining.Go(func() {
			for range 200 {
				f, err := inuse.Join(filepath.Join(parent, "shared"))
				if err != nil {
					t.Error(err)
					return
				}
				file := filepath.Join(f.Path, "program")
				if err := os.WriteFile(file, nil, 0o600); err != nil {
					t.Error(err)
				}
				if _, err := os.Stat(file); err != nil {
					t.Error(err)
				}
				_ = f.Close()
			}
		})
		joining.Go(func() {
			for range 200 {
				f, err := inuse.Make(parent, ".made-")
				if err != nil {
					t.Error(err)
					return
				}
				if err := os.WriteFile(filepath.Join(f.Path, "program"), nil, 0o600); err != nil {
					t.Error(err)
				}
				if err := f.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	joining.Wait()
	close(ended)
	sweeping.Wait()
	inuse.Sweep(parent, 0) // the last one may have come before the last folder was closed
	wantLeft(t, parent)
}
