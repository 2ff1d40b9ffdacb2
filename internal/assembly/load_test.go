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
		"manifest is not JSON":        {map[string]string{"manifest.json": "{\n  \"artifacts\": {},\n  oops\n}"}, []string{"manifest.json:3:3", "invalid character 'o'"}},
		"manifest ends early":         {map[string]string{"manifest.json": `{"artifacts": `}, []string{"manifest.json:1:14", "unexpected end"}},
		"more than one value":         {map[string]string{"manifest.json": `{"artifacts": {}} {}`}, []string{"manifest.json:1:19"}},
		"manifest of something else":  {map[string]string{"manifest.json": `{"name": "x"}`}, []string{"no artifacts", "npx cdk synth"}},
		"artifacts of another kind":   {map[string]string{"manifest.json": `{"artifacts": [1]}`}, []string{"manifest.json:1:15", "cannot unmarshal array"}},
		"nested assembly is missing":  {map[string]string{"manifest.json": outer}, []string{"assembly-dev/manifest.json is missing", "npx cdk synth"}},
		"nested assembly is outside":  {map[string]string{"manifest.json": strings.ReplaceAll(outer, `"assembly-dev"}`, `"../x"}`)}, []string{`"../x" does not lie inside`}},
		"nested assembly is itself":   {map[string]string{"manifest.json": strings.ReplaceAll(outer, `"assembly-dev"}`, `"."}`)}, []string{`"." does not lie inside`}},
		"no properties":               {map[string]string{"manifest.json": `{"artifacts": {"a": {"type": "cdk:cloud-assembly"}}}`}, []string{"artifact a has no properties"}},
		"template is missing":         {map[string]string{"manifest.json": outer, "assembly-dev/manifest.json": stack("t.json")}, []string{"template of stack App", "assembly-dev/t.json is missing", "npx cdk synth"}},
		"template is outside":         {map[string]string{"manifest.json": outer, "assembly-dev/manifest.json": stack("../../t.json")}, []string{"template of stack App", "../t.json lies outside the assembly"}},
		"template is not JSON":        {map[string]string{"manifest.json": outer, "assembly-dev/manifest.json": stack("t.json"), "assembly-dev/t.json": "Resources:\n"}, []string{"template of stack App", "assembly-dev/t.json:1:1"}},
		"template and something else": {map[string]string{"manifest.json": outer, "assembly-dev/manifest.json": stack("t.json"), "assembly-dev/t.json": "{} {}"}, []string{"template of stack App", "assembly-dev/t.json:1:4", "after top-level value"}},
		"template is a list":          {map[string]string{"manifest.json": outer, "assembly-dev/manifest.json": stack("t.json"), "assembly-dev/t.json": "[]"}, []string{"template of stack App", "cannot unmarshal array"}},
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

