//go:build judge

package judge

import (
	"cmp"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cognito-m2m/config"
	"cognito-m2m/internal/m2mtest"
)

// template is a copy of a golden template for the judges, with a hash in place of the mask.
type template struct {
	place           string // dev/Api, delivery/111111111111
	account, region string // where it would be deployed
	file            string
}

// fault is one mistake put into a copy of a golden template, and who has to find it.
type fault struct {
	judge  string
	source string // the template's place
	put    func(resources map[string]any) (at string)
	rule   string
}

// account stands in for an environment that names none.
const account = "111122223333"

// faults are small mistakes that CDK lets through, or would if somebody edited stacks.
var faults = []fault{
	{"cdk-preflight", "dev/Api", setting("AWS::Cognito::UserPoolClient", "GenerateSecret", false), "pf-cognito-client-credentials-secret"},
	{"cdk-preflight", "maximal/Api", setting("AWS::ApiGatewayV2::DomainName", "DomainNameConfigurations", []any{map[string]any{
		"CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/66666666-7777-8888-9999-000000000000", "EndpointType": "REGIONAL",
	}}), "pf-apigwv2-domain-certificate-region"},
	{"cdk-preflight", "dev/Api", setting("AWS::Cognito::UserPoolClient", "AccessTokenValidity", "an hour"), "F3012"},
	{"cfn-lint", "dev/Api", setting("AWS::Cognito::UserPoolClient", "AccessTokenValidityInMinutes", 60), "E3002"},
	{"checkov", "maximal/Api", setting("AWS::KMS::Key", "EnableKeyRotation", false), "CKV_AWS_7"},
}

// setting is a fault: the value of a property of the first resource of a type.
func setting(kind, property string, value any) func(map[string]any) string {
	return func(resources map[string]any) string {
		for _, id := range slices.Sorted(maps.Keys(resources)) {
			resource := resources[id].(map[string]any)
			if resource["Type"] == kind {
				resource["Properties"].(map[string]any)[property] = value
				return id
			}
		}
		return ""
	}
}

// goldens copies every golden template into dir, and returns the copies.
func goldens(t *testing.T, dir string) (templates []template) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, "test", "testdata", "golden", "*", "*.template.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		env := environment(t, filepath.Base(filepath.Dir(file)))
		templates = append(templates, laid(t, dir, file, template{
			place:   env.Name + "/" + stackOf(file),
			account: cmp.Or(env.Account, account),
			region:  cmp.Or(env.Region, "us-east-1"),
		}))
	}
	delivery, err := config.LoadDelivery(filepath.Join(root, "delivery.example.yaml"), config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range delivery.Accounts {
		file := filepath.Join(root, "test", "testdata", "delivery", a.ID+".template.json")
		templates = append(templates, laid(t, dir, file, template{place: "delivery/" + a.ID, account: a.ID, region: a.Region}))
	}
	if len(files) < 12 || len(delivery.Accounts) < 2 {
		t.Fatalf("%d templates of environments and %d of roles: the judges would look at little", len(files), len(delivery.Accounts))
	}
	return templates
}

// laid writes the copy of a golden file that is judged as to.place.
func laid(t *testing.T, dir, file string, to template) template {
	t.Helper()
	masked, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	to.file = filepath.Join(dir, filepath.FromSlash(to.place)+".template.json")
	m2mtest.Write(t, to.file, strings.ReplaceAll(string(masked), "<asset hash>", strings.Repeat("0123456789abcdef", 4)))
	return to
}

func stackOf(file string) string { return strings.TrimSuffix(filepath.Base(file), ".template.json") }

// environment loads the file that the golden templates in a folder come from.
func environment(t *testing.T, name string) *config.Environment {
	t.Helper()
	env, err := config.LoadNamed(filepath.Join(root, "environments"), name, config.Options{})
	if err != nil {
		env, err = config.Load(filepath.Join(root, "test", "testdata", "environments", name+".yaml"), config.Options{LambdaDir: lambdaDir(t)})
	}
	if err != nil {
		t.Fatalf("%s: no environment file can be read: %v", name, err)
	}
	return env
}

// lambdaDir has the functions that the environments in testdata name.
func lambdaDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"echo", "orders", "rotate"} {
		m2mtest.Write(t, filepath.Join(dir, name, "main.go"), "package main\n\nfunc main() {}\n")
	}
	return dir
}

// withFaults adds the red copies for a judge, each in a place of its own that starts with red-.
func withFaults(t *testing.T, name, dir string, templates []template) (all []template, expect []finding) {
	t.Helper()
	for _, f := range faults {
		if f.judge != name {
			continue
		}
		i := slices.IndexFunc(templates, func(to template) bool { return to.place == f.source })
		if i < 0 {
			t.Fatalf("there is no template %s to put a fault into", f.source)
		}
		var document map[string]any
		source, err := os.ReadFile(templates[i].file)
		if err != nil {
			t.Fatal(err)
		}
		decode(t, source, &document)
		at := f.put(document["Resources"].(map[string]any))
		if at == "" {
			t.Fatalf("%s has no place for the fault that %s has to find", f.source, f.rule)
		}
		red := templates[i]
		red.place = "red-" + f.rule + "/" + stackOf(red.file)
		red.file = filepath.Join(dir, filepath.FromSlash(red.place)+".template.json")
		faulty, err := json.MarshalIndent(document, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		m2mtest.Write(t, red.file, string(faulty))
		all = append(all, red)
		expect = append(expect, finding{rule: f.rule, place: red.place, at: at})
	}
	if len(all) == 0 {
		t.Fatalf("no fault is put in for %s: it is not shown to go red", name)
	}
	return append(all, templates...), expect
}

// judgeTemplates runs a judge over the golden templates and the red copies at once.
func judgeTemplates(t *testing.T, name string, find func(dir string, templates []template) []finding) {
	t.Helper()
	dir := t.TempDir()
	templates, expect := withFaults(t, name, dir, goldens(t, dir))
	clean, red := split(find(dir, templates), func(place string) bool { return strings.HasPrefix(place, "red-") })
	for _, want := range expect {
		catch(t, red, want.rule, want.place, want.at)
	}
	pass(t, name, clean)
}

// placeOf is the place of a template that a judge names by its file.
func placeOf(t *testing.T, templates []template, file string) string {
	t.Helper()
	i := slices.IndexFunc(templates, func(to template) bool { return to.file == file })
	if i < 0 {
		t.Fatalf("a judge names the file %s, which it was not given", file)
	}
	return templates[i].place
}
