package workflows

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var cdkCommand = regexp.MustCompile(`(?m)\bcdk (?:deploy|destroy|drift|diff|list|ls|synth)\b[^|\n]*`)

// cdkCommands are the lines of the Makefile, the scripts and the pages that run the CDK CLI, by
// file and line.
func cdkCommands(t *testing.T) map[string][]string {
	t.Helper()
	commands := map[string][]string{}
	for _, pattern := range []string{"Makefile", ".ci/*", ".github/workflows/*", "*.md", "docs/*.md", "docs/runbooks/*.md"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			commands[file] = append(commands[file], cdkCommand.FindAllString(string(source), -1)...)
		}
	}
	if len(commands[filepath.Join(root, "Makefile")]) < 3 {
		t.Fatalf("%v: the test does not see them", commands)
	}
	return commands
}

// TestFinishedAssembliesAreNotBuilt: with --app alone, the CLI still runs the build of cdk.json, so
// that a tree that does not compile blocks an assembly that is there.
func TestFinishedAssembliesAreNotBuilt(t *testing.T) {
	t.Parallel()
	for file, commands := range cdkCommands(t) {
		for _, command := range commands {
			words := strings.Fields(command)
			if slices.Contains(words, "--app") && !slices.Contains(words, "--no-build") {
				t.Errorf("%s: %s", file, command)
			}
		}
	}
}

// TestOutputsAreOfThisDeployment: the CLI writes --outputs-file only once all stacks have been
// deployed, so one that is there may be of an earlier deployment.
func TestOutputsAreOfThisDeployment(t *testing.T) {
	t.Parallel()
	for file, commands := range cdkCommands(t) {
		for _, command := range commands {
			if _, after, asked := strings.Cut(command, "--outputs-file"); asked {
				source, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				name := strings.Fields(after)[0]
				removed := strings.Index(string(source), "rm -f "+name)
				if removed < 0 || removed > strings.Index(string(source), command) {
					t.Errorf("%s: %s: nothing removes an old %s before", file, command, name)
				}
			}
		}
	}
}

// TestTelemetry: versionReporting switches off what the CLI adds to templates, not what it sends.
func TestTelemetry(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile(filepath.Join(root, "cdk.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Context map[string]any
	}
	if err := json.Unmarshal(source, &file); err != nil {
		t.Fatal(err)
	}
	if file.Context["cli-telemetry"] != false {
		t.Errorf("cli-telemetry is %v: the CLI sends what it did, and how long it took", file.Context["cli-telemetry"])
	}
}
