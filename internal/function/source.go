package function

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
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
