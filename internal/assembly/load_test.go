package assembly_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"cognito-m2m/internal/assembly"
	"cognito-m2m/internal/assembly/template/templatetest"
)

func TestLoadFindsTheStages(t *testing.T) {
	t.Parallel()
	loaded, err := assembly.Load("testdata/synth")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"anywhere", "dev"}, loaded.StageNames()); diff != "" {
		t.Errorf("stages (-want +got):\n%s", diff)
	}
	_, err = loaded.Stage("prod")
	if err == nil || !strings.Contains(err.Error(), `"prod"`) || !strings.Contains(err.Error(), "anywhere, dev") {
		t.Errorf("unknown stage gives %v, want the names there are", err)
	}
}

func TestLoadFromDisk(t *testing.T) {
	t.Parallel()
	empty := t.TempDir()
	file := filepath.Join(empty, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		dir  string
		want []string
	}{
		"no such directory": {filepath.Join(empty, "moon"), []string{"moon does not exist", "npx cdk synth", "name the folder"}},
		"a file":            {file, []string{"file is not a directory", "npx cdk synth"}},
		"no assembly":       {empty, []string{"has no manifest.json", "npx cdk synth"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := assembly.Load(test.dir)
			wantErrorWith(t, err, test.want...)
		})
	}
}

func TestLoadBrokenFiles(t *testing.T) {
	t.Parallel()
	const outer = `{"artifacts": {"assembly-dev": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-dev"}}}}`
	stack := func(template string) string {
		return `{"artifacts": {"App": {"type": "aws:cloudformation:stack", "properties": {"templateFile": "` + template + `"}}}}`
	}
	for name, test := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"manifest is not JSON":       {map[string]string{"manifest.json": "{\n  \"artifacts\": {},\n  oops\n}"}, []string{"manifest.json:3:3", "invalid character 'o'"}},
		"manifest ends early":        {map[string]string{"manifest.json": `{"artifacts": `}, []string{"manifest.json:1:14", "unexpected end"}},
		"more than one value":        {map[string]string{"manifest.json": `{"artifacts": {}} {}`}, []string{"manifest.json:1:19"}},
		"manifest of something else": {map[string]string{"manifest.json": `{"name": "x"}`}, []string{"no artifacts", "npx cdk synth"}},
		"artifacts of another kind":  {map[string]string{"manifest.json": `{"artifacts": [1]}`}, []string{"manifest.json:1:15", "cannot unmarshal array"}},
		"nested assembly is missing": {map[string]string{"manifest.json": outer}, []string{"assembly-dev/manifest.json is missing", "npx cdk synth"}},
		"nested assembly is outside": {map[string]string{"manifest.json": strings.ReplaceAll(outer, `"assembly-dev"}`, `"../x"}`)}, []string{`"../x" does not lie inside`}},
		"nested assembly is itself":  {map[string]string{"manifest.json": strings.ReplaceAll(outer, `"assembly-dev"}`, `"."}`)}, []string{`"." does not lie inside`}},
		"no properties":              {map[string]string{"manifest.json": `{"artifacts": {"a": {"type": "cdk:cloud-assembly"}}}`}, []string{"artifact a has no properties"}},
		"template is missing":        {map[string]string{"manifest.json": outer, "assembly-dev/manifest.json": stack("t.json")}, []string{"template of stack App", "assembly-dev/t.json is missing", "npx cdk synth"}},
		"template is outside":        {map[string]string{"manifest.json": outer, "assembly-dev/manifest.json": stack("../../t.json")}, []string{"template of stack App", "../t.json lies outside the assembly"}},
		"template is not JSON":       {map[string]string{"manifest.json": outer, "assembly-dev/manifest.json": stack("t.json"), "assembly-dev/t.json": "Resources:\n"}, []string{"template of stack App", "assembly-dev/t.json:1:1"}},
		"template is a list":         {map[string]string{"manifest.json": outer, "assembly-dev/manifest.json": stack("t.json"), "assembly-dev/t.json": "[]"}, []string{"template of stack App", "cannot unmarshal array"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := fstest.MapFS{}
			for name, text := range test.files {
				files[name] = &fstest.MapFile{Data: []byte(text)}
			}
			_, err := assembly.LoadFS(files, "cdk.out")
			wantErrorWith(t, err, test.want...)
		})
	}
}

