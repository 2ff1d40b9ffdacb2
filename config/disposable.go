package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"cognito-m2m/internal/strictyaml"
)

// namePatternForm: the hyphen keeps the names apart from those of other files; 14 characters leave
// room for a number behind it.
const namePatternForm = `[a-z][a-z0-9-]{0,12}-\*`

type namePattern string

func (namePattern) Text() strictyaml.Text { return namePatternText }

var namePatternText = strictyaml.Text{
	Noun:    "name pattern",
	Pattern: strictyaml.Expression(`^` + namePatternForm + `$`),
	Hint:    "at most 14 lower-case letters, digits and hyphens, a hyphen last, and *: pr-*",
}

// anything ends a pattern: it stands for the rest of a name.
const anything = "*"

// fits says whether the pattern means an environment of that name.
func (p namePattern) fits(name string) bool {
	prefix := strings.TrimSuffix(string(p), anything)
	return p != "" && strings.HasPrefix(name, prefix) && name != prefix
}

// example is a name that fits.
func (p namePattern) example() environmentName {
	return environmentName(strings.TrimSuffix(string(p), anything) + "1")
}

// disposable holds a file with match to what it is for: copies that are made and removed again,
// several at a time.
func (c *checker) disposable() {
	if c.written.Match == "" {
		return
	}
	if c.Has("name") {
		c.Report("name", "can't be combined with match", "remove one: -c env gives the name")
	}
	if c.written.Identity.DeletionProtection {
		c.Report("identity.deletionProtection", "must be false beside match", "a disposable environment must be deletable")
	}
	if c.Has("identity.removing") {
		c.Report("identity.removing", "can't be combined with match", "a disposable environment can always be removed")
	}
	if c.written.Identity.Domain.Prefix != "" {
		c.Report("identity.domain.prefix", "can't be combined with match",
			"all copies would claim the same prefix, and only one can have it; without this key each gets its own")
	}
	for _, path := range []string{"identity.domain.customDomain", "api.customDomain"} {
		if c.Has(path) {
			c.Report(path, "can't be combined with match", "all copies would claim the same domain, and only one can have it")
		}
	}
}

// nameKey is the key that the environment has its name from.
func (c *checker) nameKey() string {
	if c.written.Match != "" {
		return "match"
	}
	return "name"
}

// as loads the file once more, for the environment that is asked for.
func (l loaded) as(name string, o Options) (*Environment, error) {
	if message, hint := environmentNameText.Check(name); message != "" {
		return nil, Problems{l.problem(message, hint)}
	}
	file, problems := load(l.read.Path, o, environmentName(name))
	if len(problems) > 0 {
		return nil, problems.Sorted()
	}
	return file.Environment, nil
}

func (l loaded) problem(message, hint string) Problem { return l.read.Problem("match", message, hint) }

// unnamed is the problem of a file with match that was asked for by its own name.
func (l loaded) unnamed() Problem {
	return l.problem(fmt.Sprintf("describes the environments %s and none of its own", strictyaml.Quote(l.pattern)),
		"ask for one of them, for example "+string(l.pattern.example()))
}

// overlapping refuses patterns of which one name could fit two.
func overlapping(files []loaded) (problems Problems) {
	slices.SortFunc(files, func(a, b loaded) int { return cmp.Compare(a.read.Path, b.read.Path) })
	for i, file := range files {
		for _, earlier := range files[:i] {
			one, other := strings.TrimSuffix(string(file.pattern), anything), strings.TrimSuffix(string(earlier.pattern), anything)
			if strings.HasPrefix(one, other) || strings.HasPrefix(other, one) {
				problems = append(problems, file.problem(
					fmt.Sprintf("%s fits names that %s in %s fits too", strictyaml.Quote(file.pattern), strictyaml.Quote(earlier.pattern), earlier.read.Path),
					"change one of them"))
			}
		}
	}
	return problems
}

// ExpireOn says after which day, as 2026-12-31, a disposable environment may be removed: its stacks
// carry it as a tag. It is given and not reckoned from today, so that two synths of the same input
// are the same.
func (e *Environment) ExpireOn(day string) error {
	if !e.Disposable {
		return fmt.Errorf("expires: %s is not a disposable environment; only those of a file with match expire", e.Name)
	}
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return fmt.Errorf("expires: %s is not a day (write it as 2026-12-31)", strictyaml.Quote(day))
	}
	e.Expires = day
	return nil
}