// TestMetadataBesideTheManifest: what is in the file counts as much as what the manifest has, also
// of one construct, in any form that JSON lets it have.
//
// Source: aws-cdk 2.1148.1, readMetadata of CloudArtifact
func TestMetadataBesideTheManifest(t *testing.T) {
	t.Parallel()
	const template = `{"Resources": {"Pool": {"Type": "AWS::Cognito::UserPool", "Metadata": {"aws:cdk:path": "in/template"}}, "Thing": {"Type": "AWS::Cognito::UserPool", "Metadata": {"aws:cdk:path": "in/template"}}}}`
	for name, test := range map[string]struct {
		metadata    string
		pool, thing string // the paths
		fails       string
	}{
		"usual": {
			metadata: `{"/b/Pool": [{"type": "aws:cdk:creationStack", "data": ["x"], "trace": {}}, {"data": "Pool", "type": "aws:cdk:logicalId"}], "/c": []}`,
			pool:     "b/Pool", thing: "dev/App/Thing/Resource",
		},
		"beside the manifest's": {metadata: `{"/dev/App/Thing/Resource": [{"type": "other", "data": "Thing"}]}`, pool: "in/template", thing: "dev/App/Thing/Resource"},
		"two paths":             {metadata: `{"/b": [{"type": "aws:cdk:logicalId", "data": "Pool"}], "/a": [{"type": "aws:cdk:logicalId", "data": "Pool"}]}`, pool: "b", thing: "dev/App/Thing/Resource"},
		"names in capitals":     {metadata: `{"/b": [{"Type": "aws:cdk:logicalId", "DATA": "Pool"}]}`, pool: "b", thing: "dev/App/Thing/Resource"},
		"escaped":               {metadata: `{"\u002fb": [{"typ\u0065": "aws:cdk:logical\u0049d", "data": "P\u006fol"}]}`, pool: "b", thing: "dev/App/Thing/Resource"},
		"no text":               {metadata: `{"/b": [{"type": "aws:cdk:logicalId", "data": 1}, {"type": "aws:cdk:logicalId"}, {}, null], "/c": null}`, pool: "in/template", thing: "dev/App/Thing/Resource"},
		"nothing":               {metadata: `null`, pool: "in/template", thing: "dev/App/Thing/Resource"},
		"no list":               {metadata: `{"/b": {}}`, fails: "decoding assembly-dev/App.metadata.json:1:8"},
		"a type that is none":   {metadata: `{"/b": [{"type": 1}]}`, fails: "decoding assembly-dev/App.metadata.json:1:"},
		"a list":                {metadata: `[]`, fails: "decoding assembly-dev/App.metadata.json:1:"},
		"no JSON":               {metadata: `{"/b": [{"type": "x"]}`, fails: "decoding assembly-dev/App.metadata.json:1:21"},
		"two values":            {metadata: `{} {}`, fails: "decoding assembly-dev/App.metadata.json:1:4"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := synthesized(map[string]string{"App": template}).(fstest.MapFS)
			manifest := files["assembly-dev/manifest.json"]
			manifest.Data = []byte(strings.ReplaceAll(string(manifest.Data), `"environment":`, `"additionalMetadataFile": "App.metadata.json", "environment":`))
			files["assembly-dev/App.metadata.json"] = &fstest.MapFile{Data: []byte(test.metadata)}
			if test.fails != "" {
				_, err := assembly.LoadFS(files, "cdk.out")
				wantErrorWith(t, err, "metadata of stack App", test.fails)
				return
			}
			model, _ := resolveFrom(t, files, "dev")
			if pool, thing := model.UserPools[0].Path, model.UserPools[1].Path; pool != test.pool || thing != test.thing {
				t.Errorf("the paths are %q and %q, want %q and %q", pool, thing, test.pool, test.thing)
			}
		})
	}
}

// TestTheFirstBrokenFileIsNamed, in the order in which files are read, though stacks are decoded at
// the same time and what comes later is decoded sooner.
func TestTheFirstBrokenFileIsNamed(t *testing.T) {
	t.Parallel()
	long := `{"Resources": {}, "Description": "` + strings.Repeat("x", 900_000) + `" oops}`
	for name, test := range map[string]struct {
		templates map[string]string
		remove    []string
		metadata  bool // is in a file beside the template, which is not there
		want      string
	}{
		"of broken templates":          {map[string]string{"A": emptyStack, "B": long, "C": "oops", "D": "["}, nil, false, "template of stack B: decoding assembly-dev/B.template.json:1:900037"},
		"before one that is missing":   {map[string]string{"A": long, "B": emptyStack}, []string{"B"}, false, "template of stack A"},
		"missing before a broken one":  {map[string]string{"A": emptyStack, "B": "oops"}, []string{"A"}, false, "template of stack A: assembly-dev/A.template.json is missing"},
		"a template and its metadata":  {map[string]string{"A": long}, nil, true, "template of stack A"},
		"metadata and another's":       {map[string]string{"A": emptyStack, "B": "oops"}, nil, true, "metadata of stack A: assembly-dev/nowhere.json is missing"},
		"a template with too much":     {map[string]string{"A": `{"a": ` + strings.Repeat("[", 600) + strings.Repeat("]", 600) + `}`, "B": "oops"}, nil, false, "template of stack A: values are nested"},
		"a list where an object is to": {map[string]string{"A": "[" + strings.Repeat("1, ", 100_000) + "1]", "B": "oops"}, nil, false, "template of stack A: decoding assembly-dev/A.template.json:1:"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := synthesized(test.templates).(fstest.MapFS)
			for _, stack := range test.remove {
				delete(files, "assembly-dev/"+stack+".template.json")
			}
			if test.metadata {
				manifest := files["assembly-dev/manifest.json"]
				manifest.Data = []byte(strings.ReplaceAll(string(manifest.Data), `"environment":`, `"additionalMetadataFile": "nowhere.json", "environment":`))
			}
			for range 5 {
				_, err := assembly.LoadFS(files, "cdk.out")
				wantErrorWith(t, err, test.want)
			}
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
