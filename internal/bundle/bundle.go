package bundle

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Builder builds functions of a module, each a package main in lambda/.
type Builder struct {
	module, dir string
	stop        context.CancelFunc
	ahead       sync.WaitGroup
}

// Start begins to build these functions of the module whose go.mod is in the folder module. The
// caller closes the Builder.
func Start(module string, functions []string) (*Builder, error) {
	dir, err := os.MkdirTemp("", "m2m-functions-")
	if err != nil {
		return nil, fmt.Errorf("making a folder for functions: %w", err)
	}
	ctx, stop := context.WithCancel(context.Background())
	b := &Builder{module: module, dir: dir, stop: stop}
	if len(functions) > 0 {
		b.ahead.Go(func() { _ = b.build(ctx, functions...) }) // what fails is built again, and says why
	}
	return b, nil
}

// Build returns a folder with the function's binary, called bootstrap. It builds the function if
// that was not begun, or has failed.
func (b *Builder) Build(function string) (folder string, err error) {
	b.ahead.Wait()
	folder = filepath.Join(b.dir, "of-"+function)
	bootstrap := filepath.Join(folder, "bootstrap")
	if _, err := os.Stat(bootstrap); err == nil {
		return folder, nil
	}
	binary := filepath.Join(b.dir, function)
	if _, err := os.Stat(binary); err != nil {
		if err := b.build(context.Background(), function); err != nil {
			return "", err
		}
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", fmt.Errorf("making a folder for a function: %w", err)
	}
	return folder, os.Rename(binary, bootstrap)
}

// Close ends what still builds, and removes what was built.
func (b *Builder) Close() {
	b.stop()
	b.ahead.Wait()
	_ = os.RemoveAll(b.dir)
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

// build leaves binaries in the folder, called as their functions.
func (b *Builder) build(ctx context.Context, functions ...string) error {
	packages := make([]string, len(functions))
	for i, function := range functions {
		packages[i] = "./lambda/" + function
	}
	build := goCommand(ctx, b.module, append([]string{"build", "-o", b.dir + string(filepath.Separator)}, packages...)...)
	if printed, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building function %s: %w\n%s", strings.Join(functions, ", "), err, bytes.TrimSpace(printed))
	}
	return nil
}

func goCommand(ctx context.Context, module string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // names of functions
	cmd.Dir = module
	cmd.Env = append(cmd.Environ(), variables()...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // so that it ends its compilers too
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// Compile starts to compile all functions of the module, for the build cache alone. stop ends that.
func Compile(module string) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	compile := goCommand(ctx, module, "list", "-export", "./lambda/...") // like go build, but it links nothing
	var compiling sync.WaitGroup
	compiling.Go(func() { _ = compile.Run() }) // what fails here fails in Build
	return func() {
		cancel()
		compiling.Wait()
	}
}
