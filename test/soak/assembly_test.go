package soak

import (
	"os"
	"path/filepath"
	"testing"

	"cognito-m2m/internal/m2mtest"
)

// template is a template of the assembly, or a part of one.
type template = map[string]any

// assembly is a copy of the dev assembly with a function of this machine, without throttling and
// without a limit on the function's concurrency, and with the test's own changes.
func assembly(t *testing.T, function string, changes ...func(template)) string {
	t.Helper()
	return present.assembly(t, function, changes...)
}

func (b build) assembly(t *testing.T, function string, changes ...func(template)) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "cdk.out")
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(b.root, "internal", "assembly", "testdata", "synth"))); err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(filepath.Join(b.binaries, function))
	if err != nil {
		t.Fatal(err)
	}
	bootstrap := m2mtest.Only(t, filepath.Join(dir, "asset.*", "bootstrap"))
	if err := os.Remove(bootstrap); err != nil { // WriteFile would keep its mode
		t.Fatal(err)
	}
	m2mtest.WriteProgram(t, bootstrap, program)
	m2mtest.ChangeJSON(t, m2mtest.Only(t, filepath.Join(dir, "assembly-dev", "*Api*.template.json")), append(changes, unlimited)...)
	return dir
}

func unlimited(api template) {
	delete(properties(api, "AWS::ApiGatewayV2::Stage"), "DefaultRouteSettings")
	delete(properties(api, "AWS::Lambda::Function"), "ReservedConcurrentExecutions")
}

// timeouts sets those of the function, in seconds, and of its integration, in milliseconds.
func timeouts(function, integration int) func(template) {
	return func(api template) {
		properties(api, "AWS::Lambda::Function")["Timeout"] = function
		properties(api, "AWS::ApiGatewayV2::Integration")["TimeoutInMillis"] = integration
	}
}

// variable adds a variable to the function's environment.
func variable(name, value string) func(template) {
	return func(api template) {
		environment := properties(api, "AWS::Lambda::Function")["Environment"].(template)
		environment["Variables"].(template)[name] = value
	}
}

// properties are those of the template's only resource of a type.
func properties(api template, kind string) template {
	for _, resource := range api["Resources"].(template) {
		if resource := resource.(template); resource["Type"] == kind {
			return resource["Properties"].(template)
		}
	}
	return nil
}
