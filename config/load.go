package config

import (
	"cmp"
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

// Load reads and checks one environment file with a name. A non-nil error is always Problems: all that is wrong with
// the file. For a file with match see LoadNamed.
func Load(path string, o Options) (*Environment, error) {
	loaded, problems := load(path, o, "")
	if len(problems) == 0 && loaded.pattern != "" {
		problems = Problems{loaded.unnamed()}
	}
	if len(problems) > 0 {
		return nil, problems.sorted()
	}
	return loaded.Environment, nil
}

// LoadDir reads and checks every *.yaml file of a folder, and returns the environments that have a name, sorted by it.
// Files with match are checked too. A non-nil error is always Problems: all that is wrong with all of the files.
func LoadDir(dir string, o Options) ([]*Environment, error) {
	files, problems := filesIn(dir)
	var environments []*Environment
	var patterns []loaded
	for _, path := range files {
		file, found := load(path, o, "")
		problems = append(problems, found...)
		switch {
		case len(found) > 0:
		case file.pattern != "":
			patterns = append(patterns, file)
		default:
			environments = append(environments, file.Environment)
		}
	}
	problems = append(problems, overlapping(patterns)...)
	if len(environments) == 0 && len(problems) == 0 {
		problems = append(problems, Problem{File: dir, Message: "has no environment files", Hint: "add one, for example dev.yaml"})
	}
	if len(problems) > 0 {
		return nil, problems.sorted()
	}
	return environments, nil
}

// filesIn lists the environment files of a folder, sorted by name.
func filesIn(dir string) (files []string, problems Problems) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, Problems{unreadable(dir, err)}
	}
	for _, entry := range entries {
		path := filepath.Join(dir, entry.Name())
		switch filepath.Ext(path) {
		case ".yaml":
			files = append(files, path)
		case ".yml":
			problems = append(problems, Problem{File: path, Message: "is not read", Hint: "rename it to end in .yaml"})
		}
	}
	return files, problems
}

// loaded is a file without problems.
type loaded struct {
	*Environment
	file    string
	pattern namePattern // "" for a file with a name
	at      place       // of the pattern
}

// load runs the three steps every file goes through: YAML to a tree, tree to the file's shape, and the rules between
// its parts. The rules also run on what is left of a file with faulty parts, so one run tells everything. A file with
// match is checked and built under the name that is asked for, or under an example.
func load(path string, o Options, asked environmentName) (loaded, Problems) {
	root, problem := parseFile(path)
	if problem != nil {
		return loaded{}, Problems{*problem}
	}
	if o.LambdaDir == "" {
		o.LambdaDir = filepath.Join(filepath.Dir(path), "..", "lambda")
	}
	r := newReader(path, root)
	var written file
	r.read(&written)
	if written.Match != "" {
		written.Name = cmp.Or(asked, written.Match.example())
	}
	c := newChecker(r, &written, o.LambdaDir)
	if !r.exhausted() {
		c.check()
	}
	if len(r.problems) > 0 {
		return loaded{}, r.counted()
	}
	environment := written.environment()
	environment.Warnings = c.warnings.sorted()
	return loaded{environment, path, written.Match, r.places["match"]}, nil
}

// unreadable leaves out the path that the operating system's error repeats.
func unreadable(path string, err error) Problem {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathError.Err
	}
	return Problem{File: path, Message: "reading: " + err.Error()}
}
