package synth

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2"
)

// record says what an assembly was made of. It lies beside the assembly's folder
// and is gone while that is being made.
type record struct {
	Inputs   string   `json:"inputs"`   // the digest of what it was made of
	Assembly string   `json:"assembly"` // the digest of what was made
	Warnings []string `json:"warnings"`
}

func recordFile(outdir string) string { return filepath.Clean(outdir) + ".inputs.json" }

// upToDate returns the record of the assembly in outdir if it was made of
// exactly these inputs, and nobody has changed it since.
func upToDate(outdir, inputs string) (record, bool) {
	raw, err := os.ReadFile(recordFile(outdir))
	if err != nil {
		return record{}, false
	}
	var r record
	if json.Unmarshal(raw, &r) != nil || r.Inputs != inputs {
		return record{}, false
	}
	found, err := filesDigest(outdir, func(fs.DirEntry) bool { return true })
	return r, err == nil && found == r.Assembly
}

func (r record) write(outdir string) (err error) {
	if r.Assembly, err = filesDigest(outdir, func(fs.DirEntry) bool { return true }); err != nil {
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

// inputs is a digest of everything that a synth of env depends on: the files of
// the project, the tools and their settings. It takes in more than is needed,
// such as packages that no function imports, and leaves out only what can't
// matter: tests, Markdown, hidden folders and what is generated.
func (p *Project) inputs(ctx context.Context, env, node string) (string, error) {
	digest := sha256.New()
	fmt.Fprintf(digest, "env %q\n", env)
	for _, tool := range [][]string{{"go", "env", "GOVERSION", "GOFLAGS", "GOOS", "GOARCH"}, {node, "--version"}} {
		cmd := exec.CommandContext(ctx, tool[0], tool[1:]...) //nolint:gosec // the tools of the synth
		cmd.Dir = p.Dir
		version, err := cmd.Output()
		if err != nil {
			return "", fmt.Errorf("asking %s for its version: %w", filepath.Base(tool[0]), err)
		}
		fmt.Fprintf(digest, "%s\n", bytes.TrimSpace(version))
	}
	files, err := filesDigest(p.Dir, isInput)
	if err != nil {
		return "", fmt.Errorf("reading the project's files: %w", err)
	}
	fmt.Fprintf(digest, "%s\n", files)
	return hex.EncodeToString(digest.Sum(nil)), nil
}

func isInput(entry fs.DirEntry) bool {
	name := entry.Name()
	if entry.IsDir() {
		return !strings.HasPrefix(name, ".") &&
			!slices.Contains([]string{"node_modules", "cdk.out", "testdata", "test", "docs"}, name)
	}
	return !strings.HasSuffix(name, "_test.go") && !strings.HasSuffix(name, ".md")
}

// filesDigest is a digest of the names and contents of the files under root. What
// belongs says no to is left out, a folder with all that is in it.
func filesDigest(root string, belongs func(fs.DirEntry) bool) (string, error) {
	digest, files := sha256.New(), os.DirFS(root)
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == ".":
			return nil
		case !belongs(entry) && entry.IsDir():
			return fs.SkipDir
		case !belongs(entry) || !entry.Type().IsRegular():
			return nil
		}
		content, err := fs.ReadFile(files, name)
		// The digest of each file and not its bytes, so that no two lists of files run together.
		fmt.Fprintf(digest, "%q %x\n", name, sha256.Sum256(content))
		return err
	})
	return hex.EncodeToString(digest.Sum(nil)), err
}
