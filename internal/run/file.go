package run

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// largestFile is far above what a run keeps: a few kB for each client, or resource of a stack, and
// some hundred bytes for each event and change of one.
const largestFile = 256 << 20

// ReadFile reads a file of the state folder, or one that goes with it. It refuses what has no end
// or keeps its reader waiting. The error of a file that is not there is fs.ErrNotExist.
func ReadFile(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > largestFile {
		return nil, fmt.Errorf("%s is not a regular file of at most %d bytes", name, largestFile)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	content := bytes.NewBuffer(make([]byte, 0, info.Size()+bytes.MinRead))
	_, err = content.ReadFrom(io.LimitReader(file, largestFile))
	return content.Bytes(), err
}

// ReplaceFile writes a file of the state folder in one step: a crash leaves the old one or the new
// one. What is being written is in the same folder, never in the system's temporary one: it may
// hold keys and secrets, and the next run removes it from there. It fails with a *StateDirError.
func ReplaceFile(file string, content []byte) error {
	dir := filepath.Dir(file)
	if err := renameio.WriteFile(file, content, 0o600, renameio.WithTempDir(dir)); err != nil {
		return &StateDirError{Dir: dir, Err: err}
	}
	return nil
}
