package config

import (
	"cmp"
	"os"
	"path/filepath"

	"cognito-m2m/internal/strictyaml"
)

// Problem is one thing to put right in a file.
type Problem = strictyaml.Problem

// Problems is the type of every error of this package: everything that was found, sorted by file
// and place.
type Problems = strictyaml.Problems

// Options says where the rest of the project is.
type Options struct {
	// LambdaDir is the folder with one folder per function. Empty: the folder lambda beside the one
	// that holds the environment file.
	LambdaDir string
}

// Load reads and checks one environment file with a name. A non-nil error is always Problems: all
// that is wrong with the file. For a file with match see LoadNamed.
func Load(path string, o Options) (*Environment, error) {
	loaded, problems := load(path, o, "")
	if len(problems) == 0 && loaded.pattern != "" {
		problems = Problems{loaded.unnamed()}
	}
	if len(problems) > 0 {
		return nil, problems.Sorted()
	}
	return loaded.Environment, nil
}

// LoadDir reads and checks every *.yaml file of a folder, and returns the environments that have a
// name, sorted by it. Files with match are checked too. A non-nil error is always Problems: all
// that is wrong with all of the files.
func LoadDir(dir string, o Options) ([]*Environment, error) {
	files, problems := filesIn(dir)
	problems = append(problems, strayGroups(dir, files)...)
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
		return nil, problems.Sorted()
	}
	return environments, nil
}

// LoadNamed reads and checks the file of one environment: the one called as it, else the one whose
// match fits. A non-nil error is always Problems, also for a name that no file is for, or more than
// one.
func LoadNamed(dir, name string, o Options) (*Environment, error) {
	if exact := filepath.Join(dir, name+".yaml"); filepath.Base(exact) == name+".yaml" && isFile(exact) {
		return Load(exact, o)
	}
	files, problems := filesIn(dir)
	var fitting []loaded
	var known, patterns []string
	for _, path := range files {
		file, found := load(path, o, "")
		switch {
		case len(found) > 0:
			problems = append(problems, found...)
		case file.pattern == "":
			known = append(known, file.Name)
		default:
			patterns = append(patterns, string(file.pattern))
			if file.pattern.fits(name) {
				fitting = append(fitting, file)
			}
		}
	}
	switch len(fitting) {
	case 0:
		unknown := Problem{File: dir, Message: "unknown environment " + strictyaml.Quote(name), Hint: strictyaml.DidYouMean(name, append(known, patterns...))}
		return nil, append(problems, unknown).Sorted()
	case 1:
		return fitting[0].as(name, o)
	default:
		return nil, overlapping(fitting).Sorted()
	}
}

// filesIn lists the environment files of a folder, sorted by name.
func filesIn(dir string) (files []string, problems Problems) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, Problems{strictyaml.Unreadable(dir, err)}
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

// isFile says whether there is a file at the path, readable or not.
func isFile(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// loaded is a file without problems.
type loaded struct {
	*Environment
	read    *strictyaml.File
	pattern namePattern // "" for a file with a name
}

// load reads a file, has all rules look at it and gives it its checked form. A file with match is
// checked under the name that is asked for, or under an example.
func load(path string, o Options, asked environmentName) (loaded, Problems) {
	var written file
	var c *checker
	rules := func(read *strictyaml.File) {
		if written.Match != "" {
			written.Name = cmp.Or(asked, written.Match.example())
		}
		lambdaDir := cmp.Or(o.LambdaDir, filepath.Join(filepath.Dir(path), "..", "lambda"))
		c = newChecker(read, &written, lambdaDir)
		c.check()
	}
	read, problems := strictyaml.Read(path, &written, rules, strictyaml.Hints{Empty: "start from environments/dev.yaml", Several: "write one environment per file"})
	if c != nil {
		problems = append(problems, c.inGroups...)
	}
	if len(problems) > 0 {
		return loaded{}, problems
	}
	environment := written.checked()
	environment.Groups = c.checkedGroups()
	environment.Warnings = append(read.Warnings(), c.groupWarnings...)
	return loaded{environment, read, written.Match}, nil
}
