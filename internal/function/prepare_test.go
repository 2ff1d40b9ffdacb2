package function_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"cognito-m2m/internal/function"
	"cognito-m2m/internal/m2mtest"
)

// foreign is an architecture of Lambda that this machine is not.
func foreign() string {
	if runtime.GOARCH == "arm64" {
		return "amd64"
	}
	return "arm64"
}

// machine names the folder in the cache for this machine.
func machine() string {
	return runtime.GOOS + "-" + runtime.GOARCH
}

// buildAsset builds a package for Lambda as CDK does, and returns the folder of the asset.
func buildAsset(t *testing.T, dir, pkg, goarch string, flags ...string) string {
	t.Helper()
	asset := t.TempDir()
	args := append([]string{"build", "-o", filepath.Join(asset, "bootstrap")}, flags...)
	cmd := exec.CommandContext(t.Context(), "go", append(args, pkg)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+goarch, "CGO_ENABLED=0")
	if output, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("building asset: %v\n%s", err, output)
	}
	return asset
}

func reproducible() []string {
	return []string{"-trimpath", "-buildvcs=false", "-ldflags=-s -w"}
}

// newModule makes a module with one program, whose text is main's.
func newModule(t *testing.T, main string) string {
	t.Helper()
	root := t.TempDir()
	write(t, filepath.Join(root, "go.mod"), "module example.test/orders\n\ngo 1.26\n", 0o600)
	write(t, filepath.Join(root, "cmd", "orders", "main.go"), main, 0o600)
	return root
}

func write(t *testing.T, path, content string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
}

func TestPrepareTakesWhatRunsHere(t *testing.T) {
	t.Parallel()
	script := t.TempDir()
	write(t, filepath.Join(script, "bootstrap"), "#!/bin/sh\n", 0o700)
	assets := map[string]string{"script": script}
	if runtime.GOOS == "linux" {
		assets["ELF"] = buildAsset(t, ".", "./testdata/puppet", runtime.GOARCH)
	}
	for name, asset := range assets {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cache := t.TempDir()
			got, err := function.Prepare(t.Context(), function.PrepareConfig{
				AssetHash: "abc", AssetDir: asset, CacheDir: cache, SourceDir: cache,
			})
			if err != nil {
				t.Fatal(err)
			}
			if want := filepath.Join(asset, "bootstrap"); got.Bootstrap != want || got.Doubt != nil {
				t.Errorf("got %+v, want %s", got, want)
			}
		})
	}
}

// A bootstrap that Lambda could not start is told, whether this machine can run it or not.
func TestPrepareDoubtsAnotherArchitecture(t *testing.T) {
	t.Parallel()
	of := map[string]string{"amd64": "x86_64", "arm64": "arm64"}
	script := t.TempDir()
	write(t, filepath.Join(script, "bootstrap"), "#!/bin/sh\n", 0o700)
	source := newModule(t, "package main\n\nfunc main() {}\n")
	built := buildAsset(t, source, "./cmd/orders", foreign(), reproducible()...)
	cache := t.TempDir()
	for _, c := range []struct {
		name, asset, architecture string
		fits                      bool
	}{
		{"as the template says", built, of[foreign()], true},
		{"not as the template says", built, of[runtime.GOARCH], false},
		{"not as the template says, built before", built, of[runtime.GOARCH], false},
		{"nothing to compare with", built, "", true},
		{"script", script, "arm64", true},
	} {
		got, err := function.Prepare(t.Context(), function.PrepareConfig{
			AssetHash: "abc", AssetDir: c.asset, Architecture: c.architecture, CacheDir: cache, SourceDir: source,
		})
		if err != nil {
			t.Fatal(err)
		}
		misfit, found := errors.AsType[*function.ArchitectureError](got.Doubt)
		if found == c.fits || found && misfit.Architecture != c.architecture || !found && got.Doubt != nil {
			t.Errorf("%s: doubt = %v", c.name, got.Doubt)
		}
	}
}

