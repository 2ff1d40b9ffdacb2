// Package journal is a file that each change is appended to as a line, so that a change costs what
// it is, and not what all is.
//
// It owns that a line is on the disk when Append returns, and that what a kill has cut off is no
// line. It does not own what stands in the lines, nor when they are folded into something else.
package journal

import (
	"bytes"
	"errors"
	"fmt"
	"os"
)

// Append adds a line, with its end, to a file of this size, and returns when it is on the disk. If
// that fails, the file is as it was. A file of another size is not the one that the line belongs
// to.
func Append(path string, size int64, line []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	if info, err := file.Stat(); err != nil || info.Size() != size {
		return errors.Join(err, fmt.Errorf("%s does not have the %d bytes that were written", path, size), file.Close())
	}
	_, err = file.Write(line)
	if err == nil {
		err = file.Sync()
	}
	if err != nil {
		return errors.Join(err, file.Truncate(size), file.Close())
	}
	return file.Close()
}

// LineError says which line can't be read. The first one is 1.
type LineError struct {
	Line int
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }

func (e *LineError) Unwrap() error { return e.Err }

// Each hands one line after the other to read. The last one is none if it has no end or can't be
// read: it was not written to its end, and nobody was told that it is kept. Any other that can't be
// read is a *LineError.
func Each(lines []byte, read func(line []byte) error) error {
	for number := 1; len(lines) > 0; number++ {
		line, rest, whole := bytes.Cut(lines, []byte("\n"))
		if !whole {
			return nil
		}
		if err := read(line); err != nil && len(rest) > 0 {
			return &LineError{Line: number, Err: err}
		}
		lines = rest
	}
	return nil
}
