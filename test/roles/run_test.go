package roles

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"cognito-m2m/internal/iam"
	"cognito-m2m/internal/local"
	"cognito-m2m/internal/m2mtest"
	"cognito-m2m/internal/serving"
	"cognito-m2m/naming"
)

// root is the project's folder, seen from this package.
const root = "../.."

// scratch holds the programs of the functions while the tests run.
var scratch string

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "m2m-roles-"); err != nil {
		panic(err)
	}
	m2mtest.AtOnce(12) // they wait for functions that give up
	code := m.Run()
	_ = os.RemoveAll(scratch)
	os.Exit(code)
}

// functions are the programs of functions, in lambda/.
var functions = []string{"authorize", "echo", "rotate"}

// programs are the functions, built once for this machine, each in a folder of its own.
var programs = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(scratch, "functions")
	changed, err := impatient()
	if err != nil {
		return "", err
	}
	for _, name := range functions {
		output, path := filepath.Join(dir, name, "bootstrap"), "cognito-m2m/lambda/"+name
		if name == "authorize" {
			err = m2mtest.BuildChanged(output, path, changed)
		} else {
			err = m2mtest.BuildFunctions(output, path)
		}
		if err != nil {
			return "", err
		}
	}
	return dir, nil
})

// impatient has the function of the authorizer read its list again soon, and not after half a
// minute.
func impatient() (map[string]string, error) {
	const interval = "listInterval = 30 * time.Second"
	file := filepath.Join(root, "lambda", "authorize", "refused.go")
	source, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if !strings.Contains(string(source), interval) {
		return nil, fmt.Errorf("%s has no %q", file, interval)
	}
	return map[string]string{file: strings.Replace(string(source), interval, "listInterval = 50 * time.Millisecond", 1)}, nil
}

// environments are those of the golden templates that differ in their roles: maximal has a
// customer's key and tracing, dev has neither, and many has a function authorizer and groups of
// clients.
var environments = []string{"dev", "maximal", "many"}

// template is a stack's template.
type template map[string]any

// golden is a golden template, whose functions have programs of this machine.
func golden(t testing.TB, env, stack string) template {
	t.Helper()
	var made template
	raw := m2mtest.Read(t, filepath.Join(root, "test", "testdata", "golden", env, stack+".template.json"))
	if err := json.Unmarshal([]byte(raw), &made); err != nil {
		t.Fatal(err)
	}
	for id, function := range made.resources("AWS::Lambda::Function") {
		p := propertiesOf(function)
		p["Architectures"] = []any{map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH]}
		p["Code"].(map[string]any)["S3Key"] = programOf(id) + ".zip"
	}
	return made
}

// programOf is the folder of a function's program: the one that rotates, the one that authorizes,
// or one that answers.
func programOf(logicalID string) string {
	switch {
	case strings.HasPrefix(logicalID, "Rotation"):
		return "rotate"
	case strings.HasPrefix(logicalID, "Authorizer"):
		return "authorize"
	}
	return "echo"
}

// scopes are those of each route, as the authorizer's function has them beside it.
func (t template) scopes() map[string]any {
	scopes := map[string]any{}
	for _, route := range t.resources("AWS::ApiGatewayV2::Route") {
		if metadata := mapOf(route["Metadata"]); metadata[naming.ScopesMetadata] != nil {
			scopes[propertiesOf(route)["RouteKey"].(string)] = metadata[naming.ScopesMetadata]
		}
	}
	return scopes
}

// regionOf is the Region of an environment.
func regionOf(env string) string {
	if env == "many" {
		return "eu-central-1"
	}
	return "ap-northeast-1"
}

// stacks are those of an environment, in the order in which they need each other.
func stacks(t testing.TB, env string) (names []string) {
	t.Helper()
	groups, err := filepath.Glob(filepath.Join(root, "test", "testdata", "golden", env, naming.GroupStack("*")+".template.json"))
	if err != nil {
		t.Fatal(err)
	}
	names = []string{"Identity", "Api"}
	for _, file := range groups {
		names = append(names, strings.TrimSuffix(filepath.Base(file), ".template.json"))
	}
	return names
}