// TestPrepareBuildsForThisMachine takes the way of a developer's machine with another architecture
// than Lambda's: a real cross build, and the function that comes of it.
func TestPrepareBuildsForThisMachine(t *testing.T) {
	t.Parallel()
	flags := append(reproducible(), "-tags=lambda.norpc")
	cfg := function.PrepareConfig{
		AssetHash: "abc",
		AssetDir:  buildAsset(t, ".", "./testdata/sdk", foreign(), flags...),
		CacheDir:  t.TempDir(),
		SourceDir: filepath.Join("..", ".."),
	}
	got, err := function.Prepare(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if got.Doubt != nil {
		t.Errorf("doubt = %v, want none: the source is the asset's", got.Doubt)
	}
	if want := filepath.Join(cfg.CacheDir, "abc", machine(), "bootstrap"); got.Bootstrap != want {
		t.Errorf("bootstrap = %s, want %s", got.Bootstrap, want)
	}

	f, err := function.New(function.Config{Name: "prepared", Bootstrap: got.Bootstrap})
	if err != nil {
		t.Fatal(err)
	}
	if response, _, err := f.Invoke(t.Context(), []byte(`"hello"`)); err != nil || !strings.Contains(string(response), "hello") {
		t.Errorf("response = %s, error = %v", response, err)
	}
	if err := f.Close(t.Context()); err != nil {
		t.Error(err)
	}

	cfg.SourceDir = t.TempDir() // nothing could be built from there
	again, err := function.Prepare(t.Context(), cfg)
	if err != nil || again.Bootstrap != got.Bootstrap || !errors.Is(again.Doubt, got.Doubt) {
		t.Errorf("again: got %+v, %v, want %+v", again, err, got)
	}
}

func TestPrepareAtTheSameTime(t *testing.T) {
	t.Parallel()
	root := newModule(t, "package main\n\nfunc main() {}\n")
	cfg := function.PrepareConfig{
		AssetHash: "abc",
		AssetDir:  buildAsset(t, root, "./cmd/orders", foreign(), reproducible()...),
		CacheDir:  t.TempDir(),
		SourceDir: root,
	}
	var preparing sync.WaitGroup
	for range 4 {
		preparing.Go(func() {
			got, err := function.Prepare(t.Context(), cfg)
			if err != nil {
				t.Error(err)
				return
			}
			if output, err := exec.CommandContext(t.Context(), got.Bootstrap).CombinedOutput(); err != nil {
				t.Errorf("running %s: %v %s", got.Bootstrap, err, output)
			}
		})
	}
	preparing.Wait()
	left, err := os.ReadDir(filepath.Join(cfg.CacheDir, "abc", machine()))
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 1 {
		t.Errorf("cache folder has %v, want bootstrap alone", left)
	}
}

func TestPrepareDoubtsAnotherSource(t *testing.T) {
	t.Parallel()
	const before, after = "package main\n\nfunc main() { println(1) }\n", "package main\n\nfunc main() { println(2) }\n"
	root := newModule(t, before)
	cfg := function.PrepareConfig{
		AssetHash: "abc",
		AssetDir:  buildAsset(t, root, "./cmd/orders", foreign(), reproducible()...),
		CacheDir:  t.TempDir(),
		SourceDir: root,
	}
	source := filepath.Join(root, "cmd", "orders", "main.go")
	for _, step := range []struct {
		name, source, prints string
		doubt                error
	}{
		{"edited", after, "2\n", function.ErrSourceDiffers},
		{"edited back", before, "1\n", nil},
		{"kept from before the second edit", after, "1\n", nil},
	} {
		write(t, source, step.source, 0o600)
		got, err := function.Prepare(t.Context(), cfg)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if !errors.Is(got.Doubt, step.doubt) {
			t.Errorf("%s: doubt = %v, want %v", step.name, got.Doubt, step.doubt)
		}
		output, err := exec.CommandContext(t.Context(), got.Bootstrap).CombinedOutput()
		if err != nil || string(output) != step.prints {
			t.Errorf("%s: printed %q, error %v, want %q", step.name, output, err, step.prints)
		}
	}
}

func TestSourceMatches(t *testing.T) {
	t.Parallel()
	const source = "package main\n\nvar version = \"none\"\n\nfunc main() { println(version) }\n"
	for name, test := range map[string]struct {
		goarch string
		flags  []string
		edit   bool
		want   bool
	}{
		"stripped":                {foreign(), reproducible(), false, true},
		"own architecture":        {runtime.GOARCH, reproducible(), false, true},
		"flags spelled otherwise": {foreign(), []string{"-trimpath", "-buildvcs=false", "-ldflags=-w -s"}, false, true},
		"with symbols":            {foreign(), []string{"-trimpath", "-buildvcs=false"}, false, true},
		"without build id":        {foreign(), []string{"-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid="}, false, true},
		"recorded linker flags":   {runtime.GOARCH, []string{"-buildvcs=false", "-ldflags=-s -X main.version=1"}, false, true},
		"hidden linker flags":     {foreign(), []string{"-trimpath", "-buildvcs=false", "-ldflags=-s -X main.version=1"}, false, false},
		"edited":                  {foreign(), reproducible(), true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := newModule(t, source)
			asset := buildAsset(t, root, "./cmd/orders", test.goarch, test.flags...)
			if test.edit {
				write(t, filepath.Join(root, "cmd", "orders", "main.go"), strings.ReplaceAll(source, "none", "some"), 0o600)
			}
			got, err := function.SourceMatches(t.Context(), function.PrepareConfig{AssetDir: asset, SourceDir: root})
			if err != nil || got != test.want {
				t.Errorf("SourceMatches = %v, %v, want %v", got, err, test.want)
			}
		})
	}
}

