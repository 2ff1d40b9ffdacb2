package bundle

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/google/renameio/v2"

	"cognito-m2m/internal/gobuild"
	"cognito-m2m/internal/inuse"
	"cognito-m2m/internal/processgroup"
)

// keptFolder, in a module, has the binaries of the last build. Go links a program only if the one
// where it is to go is not the same.
const keptFolder = ".build/functions"

// Builder builds functions of a module, each a package main in lambda/.
type Builder struct {
	module, dir string
	folder      *inuse.Folder // dir
	stop        context.CancelFunc
	ahead       sync.WaitGroup
}

// Start begins to build these functions of the module whose go.mod is in the folder module. The
// caller closes the Builder.
func Start(module string, functions []string) (*Builder, error) {
	folder, err := inuse.Make("", "m2m-functions-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for functions: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	b := &Builder{module: module, dir: folder.Path, folder: folder, stop: stop}
	if len(functions) > 0 {
		b.ahead.Go(func() { _ = b.build(ctx, functions...) }) // what fails is built again, and says why
	}
	return b, nil
}

// Build returns a folder with the function's binary, called bootstrap, and with these files, by
// name, beside it. It builds the function if that was not begun, or has failed. Other files are in
// another folder: CDK knows an asset by its folder.
func (b *Builder) Build(function string, beside map[string][]byte) (folder string, err error) {
	b.ahead.Wait()
	if _, err := os.Stat(b.bootstrap(function)); err != nil {
		if err := b.build(context.Background(), function); err != nil {
			return "", err
		}
	}
	if len(beside) == 0 {
		return filepath.Dir(b.bootstrap(function)), nil
	}
	if folder, err = b.with(function, beside); err != nil {
		return "", fmt.Errorf("making a folder for function %s: %w", function, err)
	}
	return folder, nil
}

// with makes a folder, called after its content.
func (b *Builder) with(function string, beside map[string][]byte) (folder string, err error) {
	digest := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(beside)) {
		fmt.Fprintf(digest, "%q %q\n", name, beside[name])
	}
	folder = filepath.Join(b.dir, fmt.Sprintf("of-%s-with-%x", function, digest.Sum(nil)))
	if err := os.Mkdir(folder, 0o700); errors.Is(err, fs.ErrExist) {
		return folder, nil
	} else if err != nil {
		return "", err
	}
	for name, content := range beside {
		// Lambda's process is another user.
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil { //nolint:gosec // see above
			return "", err
		}
	}
	return folder, os.Link(b.bootstrap(function), filepath.Join(folder, filepath.Base(b.bootstrap(function))))
}

func (b *Builder) bootstrap(function string) string {
	return filepath.Join(b.dir, "of-"+function, "bootstrap")
}

// Close ends what still builds, and removes what was built.
func (b *Builder) Close() {
	b.stop()
	b.ahead.Wait()
	_ = b.folder.Close()
}

// variables make a binary, and with it the asset's hash, depend on the source and the Go version
// alone: no paths and no revision of the machine that built it, nor that machine's own flags.
// lambda.norpc leaves out the runtime that AL2023 does not use.
func variables() []string {
	return []string{
		"GOOS=linux", "GOARCH=arm64", "GOARM64=v8.0", "CGO_ENABLED=0", "GOFIPS140=off", "GOWORK=off", "GO111MODULE=on",
		"GOFLAGS=-trimpath -buildvcs=false -tags=lambda.norpc '-ldflags=-s -w'",
	}
}

// build leaves each function's binary in its folder.
func (b *Builder) build(ctx context.Context, functions ...string) error {
	for _, function := range functions {
		_ = copyProgram(b.kept(function), filepath.Join(b.dir, function)) // if there is one
	}
	build := goCommand(ctx, b.module, append([]string{"build", "-o", b.dir + string(filepath.Separator)}, packages(functions)...)...)
	if printed, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building function %s: %w\n%s", strings.Join(functions, ", "), err, bytes.TrimSpace(printed))
	}
	for _, function := range functions {
		built := filepath.Join(b.dir, function)
		_ = copyProgram(built, b.kept(function)) // without it the next build links again
		err := os.MkdirAll(filepath.Dir(b.bootstrap(function)), 0o700)
		if err == nil {
			err = os.Rename(built, b.bootstrap(function))
		}
		if err != nil {
			return fmt.Errorf("making a folder for function %s: %w", function, err)
		}
	}
	return nil
}

func (b *Builder) kept(function string) string {
	return filepath.Join(b.module, filepath.FromSlash(keptFolder), function)
}

// copyProgram replaces the file to in one step, unless it has the same content: another build may
// be reading it. Everyone may run it, as on Lambda another user does.
func copyProgram(from, to string) error {
	program, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if old, err := os.ReadFile(to); err == nil && bytes.Equal(old, program) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	return renameio.WriteFile(to, program, 0o755, renameio.WithTempDir(filepath.Dir(to)))
}

func goCommand(ctx context.Context, module string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // names of functions
	cmd.Dir = module
	cmd.Env = slices.Concat(cmd.Environ(), gobuild.InHurry(cmd.Environ()), variables())
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // so that it ends its compilers too
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// packages are those of the functions, as the go command names them in the module's folder.
func packages(functions []string) []string {
	paths := make([]string, len(functions))
	for i, function := range functions {
		paths[i] = "./lambda/" + function
	}
	return paths
}

// Compile starts to compile functions of the module, for the build cache alone. stop ends that.
func Compile(module string, functions []string) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	compile := goCommand(ctx, module, append([]string{"list", "-export"}, packages(functions)...)...) // like go build, but it links nothing
	end := processgroup.Own(compile, syscall.SIGINT)
	var compiling sync.WaitGroup
	compiling.Go(func() {
		_ = compile.Run() // what fails here fails in Build
		end()
	})
	return func() {
		cancel()
		compiling.Wait()
	}
}
