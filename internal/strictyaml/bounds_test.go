package strictyaml_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/strictyaml"
)

// repeated is a text for each number below n, behind one another; %d is the number in it, %c two
// letters.
func repeated(n int, format string) string {
	var text strings.Builder
	for i := range n {
		letters := string(rune('a'+i/26)) + string(rune('a'+i%26))
		fmt.Fprint(&text, strings.NewReplacer("%c", letters, "%d", fmt.Sprint(i)).Replace(format))
	}
	return text.String()
}

func TestWorkIsBounded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ rest, want string }{
		"merge keys": {
			"friends:\n  f: &f {" + repeated(1500, "k%d: 1, ") + "}\n" + repeated(600, "  f%c: {<<: *f}\n"),
			"herbs.yaml: has more than 200000 values once aliases and merge keys are followed, which is the limit " +
				"(let fewer of them refer to each other)",
		},
		"keys": {
			repeated(7000, "f%d: x\n"),
			"herbs.yaml: has 21092 keys, values and signs between them, at most 20000 are read (see yaml.org)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, got := read(t, valid+c.rest); strings.Join(got, "\n") != c.want {
				t.Errorf("got %d problems, the first %q; want %q", len(got), got[:min(len(got), 1)], c.want)
			}
		})
	}
}

func TestProblemsAreCounted(t *testing.T) {
	t.Parallel()
	_, got := read(t, valid+repeated(3000, "moon%d: 1\n"))
	if len(got) != 101 || got[0] != "herbs.yaml: has 3000 problems, of which 100 are listed" {
		t.Errorf("got %d problems, the first %q; want a hundred and their number", len(got), got[:min(len(got), 1)])
	}
}

// A list that is far too long is not read to its end, and rules can know.
func TestFloodsAreNotReadToTheirEnd(t *testing.T) {
	t.Parallel()
	for n, partly := range map[int]bool{45: false, 400: true} {
		partial := !partly
		into, got := readWith(t, edit(t, "shelves:\n", "shelves:\n"+repeated(n, "  - {label: s, plants: {a: A}}\n")), func(f *strictyaml.File) { partial = f.Partly })
		want := []string{fmt.Sprintf("herbs.yaml:4:1: shelves: has %d shelves, at most 5 are allowed (that is all the room)", n+1)}
		if diff := cmp.Diff(want, got); diff != "" || partial != partly || (len(into.Shelves) == n+1) == partly {
			t.Errorf("%d shelves: partly %t, %d read, problems (-want +got):\n%s", n, partial, len(into.Shelves), diff)
		}
	}
}

// Whatever has no end, or keeps its reader waiting, is refused by its name.
func TestOnlyRegularFilesAreRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Symlink("/dev/zero", filepath.Join(dir, "device.yaml")); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "fifo.yaml"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"device.yaml": "it is not a regular file", "fifo.yaml": "it is not a regular file", "missing.yaml": "no such file or directory",
	} {
		path := filepath.Join(dir, name)
		_, problems := strictyaml.Read(path, &greenhouse{}, func(*strictyaml.File) { t.Errorf("%s: rules ran", name) }, hints)
		if diff := cmp.Diff(path+": reading: "+want, problems.Error()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