func TestPrepareRefuses(t *testing.T) {
	t.Parallel()
	root := newModule(t, "package main\n\nfunc main() {}\n")
	built := buildAsset(t, root, "./cmd/orders", foreign(), reproducible()...)
	elsewhere := newModule(t, "package main\n")
	write(t, filepath.Join(elsewhere, "go.mod"), "module example.test/other\n", 0o600)
	broken := newModule(t, "package main\n\nfunc main() { undeclared() }\n")
	fromFiles := buildAsset(t, root, "cmd/orders/main.go", foreign(), reproducible()...)

	for name, test := range map[string]struct {
		asset  string
		source string
		want   []string
	}{
		"no bootstrap":    {t.TempDir(), root, []string{"no such file"}},
		"not executable":  {assetWith(t, "#!/bin/sh\n", 0o600), root, []string{"chmod +x"}},
		"neither":         {assetWith(t, "console.log(1)\n", 0o700), root, []string{"neither an ELF executable nor a script"}},
		"empty":           {assetWith(t, "", 0o700), root, []string{"neither an ELF executable nor a script"}},
		"foreign, not Go": {assetWith(t, foreignELF(), 0o700), root, []string{"is not a Go program", runtime.GOARCH}},
		"from files":      {fromFiles, root, []string{"built from single files"}},
		"no module":       {built, t.TempDir(), []string{"module example.test/orders is not in", "there is no go.mod"}},
		"other module":    {built, elsewhere, []string{"module example.test/orders is not in", elsewhere + " is module example.test/other"}},
		"broken source":   {built, broken, []string{"building example.test/orders/cmd/orders", "undefined: undeclared"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := function.Prepare(t.Context(), function.PrepareConfig{
				AssetHash: "abc", AssetDir: test.asset, CacheDir: t.TempDir(), SourceDir: test.source,
			})
			for _, want := range append(test.want, "abc") {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("error = %v, want one with %q", err, want)
				}
			}
		})
	}
}

