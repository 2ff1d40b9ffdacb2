package synth

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"cognito-m2m/internal/trust"
)

// Project is a folder with a cdk.json.
type Project struct {
	Dir string // absolute

	commands

	written []string      // what else this run writes, see Writes
	streams []fs.FileInfo // what it prints to, where that is a file

	mu    sync.Mutex
	reads reads     // what the last synths read outside of Dir
	since time.Time // when the last of them began
}

// commands are what cdk.json says, with the context that stands elsewhere.
type commands struct {
	build, app string
	context    map[string]any
	outputs    []string // absolute paths of what the commands write
}

// ErrNoProject says that no folder from the one given up to the root has a cdk.json.
var ErrNoProject = errors.New("no cdk.json here or in a folder above")

// Find reads the project that dir belongs to: dir itself or the nearest folder above it with a
// cdk.json. ErrNoProject if there is none. One above has to be this user's or root's, or else the
// error is a *trust.Error: its commands are run, and someone who works in dir may not know of it.
func Find(dir string) (*Project, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("finding cdk.json: %w", err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		project, err := read(dir)
		switch {
		case err == nil && dir != start:
			return project, trust.Given(dir, filepath.Join(dir, "cdk.json"))
		case !errors.Is(err, fs.ErrNotExist):
			return project, err
		case dir == filepath.Dir(dir):
			return nil, ErrNoProject
		}
	}
}

func read(dir string) (*Project, error) {
	name := filepath.Join(dir, "cdk.json")
	raw, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("reading cdk.json: %w", err)
	}
	var file struct {
		Build   string         `json:"build"`
		App     string         `json:"app"`
		Output  string         `json:"output"`
		Context map[string]any `json:"context"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, fmt.Errorf("decoding %s: %w", name, err)
	}
	if file.App == "" {
		return nil, fmt.Errorf("%s has no app command", name)
	}
	p := &Project{Dir: dir, commands: commands{build: file.Build, app: file.App}}
	if p.context, err = contextOf(dir, file.Context); err != nil {
		return nil, err
	}
	for _, output := range append(builtFiles(file.Build), file.Output) {
		if output == "" {
			continue
		}
		if !filepath.IsAbs(output) {
			output = filepath.Join(dir, output)
		}
		p.outputs = append(p.outputs, output)
	}
	return p, nil
}

// reloadCommands reads cdk.json and the context again: a run that watches files outlives many
// versions of them.
func (p *Project) reloadCommands() error {
	now, err := read(p.Dir)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.commands = now.commands
	return nil
}

// contextOf is all that the CDK command line hands to the app: cdk.json's goes before
// cdk.context.json, where lookups are kept, and that before the user's own.
func contextOf(dir string, own map[string]any) (map[string]any, error) {
	all := map[string]any{}
	if file := userFile(); file != "" {
		var user struct {
			Context map[string]any `json:"context"`
		}
		if err := readJSON(file, &user); err != nil {
			return nil, err
		}
		maps.Copy(all, user.Context)
	}
	var looked map[string]any
	if err := readJSON(filepath.Join(dir, "cdk.context.json"), &looked); err != nil {
		return nil, err
	}
	maps.Copy(all, looked)
	maps.Copy(all, own)
	return all, nil
}

// userFile is where the CDK command line looks for the user's settings for every project; ""
// without a home folder.
func userFile() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".cdk.json")
}

// readJSON leaves into as it is if the file is not there.
func readJSON(file string, into any) error {
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the context: %w", err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("decoding %s: %w", file, err)
	}
	return nil
}

// builtFiles are what a build command names after -o, the flag of the go command and most
// compilers.
func builtFiles(build string) (files []string) {
	words := strings.Fields(build)
	for i, word := range words {
		if value, ok := strings.CutPrefix(word, "-o="); ok {
			files = append(files, strings.Trim(value, `'"`))
		} else if word == "-o" && i+1 < len(words) {
			files = append(files, strings.Trim(words[i+1], `'"`))
		}
	}
	return files
}

// setOutside remembers what a synth that began at a time read outside of the project's folder.
func (p *Project) setOutside(r reads, begun time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reads, p.since = r, begun
}

// outside is what the last synth read outside of the project's folder.
func (p *Project) outside() (reads, time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.reads, p.since
}
