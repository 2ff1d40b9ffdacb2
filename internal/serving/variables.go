package serving

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/function"
	"cognito-m2m/internal/printable"
	"cognito-m2m/internal/run"
)

// variable is a variable that one function has here and nowhere else. Its value may be a
// secret, so no error and no log shows it.
type variable struct {
	source   string // where it is written, for errors
	function string
	name     string
	value    string
}

// Variables are what the user has set for this run alone.
type Variables []variable

// functionEnvForm is NAME:KEY=VALUE.
var functionEnvForm = regexp.MustCompile(`^([A-Za-z0-9_-]+):([A-Za-z0-9_]+)=(.*)$`)

// endpointVariable keeps functions off AWS, unless ignoreEndpoints has the SDKs pass over it, so
// neither can be set for one.
const (
	endpointVariable = "AWS_ENDPOINT_URL"
	ignoreEndpoints  = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
)

func parseVariable(source, text string) (variable, error) {
	parts := functionEnvForm.FindStringSubmatch(text)
	switch {
	case parts == nil:
		return variable{}, fmt.Errorf("%s: NAME:KEY=VALUE is needed, such as echo:AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000", source)
	case parts[2] == endpointVariable, parts[2] == ignoreEndpoints:
		return variable{}, fmt.Errorf("%s: %s names this run and keeps functions off AWS: set the variable of one service, "+
			"such as %s_DYNAMODB", source, endpointVariable, endpointVariable)
	}
	if err := function.CheckVariables(map[string]string{parts[2]: parts[3]}); err != nil {
		return variable{}, fmt.Errorf("%s: %w", source, err)
	}
	return variable{source: source, function: parts[1], name: parts[2], value: parts[3]}, nil
}

// ReadVariables are those of functions.env in the folder of the state, which never get into a
// template, then those of the configuration, which go before them.
func (r *Run) ReadVariables() (all Variables, err error) {
	var problems []error
	add := func(source, text string) {
		parsed, err := parseVariable(source, text)
		if err != nil {
			problems = append(problems, err)
			return
		}
		all = append(all, parsed)
	}
	file := r.Folder.FunctionEnv()
	content, err := run.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, &run.StateDirError{Dir: filepath.Dir(file), Err: err}
	}
	number := 0
	for line := range strings.Lines(string(content)) {
		number++
		if text := strings.TrimSpace(line); text != "" && !strings.HasPrefix(text, "#") {
			add(fmt.Sprintf("%s:%d", file, number), text)
		}
	}
	for _, text := range r.FunctionEnv {
		add("--function-env", text)
	}
	return all, errors.Join(problems...)
}

// Of are the variables for each function of an environment, by ARN. Its error joins those whose
// function is not there.
func (v Variables) Of(env *Environment) (map[string]map[string]string, error) {
	byFunction := map[string]map[string]string{}
	var problems []error
	for _, set := range v {
		f, err := env.functionNamed(set.function)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", set.source, err))
			continue
		}
		if byFunction[f.ARN] == nil {
			byFunction[f.ARN] = map[string]string{}
		}
		byFunction[f.ARN][set.name] = set.value
	}
	return byFunction, errors.Join(problems...)
}

// functionNamed finds a function by its logical id, its name, or a part of its construct path that
// no other function has: echo is dev/Api/Functions/Echo/Handler.
func (env *Environment) functionNamed(name string) (assembly.Function, error) {
	var exact, similar []assembly.Function
	for _, f := range env.Functions() {
		if name == f.LogicalID || name == f.Name {
			exact = append(exact, f)
		}
		if slices.Contains(callNames(f), plainName(name)) {
			similar = append(similar, f)
		}
	}
	if len(exact) == 1 {
		return exact[0], nil
	}
	if len(similar) == 1 {
		return similar[0], nil
	}
	return assembly.Function{}, fmt.Errorf("no function or more than one is called %q here; there are %s", name,
		printable.Text(strings.Join(env.functionNames(), ", ")))
}

// callNames are the parts of a function's construct path, as plainName writes them.
func callNames(f assembly.Function) (names []string) {
	for part := range strings.SplitSeq(f.Path, "/") {
		names = append(names, plainName(part))
	}
	return names
}

// plainName is a name as a folder and as a construct may have it: my-function and MyFunction.
func plainName(name string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(name))
}

// functionNames are names to call the functions by: the last part of each construct path that is a
// function's alone, or its logical id.
func (env *Environment) functionNames() (names []string) {
	count := map[string]int{}
	for _, f := range env.Functions() {
		for _, name := range slices.Compact(slices.Sorted(slices.Values(callNames(f)))) {
			count[name]++
		}
	}
	for _, f := range env.Functions() {
		name := f.LogicalID
		for part := range strings.SplitSeq(f.Path, "/") {
			if plain := plainName(part); count[plain] == 1 && plain != "resource" && plain != "handler" {
				name = part
			}
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
