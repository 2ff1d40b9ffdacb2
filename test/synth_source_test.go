package test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"cognito-m2m/config"
)

// variant is an environment file that tests extend; its last key is api.
const variant = `name: dev
region: eu-west-1
identity: {deletionProtection: false}
resourceServers:
  - identifier: test-api
    scopes: {read: Read test data, write: Write test data}
clients:
  reader: {scopes: [test-api/read]}
  writer: {scopes: [test-api/write], accessTokenValidity: 30m}
api:
  routes:
    - {path: /a, methods: [GET], scopes: [test-api/read]}
    - {path: /b, methods: [POST, PUT], scopes: [test-api/write]}`

// source is a small module with the functions echo, rotate and authorize, so that a variant is
// built and hashed quickly and apart from the repository's own code.
type source string

func newSource(t *testing.T) source {
	t.Helper()
	s := source(t.TempDir())
	if err := s.lay("authorize", "echo", "rotate"); err != nil {
		t.Fatal(err)
	}
	return s
}

// lay lays out the module with some functions that do nothing. Each has another asset.
func (s source) lay(functions ...string) error {
	files := map[string]string{"go.mod": "module variant\n\ngo 1.26\n"}
	for _, function := range functions {
		files["lambda/"+function+"/main.go"] = "package main // " + function + "\n\nfunc main() {}\n"
	}
	for name, content := range files {
		file := filepath.Join(string(s), filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (s source) write(t *testing.T, name, content string) {
	t.Helper()
	write(t, filepath.Join(string(s), filepath.FromSlash(name)), []byte(content))
}

// groupMark begins a group in the text of an environment file: its name and then its file follow.
const groupMark = "\n--- group "

// load reads one environment file, as the app does.
func (s source) load(t *testing.T, yaml string) *config.Environment {
	t.Helper()
	environments := filepath.Join(string(s), "environments")
	if err := os.RemoveAll(environments); err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(strings.SplitN(yaml, "\n", 2)[0], "name: ")
	files := strings.Split(yaml, groupMark)
	s.write(t, "environments/"+name+".yaml", files[0]+"\n")
	for _, group := range files[1:] {
		file, content, _ := strings.Cut(group, "\n")
		s.write(t, "environments/"+name+"/"+file+".yaml", content+"\n")
	}
	loaded, err := config.LoadDir(environments, config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return loaded[0]
}

// synthStage synthesizes one environment file.
func synthStage(t *testing.T, s source, yaml string) stage {
	t.Helper()
	env := s.load(t, yaml)
	a, err := synth(t.TempDir(), string(s), env)
	if err != nil {
		t.Fatal(err)
	}
	return a.stages[env.Name]
}

// seen is a file as it was synthesized once, without the functions' code, for all tests that look
// at templates alone. Its source is that of the fixtures.
type seen struct {
	stage stage
	dir   string
}

var allSeen = map[string]seen{}

func look(t *testing.T, yaml string) seen {
	t.Helper()
	if _, ok := allSeen[yaml]; !ok {
		everyStage(t) // lays out the source
		s := fixtureSource()
		env := s.load(t, yaml)
		dir := filepath.Join(scratch, "seen", strconv.Itoa(len(allSeen))) // outlives this test
		a, err := synthUnbundled(dir, string(s), env)
		if err != nil {
			t.Fatal(err)
		}
		allSeen[yaml] = seen{a.stages[env.Name], dir}
	}
	return allSeen[yaml]
}

func synthVariant(t *testing.T, s source, yaml string) template {
	t.Helper()
	return synthStage(t, s, yaml).stacks["Api"]
}
