package soak

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// template is a template of the assembly, or a part of one.
type template = map[string]any

// assembly is a copy of the dev assembly with a function of this machine,
// without throttling and without a limit on the function's concurrency, and
// with the test's own changes.
func assembly(t *testing.T, function string, changes ...func(template)) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "cdk.out")
	if err := os.CopyFS(dir, os.DirFS("../../internal/assembly/testdata/synth")); err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(filepath.Join(binaries, function))
	if err != nil {
		t.Fatal(err)
	}
	bootstrap := only(t, filepath.Join(dir, "asset.*", "bootstrap"))
	if err := os.Remove(bootstrap); err != nil { // WriteFile would keep its mode
		t.Fatal(err)
	}
	if err := os.WriteFile(bootstrap, program, 0o755); err != nil {
		t.Fatal(err)
	}
	change(t, only(t, filepath.Join(dir, "assembly-dev", "*Api*.template.json")), append(changes, unlimited)...)
	return dir
}

// only is the one file that fits a pattern.
func only(t *testing.T, pattern string) string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) != 1 {
		t.Fatalf("files like %s: %v, %v", pattern, files, err)
	}
	return files[0]
}

func change(t *testing.T, file string, changes ...func(template)) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var api template
	if err := json.Unmarshal(raw, &api); err != nil {
		t.Fatal(err)
	}
	for _, change := range changes {
		change(api)
	}
	if raw, err = json.Marshal(api); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

func unlimited(api template) {
	delete(properties(api, "AWS::ApiGatewayV2::Stage"), "DefaultRouteSettings")
	delete(properties(api, "AWS::Lambda::Function"), "ReservedConcurrentExecutions")
}

// timeouts sets those of the function, in seconds, and of its integration, in
// milliseconds.
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