func assetWith(t *testing.T, content string, mode os.FileMode) string {
	t.Helper()
	asset := t.TempDir()
	write(t, filepath.Join(asset, "bootstrap"), content, mode)
	return asset
}

// foreignELF is the header of an ELF executable for PowerPC, which Lambda never had.
func foreignELF() string {
	header := make([]byte, 64)
	copy(header, "\x7fELF\x02\x01\x01")
	header[16], header[18], header[20], header[52], header[54], header[58] = 2, 21, 1, 64, 56, 64
	return string(header)
}

func TestPrepareNeedsGo(t *testing.T) {
	root := newModule(t, "package main\n\nfunc main() {}\n")
	asset := buildAsset(t, root, "./cmd/orders", foreign(), reproducible()...)
	t.Setenv("PATH", t.TempDir())
	_, err := function.Prepare(t.Context(), function.PrepareConfig{
		AssetHash: "abc", AssetDir: asset, CacheDir: t.TempDir(), SourceDir: root,
	})
	if want := "needs the go command"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error = %v, want one with %q", err, want)
	}
}

func TestPrepareInRelativeFolders(t *testing.T) {
	root := newModule(t, "package main\n\nfunc main() {}\n")
	asset := buildAsset(t, root, "./cmd/orders", foreign(), reproducible()...)
	t.Chdir(filepath.Join(root, "cmd"))
	asset, err := filepath.Rel(filepath.Join(root, "cmd"), asset)
	if err != nil {
		t.Fatal(err)
	}
	got, err := function.Prepare(t.Context(), function.PrepareConfig{
		AssetHash: "abc", AssetDir: asset, CacheDir: "cache", SourceDir: ".",
	})
	if err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(root, "cmd", "cache", "abc", machine(), "bootstrap")
	if _, err := os.Stat(want); err != nil || got.Bootstrap != want {
		t.Errorf("bootstrap = %s, want %s (%v)", got.Bootstrap, want, err)
	}
}

func TestPrepareRefusesHashThatLeavesCache(t *testing.T) {
	t.Parallel()
	root := newModule(t, "package main\n\nfunc main() {}\n")
	asset := buildAsset(t, root, "./cmd/orders", foreign(), reproducible()...)
	for _, hash := range []string{"", ".", "..", "../x", "/x", "a/b"} {
		_, err := function.Prepare(t.Context(), function.PrepareConfig{
			AssetHash: hash, AssetDir: asset, CacheDir: t.TempDir(), SourceDir: root,
		})
		if err == nil {
			t.Errorf("hash %q: no error", hash)
		}
	}
}

func TestPrepareEndsWithItsContext(t *testing.T) {
	t.Parallel()
	root := newModule(t, "package main\n\nfunc main() {}\n")
	asset := buildAsset(t, root, "./cmd/orders", foreign(), reproducible()...)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := function.Prepare(ctx, function.PrepareConfig{
		AssetHash: "abc", AssetDir: asset, CacheDir: t.TempDir(), SourceDir: root,
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want %v", err, context.Canceled)
	}
}

// What Lambda could not take is refused before it is read, a FIFO too, which keeps its reader
// waiting.
func TestPrepareRefusesWhatIsNoProgram(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		make func(path string) error
		want string
	}{
		"FIFO": {func(path string) error { return syscall.Mkfifo(path, 0o700) }, "is not an executable file"},
		"larger than a package": {func(path string) error {
			if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o700); err != nil {
				return err
			}
			return os.Truncate(path, 250<<20+1)
		}, "has 262144001 bytes, and a package that Lambda takes has 262144000 at most"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asset := t.TempDir()
			if err := test.make(filepath.Join(asset, "bootstrap")); err != nil {
				t.Fatal(err)
			}
			_, err := function.Prepare(t.Context(), function.PrepareConfig{
				AssetHash: "abc", AssetDir: asset, CacheDir: t.TempDir(), SourceDir: ".",
			})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error = %v, want one that says %q", err, test.want)
			}
		})
	}
}

