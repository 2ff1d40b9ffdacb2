package m2mtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// BuildM2M builds the command into a folder, as its users do, and returns the file.
func BuildM2M(dir string) (binary string, err error) {
	binary = filepath.Join(dir, "m2m")
	return binary, build(binary, nil, "cognito-m2m/cmd/m2m")
}

// BuildFunctions builds packages, named from the test's folder or by import path, as programs that
// Lambda's custom runtime can run on this machine's processor: without C. Output is a file, or a
// folder that ends in "/".
func BuildFunctions(output string, packages ...string) error {
	return build(output, []string{"CGO_ENABLED=0"}, packages...)
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
