package strictyaml

import (
	"fmt"
	"reflect"
)

// File is a file that was read: where each of its keys stands, what is wrong with it, and what is
// only worth a warning.
type File struct {
	Path   string // as given to Read
	Partly bool   // some list or mapping was not read to its end: what seems to be missing may be in the rest

	places   map[string]place  // of every key path there is
	origins  map[string]string // key paths that are aliases, and where what they stand for was read
	problems Problems
	more     int // problems that are not kept
	warnings Problems
}

// Hints are what a user reads when a file is not one YAML document; they may be empty.
type Hints struct {
	Empty   string // the file has no document
	Several string // it has several
	Syntax  string // it is not YAML
}

// maxProblems of a file are kept: no one reads more of them, and one fault can cause any number.
const maxProblems = 100

// Read reads the file at a path into a pointer to a struct, and has rules look at the result: those
// that hold between several values. Rules report to the File, and run on what is left of a file
// with faulty parts, so one run reports everything: what was refused is as if it were not written.
// The problems are sorted. If there are none, they are nil and the File is not.
func Read(path string, into any, rules func(*File), hints Hints) (*File, Problems) {
	root, problem := parseFile(path, hints)
	if problem != nil {
		return nil, Problems{*problem}
	}
	r := newReader(path, root)
	value := reflect.ValueOf(into).Elem()
	setDefaults(value)
	r.value("", root, value, "")
	if r.left < 0 {
		return nil, Problems{{
			File:    path,
			Message: fmt.Sprintf("has more than %d values once aliases and merge keys are followed, which is the limit", maxValues),
			Hint:    "let fewer of them refer to each other",
		}}
	}
	rules(r.File)
	if r.more > 0 {
		r.problems = append(r.problems, Problem{
			File:    path,
			Message: fmt.Sprintf("has %d problems, of which %d are listed", len(r.problems)+r.more, len(r.problems)),
		})
	}
	return r.File, r.problems.Sorted()
}

// Report adds a problem at a key path, or at the nearest path above it that is in the file.
func (f *File) Report(path, message, hint string) {
	f.Add(f.Problem(path, message, hint))
}

// Warn adds a warning at a key path: something that is allowed and probably not meant.
func (f *File) Warn(path, message, hint string) {
	f.warnings = append(f.warnings, f.Problem(path, message, hint))
}

// Add keeps a problem, or counts it once there are enough.
func (f *File) Add(p Problem) {
	if f.Full() {
		f.more++
		return
	}
	f.problems = append(f.problems, p)
}

// Full says whether no further problem is kept. A hint that is hard to find need not be looked for
// then.
func (f *File) Full() bool { return len(f.problems) >= maxProblems }

// Warnings are all of Warn, sorted.
func (f *File) Warnings() Problems { return f.warnings.Sorted() }

// DidYouMean is the hint for a word that is not one of those known: the nearest of them, or all if
// they are few.
func (f *File) DidYouMean(word string, known []string) string {
	if f.Full() {
		return ""
	}
	return DidYouMean(word, known)
}

// Problem is a problem at a key path, or at the nearest path above it that is in the file. It is
// not added.
func (f *File) Problem(path, message, hint string) Problem {
	at, ok := f.placeAt(path)
	for above := path; !ok; at, ok = f.placeAt(above) {
		above = parentPath(above)
	}
	return Problem{File: f.Path, Line: at.line, Column: at.column, Path: path, Message: message, Hint: hint}
}

// Has says whether the key path is in the file.
func (f *File) Has(path string) bool {
	_, ok := f.placeAt(path)
	return ok
}

// placeAt finds where a key path stands. What is below an alias stands where the alias leads to.
func (f *File) placeAt(path string) (place, bool) {
	if at, ok := f.places[path]; ok {
		return at, true
	}
	for above := parentPath(path); above != ""; above = parentPath(above) {
		if origin, ok := f.origins[above]; ok {
			return f.placeAt(origin + path[len(above):])
		}
	}
	return place{}, false
}
