package synth

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/renameio/v2"
)

// record says what an assembly was made of. It lies beside the assembly's folder
// and is gone while that is being made.
type record struct {
	Inputs   string    `json:"inputs"`   // the digest of the project and the tools, before it was made
	Reads    *reads    `json:"reads"`    // what else it was made of; nil in a record that does not know
	Others   string    `json:"others"`   // the digest of that; "" if it has changed while the assembly was made
	Begun    time.Time `json:"begun"`    // when making it began
	Assembly string    `json:"assembly"` // the digest of what was made
	Warnings []string  `json:"warnings"`
}

func recordFile(outdir string) string { return filepath.Clean(outdir) + ".inputs.json" }

func readRecord(outdir string) (r record, ok bool) {
	raw, err := os.ReadFile(recordFile(outdir))
	return r, err == nil && json.Unmarshal(raw, &r) == nil && r.Reads != nil
}

// holds reports whether the assembly in outdir was made of exactly these inputs,
// and no one has changed it since.
func (r record) holds(outdir, inputs string) bool {
	if r.Inputs != inputs {
		return false
	}
	others, err := area{reads: *r.Reads}.digest()
	if err != nil || others != r.Others {
		return false
	}
	found, err := area{root: outdir}.digest()
	return err == nil && found == r.Assembly
}

// write completes the record of the assembly that was made.
func (r record) write(outdir string) (err error) {
	if r.Others, err = r.others(); err != nil {
		return fmt.Errorf("reading what the assembly was made of: %w", err)
	}
	if r.Assembly, err = (area{root: outdir}).digest(); err != nil {
		return fmt.Errorf("reading the assembly: %w", err)
	}
	raw, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encoding what the assembly was made of: %w", err)
	}
	file := recordFile(outdir)
	if err := renameio.WriteFile(file, raw, 0o644, renameio.WithTempDir(filepath.Dir(file))); err != nil {
		return fmt.Errorf("writing what the assembly was made of: %w", err)
	}
	return nil
}

// others is the digest of what was read beside the project. Which files that are is
// known only after the synth; one that has changed since it began may have been
// read before or after.
func (r record) others() (string, error) {
	read := area{reads: *r.Reads}
	changed := false
	err := read.walk(func(_ string, file fs.FileInfo) error {
		changed = changed || !file.ModTime().Before(r.Begun)
		return nil
	})
	if err != nil || changed {
		return "", err
	}
	return read.digest()
}

// tools decide what a synth makes of its files.
func tools(node string) [][]string {
	return [][]string{
		append([]string{"go", "env", "GOVERSION", "GOROOT", "GOHOSTOS", "GOHOSTARCH"}, buildVariables...),
		{node, "--version"},
	}
}

// inputs is a digest of what a synth of env depends on, as far as it is known
// before: all files of the project, the tools and their settings, and the context
// that the user has everywhere.
func (p *Project) inputs(ctx context.Context, env, node string) (string, error) {
	digest := sha256.New()
	fmt.Fprintf(digest, "env %q\n", env)
	for _, tool := range tools(node) {
		cmd := exec.CommandContext(ctx, tool[0], tool[1:]...) //nolint:gosec // the tools of the synth
		cmd.Dir = p.Dir
		version, err := cmd.Output()
		if err != nil {
			return "", fmt.Errorf("asking %s for its version: %w", filepath.Base(tool[0]), err)
		}
		fmt.Fprintf(digest, "%s\n", bytes.TrimSpace(version))
	}
	for _, variable := range os.Environ() {
		if slices.ContainsFunc([]string{"CDK_", "JSII_", "NODE_"}, func(prefix string) bool { return strings.HasPrefix(variable, prefix) }) {
			fmt.Fprintf(digest, "%q\n", variable)
		}
	}
	files, err := p.area().digest()
	if err != nil {
		return "", fmt.Errorf("reading the project's files: %w", err)
	}
	fmt.Fprintf(digest, "%s\n", files)
	return hex.EncodeToString(digest.Sum(nil)), nil
}

// area is the project's own files, but for what is built and synthesized there, and
// what this run writes.
func (p *Project) area() area {
	p.mu.Lock()
	outputs := p.outputs
	p.mu.Unlock()
	a := area{root: p.Dir, reads: reads{Files: p.elsewhere()}, skip: func(path string) bool {
		name := filepath.Base(path)
		return isKept(name) ||
			filepath.Dir(path) == p.Dir && slices.Contains(notRead, name) ||
			slices.Contains(outputs, path) || slices.Contains(p.written, path)
	}}
	for _, name := range p.written {
		if file, err := os.Stat(name); err == nil && file.Mode().IsRegular() {
			a.ours = append(a.ours, file)
		}
	}
	a.ours = append(a.ours, p.streams...)
	return a
}

// elsewhere are files that stand for others, or count for every project.
func (p *Project) elsewhere() []string {
	files := []string{filepath.Join(p.Dir, "node_modules", ".package-lock.json")} // what is installed
	if file := userFile(); file != "" {
		files = append(files, file)
	}
	return files
}

// Writes tells the project which files and folders this run writes: they are not
// read by a synth, wherever they lie. Nor is a stream that is a file.
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

// named is how a walk of the project names a path that may have other names, by
// links, and may not be there yet.
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
