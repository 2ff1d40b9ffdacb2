package soak

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"
	"time"

	"cognito-m2m/internal/m2mtest"
)

// TestSpeedSynth prints how long a synth of dev takes, and `m2m up` after an edit, beside a
// JavaScript program that does the least: it includes the golden templates of dev in the same
// version of aws-cdk-lib, and validates them. It needs Node.
func TestSpeedSynth(t *testing.T) {
	if !*speed {
		t.Skip("only with -speed")
	}
	s := newSynths(t)
	var least, synth, edited samples
	for range speedRounds {
		least = append(least, s.include())
		synth = append(synth, s.app())
		edited = append(edited, s.upAfterEdit())
	}
	var table bytes.Buffer
	out := tabwriter.NewWriter(&table, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "what\tmedian\tratio\tby CPU time\tgoal")
	fmt.Fprintf(out, "include and validate, in JavaScript\t%s\t\n", least.beside(least))
	fmt.Fprintf(out, "cold synth of dev\t%s\t1.30\n", synth.beside(least))
	fmt.Fprintf(out, "m2m up after an edit, until ready\t%s\t\n", edited.beside(least))
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d rounds\n%s", speedRounds, &table)
}

// sample is one measurement.
type sample struct{ wall, cpu time.Duration }

type samples []sample

// median is that of the wall times, and that of the processor times.
func (s samples) median() (m sample) {
	sorted := slices.Clone(s)
	slices.SortFunc(sorted, func(a, b sample) int { return cmp.Compare(a.wall, b.wall) })
	m.wall = sorted[len(s)/2].wall
	slices.SortFunc(sorted, func(a, b sample) int { return cmp.Compare(a.cpu, b.cpu) })
	m.cpu = sorted[len(s)/2].cpu
	return m
}

func (s samples) beside(least samples) string {
	m, of := s.median(), least.median()
	return fmt.Sprintf("%s\t%.2f\t%.2f", m.wall.Round(10*time.Millisecond), m.wall.Seconds()/of.wall.Seconds(), m.cpu.Seconds()/of.cpu.Seconds())
}

// synths runs what is compared.
type synths struct {
	t       *testing.T
	root    string // of the project
	scratch string
	program string // the CDK app
	context map[string]any
	project string // a copy, to edit
}

// newSynths builds the app, and runs everything once: Go's build cache and jsii's packages are
// there then.
func newSynths(t *testing.T) *synths {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	s := &synths{t: t, root: root, scratch: t.TempDir(), project: t.TempDir()}
	t.Setenv("JSII_RUNTIME_PACKAGE_CACHE", "enabled")
	t.Setenv("JSII_RUNTIME_PACKAGE_CACHE_ROOT", filepath.Join(s.scratch, "packages"))
	s.program = filepath.Join(s.scratch, "app")
	build := exec.CommandContext(t.Context(), "go", "build", "-ldflags=-s -w", "-o", s.program, ".")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the app: %v\n%s", err, out)
	}
	var file struct {
		Context map[string]any `json:"context"`
	}
	if err := json.Unmarshal([]byte(m2mtest.Read(t, filepath.Join(root, "cdk.json"))), &file); err != nil {
		t.Fatal(err)
	}
	s.context = file.Context
	s.context["env"] = "dev"
	s.copyProject()
	s.app()
	s.linkPackages()
	s.include()
	s.upAfterEdit()
	return s
}

// copyProject copies all but tests, and what is built or installed.
func (s *synths) copyProject() {
	s.t.Helper()
	entries, err := os.ReadDir(s.root)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, entry := range entries {
		from, to := filepath.Join(s.root, entry.Name()), filepath.Join(s.project, entry.Name())
		switch {
		case strings.HasPrefix(entry.Name(), ".") || slices.Contains([]string{"node_modules", "cdk.out", "test", "docs"}, entry.Name()):
		case entry.IsDir():
			err = errors.Join(err, os.CopyFS(to, os.DirFS(from)))
		default:
			m2mtest.Write(s.t, to, m2mtest.Read(s.t, from))
		}
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// linkPackages lays out, for Node, the packages that jsii has unpacked for the app:
// <cache>/<name>/<version>/<digest>.
func (s *synths) linkPackages() {
	s.t.Helper()
	cache := filepath.Join(s.scratch, "packages")
	for _, pattern := range []string{"*/*/*/package.json", "@*/*/*/*/package.json"} {
		found, err := filepath.Glob(filepath.Join(cache, pattern))
		if err != nil {
			s.t.Fatal(err)
		}
		for _, file := range found {
			unpacked := filepath.Dir(file)
			name, err := filepath.Rel(cache, filepath.Dir(filepath.Dir(unpacked)))
			link := filepath.Join(s.scratch, "node_modules", name)
			if err := errors.Join(err, os.MkdirAll(filepath.Dir(link), 0o755), os.Symlink(unpacked, link)); err != nil {
				s.t.Fatal(err)
			}
		}
	}
}

// app is a synth of dev by the CDK app alone.
func (s *synths) app() sample {
	return s.run(exec.CommandContext(s.t.Context(), s.program))
}

// include is the JavaScript program.
func (s *synths) include() sample {
	script := filepath.Join(s.scratch, "include.cjs")
	m2mtest.Write(s.t, script, m2mtest.Read(s.t, "testdata/include.cjs"))
	templates, err := filepath.Glob(filepath.Join(s.root, "test/testdata/golden/dev/*.template.json"))
	if err != nil || len(templates) != 2 {
		s.t.Fatalf("golden templates of dev: %q, %v", templates, err)
	}
	return s.run(exec.CommandContext(s.t.Context(), "node", append([]string{"--preserve-symlinks", "--preserve-symlinks-main", script}, templates...)...))
}

func (s *synths) run(cmd *exec.Cmd) sample {
	s.t.Helper()
	encoded, err := json.Marshal(s.context)
	if err != nil {
		s.t.Fatal(err)
	}
	cmd.Dir = s.root
	cmd.Env = append(os.Environ(), "CDK_OUTDIR="+s.t.TempDir(), "CDK_CONTEXT_JSON="+string(encoded))
	begun := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
	}
	return sample{time.Since(begun), cpuOf(cmd)}
}

// upAfterEdit is `m2m up` from its start until it is ready, after an edit of the environment's
// file.
func (s *synths) upAfterEdit() sample {
	s.t.Helper()
	file := filepath.Join(s.project, "environments", "dev.yaml")
	m2mtest.Write(s.t, file, m2mtest.Read(s.t, file)+"# edited\n")
	begun := time.Now()
	up := m2mtest.MustStart(s.t, m2mtest.Command(filepath.Join(binaries, "m2m"), s.project, m2mtest.OnFreePorts("up", "--json")...))
	took := time.Since(begun)
	up.Interrupt(s.t)
	return sample{took, cpuOf(up.Cmd)}
}

// cpuOf is the processor time of a command that has ended, and of its children.
func cpuOf(cmd *exec.Cmd) time.Duration {
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}
