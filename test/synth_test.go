package test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"

	"cognito-m2m/config"
	"cognito-m2m/stacks"
)

// root is the folder that holds go.mod, seen from this package.
const root = ".."

func TestMain(m *testing.M) {
	code := m.Run()
	jsii.Close()
	os.Exit(code)
}

// synthesized is the repository's own environments, synthesized once.
var synthesized = sync.OnceValues(func() (assembly, error) {
	environments, err := config.LoadDir(filepath.Join(root, "environments"), config.Options{})
	if err != nil {
		return assembly{}, err
	}
	dir, err := os.MkdirTemp("", "cognito-m2m-synth-")
	if err != nil {
		return assembly{}, err
	}
	return synth(dir, root, environments...)
})

func theAssembly(t *testing.T) assembly {
	t.Helper()
	a, err := synthesized()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// synth writes the cloud assembly of environments to outdir, with the context
// of cdk.json, as the CLI would pass it. A failure of CDK is an error, not a panic.
func synth(outdir, source string, environments ...*config.Environment) (a assembly, err error) {
	defer func() {
		if failure := recover(); failure != nil {
			err = fmt.Errorf("synthesizing: %v", failure)
		}
	}()
	context, err := cdkContext()
	if err != nil {
		return assembly{}, err
	}
	app := awscdk.NewApp(&awscdk.AppProps{Context: &context, Outdir: jsii.String(outdir)})
	for _, env := range environments {
		stacks.AddEnvironment(app, env, stacks.Source{Dir: source})
	}
	app.Synth(nil)
	return readAssembly(outdir)
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

// assembly is a synthesized cloud assembly as plain JSON, so that a guard can
// be shown to go red by changing a copy of it.
type assembly struct {
	dir    string
	stages map[string]stage // by environment name
}

type stage struct {
	stacks   map[string]template // Identity, Api
	manifest map[string]any
}

type template struct {
	raw []byte
	doc map[string]any
}

func readAssembly(dir string) (assembly, error) {
	a := assembly{dir: dir, stages: map[string]stage{}}
	folders, err := filepath.Glob(filepath.Join(dir, "assembly-*"))
	if err != nil {
		return a, err
	}
	for _, folder := range folders {
		name := strings.TrimPrefix(filepath.Base(folder), "assembly-")
		if a.stages[name], err = readStage(folder); err != nil {
			return a, err
		}
	}
	return a, nil
}

func readStage(folder string) (stage, error) {
	s := stage{stacks: map[string]template{}}
	if _, err := readJSON(filepath.Join(folder, "manifest.json"), &s.manifest); err != nil {
		return s, err
	}
	for id := range s.artifacts("aws:cloudformation:stack") {
		artifact := s.artifacts("aws:cloudformation:stack")[id]
		file := at(artifact, "properties", "templateFile").(string)
		var doc map[string]any
		raw, err := readJSON(filepath.Join(folder, file), &doc)
		if err != nil {
			return s, err
		}
		display := artifact["displayName"].(string) // dev/Identity (m2m-dev-Identity)
		_, stack, _ := strings.Cut(strings.Fields(display)[0], "/")
		s.stacks[stack] = template{raw: raw, doc: doc}
	}
	return s, nil
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
	c := stage{stacks: map[string]template{}, manifest: copied(s.manifest)}
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
