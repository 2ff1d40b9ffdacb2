package architecture

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// rule says what no row of the table may permit, or what packages that are not ours a package must
// not import.
type rule struct {
	why       string
	applies   func(name string) bool
	forbidden func(imported string) bool
	tests     bool // applies to test files too
}

var rules = []rule{
	{
		why:       "only app.go and test start with awscdk and so with Node, through stacks or without",
		applies:   func(name string) bool { return !slices.Contains([]string{"app.go", "stacks", "test"}, name) },
		forbidden: func(i string) bool { return isCDK(i) || i == module+"/stacks" },
		tests:     true,
	},
	{
		why:       "the local runtime knows the system through the assembly alone",
		applies:   func(name string) bool { return strings.HasPrefix(name, "internal/") },
		forbidden: func(i string) bool { return i == module+"/config" },
		tests:     true,
	},
	{
		why:       "a kit is for tests",
		applies:   func(name string) bool { return !isKit(name) },
		forbidden: func(i string) bool { return isKit(nameOf(i)) },
	},
	{
		why: "rules and stacks depend on what they are given alone, not on files, network or environment variables",
		applies: func(name string) bool {
			return slices.Contains([]string{
				"internal/awserror", "internal/cdkbootstrap", "internal/gobuild", "internal/hosts", "internal/httpapi", "internal/lambdaenv", "internal/lambdapolicy", "internal/nearest", "internal/partition", "internal/policy",
				"internal/printable", "internal/replacement", "internal/secretlimits", "internal/userpool", "naming", "stacks",
			}, name)
		},
		forbidden: func(i string) bool {
			return slices.Contains([]string{"net", "net/http", "os", "os/exec", "syscall"}, i)
		},
	},
}

func isCDK(path string) bool {
	return strings.HasPrefix(path, "github.com/aws/aws-cdk-go/") ||
		strings.HasPrefix(path, "github.com/aws/constructs-go/") ||
		strings.HasPrefix(path, "github.com/aws/jsii-runtime-go")
}

// isKit says whether a package is made for tests: m2mtest for all of them, accesstest for those
// about access.
func isKit(name string) bool {
	return strings.HasPrefix(name, "internal/") && strings.HasSuffix(name, "test")
}

func TestRules(t *testing.T) {
	for _, violation := range violations(list(t)) {
		t.Error(violation)
	}
}

func TestRulesGoRed(t *testing.T) {
	for _, c := range []struct{ importer, imported string }{
		{"internal/local", "github.com/aws/aws-cdk-go/awscdk/v2"},
		{"config", "github.com/aws/jsii-runtime-go"},
		{"test/e2e", "github.com/aws/constructs-go/constructs/v10"},
		{"cmd/m2m", module + "/stacks"},
		{"internal/assembly", module + "/stacks"},
		{"internal/local", module + "/config"},
		{"cmd/m2m", module + "/internal/m2mtest"},
		{"internal/local", module + "/internal/awsapi/awsapitest"},
		{"internal/httpapi", "net/http"},
		{"stacks", "os"},
	} {
		p := pkg{ImportPath: module + "/" + c.importer, Imports: []string{c.imported}}
		if len(violations([]pkg{p})) != 1 {
			t.Errorf("%s may import %s", c.importer, c.imported)
		}
	}
	tests := []string{"github.com/aws/jsii-runtime-go", module + "/config", module + "/internal/m2mtest", "os"}
	for importer, want := range map[string]int{"internal/local": 2, "internal/httpapi": 2, "test": 0, "stacks": 0} {
		p := pkg{ImportPath: module + "/" + importer, TestImports: tests[:1], XTestImports: tests[1:]}
		if found := violations([]pkg{p}); len(found) != want {
			t.Errorf("tests of %s: got %q, want %d", importer, found, want)
		}
	}
}

// violations are the sentences that say which package breaks which rule.
func violations(packages []pkg) (found []string) {
	for _, p := range packages {
		for _, r := range rules {
			if !r.applies(p.name()) {
				continue
			}
			paths := p.Imports
			if r.tests {
				paths = p.all()
			}
			for _, path := range slices.Compact(slices.Sorted(slices.Values(paths))) {
				if r.forbidden(path) {
					found = append(found, fmt.Sprintf("%s imports %s: %s", p.name(), path, r.why))
				}
			}
		}
	}
	return found
}
