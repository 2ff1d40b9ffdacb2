package assembly

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"syscall"

	"cognito-m2m/internal/jsonvalue"
)

// Bounds of what is read, which no real assembly comes near.
const (
	maxFile     = 16 << 20 // bytes in a file
	maxAssembly = 64 << 20 // bytes in all files, each counted as often as a manifest names it
	maxStacks   = 100      // stacks in a stage
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

// read returns the content of a regular file of at most so many bytes. The error for a file that is
// not there is fs.ErrNotExist.
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
	data, err := readAll(file, info.Size(), min(most, f.left)+1)
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

// readAll reads a file that probably has size bytes, and at most so many of it.
func readAll(file io.Reader, size, most int64) ([]byte, error) {
	content := bytes.NewBuffer(make([]byte, 0, min(size, most)+bytes.MinRead))
	_, err := content.ReadFrom(io.LimitReader(file, most))
	return content.Bytes(), err
}

// text is the content of a JSON file.
type text struct {
	name string
	data []byte
}

// decode decodes a JSON file. Numbers stay as they are written, so that 1.10 in a template is still
// 1.10 after Fn::Join. An error names the file, and for broken JSON the line and column.
func decode[T any](file *text) (value T, err error) {
	// A decoder stops at the end of the first value; this finds broken syntax anywhere, and its
	// offset is exact.
	if err = json.Unmarshal(file.data, new(json.RawMessage)); err == nil {
		decoder := json.NewDecoder(bytes.NewReader(file.data))
		decoder.UseNumber()
		err = decoder.Decode(&value)
	}
	if err != nil {
		line, column := position(file.data, offset(err))
		return value, fmt.Errorf("decoding %s:%d:%d: %w", file.name, line, column, err)
	}
	return value, nil
}

// decodeObject is decode for an object of any form. It is quick for one whose values do not stand
// within values on more than so many levels, and otherwise says so.
func decodeObject(file *text, levels int) (object map[string]any, deeper bool, err error) {
	value, read := jsonvalue.Read(file.data, levels)
	if object, isObject := value.(map[string]any); read && isObject {
		return object, false, nil
	}
	object, err = decode[map[string]any](file)
	return object, nestedDeeper(object, levels), err
}

// nestedDeeper tells whether values stand within values on more than so many levels.
func nestedDeeper(value any, levels int) bool {
	if levels < 0 {
		return true
	}
	switch value := value.(type) {
	case map[string]any:
		for _, member := range value {
			if nestedDeeper(member, levels-1) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(value, func(item any) bool { return nestedDeeper(item, levels-1) })
	}
	return false
}

// addPaths adds the construct paths of a file of metadata.
func addPaths(to paths, file *text) error {
	if jsonvalue.Decode(file.data, to.read) {
		return nil
	}
	m, err := decode[metadata](file)
	to.addMetadata(m)
	return err
}

func offset(err error) int64 {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return syntax.Offset
	}
	if wrongType, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return wrongType.Offset
	}
	return 0
}

// position turns a byte offset into a line and a column, both counted from 1.
func position(data []byte, offset int64) (line, column int) {
	before := data[:min(max(offset-1, 0), int64(len(data)))]
	return bytes.Count(before, []byte{'\n'}) + 1, len(before) - bytes.LastIndexByte(before, '\n')
}
