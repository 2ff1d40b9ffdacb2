// Package architecture guards who may import whom: design decisions that the
// compiler would let slip. It needs neither awscdk nor Node.
package architecture

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "cognito-m2m"

// clocks is the package on which client and the local runtime both stand.
const clocks = module + "/internal/clock"

// pkg is one package of the module with the packages it imports, those of its
// tests included.
type pkg struct {
	ImportPath, Dir                    string
	GoFiles                            []string // without tests
	Imports, TestImports, XTestImports []string
}

func (p pkg) name() string { return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/") }

// rule says what a package must not import; name is without the module's path,
// "" for package main of the CDK app.
type rule struct {
	why       string
	applies   func(name string) bool
	forbidden func(imported string) bool
	tests     bool // applies to test files too
}

// ground holds the packages with rules that siblings share, each with the packages that may import it.
var ground = map[string][]string{
	module + "/internal/httpapi": {
		"config", "internal/access", "internal/assembly", "internal/gateway", "internal/verify",
	},
	module + "/internal/jwtauth":      {"cmd/m2m", "internal/explain", "internal/gateway"},
	module + "/internal/lambdaenv":    {"config", "internal/assembly", "internal/function"},
	module + "/internal/lambdapolicy": {"internal/assembly", "internal/gateway"},
	module + "/internal/redacted":     {"client", "internal/cognito", "internal/secretsmanager"},
	module + "/internal/replacement":  {"internal/assembly", "internal/diff"},
}

// mayStandOn says whether a package may import one of the ground floor.
func mayStandOn(imported, name string) bool { return slices.Contains(ground[imported], name) }

func isGround(path string) bool { return ground[path] != nil }

// printable is about text alone and imports nothing of ours, so whoever prints something may import it.
const printable = module + "/internal/printable"

// names is the package of the names that others read.
const names = module + "/naming"

var rules = []rule{
	{
		why:       "the names that others read stand below everything",
		applies:   func(name string) bool { return name == "naming" },
		forbidden: ours,
		tests:     true,
	},
	{
		why:       "internal/printable is about text alone",
		applies:   func(name string) bool { return name == "internal/printable" },
		forbidden: ours,
	},
	{
		why:       "only stacks, app.go and test import awscdk",
		applies:   func(name string) bool { return name != "" && name != "stacks" && name != "test" },
		forbidden: isCDK,
		tests:     true,
	},
	{
		why:     "config and the functions stand alone",
		applies: func(name string) bool { return name == "config" || isFunction(name) },
		forbidden: func(i string) bool {
			return ours(i) && !isOfRotation(i) && !isGround(i) && i != printable && i != names
		},
	},
	{
		why:     "client stands alone but for the clocks, its secret's type and the names that others read",
		applies: func(name string) bool { return name == "client" },
		forbidden: func(i string) bool {
			return ours(i) && i != clocks && i != printable && i != names && !isGround(i)
		},
	},
	{
		why:       "the clocks know nothing of this module",
		applies:   func(name string) bool { return module+"/"+name == clocks },
		forbidden: ours,
	},
	{
		why:       "only a function that rotates secrets may import client, and what tells which secret is in use",
		applies:   func(name string) bool { return name == "config" || isFunction(name) && name != "lambda/rotate" },
		forbidden: isOfRotation,
	},
	{
		why:       "what tells which secret is in use knows the form of a value alone",
		applies:   func(name string) bool { return name == "internal/standing" },
		forbidden: func(i string) bool { return ours(i) && i != module+"/client" && i != names },
	},
	{
		why:     "the parts of the local runtime are siblings; internal/local puts them together",
		applies: isPart,
		forbidden: func(i string) bool {
			return ours(i) && i != module+"/internal/trust" && i != printable && i != clocks && i != names && !isGround(i)
		},
	},
	{
		why:       "the ground floor knows nothing above it",
		applies:   func(name string) bool { return isGround(module + "/" + name) },
		forbidden: func(i string) bool { return ours(i) && i != clocks },
	},
	{
		why:     "to find a run takes no runtime",
		applies: func(name string) bool { return name == "internal/run" },
		forbidden: func(i string) bool {
			return ours(i) && i != module+"/internal/trust" && i != module+"/client"
		},
	},
	{
		why:       "what reaches a run knows where it is, not what it is made of",
		applies:   func(name string) bool { return name == "internal/reach" },
		forbidden: func(i string) bool { return within(i, "internal/local") || isPart(strings.TrimPrefix(i, module+"/")) },
		tests:     true,
	},
	{
		why:       "internal/trust stands alone",
		applies:   func(name string) bool { return name == "internal/trust" },
		forbidden: ours,
	},
	{
		why:       "the local runtime knows the system only through the assembly",
		applies:   func(name string) bool { return strings.HasPrefix(name, "internal/") },
		forbidden: func(i string) bool { return within(i, "stacks") || within(i, "config") },
		tests:     true,
	},
	{
		why:       "cmd/m2m does not declare stacks",
		applies:   func(name string) bool { return strings.HasPrefix(name, "cmd/") },
		forbidden: func(i string) bool { return within(i, "stacks") },
		tests:     true,
	},
	{
		why:       "stacks reads nothing but the environment it is given",
		applies:   func(name string) bool { return name == "stacks" },
		forbidden: func(i string) bool { return ours(i) && !within(i, "config") && i != names },
	},
	{
		why:     "the tests of a part meet no sibling but awsapi, which callers reach it through",
		applies: func(name string) bool { return isPart(name) && name != "internal/awsapi" },
		forbidden: func(i string) bool {
			return isPart(strings.TrimPrefix(i, module+"/")) && i != module+"/internal/awsapi"
		},
		tests: true,
	},
	{
		why:       "a kit is for tests",
		applies:   func(name string) bool { return !isKit(name) },
		forbidden: func(i string) bool { return ours(i) && isKit(strings.TrimPrefix(i, module+"/")) },
	},
	{
		why:       "the kit of all tests stands alone",
		applies:   func(name string) bool { return name == "internal/m2mtest" },
		forbidden: ours,
		tests:     true,
	},
	{
		why:       "nothing imports cmd, test or package main",
		applies:   func(string) bool { return true },
		forbidden: func(i string) bool { return i == module || within(i, "cmd") || within(i, "test") },
		tests:     true,
	},
}

func ours(path string) bool { return path == module || strings.HasPrefix(path, module+"/") }

func within(path, folder string) bool {
	return path == module+"/"+folder || strings.HasPrefix(path, module+"/"+folder+"/")
}

func isCDK(path string) bool {
	return strings.HasPrefix(path, "github.com/aws/aws-cdk-go/") ||
		strings.HasPrefix(path, "github.com/aws/constructs-go/") ||
		strings.HasPrefix(path, "github.com/aws/jsii-runtime-go")
}

// isOfRotation is what a function that rotates secrets shares with callers and operators.
func isOfRotation(path string) bool {
	return path == module+"/client" || path == module+"/internal/standing"
}

func isFunction(name string) bool { return strings.HasPrefix(name, "lambda/") }

// isKit tells whether a package is made for tests: m2mtest for all of them, accesstest for those about access.
func isKit(name string) bool {
	return strings.HasPrefix(name, "internal/") && strings.HasSuffix(name, "test")
}

func isPart(name string) bool {
	return slices.Contains([]string{
		"internal/assembly", "internal/awsapi", "internal/cloudformation", "internal/cognito",
		"internal/function", "internal/gateway", "internal/secretsmanager", "internal/sts",
	}, name)
}

// violations are the sentences that say which package breaks which rule.
func violations(packages []pkg) (found []string) {
	for _, p := range packages {
		for _, path := range p.Imports {
			if isGround(path) && !mayStandOn(path, p.name()) {
				found = append(found, fmt.Sprintf("%s imports %s: who stands on the ground floor is listed", p.ImportPath, path))
			}
		}
		for _, r := range rules {
			if !r.applies(p.name()) {
				continue
			}
			imported := map[string]bool{}
			lists := [][]string{p.Imports}
			if r.tests {
				lists = append(lists, p.TestImports, p.XTestImports)
			}
			for _, path := range slices.Concat(lists...) {
				// A package's external tests import the package itself.
				if path != p.ImportPath && r.forbidden(path) {
					imported[path] = true
				}
			}
			for _, path := range slices.Sorted(maps.Keys(imported)) {
				found = append(found, fmt.Sprintf("%s imports %s: %s", p.ImportPath, path, r.why))
			}
		}
	}
	return found
}

func TestImports(t *testing.T) {
	packages := list(t)
	for _, want := range []string{"", "stacks", "config", "internal/local", "internal/gateway", "internal/m2mtest", "cmd/m2m", "naming", "test"} {
		if !slices.ContainsFunc(packages, func(p pkg) bool { return p.name() == want }) {
			t.Errorf("go list does not show the package %q: this test looks at nothing", want)
		}
	}
	for _, violation := range violations(packages) {
		t.Error(violation)
	}
}

func TestImportRulesGoRed(t *testing.T) {
	cases := []struct{ importer, imported string }{
		{"internal/local", "github.com/aws/aws-cdk-go/awscdk/v2"},
		{"config", "github.com/aws/jsii-runtime-go"},
		{"config", module + "/internal/assembly"},
		{"lambda/echo", module + "/client"},
		{"lambda/rotate", module + "/config"},
		{"lambda/echo", module + "/internal/standing"},
		{"client", module + "/internal/standing"},
		{"internal/standing", module + "/internal/reach"},
		{"lambda/rotate", clocks},
		{"client", module + "/internal/gateway"},
		{"client", module + "/internal/httpapi"},
		{"internal/local", module + "/internal/redacted"},
		{"internal/redacted", module + "/client"},
		{"internal/clock", module + "/client"},
		{"internal/gateway", module + "/internal/cognito"},
		{"config", module + "/internal/jwtauth"},
		{"lambda/rotate", module + "/internal/httpapi"},
		{"internal/cognito", module + "/internal/jwtauth"},
		{"internal/local", module + "/internal/replacement"},
		{"internal/replacement", module + "/internal/assembly"},
		{"internal/httpapi", module + "/internal/gateway"},
		{"internal/gateway", module + "/internal/lambdaenv"},
		{"internal/trust", module + "/internal/local"},
		{"internal/run", module + "/internal/local"},
		{"internal/reach", module + "/internal/local"},
		{"internal/reach", module + "/internal/cognito"},
		{"internal/local", module + "/config"},
		{"internal/assembly", module + "/stacks"},
		{"cmd/m2m", module + "/stacks"},
		{"stacks", module + "/internal/local"},
		{"internal/local", module + "/cmd/m2m"},
		{"cmd/m2m", module + "/internal/m2mtest"},
		{"internal/local", module + "/internal/awsapi/awsapitest"},
		{"internal/m2mtest", module + "/internal/local"},
		{"test/e2e", module},
		{"naming", module + "/config"},
		{"naming", module + "/internal/printable"},
	}
	for _, c := range cases {
		p := pkg{ImportPath: module + "/" + c.importer, Imports: []string{c.imported}}
		if len(violations([]pkg{p})) == 0 {
			t.Errorf("%s may import %s", c.importer, c.imported)
		}
	}
	tests := pkg{ImportPath: module + "/internal/secretsmanager", XTestImports: []string{module + "/internal/gateway"}}
	if len(violations([]pkg{tests})) == 0 {
		t.Error("the tests of internal/secretsmanager may import internal/gateway")
	}
	for importer, imported := range map[string][]string{
		"lambda/rotate":           {module + "/client", module + "/internal/standing", names},
		"client":                  {clocks, names, module + "/internal/redacted"},
		"internal/gateway":        {clocks, module + "/internal/httpapi", module + "/internal/jwtauth"},
		"internal/jwtauth":        {clocks},
		"internal/cognito":        {module + "/internal/redacted"},
		"internal/secretsmanager": {names, module + "/internal/redacted"},
		"config":                  {module + "/internal/httpapi", module + "/internal/lambdaenv", names},
		"internal/function":       {module + "/internal/lambdaenv"},
		"stacks":                  {module + "/config", names},
	} {
		allowed := pkg{ImportPath: module + "/" + importer, Imports: imported}
		if found := violations([]pkg{allowed}); len(found) > 0 {
			t.Error(found)
		}
	}
}

func list(t *testing.T) (packages []pkg) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Dir,GoFiles,Imports,TestImports,XTestImports", module+"/...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}
