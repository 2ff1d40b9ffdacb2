package synth

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// tools decide what a synth makes of its files.
func tools(node string) [][]string {
	return [][]string{
		append([]string{"go", "env", "GOVERSION", "GOROOT", "GOHOSTOS", "GOHOSTARCH"}, buildVariables...),
		{node, "--version"},
	}
}

// settings are the tools of a synth, and what they are set to.
func (p *Project) settings(ctx context.Context, node string) (string, error) {
	all := tools(node)
	versions := make([][]byte, len(all))
	var asking errgroup.Group // the start of a program takes its time
	for i, tool := range all {
		asking.Go(func() (err error) {
			cmd := exec.CommandContext(ctx, tool[0], tool[1:]...) //nolint:gosec // the tools of the synth
			cmd.Dir = p.Dir
			if versions[i], err = cmd.Output(); err != nil {
				return fmt.Errorf("asking %s for its version: %w", filepath.Base(tool[0]), err)
			}
			return nil
		})
	}
	if err := asking.Wait(); err != nil {
		return "", err
	}
	var text strings.Builder
	for _, version := range versions {
		fmt.Fprintf(&text, "%s\n", bytes.TrimSpace(version))
	}
	for _, variable := range os.Environ() {
		if slices.ContainsFunc([]string{"CDK_", "JSII_", "NODE_"}, func(prefix string) bool { return strings.HasPrefix(variable, prefix) }) {
			fmt.Fprintf(&text, "%q\n", variable)
		}
	}
	return text.String(), nil
}

// inputs is a digest of what a synth of env depends on, as far as it is known before: all files of
// the project, the tools and their settings, and the context that the user has everywhere.
func (p *Project) inputs(env, settings string) (string, error) {
	digest := sha256.New()
	fmt.Fprintf(digest, "env %q\n%s", env, settings)
	files, err := p.area().digest()
	if err != nil {
		return "", fmt.Errorf("reading the project's files: %w", err)
	}
	fmt.Fprintf(digest, "%s\n", files)
	return hex.EncodeToString(digest.Sum(nil)), nil
}

// area is the project's own files, but for what is built and synthesized there, and what this run
// writes.
func (p *Project) area() area {
	p.mu.Lock()
	outputs := p.outputs
	p.mu.Unlock()
	a := area{root: p.Dir, reads: reads{Files: p.sharedFiles()}, skip: func(path string) bool {
		name := filepath.Base(path)
		return isEditorFile(name) ||
			filepath.Dir(path) == p.Dir && slices.Contains(notRead, name) ||
			slices.Contains(outputs, path) || slices.Contains(p.written, path)
	}}
	for _, name := range p.written {
		if file, err := os.Stat(name); err == nil && file.Mode().IsRegular() {
			a.output = append(a.output, file)
		}
	}
	a.output = append(a.output, p.streams...)
	return a
}

// sharedFiles stand for other files, or count for every project.
func (p *Project) sharedFiles() []string {
	files := []string{filepath.Join(p.Dir, "node_modules", ".package-lock.json")} // what is installed
	if file := userFile(); file != "" {
		files = append(files, file)
	}
	return files
}

// Writes names the files and folders that this run writes: they do not count as read by a synth,
// wherever they lie. Nor does a stream that is a file.
func (p *Project) Writes(paths []string, streams ...*os.File) error {
	for _, path := range paths {
		inProject, err := p.named(path)
		if err != nil {
			return fmt.Errorf("finding what this run writes: %w", err)
		}
		p.written = append(p.written, inProject)
	}
	for _, stream := range streams {
		if file, err := stream.Stat(); err == nil && file.Mode().IsRegular() { // one that is closed is not written
			p.streams = append(p.streams, file)
		}
	}
	return nil
}

// named is how a walk of the project names a path that may have other names, by links, and may not
// be there yet.
func (p *Project) named(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	root, err := filepath.EvalSymlinks(p.Dir)
	if err != nil {
		return "", err
	}
	there, rest := path, ""
	real, err := filepath.EvalSymlinks(there)
	for ; errors.Is(err, fs.ErrNotExist) && there != filepath.Dir(there); real, err = filepath.EvalSymlinks(there) {
		there, rest = filepath.Dir(there), filepath.Join(filepath.Base(there), rest)
	}
	if err != nil {
		return "", err
	}
	if real = filepath.Join(real, rest); !within(real, root) {
		return path, nil
	}
	inside, err := filepath.Rel(root, real)
	return filepath.Join(p.Dir, inside), err
}
