package assembly

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// Bounds of what is read, which no real assembly comes near.
const (
	maxFile     = 16 << 20 // bytes in a file
	maxAssembly = 64 << 20 // bytes in all files, each counted as often as a manifest names it
	maxStacks   = 50       // stacks in a stage
	maxNesting  = 500      // levels of values within values in a template

	// What CloudFormation takes (CloudFormation guide, "Quotas").
	maxTemplate  = 1 << 20 // bytes in a template
	maxResources = 500     // resources in a template
)

// errIrregular is what a file is refused with that may have no end, or may never answer.
var errIrregular = errors.New("is not a regular file, and nothing else is read from an assembly")

// folder is the assembly's own folder as a file system. No name and no link leads out of it.
type folder struct{ root *os.Root }

// Open does not wait for the other side of a FIFO.
func (f folder) Open(name string) (fs.File, error) {
	return f.root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
}

func (f folder) Stat(name string) (fs.FileInfo, error) { return f.root.Stat(name) }

// files reads the files of an assembly, and all in all not more than maxAssembly.
type files struct {
	fsys fs.FS
	left int64 // bytes that may still be read
}

// read returns the content of a regular file of at most so many bytes. The error for a file that is not there is
// fs.ErrNotExist.
func (f *files) read(name string, most int64) ([]byte, error) {
	if !fs.ValidPath(name) {
		return nil, fmt.Errorf("%s lies outside the assembly", name)
	}
	info, err := fs.Stat(f.fsys, name) // before it is opened: that alone does something to some devices
	if err != nil {
		return nil, unreadable(name, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s %w", name, errIrregular)
	}
	file, err := f.fsys.Open(name)
	if err != nil {
		return nil, unreadable(name, err)
	}
	defer func() { _ = file.Close() }()
	if info, err = file.Stat(); err != nil || !info.Mode().IsRegular() { // it may be another one by now
		return nil, fmt.Errorf("%s %w", name, errIrregular)
	}
	data, err := io.ReadAll(io.LimitReader(file, min(most, f.left)+1))
	switch {
	case err != nil:
		return nil, unreadable(name, err)
	case int64(len(data)) > most:
		return nil, fmt.Errorf("%s has more than %d bytes, which is the limit", name, most)
	case int64(len(data)) > f.left:
		return nil, fmt.Errorf("%s: the files of the assembly have more than %d bytes in all, which is the limit", name, maxAssembly)
	}
	f.left -= int64(len(data))
	return data, nil
}

// unreadable leaves the error for a file that is not there as it is.
func unreadable(name string, err error) error {
	if cause, ok := errors.AsType[*fs.PathError](err); ok && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s can't be read: %w (only files inside the assembly's folder are)", name, cause.Err)
	}
	return err
}
