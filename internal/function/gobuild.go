package function

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/mod/modfile"

	"cognito-m2m/internal/gobuild"
	"cognito-m2m/internal/processgroup"
	"cognito-m2m/internal/trust"
)

// recipe is how to build one program with the go command.
type recipe struct {
	flags []string
	env   []string // on top of this process's own variables
}

// with is a recipe to which another one adds.
func (r recipe) with(other recipe) recipe {
	return recipe{flags: slices.Concat(r.flags, other.flags), env: slices.Concat(r.env, other.env)}
}

// compileNative builds the program's package for this machine, by its recipe and what also says.
func compileNative(ctx context.Context, origin *build, output string, also recipe) error {
	var own bool
	var unknown error
	var asking sync.WaitGroup
	asking.Go(func() { own, unknown = ownC(ctx, origin) })
	err := compile(ctx, origin, origin.native().with(also), output)
	asking.Wait()
	if own || unknown != nil && err == nil {
		return compile(ctx, origin, origin.asOnLambda().with(also), output)
	}
	return err
}

// ownC reports whether a package of the program, other than Go's own, uses cgo where the asset's
// build does not: the asset has other files of that package.
func ownC(ctx context.Context, origin *build) (bool, error) {
	if origin.settings["CGO_ENABLED"] == "1" {
		return false, nil
	}
	args := append([]string{"list", "-deps", "-f", "{{if not .Standard}}{{join .CgoFiles \" \"}}{{end}}"}, origin.tags()...)
	var listed bytes.Buffer
	cmd := goCommand(ctx, origin, origin.native(), append(args, origin.packagePath)...)
	cmd.Stdout = &listed
	err := runWithAll(cmd)
	return strings.TrimSpace(listed.String()) != "", err
}

// compile builds the program's package to the file output. What the go command prints is part of
// the error.
func compile(ctx context.Context, origin *build, how recipe, output string) error {
	packagePath := origin.packagePath
	args := append([]string{"build", "-o", output}, how.flags...)
	cmd := goCommand(ctx, origin, how, append(args, packagePath)...)
	// The caller removes the folder of output, also when go is interrupted.
	cmd.Env = append(cmd.Env, "GOTMPDIR="+filepath.Dir(output))
	var printed bytes.Buffer
	cmd.Stdout, cmd.Stderr = &printed, &printed

	err := runWithAll(cmd)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("building %s: %w", packagePath, ctx.Err())
	case errors.Is(err, exec.ErrNotFound):
		return fmt.Errorf("building %s needs the go command, which is not in PATH: install Go, or run on a machine "+
			"with the function's own architecture", packagePath)
	default:
		return fmt.Errorf("building %s in %s: %w\n%s", packagePath, origin.moduleRoot, err, strings.TrimSpace(printed.String()))
	}
}

// goCommand is a run of the go command in the program's module.
func goCommand(ctx context.Context, origin *build, how recipe, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // flags come from build information
	cmd.Dir = origin.moduleRoot
	cmd.Env = slices.Concat(gobuild.InHurry(cmd.Environ()), cmd.Environ(), how.env, origin.workspace())
	return cmd
}

// runWithAll runs a tool that builds. When its context ends, the tool is interrupted, and so is
// what it has started: the go command itself would wait for its compilers. All of it has ended when
// runWithAll returns. The thread is one as in supervise: the kernel interrupts the tool when the
// thread that started it ends.
func runWithAll(cmd *exec.Cmd) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd.SysProcAttr = buildAttributes()
	defer processgroup.Own(cmd, syscall.SIGINT)()
	return cmd.Run()
}

// findModule returns the folder with the go.mod of the module, which is from or a folder above it.
// One above has to be this user's or root's, or else the error is a *trust.Error: what is built
// from it runs as a function.
func findModule(modulePath, from string) (string, error) {
	start, err := filepath.Abs(from)
	if err != nil {
		return "", fmt.Errorf("resolving %s: %w", from, err)
	}
	var others []string
	for folder := start; ; folder = filepath.Dir(folder) {
		content, err := os.ReadFile(filepath.Join(folder, "go.mod"))
		if err == nil {
			found := modfile.ModulePath(content)
			if found == modulePath && folder != start { // someone who works in start may not know of it
				return folder, trust.Given(folder, filepath.Join(folder, "go.mod"))
			}
			if found == modulePath {
				return folder, nil
			}
			others = append(others, fmt.Sprintf("%s is module %s", folder, found))
		}
		if folder == filepath.Dir(folder) {
			break
		}
	}
	if others == nil {
		others = []string{"there is no go.mod"}
	}
	return "", fmt.Errorf("module %s is not in %s or a folder above it (%s)", modulePath, start, strings.Join(others, "; "))
}
