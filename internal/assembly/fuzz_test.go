package assembly_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/assembly/template/templatetest"
)

// FuzzTemplate: no template may panic, hang or be resolved in two ways.
func FuzzTemplate(f *testing.F) {
	templates, err := filepath.Glob("testdata/synth/*/*.template.json")
	if err != nil || len(templates) == 0 {
		f.Fatalf("found no templates to start from: %v", err)
	}
	for _, name := range templates {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(whole))
	f.Add([]byte(`{"Transform": "AWS::LanguageExtensions", "Outputs": {"O": {"Value": {"Fn::Length": ["a", {"Ref": "AWS::Region"}]}}}}`))
	f.Fuzz(func(t *testing.T, template []byte) { resolveTwice(t, string(template)) })
}

func resolveTwice(t *testing.T, template string) {
	t.Helper()
	loaded, err := assembly.LoadFS(synthesized(map[string]string{"App": template}), "cdk.out")
	if err != nil {
		return
	}
	stage, err := loaded.Stage("dev")
	if err != nil {
		t.Fatal(err)
	}
	first, firstProblems := stage.Resolve(assembly.Options{IDs: templatetest.IDs{}})
	second, secondProblems := stage.Resolve(assembly.Options{IDs: templatetest.IDs{}})
	if diff := cmp.Diff(first, second) + cmp.Diff(firstProblems, secondProblems); diff != "" {
		t.Errorf("two runs differ (-first +second):\n%s", diff)
	}
}
