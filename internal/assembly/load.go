package assembly

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/printable"
)

// Assembly is a cloud assembly as it lies on disk, decoded but not yet resolved.
type Assembly struct {
	dir    string
	stages []*Stage
}

// Load reads the cloud assembly in dir: its manifest, the nested assembly of each stage, stack
// templates and asset manifests. It fails if dir does not exist or is no cloud assembly, or if a
// file is missing, is no regular file inside dir, is too large or is not JSON; the error names the
// file and, for broken JSON, line and column. What a template says is looked at by Stage.Resolve.
func Load(dir string) (*Assembly, error) {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("loading the cloud assembly: directory %s does not exist: %s", dir, synthHint)
	case err != nil:
		return nil, fmt.Errorf("loading the cloud assembly: %w", err)
	case !info.IsDir():
		return nil, fmt.Errorf("loading the cloud assembly: %s is not a directory: %s", dir, synthHint)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("loading the cloud assembly: %w", err)
	}
	defer func() { _ = root.Close() }()
	return loadFS(folder{root}, dir)
}

func loadFS(fsys fs.FS, dir string) (*Assembly, error) {
	if _, err := fs.Stat(fsys, ManifestFile); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("loading the cloud assembly: %s has no %s, so it is not a cloud assembly: %s",
			dir, ManifestFile, synthHint)
	}
	l := &loader{files: files{fsys: fsys, left: maxAssembly}, dir: dir}
	if err := l.load(); err != nil {
		return nil, fmt.Errorf("loading the cloud assembly %s: %w", dir, &plainError{err})
	}
	slices.SortFunc(l.stages, func(a, b *Stage) int { return strings.Compare(a.Name, b.Name) })
	return &Assembly{dir: filepath.Clean(dir), stages: l.stages}, nil
}

// plainError is an error whose text has names from the assembly's files.
type plainError struct{ error }

func (e *plainError) Error() string { return printable.Text(e.error.Error()) }

func (e *plainError) Unwrap() error { return e.error }

// StageNames lists the stages of the assembly in alphabetical order.
func (a *Assembly) StageNames() []string {
	names := make([]string, len(a.stages))
	for i, stage := range a.stages {
		names[i] = stage.Name
	}
	return names
}

// Stage returns the stage called name. The error for an unknown name lists the names there are.
func (a *Assembly) Stage(name string) (*Stage, error) {
	for _, stage := range a.stages {
		if stage.Name == name {
			return stage, nil
		}
	}
	if len(a.stages) == 0 {
		return nil, fmt.Errorf("finding stage %q: the cloud assembly %s has no stages", name, a.dir)
	}
	return nil, fmt.Errorf("finding stage %q: the cloud assembly %s has the stages %s",
		name, a.dir, printable.Text(strings.Join(a.StageNames(), ", ")))
}

// Uploaded is a stack whose template was uploaded on its own, without an assembly.
type Uploaded struct {
	Name              string
	AccountID, Region string
	// Body is the decoded template; its numbers are json.Number. It is only read.
	Body       map[string]any
	Parameters map[string]string
	// Stored are the values of parameters that name one of the Parameter Store.
	Stored map[string]string
	Tags   map[string]string
}

// StageOf makes a stage of stacks that were uploaded one by one. folder finds the unpacked code of
// a function by bucket and object key; its error says why there is none.
func StageOf(stacks []Uploaded, folder func(bucket, key string) (Asset, error)) (*Stage, error) {
	stage := &Stage{folder: folder}
	for _, uploaded := range stacks {
		if nestedDeeper(uploaded.Body, maxNesting) {
			return nil, fmt.Errorf("template of stack %s: values are nested more than %d deep", uploaded.Name, maxNesting)
		}
		stage.stacks = append(stage.stacks, &stack{tags: uploaded.Tags, Stack: template.Stack{
			Name: uploaded.Name, Account: uploaded.AccountID, Region: uploaded.Region,
			Body: uploaded.Body, Paths: constructPaths(paths{}, uploaded.Body), Parameters: uploaded.Parameters,
			Stored: uploaded.Stored, TakesSecrets: true,
		}})
	}
	return stage, nil
}
