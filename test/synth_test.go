package test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/config"
	"cognito-m2m/internal/bundle"
	_ "cognito-m2m/internal/kernel" // sets up Node
	"cognito-m2m/stacks"
)

// root is the folder that holds go.mod, seen from this package.
const root = ".."

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "cognito-m2m-synth-"); err != nil {
		panic(err)
	}
	code := m.Run()
	jsii.Close()
	_ = os.RemoveAll(scratch)
	os.Exit(code)
}

// synthesized is the repository's own environments, synthesized once.
var synthesized = sync.OnceValues(func() (assembly, error) {
	environments, err := config.LoadDir(filepath.Join(root, "environments"), config.Options{})
	if err != nil {
		return assembly{}, err
	}
	return synth(filepath.Join(scratch, "cdk.out"), root, environments...)
})

// scratch holds the assembly of the repository's environments while the tests run.
var scratch string

func theAssembly(t *testing.T) assembly {
	t.Helper()
	a, err := synthesized()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// synth writes the cloud assembly of environments to outdir, with the context of cdk.json, as the
// CLI would pass it. A failure of CDK is an error, not a panic.
func synth(outdir, source string, environments ...*config.Environment) (assembly, error) {
	return synthWith(nil, outdir, source, environments...)
}

// synthUnbundled builds no function, which takes most of a synth's time: right for a test that
// looks at templates alone.
func synthUnbundled(outdir, source string, environments ...*config.Environment) (assembly, error) {
	return synthWith(map[string]any{"aws:cdk:bundling-stacks": []any{}}, outdir, source, environments...)
}

func synthWith(more map[string]any, outdir, source string, environments ...*config.Environment) (a assembly, err error) {
	err = recovered(func() error {
		context, err := cdkContext()
		if err != nil {
			return err
		}
		maps.Copy(context, more)
		functions, err := bundle.Start(source, nil)
		if err != nil {
			return err
		}
		defer functions.Close()
		app := awscdk.NewApp(&awscdk.AppProps{Context: &context, Outdir: jsii.String(outdir)})
		for _, env := range environments {
			stacks.AddEnvironment(app, env, stacks.Source{Dir: source, Build: functions.Build})
		}
		app.Synth(nil)
		return nil
	})
	if err != nil {
		return assembly{}, err
	}
	return readAssembly(outdir, environments)
}

// recovered turns a failure on CDK's side of jsii, which is a panic, into an error.
func recovered(do func() error) (err error) {
	defer func() {
		if failure := recover(); failure != nil {
			err = fmt.Errorf("synthesizing: %v", failure)
		}
	}()
	return do()
}

func cdkContext() (map[string]any, error) {
	raw, err := os.ReadFile(filepath.Join(root, "cdk.json"))
	if err != nil {
		return nil, err
	}
	var file struct {
		Context map[string]any `json:"context"`
	}
	err = json.Unmarshal(raw, &file)
	return file.Context, err
}

// assembly is a synthesized cloud assembly as plain JSON, so that a guard can be shown to go red by
// changing a copy of it.
type assembly struct {
	dir    string
	stages map[string]stage // by environment name
}

type stage struct {
	env      *config.Environment
	stacks   map[string]template // Identity, Api
	manifest map[string]any
}

type template struct {
	raw []byte
	doc map[string]any
}

func readAssembly(dir string, environments []*config.Environment) (a assembly, err error) {
	a = assembly{dir: dir, stages: map[string]stage{}}
	for _, env := range environments {
		if a.stages[env.Name], err = readStage(filepath.Join(dir, "assembly-"+env.Name), env); err != nil {
			return a, err
		}
	}
	return a, nil
}

func readStage(folder string, env *config.Environment) (stage, error) {
	s := stage{env: env, stacks: map[string]template{}}
	if _, err := readJSON(filepath.Join(folder, "manifest.json"), &s.manifest); err != nil {
		return s, err
	}
	for _, artifact := range s.artifacts("aws:cloudformation:stack") {
		file := at(artifact, "properties", "templateFile").(string)
		var doc map[string]any
		raw, err := readJSON(filepath.Join(folder, file), &doc)
		if err != nil {
			return s, err
		}
		s.stacks[stackName(artifact)] = template{raw: raw, doc: doc}
	}
	return s, nil
}

// stackName is Identity for the artifact displayed as dev/Identity (m2m-dev-Identity).
func stackName(artifact map[string]any) string {
	_, name, _ := strings.Cut(strings.Fields(artifact["displayName"].(string))[0], "/")
	return name
}

// artifact is the id of a stack's artifact in the manifest.
func (s stage) artifact(stack string) string {
	for id, artifact := range s.artifacts("aws:cloudformation:stack") {
		if stackName(artifact) == stack {
			return id
		}
	}
	return ""
}

func readJSON(file string, into any) ([]byte, error) {
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return raw, nil
}

func (s stage) artifacts(kind string) map[string]map[string]any {
	found := map[string]map[string]any{}
	for id, value := range s.manifest["artifacts"].(map[string]any) {
		if artifact := value.(map[string]any); artifact["type"] == kind {
			found[id] = artifact
		}
	}
	return found
}

// resources are a template's resources of one type, by logical id.
func (t template) resources(kind string) map[string]map[string]any {
	found := map[string]map[string]any{}
	for id, value := range t.section("Resources") {
		if resource := value.(map[string]any); resource["Type"] == kind {
			found[id] = resource
		}
	}
	return found
}

func (t template) section(name string) map[string]any {
	section, _ := t.doc[name].(map[string]any)
	return section
}

// copied is a deep copy that a test may change.
func (s stage) copied() stage {
	c := stage{env: s.env, stacks: map[string]template{}, manifest: copied(s.manifest)}
	for name, t := range s.stacks {
		c.stacks[name] = template{raw: t.raw, doc: copied(t.doc)}
	}
	return c
}

func copied(doc map[string]any) map[string]any {
	raw, err := json.Marshal(doc)
	if err != nil {
		panic(err)
	}
	var c map[string]any
	if err := json.Unmarshal(raw, &c); err != nil {
		panic(err)
	}
	return c
}

// at walks nested JSON objects; nil where the path ends early.
func at(doc any, path ...string) any {
	for _, key := range path {
		object, ok := doc.(map[string]any)
		if !ok {
			return nil
		}
		doc = object[key]
	}
	return doc
}