// resources are those of a type, by logical id.
func (t template) resources(kind string) map[string]map[string]any {
	found := map[string]map[string]any{}
	for id, r := range t["Resources"].(map[string]any) {
		if r := r.(map[string]any); r["Type"] == kind {
			found[id] = r
		}
	}
	return found
}

func propertiesOf(resource map[string]any) map[string]any {
	return resource["Properties"].(map[string]any)
}

// assembly writes a cloud assembly of an environment, whose Api template is changed.
func assembly(t testing.TB, env string, change func(template)) (dir string) {
	t.Helper()
	dir = t.TempDir()
	built, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "manifest.json"), map[string]any{"version": "54.0.0", "artifacts": map[string]any{
		"stage": map[string]any{"type": "cdk:cloud-assembly", "properties": map[string]any{"directoryName": "assembly-" + env, "displayName": env}},
	}})
	stage, artifacts := filepath.Join(dir, "assembly-"+env), map[string]any{}
	for _, stack := range stacks(t, env) {
		made := golden(t, env, stack)
		if stack == "Api" && change != nil {
			change(made)
		}
		write(t, filepath.Join(stage, stack+".template.json"), made)
		artifacts[stack] = map[string]any{
			"type": "aws:cloudformation:stack", "environment": "aws://123456789012/" + regionOf(env),
			"properties": map[string]any{"templateFile": stack + ".template.json", "stackName": "m2m-" + env + "-" + stack},
		}
	}
	files := map[string]any{}
	for _, name := range functions {
		files[name] = map[string]any{
			"source":       map[string]any{"path": filepath.Join("..", name), "packaging": "zip"},
			"destinations": map[string]any{"here": map[string]any{"objectKey": name + ".zip"}},
		}
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Link(filepath.Join(built, name, "bootstrap"), filepath.Join(dir, name, "bootstrap")); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(dir, "authorize", naming.ScopesFile), golden(t, env, "Api").scopes())
	write(t, filepath.Join(stage, "code.assets.json"), map[string]any{"files": files})
	artifacts["code.assets"] = map[string]any{"type": "cdk:asset-manifest", "properties": map[string]any{"file": "code.assets.json"}}
	write(t, filepath.Join(stage, "manifest.json"), map[string]any{"version": "54.0.0", "artifacts": artifacts})
	return dir
}

func write(t testing.TB, file string, content any) {
	t.Helper()
	raw, err := json.Marshal(content)
	if err != nil {
		t.Fatal(err)
	}
	m2mtest.Write(t, file, string(raw))
}

// report keeps what a run warns of, also from several goroutines.
type report struct {
	mu       sync.Mutex
	warnings []string
}

func (r *report) Step(string) func() { return func() {} }
func (r *report) Note(string)        {}
func (r *report) Warn(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.warnings = append(r.warnings, text)
}

// warned are the warnings so far.
func (r *report) warned() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.warnings...)
}

// run is an environment that runs.
type run struct {
	*serving.Description
	*report

	mu   sync.Mutex
	uses []iam.Use
}

// open begins a run without starting it.
func open(t testing.TB, env string, options ...func(*serving.Config)) (*local.Runtime, *run) {
	t.Helper()
	r := &run{report: &report{}}
	config := serving.Config{Env: env, Ephemeral: true, Report: r.report, Used: r.note}
	for _, set := range options {
		set(&config)
	}
	runtime, err := local.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := runtime.Close(context.Background()); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	return runtime, r
}

func (r *run) note(use iam.Use) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.uses = append(r.uses, use)
}

// start runs an environment whose Api template is changed, and ends the first rotations.
func start(t testing.TB, env string, change func(template), options ...func(*serving.Config)) *run {
	t.Helper()
	runtime, r := open(t, env, options...)
	d, err := runtime.Start(t.Context(), assembly(t, env, change))
	if err != nil {
		t.Fatal(err)
	}
	r.Description = d
	return r
}
