package assembly_test

import (
	"encoding/json"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/assembly/template/templatetest"
)

// synthesized is a cloud assembly in memory with the stage dev: one stack per template, all of them
// bound to a Region.
func synthesized(templates map[string]string) fs.FS {
	files := fstest.MapFS{
		"manifest.json": {Data: []byte(`{"artifacts": {"assembly-dev": {"type": "cdk:cloud-assembly",
			"properties": {"directoryName": "assembly-dev", "displayName": "dev"}}}}`)},
		"asset.a1/bootstrap": {Data: []byte("x")},
		"assembly-dev/code.assets.json": {Data: []byte(`{"files": {"a1": {
			"source": {"path": "../asset.a1", "packaging": "zip"}, "destinations": {"here": {"objectKey": "a1.zip"}}}}}`)},
	}
	artifacts := map[string]any{
		"code.assets": map[string]any{"type": "cdk:asset-manifest", "properties": map[string]any{"file": "code.assets.json"}},
	}
	for name, template := range templates {
		artifacts[name] = map[string]any{
			"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/eu-west-1",
			"properties": map[string]any{"templateFile": name + ".template.json", "stackName": name},
			"metadata": map[string]any{"/dev/" + name + "/Thing/Resource": []any{
				map[string]any{"type": "aws:cdk:logicalId", "data": "Thing"},
			}},
		}
		files["assembly-dev/"+name+".template.json"] = &fstest.MapFile{Data: []byte(template)}
	}
	manifest, err := json.Marshal(map[string]any{"artifacts": artifacts})
	if err != nil {
		panic(err)
	}
	files["assembly-dev/manifest.json"] = &fstest.MapFile{Data: manifest}
	return files
}

func stageOf(t *testing.T, templates map[string]string) *assembly.Stage {
	t.Helper()
	loaded, err := assembly.LoadFS(synthesized(templates), "cdk.out")
	if err != nil {
		t.Fatal(err)
	}
	stage, err := loaded.Stage("dev")
	if err != nil {
		t.Fatal(err)
	}
	return stage
}

func resolveStage(t *testing.T, templates map[string]string) (*assembly.Model, []assembly.Problem) {
	t.Helper()
	model, problems := stageOf(t, templates).Resolve(assembly.Options{IDs: templatetest.IDs{}})
	templatetest.WantRefuser(t, problems)
	return model, problems
}

// resolveOne resolves a stage of one stack, App.
func resolveOne(t *testing.T, template string) (*assembly.Model, []assembly.Problem) {
	t.Helper()
	return resolveStage(t, map[string]string{"App": template})
}

// output returns the value of an output, and fails the test if there is none.
func output(t *testing.T, m *assembly.Model, key string) string {
	t.Helper()
	for _, o := range m.Outputs {
		if o.Key == key {
			return o.Value
		}
	}
	t.Fatalf("the model has no output %s, only %v", key, m.Outputs)
	return ""
}

// withTags puts properties in front of the stack name in the manifest of a synthesized assembly.
func withTags(t *testing.T, files fs.FS, properties string) {
	t.Helper()
	manifest := files.(fstest.MapFS)["assembly-dev/manifest.json"]
	manifest.Data = []byte(strings.Replace(string(manifest.Data), `"stackName"`, properties+`"stackName"`, 1))
}
