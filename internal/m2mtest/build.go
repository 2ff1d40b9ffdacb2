package m2mtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/gofrs/flock"
)

// BuildM2M builds the command as its users do, lays it into a folder and returns the file there.
// The program is kept: the go command finds whether it still fits in a tenth of the time that
// linking it takes.
func BuildM2M(dir string) (binary string, err error) {
	root, err := projectFolder()
	if err != nil {
		return "", err
	}
	program := kept(root, "m2m")
	if err := os.MkdirAll(filepath.Dir(program), 0o700); err != nil {
		return "", err
	}
	lock := flock.New(program + ".lock")
	if err := lock.Lock(); err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if err := build(program, nil, "cognito-m2m/cmd/m2m"); err != nil {
		return "", err
	}
	content, err := os.ReadFile(program)
	if err != nil {
		return "", err
	}
	binary = filepath.Join(dir, "m2m")
	return binary, writeProgram(binary, content)
}

// projectFolder is the folder of the module that the tests of this process belong to.
func projectFolder() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		_, err = os.Stat(filepath.Join(dir, "go.mod"))
		if !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			return dir, err
		}
		dir, err = filepath.Dir(dir), nil
	}
	return "", err
}

// BuildFunctions builds packages, named from the test's folder or by import path, as programs that
// Lambda's custom runtime can run on this machine's processor: without C. Output is a file, or a
// folder that ends in "/".
func BuildFunctions(output string, packages ...string) error {
	return build(output, []string{"CGO_ENABLED=0"}, packages...)
}

// BuildChanged is BuildFunctions for one package of which some files have other contents, by their
// names as they are seen from the test's folder.
func BuildChanged(output, name string, files map[string]string) error {
	scratch, err := os.MkdirTemp("", "m2m-changed-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	replaced := map[string]string{}
	for file, content := range files {
		there, err := filepath.Abs(file)
		if err != nil {
			return err
		}
		if _, err := os.Stat(there); err != nil {
			return err
		}
		replaced[there] = filepath.Join(scratch, fmt.Sprint(len(replaced))+".go")
		if err := os.WriteFile(replaced[there], []byte(content), 0o600); err != nil {
			return err
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		return err
	}
	file := filepath.Join(scratch, "overlay.json")
	if err := os.WriteFile(file, overlay, 0o600); err != nil {
		return err
	}
	return BuildFunctions(output, "-overlay="+file, name)
}

// build is for tests and for TestMain, which has no test yet.
func build(output string, variables []string, packages ...string) error {
	cmd := exec.CommandContext(context.Background(), "go", append([]string{"build", "-o", output}, packages...)...)
	cmd.Env = append(os.Environ(), variables...)
	if said, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building %v: %w\n%s", packages, err, said)
	}
	return nil
}
