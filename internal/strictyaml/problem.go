package strictyaml

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"cognito-m2m/internal/printable"
)

// Problem is one thing to put right in a file.
type Problem struct {
	File    string // as given to Read
	Line    int    // from 1; 0: the file as a whole
	Column  int    // from 1, in characters; 0: the file as a whole
	Path    string // the key, "clients.reader.scopes[0]"; empty: the file as a whole
	Message string // what is wrong
	Hint    string // what to do about it; may be empty
}

// String renders the problem on one line: file:line:column: path: message (hint). What the file
// says in it can neither steer a terminal nor begin another line.
func (p Problem) String() string {
	var line strings.Builder
	line.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&line, ":%d:%d", p.Line, p.Column)
	}
	if p.Path != "" {
		line.WriteString(": " + p.Path)
	}
	line.WriteString(": " + p.Message)
	if p.Hint != "" {
		line.WriteString(" (" + p.Hint + ")")
	}
	return printable.Text(line.String())
}

// Problems is everything that was found, sorted by file and place. It is the type of every error of
// this package.
type Problems []Problem

// Error renders one problem per line.
func (ps Problems) Error() string {
	lines := make([]string, 0, len(ps))
	for _, p := range ps {
		lines = append(lines, p.String())
	}
	return strings.Join(lines, "\n")
}

// Sorted sorts the problems in place, by file and place, and returns them.
func (ps Problems) Sorted() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(
			cmp.Compare(a.File, b.File),
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Path, b.Path),
			cmp.Compare(a.Message, b.Message),
		)
	})
	return ps
}

// Quote shows a value of the file in a message: on one line, and short.
func Quote[T ~string](value T) string {
	const longest = 80
	if runes := []rune(value); len(runes) > longest {
		value = T(runes[:longest]) + "…"
	}
	return fmt.Sprintf("%q", value)
}

// Unreadable is the problem of a file or a folder that can't be read. It leaves out the path that
// the operating system's error repeats.
func Unreadable(path string, err error) Problem {
	if pathError, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathError.Err
	}
	return Problem{File: path, Message: "reading: " + err.Error()}
}
