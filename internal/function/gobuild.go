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
	"time"

	"golang.org/x/mod/modfile"

	"cognito-m2m/internal/trust"
)

// recipe is how to build one program with the go command.
type recipe struct {
	flags []string
	env   []string // on top of this process's own variables
}

// compile builds the program's package to the file output. What the go command prints is part of the error.
func compile(ctx context.Context, origin *build, how recipe, output string) error {
	packagePath := origin.packagePath
	args := append([]string{"build", "-o", output}, how.flags...)
	cmd := exec.CommandContext(ctx, "go", append(args, packagePath)...) //nolint:gosec // flags come from build information
	cmd.Dir = origin.moduleRoot
	// The caller removes the folder of output, also when go is interrupted.
	cmd.Env = append(cmd.Environ(), append(slices.Concat(how.env, origin.workspace()), "GOTMPDIR="+filepath.Dir(output))...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // so that it ends its compilers too
	cmd.WaitDelay = 5 * time.Second
	cmd.SysProcAttr = buildAttributes()
	var printed bytes.Buffer
	cmd.Stdout, cmd.Stderr = &printed, &printed

	runtime.LockOSThread() // as in supervise: the kernel interrupts the go command when the thread that started it ends
	defer runtime.UnlockOSThread()
	err := cmd.Run()
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

// findModule returns the folder with the go.mod of the module, which is from or a folder above it. One above has to be
// this user's or root's, or else the error is a *trust.Error: what is built from it runs as a function.
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
