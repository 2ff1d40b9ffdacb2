package assembly

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cognito-m2m/internal/assembly/template"
	"cognito-m2m/internal/printable"
)

// synthHint is the way out of every error that says the assembly, or a part of it, is not there.
const synthHint = "run `npx cdk synth` first, or name the folder that it wrote"

// Assembly is a cloud assembly as it lies on disk, decoded but not yet resolved.
type Assembly struct {
	dir    string
	stages []*Stage
}

// Stage is one CDK stage: the stacks that are deployed together, in the order of their names.
type Stage struct {
	// Name is the stage's path of construct ids: dev, or outer/inner for a stage inside a stage.
	Name string

	stacks []*stack
	assets map[string]asset // by object key, the S3Key of a function's code
}

// stack is one aws:cloudformation:stack artifact and the files that belong to it.
type stack struct {
	template.Stack

	tags map[string]string

	terminationProtection bool

	deployRole, lookupRole string // ARNs as the manifest has them
}

// asset is one entry of an asset manifest.
type asset struct {
	hash   string
	dir    string // the file system path of the source
	zipped bool   // the source is a directory that gets zipped, as a function's code is
	fault  error  // why the source can't be used
}

// Load reads the cloud assembly in dir: its manifest, the nested assembly of each stage, stack templates and asset
// manifests. It fails if dir does not exist or is no cloud assembly, or if a file is missing, is no regular file inside
// dir, is too large or is not JSON; the error names the file and, for broken JSON, line and column. What a template says
// is looked at by Stage.Resolve.
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
	if _, err := fs.Stat(fsys, manifestFile); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("loading the cloud assembly: %s has no %s, so it is not a cloud assembly: %s",
			dir, manifestFile, synthHint)
	}
	l := &loader{files: files{fsys: fsys, left: maxAssembly}, dir: dir}
	if err := l.assembly(".", ""); err != nil {
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

// Template is one stack as it was synthesized, with nothing resolved.
type Template struct {
	StackName string
	// Account and Region are empty where the stack is not bound to one.
	Account, Region string
	// TerminationProtection is what the manifest asks CloudFormation to do, for the stack as a whole.
	TerminationProtection bool
	// DeployRole and LookupRole are the ARNs of the roles with which the CDK CLI deploys the stack and looks at it. In them
	// ${AWS::Partition} and ${AWS::AccountId} may stand for what is not known before. Empty: the CLI takes no role.
	DeployRole, LookupRole string
	// Body is the decoded template; its numbers are json.Number. It is shared with the stage: callers only read it.
	Body map[string]any
	// Paths maps logical ids to construct paths, such as dev/Api/Clients/Reader/AppClient/Resource.
	Paths map[string]string
}

// Templates lists the stage's stacks in the order of their names, for readers that look at declarations and not at
// what they resolve to.
func (s *Stage) Templates() []Template {
	templates := make([]Template, len(s.stacks))
	for i, stack := range s.stacks {
		templates[i] = Template{
			StackName:             stack.Name,
			Account:               stack.Account,
			Region:                stack.Region,
			TerminationProtection: stack.terminationProtection,
			DeployRole:            stack.deployRole,
			LookupRole:            stack.lookupRole,
			Body:                  stack.Body,
			Paths:                 maps.Clone(stack.Paths),
		}
	}
	return templates
}
