package soak

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"cognito-m2m/internal/m2mtest"
)

// TestSpeedSynth prints how long a synth of dev takes beside a JavaScript program that does the
// least: it includes the golden templates of dev in the same version of aws-cdk-lib, and validates
// them. It also prints how long `m2m up` takes after an edit. It needs Node.
func TestSpeedSynth(t *testing.T) {
	if !*speed {
		t.Skip("only with -speed")
	}
	cold := figure{what: "a cold synth of dev", unit: "s", target: "<= 1.3", beside: "including and validating its templates in JavaScript"}
	byCPU := figure{what: "a cold synth of dev, by processor time", unit: "s", beside: cold.beside}
	edited := figure{what: "m2m up after an edit, until it is ready", unit: "s", target: "<= 0.75"}
	all := builds(t)
	var each []*synths
	for _, b := range all {
		each = append(each, newSynths(t, b))
	}
	present := each[len(each)-1]
	for range *rounds {
		least := present.include()
		cold.to, byCPU.to = append(cold.to, least.wall.Seconds()), append(byCPU.to, least.cpu.Seconds())
		for i, s := range each {
			app, up := s.app(), s.upAfterEdit()
			if i < len(each)-1 {
				cold.before, byCPU.before = append(cold.before, app.wall.Seconds()), append(byCPU.before, app.cpu.Seconds())
				edited.before = append(edited.before, up.wall.Seconds())
			} else {
				cold.now, byCPU.now = append(cold.now, app.wall.Seconds()), append(byCPU.now, app.cpu.Seconds())
				edited.now = append(edited.now, up.wall.Seconds())
			}
		}
	}
	tell(t, cold, byCPU, edited)
}

// sample is one measurement.
type sample struct{ wall, cpu time.Duration }

// synths runs what is compared.
type synths struct {
	t       *testing.T
	build   build
	root    string // of the project
	scratch string
	program string // the CDK app
	context map[string]any
	project string // a copy, to edit
}

// newSynths builds the app, and runs everything once: Go's build cache and jsii's packages are
// there then.
func newSynths(t *testing.T, b build) *synths {
	t.Helper()
	root, err := filepath.Abs(b.root)
	if err != nil {
		t.Fatal(err)
	}
	s := &synths{t: t, build: b, root: root, scratch: t.TempDir(), project: t.TempDir()}
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

// environ has the build's own cache of jsii's packages.
func (s *synths) environ() []string {
	return append(os.Environ(), "JSII_RUNTIME_PACKAGE_CACHE=enabled", "JSII_RUNTIME_PACKAGE_CACHE_ROOT="+filepath.Join(s.scratch, "packages"))
}

func (s *synths) run(cmd *exec.Cmd) sample {
	s.t.Helper()
	encoded, err := json.Marshal(s.context)
	if err != nil {
		s.t.Fatal(err)
	}
	cmd.Dir = s.root
	cmd.Env = append(s.environ(), "CDK_OUTDIR="+s.t.TempDir(), "CDK_CONTEXT_JSON="+string(encoded))
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
	cmd := s.build.command(s.project, m2mtest.OnFreePorts("up", "--json")...)
	cmd.Env = s.environ()
	begun := time.Now()
	up := m2mtest.MustStart(s.t, cmd)
	took := time.Since(begun)
	up.Interrupt(s.t)
	return sample{took, cpuOf(up.Cmd)}
}

// cpuOf is the processor time of a command that has ended, and of its children.
func cpuOf(cmd *exec.Cmd) time.Duration {
	return cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
}
