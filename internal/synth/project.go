package synth

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"cognito-m2m/internal/trust"
)

// Project is a folder with a cdk.json.
type Project struct {
	Dir string // absolute

	build, app string
	context    map[string]any
}

// ErrNoProject says that no folder from the one given up to the root has a cdk.json.
var ErrNoProject = errors.New("no cdk.json here or in a folder above")

// Find reads the project that dir belongs to: dir itself or the nearest folder
// above it with a cdk.json. ErrNoProject if there is none. One above has to be this
// user's or root's, or else the error is a *trust.Error: its commands are run, and
// whoever works in dir need not know of it.
func Find(dir string) (*Project, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("finding cdk.json: %w", err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		project, err := read(dir)
		switch {
		case err == nil && dir != start:
			return project, trust.Given(dir, filepath.Join(dir, "cdk.json"))
		case !errors.Is(err, fs.ErrNotExist):
			return project, err
		case dir == filepath.Dir(dir):
			return nil, ErrNoProject
		}
	}
}

func read(dir string) (*Project, error) {
	name := filepath.Join(dir, "cdk.json")
	raw, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("reading cdk.json: %w", err)
	}
	var file struct {
		Build   string         `json:"build"`
		App     string         `json:"app"`
		Context map[string]any `json:"context"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, fmt.Errorf("decoding %s: %w", name, err)
	}
	if file.App == "" {
		return nil, fmt.Errorf("%s has no app command", name)
	}
	return &Project{Dir: dir, build: file.Build, app: file.App, context: file.Context}, nil
}
