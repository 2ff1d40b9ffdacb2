//go:build !windows

package client

import (
	"path/filepath"

	"github.com/google/renameio/v2"
)

// replaceFile writes a file in one step, readable by this user alone, even if others could read the
// old one.
func replaceFile(path string, content []byte) error {
	file, err := renameio.NewPendingFile(path, renameio.WithTempDir(filepath.Dir(path)), renameio.WithStaticPermissions(0o600))
	if err != nil {
		return err
	}
	defer func() { _ = file.Cleanup() }()
	if _, err := file.Write(content); err != nil {
		return err
	}
	return file.CloseAtomicallyReplace()
}