// What runs need stays in the cache, and a few programs that none uses; the rest goes, and so does
// what a run that was killed while it built has left.
func TestSweepCacheKeepsWhatIsHeld(t *testing.T) {
	t.Parallel()
	cache, source := t.TempDir(), newModule(t, "package main\n\nfunc main() {}\n")
	prepared, err := function.Prepare(t.Context(), function.PrepareConfig{
		AssetHash: "held", AssetDir: buildAsset(t, source, "./cmd/orders", foreign(), reproducible()...), CacheDir: cache, SourceDir: source,
	})
	if err != nil {
		t.Fatal(err)
	}
	m2mtest.Write(t, filepath.Join(cache, ".build-1", ".lock"), "") // no process has its lock
	for i := range 20 {
		m2mtest.Write(t, filepath.Join(cache, fmt.Sprintf("unused-%d", i), machine(), "bootstrap"), "")
	}
	function.SweepCache(cache)
	if _, err := os.Stat(prepared.Bootstrap); err != nil {
		t.Error(err)
	}
	left, err := os.ReadDir(cache)
	if err != nil || len(left) != 9 || left[0].Name() != "held" {
		t.Errorf("left are %v (%v), want the program that is held and 8 of the others", left, err)
	}
	if err := prepared.Held.Close(); err != nil {
		t.Error(err)
	}
}

// A build that is called off ends its compilers, for which the go command would wait.
func TestPrepareEndsWhatGoHasStarted(t *testing.T) {
	root := newModule(t, "package main\n\nfunc main() {}\n")
	asset := buildAsset(t, root, "./cmd/orders", foreign(), reproducible()...)
	tools, compilers := t.TempDir(), t.TempDir()
	write(t, filepath.Join(tools, "compiler"), "echo >"+compilers+"/$$; exec sleep 600\n", 0o600)
	m2mtest.WriteProgram(t, filepath.Join(tools, "go"), "#!/bin/sh\ntrap : INT\nsh "+tools+"/compiler\n")
	t.Setenv("PATH", tools+string(filepath.ListSeparator)+os.Getenv("PATH"))

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		m2mtest.Eventually(t, "the compilers", func() bool {
			started, err := os.ReadDir(compilers)
			return err != nil || len(started) == 3 // of the two builds, and of the list of packages
		})
		cancel()
	}()
	_, err := function.Prepare(ctx, function.PrepareConfig{AssetHash: "abc", AssetDir: asset, CacheDir: t.TempDir(), SourceDir: root})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want %v", err, context.Canceled)
	}
	started, err := os.ReadDir(compilers)
	if err != nil {
		t.Fatal(err)
	}
	for _, compiler := range started {
		if pid, err := strconv.Atoi(compiler.Name()); err != nil || m2mtest.Running(pid) {
			t.Errorf("compiler %s still runs (%v)", compiler.Name(), err)
		}
	}
}

// Who prepares functions hears of those that take their time, and of no other.
func TestPrepareTellsWhatIsBuilt(t *testing.T) {
	t.Parallel()
	root := newModule(t, "package main\n\nfunc main() {}\n")
	script := assetWith(t, "#!/bin/sh\n", 0o700)
	asset := buildAsset(t, root, "./cmd/orders", foreign(), reproducible()...)
	told := ""
	for _, prepared := range []struct{ name, asset string }{{"script ", script}, {"program ", asset}, {"program again ", asset}} {
		told += prepared.name
		_, err := function.Prepare(t.Context(), function.PrepareConfig{
			AssetHash: "abc", AssetDir: prepared.asset, CacheDir: filepath.Join(root, "cache"), SourceDir: root,
			Building: func() func() {
				told += "begun "
				return func() { told += "ended " }
			},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if want := "script program begun ended program again "; told != want {
		t.Errorf("told is %q, want %q", told, want)
	}
}
