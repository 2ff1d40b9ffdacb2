package config

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// LoadNamed reads and checks the file of one environment: the one called as it, else the one whose match fits. A non-nil
// error is always Problems, also for a name that no file is for, or more than one.
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
		unknown := Problem{File: dir, Message: "unknown environment " + quote(name), Hint: didYouMean(name, append(known, patterns...))}
		return nil, append(problems, unknown).sorted()
	case 1:
		return fitting[0].as(name, o)
	default:
		return nil, overlapping(fitting).sorted()
	}
}

// isFile tells whether there is a file at the path, readable or not.
func isFile(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// as loads the file once more, for the environment that is asked for.
func (l loaded) as(name string, o Options) (*Environment, error) {
	if message, hint := environmentNameText.check(name); message != "" {
		return nil, Problems{l.problem(message, hint)}
	}
	file, problems := load(l.file, o, environmentName(name))
	if len(problems) > 0 {
		return nil, problems.sorted()
	}
	return file.Environment, nil
}

func (l loaded) problem(message, hint string) Problem {
	return Problem{File: l.file, Line: l.at.line, Column: l.at.column, Path: "match", Message: message, Hint: hint}
}

// unnamed is the problem of a file with match that was asked for by its own name.
func (l loaded) unnamed() Problem {
	return l.problem(fmt.Sprintf("describes the environments %s and none of its own", quote(string(l.pattern))),
		"ask for one of them, for example "+string(l.pattern.example()))
}

// overlapping refuses patterns of which one name could fit two.
func overlapping(files []loaded) (problems Problems) {
	slices.SortFunc(files, func(a, b loaded) int { return cmp.Compare(a.file, b.file) })
	for i, file := range files {
		for _, earlier := range files[:i] {
			one, other := strings.TrimSuffix(string(file.pattern), anything), strings.TrimSuffix(string(earlier.pattern), anything)
			if strings.HasPrefix(one, other) || strings.HasPrefix(other, one) {
				problems = append(problems, file.problem(
					fmt.Sprintf("%s fits names that %s in %s fits too", quote(string(file.pattern)), quote(string(earlier.pattern)), earlier.file),
					"change one of them"))
			}
		}
	}
	return problems
}

// ExpireOn says after which day, as 2026-12-31, a disposable environment may be removed: its stacks carry it as a tag.
// It is given and not reckoned from today, so that two synths of the same input are the same.
func (e *Environment) ExpireOn(day string) error {
	if !e.Disposable {
		return fmt.Errorf("expires: %s is not a disposable environment; only those of a file with match expire", e.Name)
	}
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return fmt.Errorf("expires: %s is not a day (write it as 2026-12-31)", quote(day))
	}
	e.Expires = day
	return nil
}
