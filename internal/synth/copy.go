package synth

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// isAsset reports whether a path in an assembly's folder is that of an asset, by its name.
func isAsset(path string) bool { return strings.HasPrefix(filepath.Base(path), "asset.") }

// copyAssembly copies what is not there yet, without assets that the assembly does not name: they
// are of others before it.
func copyAssembly(from, to string) error {
	named, err := assetManifests(from)
	if err != nil {
		return fmt.Errorf("reading the assembly: %w", err)
	}
	err = filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		inside, relErr := filepath.Rel(from, path)
		switch {
		case err != nil || relErr != nil:
			return errors.Join(err, relErr)
		case isAsset(path) && !bytes.Contains(named, []byte(entry.Name())):
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		case entry.IsDir():
			return os.MkdirAll(filepath.Join(to, inside), 0o750)
		}
		return copyFile(path, filepath.Join(to, inside))
	})
	if err != nil {
		return fmt.Errorf("copying the assembly: %w", err)
	}
	return nil
}

// assetManifests are all files of an assembly that name assets.
func assetManifests(dir string) (all []byte, err error) {
	for _, pattern := range []string{"*.assets.json", "*/*.assets.json"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			raw, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			all = append(all, raw...)
		}
	}
	return all, nil
}

func copyFile(from, to string) error {
	if _, err := os.Lstat(to); err == nil {
		return nil
	}
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, info.Mode().Perm()) //nolint:gosec // a name in the assembly
}
