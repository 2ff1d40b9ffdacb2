package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Options says where the rest of the project is.
type Options struct {
	// LambdaDir is the folder with one folder per function. Empty: the folder lambda beside the one that holds the
	// environment file.
	LambdaDir string
}

// Load reads and checks one environment file. A non-nil error is always Problems: all that is wrong with the file.
func Load(path string, o Options) (*Environment, error) {
	environment, problems := load(path, o)
	if len(problems) > 0 {
		return nil, problems.sorted()
	}
	return environment, nil
}

// LoadDir reads and checks every *.yaml file of a folder, sorted by name. A non-nil error is always Problems: all
// that is wrong with all of the files.
func LoadDir(dir string, o Options) ([]*Environment, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, Problems{unreadable(dir, err)}
	}
	var environments []*Environment
	var problems Problems
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		switch filepath.Ext(path) {
		case ".yaml":
			environment, found := load(path, o)
			environments = append(environments, environment)
			problems = append(problems, found...)
		case ".yml":
			problems = append(problems, Problem{File: path, Message: "is not read", Hint: "rename it to end in .yaml"})
		}
	}
	if len(environments) == 0 {
		problems = append(problems, Problem{File: dir, Message: "has no environment files", Hint: "add one, for example dev.yaml"})
	}
	if len(problems) > 0 {
		return nil, problems.sorted()
	}
	return environments, nil
}

// load runs the three steps every file goes through: YAML to a tree, tree to the file's shape, and the rules between
// its parts. The rules also run on what is left of a file with faulty parts, so one run tells everything.
func load(path string, o Options) (*Environment, Problems) {
	source, err := os.ReadFile(path)
	if err != nil {
		return nil, Problems{unreadable(path, err)}
	}
	root, problem := parse(source)
	if problem != nil {
		problem.File = path
		return nil, Problems{*problem}
	}
	if o.LambdaDir == "" {
		o.LambdaDir = filepath.Join(filepath.Dir(path), "..", "lambda")
	}
	r := newReader(path, root)
	var written file
	r.read(&written)
	c := newChecker(r, &written, o.LambdaDir)
	c.check()
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	environment := written.environment()
	environment.Warnings = c.warnings.sorted()
	return environment, nil
}

// unreadable leaves out the path that the operating system's error repeats.
func unreadable(path string, err error) Problem {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathError.Err
	}
	return Problem{File: path, Message: "reading: " + err.Error()}
}
