package function

import (
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"cognito-m2m/internal/lambdaenv"
)

// SourceFolder returns the folder of the package that the asset's bootstrap was built from. It
// fails if the bootstrap is not a Go program, or if its module is not where cfg says.
func SourceFolder(cfg PrepareConfig) (string, error) {
	origin, err := locate(filepath.Join(cfg.AssetDir, lambdaenv.Bootstrap), cfg.SourceDir)
	if err != nil {
		return "", fmt.Errorf("finding the source of asset %s: %w", cfg.AssetHash, err)
	}
	return origin.folder(), nil
}

// folder is that of the program's package.
func (b *build) folder() string {
	inModule := strings.TrimPrefix(strings.TrimPrefix(b.packagePath, b.modulePath), "/")
	return filepath.Join(b.moduleRoot, filepath.FromSlash(inModule))
}

// Matters reports whether a file in the folder of a program's package, or below, can change the
// program: tests and what is not Go can't, unless the package is made of more than Go.
func Matters(folder, file string) bool {
	name := filepath.Base(file)
	switch {
	case slices.Contains(moduleFiles, name), madeOfMore(folder):
		return true
	case strings.HasPrefix(name, "."), strings.HasPrefix(name, "_"), strings.HasSuffix(name, "_test.go"): // as for the go command
		return false
	}
	return filepath.Ext(name) == ".go"
}

// otherSources are the extensions of what else the go command compiles or links (go/build).
var otherSources = []string{
	".c", ".cc", ".cpp", ".cxx", ".m", ".h", ".hh", ".hpp", ".hxx", ".f", ".F", ".for", ".f90", ".s", ".S", ".sx", ".swig", ".swigcxx", ".syso",
}

// madeOfMore reports whether what lies in the folder embeds files, or has sources that are not Go
// and may include any. So it does of what can't be read.
func madeOfMore(folder string) bool {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return true
	}
	defer func() { _ = root.Close() }() // it was only read
	err = fs.WalkDir(root.FS(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if slices.Contains(otherSources, filepath.Ext(path)) {
			return errMore
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		source, err := fs.ReadFile(root.FS(), path)
		if bytes.Contains(source, []byte("//go:embed")) || bytes.Contains(source, []byte(`"C"`)) {
			return errMore
		}
		return err
	})
	return err != nil
}

var errMore = errors.New("more than Go")

// SameProgram reports whether two programs are the same but for their build IDs, which tell how
// each of them was built.
func SameProgram(a, b string) (bool, error) {
	one, err := withoutBuildIDs(a)
	if err != nil {
		return false, err
	}
	other, err := withoutBuildIDs(b)
	return bytes.Equal(one, other), err
}

func withoutBuildIDs(path string) ([]byte, error) {
	program, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	file, err := elf.NewFile(bytes.NewReader(program))
	if err != nil {
		return program, nil //nolint:nilerr // of other programs every byte counts
	}
	for _, name := range []string{".note.go.buildid", ".note.gnu.build-id"} {
		if note := file.Section(name); note != nil && note.Offset+note.FileSize <= uint64(len(program)) {
			clear(program[note.Offset:][:note.FileSize])
		}
	}
	return program, nil
}

// Build builds the package that the asset's bootstrap was built from once more, for this machine
// and as the source is now: the function that the asset will hold after the next synth. The result
// replaces the file output in one step; a process that runs the old one is not disturbed.
func (b *SourceBuilds) Build(ctx context.Context, cfg PrepareConfig, output string) error {
	origin, err := locate(filepath.Join(cfg.AssetDir, lambdaenv.Bootstrap), cfg.SourceDir)
	if err != nil {
		return fmt.Errorf("finding the source of asset %s: %w", cfg.AssetHash, err)
	}
	folder := filepath.Dir(output)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("making build folder: %w", err)
	}
	scratch, err := os.MkdirTemp(folder, "build-")
	if err != nil {
		return fmt.Errorf("making build folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	sources, built := sourcesOf(origin.folder()), filepath.Join(scratch, lambdaenv.Bootstrap)
	if kept := b.kept[output]; kept.fit(sources) && kept.build(ctx, scratch, built) == nil {
		return keep(built, output)
	}
	recording, err := newRecording(filepath.Join(scratch, "recording"))
	if err != nil {
		return err
	}
	if err := compileNative(ctx, origin, built, recording.recipe(origin)); err != nil {
		return err // what is remembered stays: it is of other sources, or of those before a mistake
	}
	b.remember(output, recording.runs(origin, sources))
	return keep(built, output)
}
