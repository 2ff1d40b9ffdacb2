package config

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"cognito-m2m/internal/lambdaenv"
	"cognito-m2m/internal/strictyaml"
	"cognito-m2m/naming"
)

// Settings of the functions behind the API.
type functions map[functionName]function

// Settings of one function.
type function struct {
	// Memory in MB, 128 to 10240. Lambda gives CPU in proportion to it.
	MemoryMB memoryMB `yaml:"memoryMB,omitempty" jsonschema:"default=128,example=512"`
	// How long the function may take, in seconds from 1s to 30s; API Gateway waits no longer.
	Timeout functionTimeout `yaml:"timeout,omitempty" jsonschema:"default=10s,example=3s"`
	// Environment variables, 4 KB in all as JSON text. Everyone who can see the function can read them: put no secret there.
	Environment variables `yaml:"environment,omitempty"`
}

// Function is what an environment says about a function behind the API.
type Function struct {
	Name        string            // a folder under lambda/
	MemoryMB    int               // 128 to 10240
	Timeout     time.Duration     // whole seconds, 1 to 30
	Environment map[string]string // variables, 4 KB in all; nothing secret
}

// AllFunctions are the folders in lambda/ that the environments need.
func AllFunctions(environments []*Environment) []string {
	names := []string{naming.RotationFunction}
	for _, env := range environments {
		if env.API.Authorizer != nil {
			names = append(names, naming.AuthorizerFunction)
		}
		for _, f := range env.Functions {
			names = append(names, f.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// checked are the settings of the functions that are used: those that routes name.
func (written functions) checked(used []string) (checked []Function) {
	for _, name := range used {
		w, ok := written[functionName(name)]
		if !ok {
			w = strictyaml.Default[function]()
		}
		checked = append(checked, Function{
			Name:        name,
			MemoryMB:    int(w.MemoryMB),
			Timeout:     duration(w.Timeout),
			Environment: w.Environment.checked(),
		})
	}
	return checked
}

// functions are the names of the functions behind the routes, sorted, each once.
func (written routes) functions() []string {
	names := make([]string, 0, len(written))
	for _, w := range written {
		names = append(names, w.route().Function)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

type functionName string

func (functionName) Text() strictyaml.Text { return functionNameText }

var functionNameText = strictyaml.Text{
	Noun:    "function name",
	Pattern: strictyaml.Expression(`^[a-z][a-z0-9_-]{0,62}$`),
	Hint:    "a folder under lambda/: lower-case letters, digits, hyphens and underscores, a letter first",
}

type memoryMB int

// Number is Lambda's range for MemorySize.
func (memoryMB) Number() strictyaml.Number { return strictyaml.Number{Min: 128, Max: 10240} }

type functionTimeout string

func (functionTimeout) Text() strictyaml.Text { return functionTimeoutText }

// 30 s is the longest that API Gateway waits for an integration.
var functionTimeoutText = strictyaml.Text{
	Noun:    "function timeout",
	Pattern: strictyaml.Expression(`^([1-9]|[12][0-9]|30)s$`),
	Hint:    "1s to 30s: API Gateway waits no longer",
}

// Environment variables by name.
type variables map[variableName]variableValue

func (written variables) checked() map[string]string {
	if len(written) == 0 {
		return nil
	}
	plain := make(map[string]string, len(written))
	for name, value := range written {
		plain[string(name)] = string(value)
	}
	return plain
}

type variableName string

func (variableName) Text() strictyaml.Text { return variableNameText }

var variableNameText = strictyaml.Text{
	Noun:    "variable name",
	Pattern: strictyaml.Expression("^" + lambdaenv.NamePattern + "$"),
	Hint:    "at least 2 letters, digits and underscores, a letter first",
}

type variableValue string

func (variableValue) Text() strictyaml.Text { return variableValueText }

var variableValueText = strictyaml.Text{Noun: "variable value", Pattern: strictyaml.Expression(`^[^\x00]*$`), Hint: "no zero bytes"}

// functions refuses settings of a function that no route names, and variables that Lambda would
// refuse.
func (c *checker) functions() {
	used := c.written.API.Routes.functions()
	for _, name := range slices.Sorted(maps.Keys(c.written.Functions)) {
		path := strictyaml.KeyPath("functions", name)
		switch {
		case name == naming.RotationFunction:
			c.Report(path, strictyaml.Quote(name)+" rotates the clients' secrets and has no settings", "remove it")
		case name == naming.AuthorizerFunction:
			c.Report(path, strictyaml.Quote(name)+" checks tokens and has no settings here", "remove it; api.authorizer has its settings")
		case !slices.Contains(used, string(name)):
			c.Report(path, "no route names the function "+strictyaml.Quote(name), c.DidYouMean(string(name), used))
		}
		c.variables(path+".environment", c.written.Functions[name].Environment)
	}
}

func (c *checker) variables(path string, written variables) {
	for _, name := range slices.Sorted(maps.Keys(written)) {
		value := string(written[name])
		if lambdaenv.Reserved(string(name)) {
			c.Report(strictyaml.KeyPath(path, name), "is a name that Lambda reserves", "rename it")
		}
		if strings.Contains(value, "{{resolve:") {
			c.Report(strictyaml.KeyPath(path, name), "would put a stored value into the function's settings, which everyone can read",
				"let the function read it when it starts")
		}
	}
	if size := lambdaenv.Size(written); size > lambdaenv.MaxSize {
		c.Report(path, fmt.Sprintf("has %d bytes as JSON, which is how Lambda measures it, and at most %d are allowed", size, lambdaenv.MaxSize),
			"shorten names and values, or keep large values in a file of the code")
	}
}

// functionFolders lists the folders with a main.go that a route may name, sorted. A folder that
// can't be read has none.
func functionFolders(lambdaDir string) []string {
	mains, err := fs.Glob(os.DirFS(lambdaDir), "*/main.go")
	if err != nil {
		return nil // can't be: the pattern is well formed
	}
	names := make([]string, 0, len(mains))
	for _, main := range mains {
		if name := path.Dir(main); name != naming.RotationFunction && name != naming.AuthorizerFunction { // no request may reach them
			names = append(names, name)
		}
	}
	return names
}
