package synth

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

//go:embed reads.cjs
var readsScript []byte

// nodeReads notes what Node reads during a synth: the sources of assets, wherever they lie.
type nodeReads struct{ dir string }

func newNodeReads(dir string) (nodeReads, error) {
	r := nodeReads{dir: dir}
	if err := os.WriteFile(r.script(), readsScript, 0o600); err != nil {
		return r, fmt.Errorf("writing down what Node reads: %w", err)
	}
	return r, nil
}

func (r nodeReads) script() string { return filepath.Join(r.dir, "reads.cjs") }
func (r nodeReads) log() string    { return filepath.Join(r.dir, "reads") }

func (r nodeReads) variables() []string {
	options := strings.TrimSpace(os.Getenv("NODE_OPTIONS") + ` --require "` + r.script() + `"`)
	return []string{"NODE_OPTIONS=" + options, "M2M_READS=" + r.log()}
}

// reads is what was noted, without what the run writes and what is the system's.
func (r nodeReads) reads(p *Project, outdir string) (found reads, err error) {
	raw, err := os.ReadFile(r.log())
	if errors.Is(err, fs.ErrNotExist) { // no Node was started
		return reads{}, nil
	}
	if err != nil {
		return reads{}, fmt.Errorf("reading what Node has read: %w", err)
	}
	for entry := range strings.SplitSeq(string(raw), "\x00") {
		if len(entry) < 2 || p.isNotSource(entry[1:], outdir) {
			continue
		}
		if entry[0] == 'D' {
			found.Folders = append(found.Folders, entry[1:])
		} else {
			found.Files = append(found.Files, entry[1:])
		}
	}
	return found.merged(reads{}), nil
}

// isNotSource reports whether a path belongs to what a synth makes, to its temporary folders or to
// the system.
func (p *Project) isNotSource(path, outdir string) bool {
	made := append([]string{
		outdir, filepath.Join(p.Dir, OutputFolder), filepath.Join(p.Dir, ".build"), cdkHome(), os.Getenv("JSII_RUNTIME_PACKAGE_CACHE_ROOT"),
		"/proc", "/sys", "/dev",
	}, p.outputs...)
	return slices.ContainsFunc(append(made, p.written...), func(folder string) bool { return folder != "" && within(path, folder) }) ||
		strings.Contains(path, "/"+temporaryPrefix)
}

// cdkHome is where the CDK library keeps what it has computed before.
func cdkHome() string {
	if set := os.Getenv("CDK_HOME"); set != "" {
		return set
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".cdk")
}

// outsideOf leaves out of the reads what is among the project's files anyway.
func (p *Project) outsideOf(r reads) reads {
	skip := p.area().skip
	counts := func(path string) bool {
		if !within(path, p.Dir) {
			return false
		}
		for ; path != p.Dir; path = filepath.Dir(path) {
			if skip(path) {
				return false
			}
		}
		return true
	}
	return reads{
		Files: slices.DeleteFunc(r.Files, counts), Folders: slices.DeleteFunc(r.Folders, counts), Trees: slices.DeleteFunc(r.Trees, counts),
	}
}