func wantErrorWith(t *testing.T, err error, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("error is %v, want one that says %q", err, text)
		}
	}
}

func TestMissingAsset(t *testing.T) {
	t.Parallel()
	files := synthesized(map[string]string{"App": patched(t, nil)}).(fstest.MapFS)
	delete(files, "asset.a1/bootstrap")
	_, problems := resolveFrom(t, files, "dev")
	templatetest.WantProblem(t, problems, "Echo", "Code.S3Key", "asset.a1 is missing from the assembly: run `npx cdk synth` first")
}

// A stack bound to an account keeps it: CDK has written the account into ARNs by then.
func TestAccountAndRegionOfTheAssembly(t *testing.T) {
	t.Parallel()
	const template = `{"Resources": {"Pool": {"Type": "AWS::Cognito::UserPool"}}}`
	for name, test := range map[string]struct{ environment, account, region string }{
		"bound":    {"aws://111122223333/ap-northeast-1", "111122223333", "ap-northeast-1"},
		"agnostic": {"aws://unknown-account/unknown-region", "123456789012", "us-east-1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := synthesized(map[string]string{"App": template}).(fstest.MapFS)
			manifest := files["assembly-dev/manifest.json"]
			manifest.Data = []byte(strings.ReplaceAll(string(manifest.Data), "aws://unknown-account/eu-west-1", test.environment))
			model, problems := resolveFrom(t, files, "dev")
			templatetest.WantNoProblems(t, problems)
			if model.AccountID != test.account || model.Region != test.region {
				t.Errorf("got %s and %s, want %s and %s", model.AccountID, model.Region, test.account, test.region)
			}
		})
	}
}

func TestOneRegionOnly(t *testing.T) {
	t.Parallel()
	const template = `{"Resources": {"Pool": {"Type": "AWS::Cognito::UserPool"}}}`
	files := synthesized(map[string]string{"A": template, "B": template}).(fstest.MapFS)
	manifest := files["assembly-dev/manifest.json"]
	manifest.Data = []byte(strings.Replace(string(manifest.Data), "eu-west-1", "us-east-1", 1))
	_, problems := resolveFrom(t, files, "dev")
	templatetest.WantProblem(t, problems, "Pool", "", "one run has one of each")
}

// The manifest may give a template parameter its value.
func TestParameterFromTheManifest(t *testing.T) {
	t.Parallel()
	files := synthesized(map[string]string{"App": `{"Parameters": {"P": {"Type": "String"}}, "Outputs": {"O": {"Value": {"Ref": "P"}}}}`}).(fstest.MapFS)
	manifest := files["assembly-dev/manifest.json"]
	manifest.Data = []byte(strings.Replace(string(manifest.Data), `"stackName"`, `"parameters": {"P": "given"}, "stackName"`, 1))
	model, problems := resolveFrom(t, files, "dev")
	templatetest.WantNoProblems(t, problems)
	if got := output(t, model, "O"); got != "given" {
		t.Errorf("got %q, want the manifest's value", got)
	}
}

func TestStageInAStage(t *testing.T) {
	t.Parallel()
	inner := synthesized(map[string]string{"App": `{"Outputs": {"O": {"Value": "x"}}}`}).(fstest.MapFS)
	files := fstest.MapFS{"manifest.json": inner["manifest.json"]}
	for name, file := range inner {
		files["assembly-dev/"+name] = file
	}
	manifest := files["assembly-dev/manifest.json"]
	files["assembly-dev/manifest.json"] = &fstest.MapFile{
		Data: []byte(strings.Replace(string(manifest.Data), `"displayName": "dev"`, `"displayName": "dev/inner"`, 1)),
	}
	model, problems := resolveFrom(t, files, "dev/inner")
	templatetest.WantNoProblems(t, problems)
	if got := output(t, model, "O"); got != "x" {
		t.Errorf("got %q", got)
	}
}

func resolveFrom(t *testing.T, files fs.FS, name string) (*assembly.Model, []assembly.Problem) {
	t.Helper()
	loaded, err := assembly.LoadFS(files, "cdk.out")
	if err != nil {
		t.Fatal(err)
	}
	stage, err := loaded.Stage(name)
	if err != nil {
		t.Fatal(err)
	}
	return stage.Resolve(assembly.Options{IDs: templatetest.IDs{}})
}
