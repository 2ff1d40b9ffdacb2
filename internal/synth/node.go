package synth

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// What a synth needs on the machine, beyond this project.
var (
	// ErrNoNode says that there is no Node.js, which jsii runs the CDK library in.
	ErrNoNode = errors.New("synthesizing needs Node.js, and there is no `node` on the PATH")
	// ErrNoGo says that there is no Go toolchain, which builds the app and the functions.
	ErrNoGo = errors.New("synthesizing needs the Go toolchain, and there is no `go` on the PATH")
)

// findNode prefers what the user asks for, then the version that package.json pins, where `npm ci`
// has installed it (there is none for every platform), then the one on the PATH.
func (p *Project) findNode() (string, error) {
	if node := os.Getenv("JSII_NODE"); node != "" {
		path, err := exec.LookPath(node)
		if err != nil {
			return "", fmt.Errorf("the variable JSII_NODE does not name a program: %w", err)
		}
		return path, nil
	}
	pinned := filepath.Join(p.Dir, "node_modules", ".bin", "node")
	if path, err := exec.LookPath(pinned); err == nil {
		return path, nil
	}
	path, err := exec.LookPath("node")
	if err != nil {
		return "", ErrNoNode
	}
	return path, nil
}
